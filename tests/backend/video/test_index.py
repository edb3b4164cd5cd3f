"""The frame index: what it refuses, that it survives storage, that it can be stopped."""

import threading
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from backend.errors import BadInput, Cancelled, Unavailable
from backend.video import MAX_SIDE, FrameIndex, build_index, codecs
from tests.backend.video.conftest import Decoders, Made
from tests.video_fixtures import FRAMES, KINDS, encode, picture_of


@pytest.mark.parametrize("kind", [*KINDS, "corrupt middle"])
def test_storage_keeps_everything(kind: str, made: Callable[[str], Made]) -> None:
    index = made(kind).index
    again = FrameIndex.from_bytes(index.to_bytes())
    for field in fields(FrameIndex):
        one, other = getattr(index, field.name), getattr(again, field.name)
        assert np.array_equal(one, other) and type(one) is type(other), field.name
        if isinstance(one, np.ndarray):
            assert one.dtype == other.dtype, field.name


def test_what_it_says_of_a_file(made: Callable[[str], Made]) -> None:
    index = made("10-bit hevc").index
    assert (index.codec, index.pixel_format, index.kind) == ("hevc", "yuv420p10le", "file")
    assert made("cfr").index.key_frames.tolist() == [0, 12, 24, 36, 48]
    assert [made(f"rotated {r}").index.rotation for r in (90, 180, 270)] == [90, 180, 270]
    assert (made("rotated 90").index.width, made("rotated 90").index.height) == (320, 240)
    assert made("mirrored").index.mirrored
    assert (made("odd size").index.width, made("odd size").index.height) == (321, 241)
    assert made("images").index.names[8:10] == ("frame9.jpg", "frame10.jpg")


@pytest.mark.parametrize("data", [b"", b"TLFI\x01", b"TLFI\x09abc", b"TLFI\x01" + b"x" * 50])
def test_a_broken_stored_index(data: bytes) -> None:
    with pytest.raises(BadInput) as caught:
        FrameIndex.from_bytes(data)
    assert caught.value.code == "bad_frame_index"


def sound_only(path: Path) -> None:
    with av.open(str(path), "w") as out:
        stream = out.add_stream("aac", rate=44100, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.int16), format="s16", layout="mono")
        frame.sample_rate, frame.pts = 44100, 0
        out.mux([*stream.encode(frame), *stream.encode()])


def too_large(path: Path) -> None:
    encode(path, [0], codec="mjpeg", options={}, pixel_format="yuvj420p", size=(MAX_SIDE + 8, 16))


def playlist(path: Path) -> None:
    """A playlist that would have the server open another of its files."""
    encode(path.with_name("other.ts"), range(5))
    path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{path.with_name('other.ts')}\n#EXT-X-ENDLIST\n")


def no_pictures_in_it(path: Path) -> None:
    """A file with a video stream of which nothing can be decoded."""
    encode(path, range(FRAMES))
    with av.open(str(path)) as container:
        inside = [(p.pos, p.size) for p in container.demux(video=0) if p.size]
    with path.open("r+b") as file:
        for position, size in inside:
            file.seek(position)
            file.write(bytes(size))


@pytest.mark.parametrize(("name", "write", "code"), [
    ("empty.mp4", lambda p: p.write_bytes(b""), "unreadable_video"),
    ("text.mp4", lambda p: p.write_text("not a video\n" * 99), "unreadable_video"),
    ("missing.mp4", lambda p: None, "no_such_path"),
    ("sound.m4a", sound_only, "no_video_stream"),
    ("wide.avi", too_large, "video_too_large"),
    ("list.m3u8", playlist, "unreadable_video"),
    ("black.mp4", no_pictures_in_it, "no_frames"),
    ("empty folder", lambda p: p.mkdir(), "no_images"),
])
def test_refused_with_a_reason(tmp_path: Path, name: str, write: Callable[[Path], None], code: str) -> None:
    path = tmp_path / name
    write(path)
    with pytest.raises(BadInput) as caught:
        build_index(path)
    assert caught.value.code == code
    assert caught.value.remedy
    if code != "no_such_path":
        assert str(tmp_path) not in caught.value.message


def test_images_of_two_sizes(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "1.png"), picture_of(1))
    cv2.imwrite(str(tmp_path / "2.png"), picture_of(2, (160, 120)))
    with pytest.raises(BadInput, match=r"2\.png is 160x120 but 1\.png is 320x240") as caught:
        build_index(tmp_path)
    assert caught.value.code == "images_differ"


def test_a_broken_image_is_listed(tmp_path: Path) -> None:
    for i in range(4):
        cv2.imwrite(str(tmp_path / f"{i}.png"), picture_of(i))
    (tmp_path / "2.png").write_bytes(b"\x89PNG broken")
    index = build_index(tmp_path)
    assert index.lost.tolist() == index.damaged.tolist() == [2]
    assert index.shown.tolist() == [0, 1, 1, 3]


@pytest.fixture(scope="module")
def long_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Large enough that indexing it is not over before anybody looks."""
    path = tmp_path_factory.mktemp("long") / "long.mp4"
    encode(path, [1] * 400, size=(1280, 720))
    return path


def test_cancelled(long_video: Path, decoders: Decoders) -> None:
    stop = threading.Event()
    shares: list[float] = []

    def progress(share: float) -> None:
        shares.append(share)
        stop.set()

    with pytest.raises(Cancelled):
        build_index(long_video, progress=progress, cancelled=stop.is_set)
    assert all(0 <= share <= 1 for share in shares)
    assert not decoders()


def test_a_decoder_that_hangs_is_killed(long_video: Path, decoders: Decoders) -> None:
    """The real process, stopped half way: as silent as one that hangs."""
    with pytest.raises(Unavailable) as caught:
        build_index(long_video, progress=lambda _: [p.suspend() for p in decoders()], hang_seconds=1)
    assert caught.value.code == "decoder_hung"
    assert not decoders()


def test_a_decoder_that_dies_is_reported(long_video: Path, decoders: Decoders) -> None:
    with pytest.raises(Unavailable) as caught:
        build_index(long_video, progress=lambda _: [p.kill() for p in decoders()])
    assert caught.value.code == "decoder_died"


def test_codecs_for_the_doctor() -> None:
    assert codecs()["h264"] and codecs()["gif"]

"""What a reader does when things go wrong, and when several use it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import psutil
import pytest

from backend.errors import Unavailable
from backend.video import VideoReader, build_index
from tests.backend.video.conftest import Decoders, Made
from tests.video_fixtures import FRAMES, encode, picture_of, read_number


def test_outside_the_video(made: Callable[[str], Made]) -> None:
    with VideoReader(made("cfr").path, made("cfr").index) as frames:
        assert (len(frames), frames.height, frames.width) == (FRAMES, 240, 320)
        for outside in (-1, FRAMES):
            with pytest.raises(IndexError):
                frames[outside]


def test_frames_are_shared_and_so_read_only(made: Callable[[str], Made]) -> None:
    with VideoReader(made("cfr").path, made("cfr").index) as frames:
        assert frames[3] is frames[3]
        with pytest.raises(ValueError, match="read-only"):
            frames[3][0, 0] = 0


def test_several_threads(made: Callable[[str], Made]) -> None:
    with VideoReader(made("cfr").path, made("cfr").index, cache_bytes=2 << 20) as frames, ThreadPoolExecutor(4) as pool:
        order = [i * 17 % FRAMES for i in range(120)]
        assert list(pool.map(lambda i: read_number(frames[i]), order)) == order


def test_closed_means_no_process_and_opens_again(made: Callable[[str], Made], decoders: Decoders) -> None:
    frames = VideoReader(made("cfr").path, made("cfr").index)
    assert not decoders(), "a process is started when a frame is asked for"
    frames[1]
    assert len(decoders()) == 1
    frames.close()
    assert not decoders()
    assert read_number(frames[2]) == 2
    frames.close()


def test_a_killed_decoder_is_reported_and_replaced(made: Callable[[str], Made], decoders: Decoders) -> None:
    with VideoReader(made("cfr").path, made("cfr").index) as frames:
        frames[0]
        (process,) = decoders()
        process.kill()
        with pytest.raises(Unavailable) as caught:
            frames[40]
        assert caught.value.code == "decoder_died"
        assert read_number(frames[40]) == 40


def test_a_hanging_decoder_is_killed_and_replaced(made: Callable[[str], Made], decoders: Decoders) -> None:
    """The real process, stopped: as silent as one that hangs."""
    with VideoReader(made("cfr").path, made("cfr").index, hang_seconds=5) as frames:
        frames[0]
        (process,) = decoders()
        process.suspend()
        with pytest.raises(Unavailable) as caught:
            frames[40]
        assert caught.value.code == "decoder_hung"
        assert not psutil.pid_exists(process.pid)
        assert read_number(frames[40]) == 40


def test_a_file_that_has_gone_and_come_back(made: Callable[[str], Made], tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    path.write_bytes(made("cfr").path.read_bytes())
    with VideoReader(path, made("cfr").index) as frames:
        path.rename(tmp_path / "elsewhere.mp4")
        with pytest.raises(Unavailable) as caught:
            frames[0]
        assert caught.value.code == "video_missing"
        (tmp_path / "elsewhere.mp4").rename(path)
        assert read_number(frames[0]) == 0


def test_another_file_in_its_place(made: Callable[[str], Made], tmp_path: Path) -> None:
    """Of another size, or of the same size with other pictures: never a wrong frame."""
    index = made("cfr").index
    encode(tmp_path / "other.mp4", range(FRAMES, 2 * FRAMES))
    other = (tmp_path / "other.mp4").read_bytes()
    for name, data in (("short", other[:-1]), ("same size", other[: index.size].ljust(index.size, b"\0"))):
        path = tmp_path / f"{name}.mp4"
        path.write_bytes(data)
        with VideoReader(path, index) as frames, pytest.raises(Unavailable) as caught:
            frames[7]
        assert caught.value.code == "video_changed", name


def test_images_that_have_gone_or_changed(tmp_path: Path) -> None:
    for i in range(3):
        cv2.imwrite(str(tmp_path / f"{i}.png"), picture_of(i))
    with VideoReader(tmp_path, build_index(tmp_path)) as frames:
        (tmp_path / "1.png").unlink()
        cv2.imwrite(str(tmp_path / "2.png"), picture_of(2, (160, 120)))
        assert read_number(frames[0]) == 0
        for i, code in ((1, "video_missing"), (2, "video_changed")):
            with pytest.raises(Unavailable) as caught:
                frames[i]
            assert caught.value.code == code


def test_memory_is_bounded(made: Callable[[str], Made], decoders: Decoders) -> None:
    """Going through the whole video leaves no more behind than the caches may hold."""
    with VideoReader(made("cfr").path, made("cfr").index, cache_bytes=1 << 20) as frames:
        for i in range(FRAMES):
            frames[i]
        (process,) = decoders()
        before = process.memory_info().rss
        for _ in range(4):
            for i in range(FRAMES):
                frames[i]
        assert process.memory_info().rss - before < 8 << 20

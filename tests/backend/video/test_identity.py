"""Frame i is always the same picture, on every kind of video and in every order."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from backend.video import FrameStore, VideoReader, build_index
from tests.backend.video.conftest import Made
from tests.video_fixtures import DAMAGED, FRAMES, KINDS, encode, read_jpeg, read_number, vfr_times

SHARED = Path(__file__).parents[4] / "shared" / "data"


def orders(count: int) -> dict[str, list[int]]:
    forward = list(range(count))
    return {"forward": forward, "backward": forward[::-1], "shuffled": random.Random(7).sample(forward, count),
            "every third": forward[::3]}


@pytest.mark.parametrize("kind", KINDS)
def test_every_frame_in_every_order(kind: str, made: Callable[[str], Made]) -> None:
    video = made(kind)
    assert len(video.index) == len(video.numbers) and not len(video.index.damaged)
    with VideoReader(video.path, video.index, cache_bytes=2 << 20) as frames:  # a few frames: most are decoded anew
        for name, order in orders(len(video.numbers)).items():
            assert [read_number(frames[i]) for i in order] == [video.numbers[i] for i in order], name


@pytest.mark.parametrize("kind", ["cfr", "open gop", "intra refresh", "no times", "gif"])
def test_without_room_to_remember(kind: str, made: Callable[[str], Made]) -> None:
    """Where nothing is cached, every step back decodes anew."""
    video = made(kind)
    with VideoReader(video.path, video.index, cache_bytes=0) as frames:
        for i in orders(len(frames))["shuffled"]:
            assert read_number(frames[i]) == video.numbers[i]


@pytest.mark.parametrize("kind", KINDS)
def test_jpegs_show_the_same_frames(kind: str, made: Callable[[str], Made], tmp_path: Path) -> None:
    video = made(kind)
    store = FrameStore(tmp_path, lambda _: (video.path, video.index))
    for i in orders(len(video.numbers))["shuffled"][:6]:
        assert read_jpeg(store.jpeg("0" * 64, i, "frame")) == video.numbers[i]
        assert read_jpeg(store.jpeg("0" * 64, i, "proxy")) == video.numbers[i]
    store.close()


@pytest.mark.parametrize("kind", DAMAGED)
def test_what_is_left_of_a_damaged_file(kind: str, made: Callable[[str], Made]) -> None:
    """Whatever is not listed as damaged is the frame that belongs to its time."""
    video = made(kind)
    index, damaged = video.index, set(video.index.damaged.tolist())
    assert len(index) > FRAMES // 2 and len(damaged) < FRAMES // 3
    first = FRAMES - len(index) if kind == "joined late" else 0
    numbers = (first + np.rint(index.times * 25)).astype(int).tolist()
    with VideoReader(video.path, index, cache_bytes=2 << 20) as frames:
        for order in orders(len(index)).values():
            for i in order:
                picture = frames[i]
                assert i in damaged or read_number(picture) == numbers[i]


@pytest.mark.parametrize("suffix", ["mp4", "ts", "mkv"])
@pytest.mark.parametrize("seed", [0, 1])
def test_noise_in_a_file(suffix: str, seed: int, tmp_path: Path) -> None:
    """Most damage a decoder patches over without an error: every frame still comes, and what is not listed is right."""
    path, noise = tmp_path / f"video.{suffix}", random.Random(seed)
    encode(path, range(FRAMES))
    data = bytearray(path.read_bytes())
    for at in (noise.randrange(len(data) // 5, len(data) * 9 // 10) for _ in range(3)):
        data[at : at + 8] = noise.randbytes(8)
    path.write_bytes(data)
    index = build_index(path)
    assert 0 < len(index.damaged) < len(index) - 5
    damaged = set(index.damaged.tolist())
    numbers = np.rint(index.times * 25).astype(int).tolist()
    with VideoReader(path, index, cache_bytes=2 << 20) as frames:
        for i in orders(len(index))["shuffled"]:
            picture = frames[i]
            assert i in damaged or read_number(picture) == numbers[i]


def test_a_corrupt_packet_costs_one_frame(made: Callable[[str], Made]) -> None:
    index = made("corrupt middle").index
    assert len(index) == FRAMES
    (lost,) = index.lost
    assert np.diff(index.damaged).max() == 1 and lost in index.damaged
    assert index.key_frames[2] < index.damaged[0] and index.damaged[-1] < index.key_frames[3]
    with VideoReader(made("corrupt middle").path, index) as frames:
        assert np.array_equal(frames[lost], frames[lost - 1]), "a lost frame shows the last good one"


def test_a_corrupt_key_frame_keeps_the_places_of_what_depends_on_it(made: Callable[[str], Made]) -> None:
    index = made("corrupt key frame").index
    assert len(index) == FRAMES and np.allclose(index.times, np.arange(FRAMES) / 25)
    assert set(range(24, 36)) >= set(index.lost.tolist()) - {22, 23} and 24 in index.lost
    assert index.key_frames.tolist() == [0, 12, 36, 48]


@pytest.mark.parametrize("kind", ["truncated mkv", "truncated ts"])
def test_a_truncated_file_has_what_is_there(kind: str, made: Callable[[str], Made]) -> None:
    index = made(kind).index
    assert FRAMES // 2 < len(index) < FRAMES
    assert not len(index.lost)


def test_key_frames_that_are_none_are_seen_through(made: Callable[[str], Made]) -> None:
    """Containers flag frames as starts that are none; the fingerprints tell."""
    video = made("cfr")
    liar = replace(video.index, key_frames=np.arange(FRAMES, dtype=np.int32))
    with VideoReader(video.path, liar, cache_bytes=0) as frames:
        for i in orders(FRAMES)["shuffled"]:
            assert read_number(frames[i]) == i


def test_another_decoder_that_rounds_differently(made: Callable[[str], Made]) -> None:
    """An index made on another machine may have other fingerprints: time stamps still find every frame."""
    video = made("vfr")
    elsewhere = replace(video.index, fingerprints=video.index.fingerprints ^ 1, decoder="60.1.0 another")
    with VideoReader(video.path, elsewhere) as frames:
        for i in orders(FRAMES)["shuffled"]:
            assert read_number(frames[i]) == i


def test_pictures_are_the_decoders_own(made: Callable[[str], Made]) -> None:
    """The same bytes, whichever way a frame was reached, and upright."""
    video = made("rotated 90")
    with VideoReader(video.path, video.index) as one, VideoReader(video.path, video.index) as other:
        forward = [one[i].copy() for i in range(FRAMES)]
        assert forward[0].shape == (240, 320, 3) and forward[0].dtype == np.uint8
        for i in orders(FRAMES)["shuffled"]:
            assert np.array_equal(other[i], forward[i])


def test_times(made: Callable[[str], Made]) -> None:
    assert np.allclose(made("vfr").index.times, np.array(vfr_times(FRAMES)) / 25)
    assert np.allclose(made("cfr").index.times, np.arange(FRAMES) / 25)
    assert made("cfr").index.rate == 25
    assert made("cfr").index.duration == pytest.approx(FRAMES / 25)
    assert np.allclose(made("edit list").index.times, np.arange(FRAMES - 7) / 25)
    assert np.allclose(made("no times").index.times, np.arange(FRAMES) / 25)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the development data is not beside the checkout")
def test_real_video_backward_is_forward_reversed() -> None:
    path = SHARED / "videos" / "sam2_bedroom.mp4"
    index = build_index(path)
    with VideoReader(path, index, cache_bytes=100 << 20) as frames:
        forward = [int(frames[i][::7, ::7].sum()) for i in range(len(frames))]
        backward = [int(frames[i][::7, ::7].sum()) for i in reversed(range(len(frames)))]
    assert backward[::-1] == forward
    assert len(set(forward)) > 150

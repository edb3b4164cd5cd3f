"""JPEGs of frames: from memory, from disk, made ahead, bounded."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest

from backend.errors import NotFound, Unavailable
from backend.video import FrameIndex, FrameStore, build_index
from tests.backend.video.conftest import Decoders, Made
from tests.video_fixtures import FRAMES, encode, read_jpeg

HASH = "ab" * 32


class Library:
    """Finds one video."""

    def __init__(self, video: Made) -> None:
        self.video = video

    def __call__(self, content_hash: str) -> tuple[Path, FrameIndex]:
        if content_hash != HASH:
            raise NotFound("no_such_video", "There is no such video.", "Reload the page.")
        return self.video.path, self.video.index


@pytest.fixture
def library(made: Callable[[str], Made]) -> Library:
    return Library(made("cfr"))


def files(folder: Path) -> list[Path]:
    return [p for p in folder.rglob("*") if p.is_file()]


def wait_until(true: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 60
    while not true():
        assert time.monotonic() < give_up
        time.sleep(0.02)


def test_a_second_server_finds_them_on_disk(library: Library, tmp_path: Path) -> None:
    store = FrameStore(tmp_path, library)
    first = store.jpeg(HASH, 9, "frame")
    store.close()
    store = FrameStore(tmp_path, library)
    assert store.has(HASH, 9, "frame") and not store.has(HASH, 30, "frame")
    library.video = Made(tmp_path / "gone.mp4", [], library.video.index)
    assert store.jpeg(HASH, 9, "frame") == first
    with pytest.raises(Unavailable):
        store.jpeg(HASH, 30, "frame")
    store.close()


def test_proxies_are_small(tmp_path: Path, made: Callable[[str], Made]) -> None:
    path = tmp_path / "wide.mp4"
    encode(path, range(3), size=(1280, 722))
    store = FrameStore(tmp_path / "cache", Library(Made(path, [0, 1, 2], build_index(path))))
    for kind, size in (("frame", (722, 1280)), ("proxy", (271, 480))):
        data = store.jpeg(HASH, 2, kind)  # type: ignore[arg-type]
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        assert picture is not None and picture.shape[:2] == size
        assert read_jpeg(data) == 2
    store.close()


def test_what_comes_next_is_made_ahead(library: Library, tmp_path: Path) -> None:
    store = FrameStore(tmp_path, library)
    store.jpeg(HASH, 10, "proxy")
    wait_until(lambda: store.has(HASH, 42, "proxy"))
    assert not store.has(HASH, 9, "proxy")
    store.jpeg(HASH, 8, "proxy")
    wait_until(lambda: store.has(HASH, 0, "proxy"))
    store.jpeg(HASH, FRAMES - 3, "frame")
    wait_until(lambda: store.has(HASH, FRAMES - 1, "frame"))
    store.close()


def test_disk_is_bounded_and_files_are_whole(library: Library, tmp_path: Path) -> None:
    limit = 100_000
    store = FrameStore(tmp_path, library, max_bytes=limit, memory_bytes=0)
    with ThreadPoolExecutor(4) as pool:
        data = list(pool.map(lambda i: store.jpeg(HASH, i * 7 % FRAMES, "frame"), range(2 * FRAMES)))
    store.close()
    assert sum(map(len, data)) > 3 * limit
    kept = files(tmp_path)
    assert 0 < sum(p.stat().st_size for p in kept) <= limit
    for path in kept:
        assert read_jpeg(path.read_bytes()) == int(path.stem.split("-")[1])


def test_a_disk_that_cannot_be_written_costs_no_frame(library: Library, tmp_path: Path) -> None:
    store = FrameStore(tmp_path / "cache", library)
    (tmp_path / "cache" / HASH).write_text("in the way of the folder")
    assert read_jpeg(store.jpeg(HASH, 4, "frame")) == 4
    store.close()


def test_left_overs_of_a_kill_are_removed(library: Library, tmp_path: Path) -> None:
    (tmp_path / HASH).mkdir()
    (tmp_path / HASH / "frame-1.jpg.1-2.part").write_bytes(b"half")
    FrameStore(tmp_path, library).close()
    assert not files(tmp_path)


@pytest.mark.parametrize(("content_hash", "frame", "kind", "code"), [
    ("../../etc/passwd", 0, "frame", "no_such_video"),
    ("cd" * 32, 0, "frame", "no_such_video"),
    (HASH, 0, "../frame", "no_such_video"),
    (HASH, -1, "frame", "no_such_frame"),
    (HASH, FRAMES, "proxy", "no_such_frame"),
    (HASH, 10**300, "frame", "no_such_frame"),
])
def test_what_there_is_not(library: Library, tmp_path: Path, content_hash: str, frame: int, kind: str,
                           code: str) -> None:
    store = FrameStore(tmp_path, library)
    with pytest.raises(NotFound) as caught:
        store.jpeg(content_hash, frame, kind)  # type: ignore[arg-type]
    assert caught.value.code == code
    store.close()
    assert not files(tmp_path)


def test_few_videos_stay_open(made: Callable[[str], Made], tmp_path: Path, decoders: Decoders) -> None:
    video = made("cfr")
    store = FrameStore(tmp_path, lambda _: (video.path, video.index))
    for i in range(6):
        assert read_jpeg(store.jpeg(f"{i:064x}", i, "frame")) == i
    assert len(decoders()) <= 3
    store.close()
    assert not decoders()

"""Does memory grow with the length of a video? Decode and track long ones, and fit a line to the resident memory."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import psutil

from backend.masks import BoolMask
from backend.video import VideoReader, build_index
from benchmarks._followers import Box, follow, names

ABOUT = "bytes of resident memory (decoder included) a tracked frame adds once caches are full; the limit is 20,000"
LIMIT = 20_000
SHARED_VIDEO = Path(__file__).resolve().parents[2] / "shared" / "data" / "videos" / "tam_test-sample13.mp4"

SIZE = 854, 480
SIDE = 100
"""Of the square that is followed."""

CACHE_BYTES = 16 << 20
"""Small, so that the reader's cache is full after a tenth of the way: what it fills with is bounded and no growth."""

WARM_UP = 0.2
SAMPLE_EVERY = 10


def run(quick: bool = False) -> dict[str, Any]:
    """Of each model and tracker, the figures of a 5,000-frame video made here and, where the development data is, of a
    real one of 768 frames."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "long.mp4"
        make_video(made, 60 if quick else 5000)
        videos: dict[str, tuple[Path, Box]] = {"made here": (made, (*_place(0), SIDE, SIDE))}
        if SHARED_VIDEO.is_file():
            videos[SHARED_VIDEO.name] = SHARED_VIDEO, (380, 130, 100, 130)
        return {f"{name}, {title}": _apart(name, path, box, 60 if quick else None)
                for name in names() for title, (path, box) in videos.items()}


def _apart(name: str, path: Path, box: Box, stop: int | None) -> dict[str, Any]:
    """In a process of its own: what one model keeps is no part of another's figure."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(measure, name, path, box, stop).result()


def measure(name: str, path: Path, box: Box, stop: int | None = None) -> dict[str, Any]:
    """Track what a box (x, y, width, height) holds on the first frame to the end, sampling memory on the way."""
    index = build_index(path)
    with VideoReader(path, index, cache_bytes=CACHE_BYTES) as frames:
        samples = np.array(list(_memory_while_tracking(name, frames, box, stop or len(frames))))
    warm = samples[int(len(samples) * WARM_UP):]
    slope = float(np.polyfit(warm[:, 0], warm[:, 1], 1)[0])
    return {"frames": int(samples[-1, 0]) + 1, "bytes a frame": round(slope), "within the limit": slope < LIMIT,
            "MB at the start": float(samples[0, 1] / 1e6), "MB at the end": float(samples[-1, 1] / 1e6)}


def _memory_while_tracking(name: str, frames: VideoReader, box: Box, stop: int) -> Iterator[tuple[int, int]]:
    """(frame, resident bytes of this process and its decoder)."""
    x, y, width, height = box
    start: BoolMask = np.zeros((frames.height, frames.width), dtype=bool)
    start[y:y + height, x:x + width] = True
    for frame, _ in enumerate(follow(name, frames, {1: start}, stop), 1):
        if frame % SAMPLE_EVERY == 0 or frame == stop - 1:
            yield frame, resident()
        if frame % 500 == 0 and sys.stderr.isatty():
            print(f"\r\033[K  {name}, frame {frame} of {stop}\r", end="", file=sys.stderr, flush=True)


def resident() -> int:
    """Bytes of this process and its children."""
    process = psutil.Process()
    return sum(one.memory_info().rss for one in [process, *process.children(recursive=True)])


def make_video(path: Path, frames: int) -> None:
    """A textured square that circles over textured ground."""
    width, height = SIZE
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 140, (height, width, 3), np.uint8)
    ground = np.asarray(cv2.GaussianBlur(noise, (0, 0), 2), np.uint8)
    skin = rng.integers(140, 255, (SIDE, SIDE, 3), np.uint8)
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25, options={"preset": "ultrafast", "g": "25"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for frame in range(frames):
            x, y = _place(frame)
            picture = ground.copy()
            picture[y:y + SIDE, x:x + SIDE] = skin
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode())


def _place(frame: int) -> tuple[int, int]:
    """Left and top of the square."""
    return 300 + round(160 * np.sin(frame / 60)), 150 + round(100 * (1 - np.cos(frame / 60)))

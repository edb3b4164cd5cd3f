"""Does memory grow with the length of a video? Decode and track long ones, and fit a line to the resident memory."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import numpy.typing as npt
import psutil

from backend.masks import BoolMask
from backend.models import registry
from backend.tracking.plan import Plan, Stretch
from backend.tracking.runner import run as carry_out
from backend.video import VideoReader, build_index

ABOUT = "bytes of resident memory (decoder included) a tracked frame adds once caches are full; the limit is 20,000"
LIMIT = 20_000
SHARED_VIDEO = Path(__file__).resolve().parents[2] / "shared" / "data" / "videos" / "tam_test-sample13.mp4"
Picture = npt.NDArray[np.uint8]
"""RGB, shape (height, width, 3)."""

SIZE = 320, 240
CACHE_BYTES = 16 << 20
"""Small, so that the reader's cache is full after a tenth of the way: what it fills with is bounded and no growth."""

WARM_UP = 0.2
SAMPLE_EVERY = 10


def run(quick: bool = False) -> dict[str, Any]:
    """Figures of the 5,000-frame video made here and, where the development data is, of a real one of 768 frames."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "long.mp4"
        _make_video(made, 300 if quick else 5000)
        figures = {"made here": _measure(made, (110, 90, 40, 40))}
    if SHARED_VIDEO.is_file():
        figures[SHARED_VIDEO.name] = _measure(SHARED_VIDEO, (380, 130, 100, 130), 100 if quick else None)
    return figures


def _measure(path: Path, box: tuple[int, int, int, int], stop: int | None = None) -> dict[str, Any]:
    """Track what a box (x, y, width, height) holds on the first frame to the end, sampling memory on the way."""
    index = build_index(path)
    with VideoReader(path, index, cache_bytes=CACHE_BYTES) as frames:
        samples = np.array(list(_memory_while_tracking(frames, box, stop or len(frames))))
    warm = samples[int(len(samples) * WARM_UP):]
    slope = float(np.polyfit(warm[:, 0], warm[:, 1], 1)[0])
    return {"frames": int(samples[-1, 0]) + 1, "bytes a frame": round(slope), "within the limit": slope < LIMIT,
            "resident at the start (MB)": float(samples[0, 1] / 1e6), "at the end (MB)": float(samples[-1, 1] / 1e6)}


def _memory_while_tracking(
    frames: VideoReader, box: tuple[int, int, int, int], stop: int
) -> Iterator[tuple[int, int]]:
    """(frame, resident bytes of this process and its decoder)."""
    x, y, width, height = box
    start: BoolMask = np.zeros((frames.height, frames.width), dtype=bool)
    start[y:y + height, x:x + width] = True
    session = registry.load(registry.DEFAULT).open(frames)
    try:
        plan = Plan("forward", 0, (Stretch(1, 1, stop - 1, 1),))
        for frame, _ in carry_out(plan, session, lambda _object, _frame: start, {}):
            if frame % SAMPLE_EVERY == 0 or frame == stop - 1:
                yield frame, _resident()
            if frame % 500 == 0 and sys.stderr.isatty():
                print(f"\r\033[K  frame {frame} of {stop}\r", end="", file=sys.stderr, flush=True)
    finally:
        session.close()


def _resident() -> int:
    process = psutil.Process()
    return sum(one.memory_info().rss for one in [process, *process.children(recursive=True)])


def _make_video(path: Path, frames: int) -> None:
    """A textured square that circles over textured ground."""
    width, height = SIZE
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 140, (height, width, 3), np.uint8)
    ground = np.asarray(cv2.GaussianBlur(noise, (0, 0), 2), np.uint8)
    skin = rng.integers(140, 255, (40, 40, 3), np.uint8)
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25, options={"preset": "ultrafast", "g": "25"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for frame in range(frames):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(_picture(ground, skin, frame), format="rgb24")))
        out.mux(stream.encode())


def _picture(ground: Picture, skin: Picture, frame: int) -> Picture:
    x, y = 110 + round(60 * np.sin(frame / 40)), 90 + round(50 * (1 - np.cos(frame / 40)))
    picture = ground.copy()
    picture[y:y + 40, x:x + 40] = skin
    return picture

"""The comparison behind docs/decisions/0003-decode-with-pyav.md: our reader, decord and OpenCV on difficult videos."""

from __future__ import annotations

import importlib
import importlib.util
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from backend.errors import Unavailable
from backend.video import FrameIndex, VideoReader, build_index
from backend.video.process import Link, Process
from tests import video_fixtures

ABOUT = "wrong frames and speed of our reader (PyAV), decord and OpenCV on videos whose frames say their number"

KINDS = [*(kind for kind in video_fixtures.KINDS if kind not in ("images", "one frame")),
         "corrupt middle", "corrupt key frame", "truncated mkv", "truncated ts"]
FRAMES = 240
HANG_SECONDS = 60.0
CACHE_BYTES = 8 << 20
"""Too small to hold what was seen: the others hold nothing either."""

Get = Callable[[int], "npt.NDArray[np.uint8] | None"]
"""Gives frame i, uint8 (h, w, 3), RGB or BGR; None where the library has none."""
Task = Callable[..., Any]


def run(quick: bool = False) -> dict[str, Any]:
    """For each library, of N seeks into each kind of video: frames that were wrong (another picture, or not upright),
    and frames that did not come. On a 1280x720 video, in one run: frames a second in order, milliseconds a seek."""
    seeks = 8 if quick else 20
    libraries = ["ours", "opencv", "decord"]
    figures: dict[str, Any] = {}
    if importlib.util.find_spec("decord") is None:
        libraries.remove("decord")
        figures["decord is absent"] = "to compare it: .venv/bin/python -m pip install decord"
    with tempfile.TemporaryDirectory() as folder:
        figures[f"wrong, missing of {seeks} seeks"] = {
            kind: _faults(kind, Path(folder), seeks, libraries) for kind in KINDS}
        figures["1280x720"] = _speeds(Path(folder), 100 if quick else 300, seeks, libraries)
    return figures


def _faults(kind: str, folder: Path, seeks: int, libraries: list[str]) -> dict[str, str]:
    path, numbers = video_fixtures.make(kind, folder, FRAMES)
    index = build_index(path)
    if kind in video_fixtures.DAMAGED:  # of those that are left, each has its number's time
        numbers = np.rint(index.times * video_fixtures.RATE).astype(int).tolist()
    whole = sorted(set(range(len(index))) - set(index.damaged.tolist()))
    frames = random.Random(3).sample(whole, min(seeks, len(whole)))
    result = {}
    for name in libraries:
        try:
            seen = _do(name, path, index, _read_numbers, frames)
        except Unavailable as error:
            result[name] = error.code
            continue
        wrong = sum(number not in (None, numbers[i]) for i, number in zip(frames, seen, strict=True))
        result[name] = f"{wrong}, {seen.count(None)}"
    return result


def _speeds(folder: Path, count: int, seeks: int, libraries: list[str]) -> dict[str, dict[str, float]]:
    path = folder / "speed.mp4"
    options = video_fixtures.X264 | {"g": "60", "preset": "veryfast"}
    video_fixtures.encode(path, range(count), size=(1280, 720), options=options)
    index = build_index(path)
    positions = random.Random(5).sample(range(count), seeks)
    result = {}
    for name in libraries:
        in_order, seeking = _do(name, path, index, _time, count, positions)
        result[name] = {"frames/s in order": count / in_order, "ms a seek": seeking / seeks * 1000}
    return result


def _do(name: str, path: Path, index: FrameIndex, task: Task, *args: Any) -> Any:
    """Let a library do a task; in a process of its own, so that a hang or a crash is a figure and not the end (our
    reader has one already). Raises Unavailable where that happens."""
    if name == "ours":
        with VideoReader(path, index, cache_bytes=CACHE_BYTES) as frames:
            return task(frames.__getitem__, *args)
    process = Process(path.name, _child, name, path, task, *args, hang_seconds=HANG_SECONDS)
    try:
        return process.wait()
    finally:
        process.close()


def _child(link: Link, name: str, path: Path, task: Task, *args: Any) -> None:
    link.reply(task(OPEN[name](path), *args))


def _read_numbers(get: Get, frames: list[int]) -> list[int | None]:
    """The number read from each frame; -1 where it cannot be read, None where the frame did not come."""
    return [None if (picture := get(frame)) is None else _number(picture) for frame in frames]


def _number(picture: npt.NDArray[np.uint8]) -> int:
    try:
        return video_fixtures.read_number(picture)
    except AssertionError:
        return -1


def _time(get: Get, count: int, positions: list[int]) -> tuple[float, float]:
    """Seconds for the frames in order, and for those at the positions."""
    get(0)
    started = time.perf_counter()
    for frame in range(count):
        get(frame)
    between = time.perf_counter()
    for frame in positions:
        get(frame)
    return between - started, time.perf_counter() - between


def _opencv(path: Path) -> Get:
    video = cv2.VideoCapture(str(path))
    following = 0

    def get(frame: int) -> npt.NDArray[np.uint8] | None:
        nonlocal following
        if frame != following:
            video.set(cv2.CAP_PROP_POS_FRAMES, frame)
        following = frame + 1
        ok, picture = video.read()
        return np.asarray(picture, np.uint8) if ok else None

    return get


def _decord(path: Path) -> Get:
    decord = importlib.import_module("decord")  # no dependency of ours: see the decision record
    try:
        video = decord.VideoReader(str(path), num_threads=1)
    except (RuntimeError, decord.DECORDError):
        return lambda frame: None

    def get(frame: int) -> npt.NDArray[np.uint8] | None:
        try:
            return video[frame].asnumpy()
        except (IndexError, RuntimeError, decord.DECORDError):
            return None

    return get


OPEN: dict[str, Callable[[Path], Get]] = {"opencv": _opencv, "decord": _decord}

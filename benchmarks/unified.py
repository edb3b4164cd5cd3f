"""Does the memory of UniVS and UNINEXT grow with the length of a video? Search one and track in it, at tiny weights by
formula: masks mean nothing, what is kept of frames and objects is what real weights keep, only narrower."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np

from backend.errors import Unavailable
from backend.models import store
from backend.models.seam import Model, Searcher
from backend.models.store import Options
from backend.prompts import Categories
from backend.video import VideoReader, build_index
from benchmarks import memory

ABOUT = "UniVS and UNINEXT at tiny weights: megabytes after half of a long video and after all of it, frames a second"

NAMES = ["person", "red thing", "blue thing"]
Family = Literal["UniVS", "UNINEXT"]
Work = Literal["searching", "tracking"]

_QUICK = 24
_LATER = 0.5
"""Part of the frames after which memory is first told."""


def run(quick: bool = False) -> dict[str, Any]:
    """Of each family searching (VIS) and tracking one object, on the real video of 768 frames where the development
    data is, else on one made here.

    Raises:
        Unavailable: torch or transformers is not installed.
    """
    if lacking := store.lacking_packages():
        raise Unavailable("not_installed", f"{' and '.join(lacking)} not installed.",
                          "Run `python3 launch.py models get univs-r50`.")
    with tempfile.TemporaryDirectory() as folder:
        video = memory.SHARED_VIDEO
        if not video.is_file():
            video = Path(folder) / "long.mp4"
            memory.make_video(video, _QUICK if quick else 768)
        return {f"{family}, {work}": _apart(family, work, video, Path(folder) / f"{family}{work}",
                                            _QUICK if quick else None)
                for family in ("UniVS", "UNINEXT") for work in ("searching", "tracking")}


def _apart(family: Family, work: Work, video: Path, folder: Path, stop: int | None) -> dict[str, Any]:
    """In a process of its own: what one keeps is no part of another's figure."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(measure, family, work, video, folder, stop).result()


def measure(family: Family, work: Work, video: Path, folder: Path, stop: int | None = None) -> dict[str, Any]:
    """Search or track the first frames of a video (None: all).

    Args:
        folder: for the weights.
    """
    model = _tiny(family, folder)
    with VideoReader(video, build_index(video), cache_bytes=memory.CACHE_BYTES) as frames:
        count = stop or len(frames)
        session = cast(Searcher, model.open(frames))
        started = time.monotonic()
        samples = list(_samples(_searched(session, count) if work == "searching" else _tracked(
            session, frames.height, frames.width, count), f"{family}, {work}", count))
    seconds = time.monotonic() - started
    later = samples[int(len(samples) * _LATER):]
    at, sizes = np.array(later, np.float64).T
    slope = float(np.polyfit(at, sizes, 1)[0]) if len(later) > 1 else 0.0
    return {"frames": count, "frames a second": round(count / seconds, 2), "MB after half": later[0][1] / 1e6,
            "MB after all": samples[-1][1] / 1e6, "MB at most": max(size for _, size in samples) / 1e6,
            "bytes a frame in the second half": round(slope)}


def _tiny(family: Family, folder: Path) -> Model:
    from tests import tiny_uninext, tiny_univs  # these need torch

    os.environ["THROUGHLINE_WEIGHTS"] = str(folder)
    tiny = tiny_univs if family == "UniVS" else tiny_uninext
    package = tiny.tiny_package()
    tiny.write_tiny(store.folder() / package.SPEC.name)
    store.use(package.SPEC.name, Options(size=tiny.SIDE))
    return package.load()


def _searched(session: Searcher, count: int) -> Iterator[int]:
    for sighting in session.search("vis", Categories(names=NAMES), range(count)):
        yield sighting.frame


def _tracked(session: Searcher, height: int, width: int, count: int) -> Iterator[int]:
    start = np.zeros((height, width), bool)
    start[height // 3:2 * height // 3, width // 3:width // 2] = True
    session.remember(0, {1: start})
    for frame in range(1, count):
        session.track(frame)
        yield frame


def _samples(frames: Iterable[int], title: str, count: int) -> Iterator[tuple[int, int]]:
    """(frame, resident bytes of this process and its decoder), now and then."""
    for frame in frames:
        if frame % memory.SAMPLE_EVERY == 0 or frame == count - 1:
            yield frame, memory.resident()
        if frame % 100 == 0 and sys.stderr.isatty():
            print(f"\r\033[K  {title}, frame {frame} of {count}\r", end="", file=sys.stderr, flush=True)

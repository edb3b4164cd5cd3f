"""How well cuts are found: shots of different videos joined into one file, so that it is known where they begin."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from backend.errors import NotFound
from backend.video import VideoReader, build_index, sources_at
from backend.video.cuts import Pictures, find_cuts
from tests.video_fixtures import encode_pictures

ABOUT = "cuts found in real video whose shots were joined, and in the same videos as they are"
TAKES_SEQUENCES = True
DATA = Path(__file__).parent.parent / ".." / "shared" / "data"
SIZE, RATE = (640, 360), 24
CUT = {"tam_test-sample13.mp4"}
"""A film, with cuts of its own that nobody has noted."""
LENGTHS = (8, 60)
"""Frames of a joined shot."""
Shot = tuple[int, range]
"""(number of the video, its frames)."""


def run(quick: bool = False, folder: Path = DATA / "dev", names: Sequence[str] | None = None) -> dict[str, Any]:
    """Joins of different videos; joins of two places of one video, at least two seconds apart (harder); and every video
    as it is, which has no cut.

    Returns:
        For each: cuts there are, found, missed and wrong, precision and recall; and how long looking takes.
    """
    paths = [*_sources(folder, names), *(p for p in sorted((DATA / "videos").glob("*.mp4")) if p.name not in CUT)]
    if len(paths) < 2:
        raise NotFound("no_videos", f"There are no videos in {folder}.", "Give a folder of sequences with --data.")
    readers = [VideoReader(path, build_index(path)) for path in paths]
    dice, count = random.Random(11), 20 if quick else 200
    with tempfile.TemporaryDirectory() as temporary:
        target = Path(temporary) / "joined.mp4"
        figures = {
            "shots of different videos": _joined(readers, _different(readers, dice, count), target),
            "two places of one video": _joined(readers, _jumps(readers, dice, count), target),
            "no cut": _as_they_are(readers),
        }
    for reader in readers:
        reader.close()
    return figures


def _sources(folder: Path, names: Sequence[str] | None) -> list[Path]:
    there = sorted(folder.glob("*/frames")) if folder.is_dir() else []
    return [one for path in there if names is None or path.parent.name in names for one in sources_at(path)]


def _different(readers: Sequence[VideoReader], dice: random.Random, count: int) -> Iterator[Shot]:
    last = -1
    for _ in range(count + 1):
        last = dice.choice([n for n in range(len(readers)) if n != last])
        yield last, _some(len(readers[last]), dice)


def _jumps(readers: Sequence[VideoReader], dice: random.Random, count: int) -> Iterator[Shot]:
    """Pairs of shots of one video; the seam between two pairs is a cut as well."""
    long = [n for n, reader in enumerate(readers) if len(reader) >= 4 * RATE]
    for _ in range(count // 2):
        video = dice.choice(long)
        length = dice.randrange(LENGTHS[0], RATE)
        first = dice.randrange(len(readers[video]) - 2 * length - 2 * RATE + 1)
        second = dice.randrange(first + length + 2 * RATE, len(readers[video]) - length + 1)
        yield video, range(first, first + length)
        yield video, range(second, second + length)


def _some(length: int, dice: random.Random) -> range:
    count = min(length, dice.randrange(*LENGTHS))
    start = dice.randrange(length - count + 1)
    return range(start, start + count)


def _joined(readers: Sequence[VideoReader], shots: Iterator[Shot], target: Path) -> dict[str, Any]:
    chosen = list(shots)
    begins = {0, *accumulate(len(frames) for _, frames in chosen)}
    encode_pictures(target, (_fitted(readers[video][frame]) for video, frames in chosen for frame in frames), RATE)
    with VideoReader(target, build_index(target)) as reader:
        return _scored(begins - {0, len(reader)}, reader)


def _as_they_are(readers: Sequence[VideoReader]) -> dict[str, Any]:
    each = [_scored(set(), reader) for reader in readers]
    frames, seconds = sum(len(reader) for reader in readers), sum(one["seconds"] for one in each)
    return {**each[0], "frames": frames, "wrong": sum(one["wrong"] for one in each), "seconds": seconds,
            "frames/s": frames / seconds}


def _scored(cuts: set[int], pictures: Pictures) -> dict[str, Any]:
    started = time.perf_counter()
    found = set(find_cuts(pictures) or ())
    seconds = time.perf_counter() - started
    right = len(found & cuts)
    return {
        "frames": len(pictures), "cuts": len(cuts), "missed": len(cuts - found), "wrong": len(found - cuts),
        "precision": right / len(found) if cuts and found else None, "recall": right / len(cuts) if cuts else None,
        "seconds": seconds, "frames/s": len(pictures) / seconds,
    }


def _fitted(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    return np.asarray(cv2.resize(picture, SIZE, interpolation=cv2.INTER_AREA), np.uint8)

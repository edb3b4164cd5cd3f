"""Tracks as text, a file a video: MOTChallenge (boxes) and MOTS (masks). Frames are counted from 1."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from backend.masks import Rle
from backend.tasks.found import CategoryIds, Found, Video, on_frame, painted
from backend.tasks.perform import Told


def write_boxes(
    video: Video, told: Told, found: Sequence[Found], categories: CategoryIds, into: Path
) -> list[dict[str, Any]]:
    """`VIDEO.txt`: frame, track, left, top, width, height, score, -1, -1, -1. The format knows no categories: where
    several were asked for, each has a folder."""
    for category, number in categories.ids.items():
        folder = into / category if len(categories.ids) > 1 else into
        of_it = [one for one in found if categories.number(one.category) == number]
        _write(folder, video, (
            f"{row},{one.number},{','.join(f'{side:.2f}' for side in spot.box)},{spot.score:.4f},-1,-1,-1"
            for row, frame in enumerate(video.within, 1) for one, spot in on_frame(of_it, frame)
        ))
    return []


def write_masks(
    video: Video, told: Told, found: Sequence[Found], categories: CategoryIds, into: Path
) -> list[dict[str, Any]]:
    """`VIDEO.txt`: frame track category height width code, by spaces. Masks of a frame do not overlap."""
    _write(into, video, _mask_rows(video, found, categories))
    return []


def _mask_rows(video: Video, found: Sequence[Found], categories: CategoryIds) -> Iterator[str]:
    for row, frame in enumerate(video.within, 1):
        here = list(on_frame(found, frame))
        drawn = painted(video.shape, ((one.number, spot) for one, spot in here), 0, np.uint32)
        for one, _ in here:
            mask = Rle.from_mask(drawn == one.number)
            if mask.area:
                yield (f"{row} {one.number} {categories.number(one.category)} {mask.height} {mask.width} "
                       f"{mask.counts.decode('ascii')}")


def _write(folder: Path, video: Video, rows: Iterator[str]) -> None:
    file = folder / f"{video.name}.txt"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{row}\n" for row in rows), encoding="ascii")

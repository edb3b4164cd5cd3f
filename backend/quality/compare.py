"""How well two results of one video agree, mask by mask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from backend.masks import Rle, iou
from backend.quality.contour import contour_accuracy
from backend.quality.matching import best_pairs

Place = tuple[int, int]
"""(frame, object)."""

Agreement = tuple[int, float, float | None]
"""(frame, intersection over union, F of the outlines where it was asked for)."""


def agreement(ours: Mapping[Place, Rle], theirs: Mapping[Place, Rle], *, contour: bool) -> dict[int, list[Agreement]]:
    """Object -> how the two masks of each frame agree, where either has pixels; 0 where only one has.

    Args:
        contour: F too, which takes some milliseconds a mask.
    """
    found: dict[int, list[Agreement]] = defaultdict(list)
    for frame, one in sorted(ours.keys() | theirs.keys()):
        a, b = ours.get((frame, one)), theirs.get((frame, one))
        there = [mask for mask in (a, b) if mask is not None and mask.area]
        if len(there) == 2:
            f = contour_accuracy(there[0].to_mask(), there[1].to_mask()) if contour else None
            found[one].append((frame, iou(*there), f))
        elif there:
            found[one].append((frame, 0.0, 0.0 if contour else None))
    return dict(found)


def same_objects(ours: Mapping[Place, Rle], theirs: Mapping[Place, Rle]) -> dict[int, int]:
    """Object of theirs -> the object of ours that it is: pairs with the greatest sum of intersections over union."""
    rows, columns = sorted({one for _, one in ours}), sorted({one for _, one in theirs})
    scores = np.zeros((len(rows), len(columns)))
    by_frame: dict[int, list[tuple[int, Rle]]] = defaultdict(list)
    for (frame, other), mask in theirs.items():
        by_frame[frame].append((columns.index(other), mask))
    for (frame, one), mask in ours.items():
        for column, other_mask in by_frame[frame] if mask.area else ():
            scores[rows.index(one), column] += iou(mask, other_mask) if other_mask.area else 0.0
    return {columns[column]: rows[row] for row, column in best_pairs(scores)}

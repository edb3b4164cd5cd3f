"""Agreement of two results, and which objects of one are which of the other's."""

from __future__ import annotations

import numpy as np

from backend.masks import Rle
from backend.quality.compare import agreement, same_objects


def box(x: int, width: int = 10) -> Rle:
    mask = np.zeros((40, 60), bool)
    mask[10:20, x : x + width] = True
    return Rle.from_mask(mask)


NOTHING = Rle.empty(40, 60)


def test_agreement_where_either_has_pixels() -> None:
    ours = {(0, 1): box(0), (1, 1): box(0), (2, 1): box(0), (3, 1): NOTHING, (0, 2): box(30)}
    theirs = {(0, 1): box(0), (1, 1): box(5), (3, 1): NOTHING, (4, 1): box(0)}
    assert agreement(ours, theirs, contour=False) == {
        1: [(0, 1.0, None), (1, 1 / 3, None), (2, 0.0, None), (4, 0.0, None)], 2: [(0, 0.0, None)]}
    with_f = agreement(ours, theirs, contour=True)[1]
    assert with_f[0] == (0, 1.0, 1.0) and 0 < (with_f[1][2] or 0) < 1 and with_f[2] == (2, 0.0, 0.0)


def test_objects_are_told_by_where_they_are() -> None:
    ours = {(frame, one): box(10 * one + frame) for frame in range(3) for one in (1, 2)}
    theirs = {(frame, other): box(10 * one + frame + 1) for frame in range(3) for one, other in ((1, 8), (2, 7))}
    theirs[0, 9] = box(45)
    assert same_objects(ours, theirs) == {8: 1, 7: 2}
    assert same_objects(ours, {}) == {}

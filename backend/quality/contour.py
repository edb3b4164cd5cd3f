"""F, the contour accuracy of DAVIS: how well the outline of a mask lies on the outline of the truth.

Perazzi et al., "A Benchmark Dataset and Evaluation Methodology for Video Object Segmentation" (CVPR 2016), section 5,
in the form the published evaluation code gives it: outlines one pixel wide, matched within a disk.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from backend.masks import BoolMask
from backend.quality.region import check_same_shape

BOUND_TH = 0.008
"""Radius of the matching disk as a share of the frame's diagonal; the benchmark's value."""


def contour_accuracy(
    mask: BoolMask, truth: BoolMask, void: BoolMask | None = None, *, bound_th: float = BOUND_TH
) -> float:
    """F of one mask: the harmonic mean of precision and recall of its outline, 0..1, and 1 where both have none.

    An outline pixel is matched where the other outline has a pixel within ceil(bound_th * diagonal) pixels.

    Args:
        mask, truth: bool, shape (height, width).
        void: bool, same shape; pixels taken out of both masks before their outlines are drawn.
        bound_th: share of the diagonal below 1, pixels from 1 on.

    Raises:
        BadInput: the shapes differ.
    """
    check_same_shape(mask, truth, void)
    if void is not None:
        mask, truth = mask & ~void, truth & ~void
    radius = bound_th if bound_th >= 1 else math.ceil(bound_th * math.hypot(*mask.shape))
    outline, true_outline = boundary_map(mask), boundary_map(truth)
    count, true_count = int(np.count_nonzero(outline)), int(np.count_nonzero(true_outline))
    if not count and not true_count:
        return 1.0
    if not count or not true_count:
        return 0.0
    window = _window_of(outline | true_outline)
    outline, true_outline = outline[window], true_outline[window]
    precision = int(np.count_nonzero(outline & _near(true_outline, radius))) / count
    recall = int(np.count_nonzero(true_outline & _near(outline, radius))) / true_count
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def boundary_map(mask: BoolMask) -> BoolMask:
    """The outline of a mask, one pixel wide: pixels that differ from their right, lower or lower right neighbour.

    This is `seg2bmap` of the Berkeley benchmark, which DAVIS uses; it lies half a pixel towards the origin.
    The last row is compared to the right only, the last column downwards only, and their common pixel is never outline.
    """
    outline = np.zeros_like(mask)
    inner = mask[:-1, :-1]
    outline[:-1, :-1] = (inner ^ mask[:-1, 1:]) | (inner ^ mask[1:, :-1]) | (inner ^ mask[1:, 1:])
    outline[-1, :-1] = mask[-1, :-1] ^ mask[-1, 1:]
    outline[:-1, -1] = mask[:-1, -1] ^ mask[1:, -1]
    return outline


def _near(outline: BoolMask, radius: float) -> BoolMask:
    """Pixels within `radius` of the outline: the dilation with a disk, by exact distance because that is quicker."""
    distance = cv2.distanceTransform((~outline).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    # Squared distances are whole numbers; half of one keeps float32 square roots from deciding a tie.
    return np.asarray(distance**2 < radius**2 + 0.5)


def _window_of(outlines: BoolMask) -> tuple[slice, slice]:
    """The smallest window that holds every outline pixel; what lies outside can match nothing."""
    rows, columns = np.flatnonzero(outlines.any(axis=1)), np.flatnonzero(outlines.any(axis=0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)

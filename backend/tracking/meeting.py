"""Two masks of one object on one frame, tracked from the two sides of a stretch, made into one.

Tracking drifts with distance, and in different ways from the two sides: what both have is nearly always right, and
where they differ the truth is mostly in between. So the outline is put between the two outlines, closer to the one
whose barrier is closer (shape-based interpolation: the mean of the signed distances to both, weighted by nearness
squared).
"""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
import numpy.typing as npt

from backend.masks import BoolMask
from backend.models.seam import Segment
from backend.quality.region import region_similarity

SAME = 0.3
"""Masks that overlap less (intersection over union) show different things, or a thing and its absence. Nothing lies
between those, and the one from the nearer side is taken."""

DISTRUST = 0.25
"""The power of the overlap by which a score is lowered: where the two sides differ, one of them at least has drifted.
Chosen on the development sequences, where it orders the masks of a sequence best."""


def meet(left: Mapping[int, Segment], right: Mapping[int, Segment], along: Mapping[int, float]) -> dict[int, Segment]:
    """Merge what was tracked from both sides.

    Args:
        left, right: object -> its mask as tracked from the one side and from the other; the same objects in both.
        along: object -> how far the frame is along the way from the left barrier (0) to the right one (1).

    Returns:
        Object -> its mask, and as its score the mean of both by nearness, lowered where they overlap little. A pixel
        that several of them would have goes to the one whose outline it is deepest inside.
    """
    overlaps = {one: region_similarity(left[one].mask, right[one].mask) for one in left}
    deepest = np.zeros(next((one.mask.shape for one in left.values()), (0, 0)), np.float32)
    owner = np.full(deepest.shape, -1, np.int64)
    for one in left:
        window, depth = _between(left[one].mask, right[one].mask, along[one], overlaps[one])
        won = depth > deepest[window]
        deepest[window][won], owner[window][won] = depth[won], one
    merged = {}
    for one, overlap in overlaps.items():
        mask = owner == one
        score = (1 - along[one]) * left[one].score + along[one] * right[one].score
        merged[one] = Segment(mask, score * overlap**DISTRUST, present=bool(mask.any()))
    return merged


def _between(
    left: BoolMask, right: BoolMask, along: float, overlap: float
) -> tuple[tuple[slice, slice], npt.NDArray[np.float32]]:
    """The rows and columns around both masks, and how deep inside the outline between theirs each pixel there lies;
    0 or less is outside."""
    if overlap < SAME:
        left = right = left if along <= 0.5 else right
    x, y, width, height = cv2.boundingRect((left | right).astype(np.uint8))
    window = slice(max(y - 1, 0), y + height + 1), slice(max(x - 1, 0), x + width + 1)
    if not width:
        return window, np.zeros(left[window].shape, np.float32)
    return window, (1 - along) ** 2 * _depth(left[window]) + along**2 * _depth(right[window])


def _depth(mask: BoolMask) -> npt.NDArray[np.float32]:
    """Distance to the outline in pixels, positive inside; a mask without an outline is deep inside everywhere."""
    parts = (mask.astype(np.uint8), (~mask).astype(np.uint8))
    inside, outside = (cv2.distanceTransform(part, cv2.DIST_L2, cv2.DIST_MASK_5) for part in parts)
    return np.asarray(np.minimum(inside, sum(mask.shape)) - outside, dtype=np.float32)

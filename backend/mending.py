"""Mending masks: holes, specks, smoothing, growing and shrinking; the same pixels as `widgets/js/maskops.js`.

The parts of a mask are joined over edges and corners (8 neighbours), its holes over edges only (4 neighbours). What
lies outside the frame is neither mask nor background: a mask that touches the border neither shrinks nor is smoothed
away from it.
"""

from __future__ import annotations

from typing import Literal, get_args

import cv2
import numpy as np
import numpy.typing as npt

from backend.errors import BadInput
from backend.masks import BoolMask

Operation = Literal["fill holes", "remove specks", "keep largest", "smooth", "grow", "shrink"]
OPERATIONS: tuple[Operation, ...] = get_args(Operation)
WITH_RADIUS = ("smooth", "grow", "shrink")
LARGEST_RADIUS = 100
SPECK_SHARE = 100
"""Without a size a part is a speck where it is smaller than one in so many pixels of its mask."""


def mend(mask: BoolMask, operation: Operation, size: int | None = None) -> BoolMask:
    """A mended copy of a mask, shape (height, width).

    Args:
        size: "remove specks": parts of fewer pixels go, the largest one excepted (None: a hundredth of the mask).
            "smooth", "grow", "shrink": radius of the disc, pixels, 1 to `LARGEST_RADIUS`. Of no concern to the others.

    Raises: as `check_size`.
    """
    check_size(operation, size)
    if not mask.any():
        return mask.copy()
    radius = size if operation in WITH_RADIUS and size is not None else 0
    height, width = mask.shape
    x, y, w, h = cv2.boundingRect(mask.view(np.uint8))
    top, left = max(0, y - radius), max(0, x - radius)
    box = np.s_[top : min(height, y + h + radius), left : min(width, x + w + radius)]
    part = np.ascontiguousarray(mask[box])
    mended = np.zeros_like(mask)
    mended[box] = {
        "fill holes": lambda: _filled(part),
        "remove specks": lambda: _parts(part, mask.sum() / SPECK_SHARE if size is None else size),
        "keep largest": lambda: _parts(part, np.inf),
        "smooth": lambda: _smoothed(part, top, left, height, width, radius),
        "grow": lambda: cv2.dilate(part.view(np.uint8), disc_of(radius)).astype(bool),
        # OpenCV leaves out what lies outside the array: outside the frame, as a box that ends within it has a margin.
        "shrink": lambda: cv2.erode(part.view(np.uint8), disc_of(radius)).astype(bool),
    }[operation]()
    return mended


def check_size(operation: Operation, size: int | None) -> None:
    """Raises BadInput (`bad_size`): no radius where one is needed, or one out of range."""
    if operation in WITH_RADIUS and (size is None or not 1 <= size <= LARGEST_RADIUS):
        raise BadInput("bad_size", f"A radius of {size} pixels is out of range.",
                       f"Give 1 to {LARGEST_RADIUS} pixels.")


def disc_of(radius: int) -> npt.NDArray[np.uint8]:
    """1 within radius + 1/2 of the middle, shape (2 radius + 1, 2 radius + 1): radius 1 has all eight neighbours."""
    y, x = np.ogrid[-radius : radius + 1, -radius : radius + 1]
    return (x * x + y * y <= radius * radius + radius).astype(np.uint8)


def _filled(part: BoolMask) -> BoolMask:
    _, labels = cv2.connectedComponents((~part).astype(np.uint8), connectivity=4)
    border = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    return ~np.isin(labels, border[border > 0])


def _parts(part: BoolMask, smallest: float) -> BoolMask:
    _, labels = cv2.connectedComponents(part.astype(np.uint8), connectivity=8)
    areas = np.bincount(labels.ravel())
    areas[0] = 0
    kept = areas >= smallest
    # Of the largest parts the first one that rows meet, whatever number OpenCV gave it.
    kept[labels.ravel()[np.argmax(areas[labels.ravel()] == areas.max())]] = True
    kept[0] = False
    return kept[labels]


def _smoothed(part: BoolMask, top: int, left: int, height: int, width: int, radius: int) -> BoolMask:
    """The majority in the disc around each pixel, as far as it lies in the frame; `part` begins at `top`, `left`."""
    rows, columns = part.shape
    y, x = np.arange(rows), np.arange(columns)
    sums = np.pad(np.cumsum(part, axis=1, dtype=np.int32), ((radius, radius), (1, 0)))
    inside, seen = np.zeros(part.shape, np.int32), np.zeros(part.shape, np.int32)
    for dy, breadth in zip(range(-radius, radius + 1), disc_of(radius).sum(axis=1, dtype=np.int64), strict=True):
        low, high = x - breadth // 2, x + breadth // 2 + 1
        line = sums[radius + dy : radius + dy + rows]
        inside += line[:, np.minimum(columns, high)] - line[:, np.maximum(0, low)]
        in_frame = (top + y + dy >= 0) & (top + y + dy < height)
        seen += in_frame[:, None] * (np.minimum(width, left + high) - np.maximum(0, left + low)).astype(np.int32)
    return 2 * inside > seen

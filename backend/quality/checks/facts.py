"""What the checks of single objects need to know of each mask, so that its pixels are looked at once and let go."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from backend.masks import BoolMask
from backend.quality.checks.findings import Mark

NEAR = 3
"""Frames before and after a mask that it is compared with: a fault of up to this many frames has a right mask on both
sides among them."""

BORDER = 2
"""A mask that comes this near to the edge of the frame, in pixels, touches it: models often stop short by one."""

LEAST_PIXELS = 12
"""Holes and parts smaller than this are noise of the outline."""

FARTHEST_SHORT = 4
"""Pixels before the edge of the frame at which resizing and careless export end a mask that should reach it."""

LEAST_LINE, STRAIGHT = 8, 0.85
"""Pixels of the line in which such a mask ends, and its share of what the mask is wide just behind that line."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One mask that is not empty.

    Attributes:
        frame: index.
        area: pixels.
        x, y: centre of mass, pixels.
        box: left, top, right, bottom, pixels, the last two exclusive.
        at_border: its largest part touches the edge of the frame.
        settled, human: as `Mark`.
        predicted: intersection over union with the mask of the frame before, moved on as the object moved last; None
            where the frame before has no mask.
        hole: pixels missing inside, which neighbours have, as a share of the area.
        part: pixels of parts that lie where no neighbour has any, as a share of the area.
        short: pixels before the edge of the frame at which it ends in a straight line, though neighbours on both sides
            reach that edge; 0: nowhere.
    """

    frame: int
    area: int
    x: float
    y: float
    box: tuple[int, int, int, int]
    at_border: bool
    settled: bool
    human: bool
    predicted: float | None
    hole: float
    part: float
    short: int

    @property
    def size(self) -> float:
        """Side of the square of this area, pixels."""
        return float(np.sqrt(self.area))


@dataclass(slots=True)
class _Crop:
    """A mask cut to its box; `x`, `y` are its centre of mass in the frame."""

    frame: int
    mark: Mark
    mask: BoolMask
    left: int
    top: int
    x: float
    y: float
    predicted: float | None


@dataclass(frozen=True)
class _Parts:
    """The connected parts of a mask, as `cv2.connectedComponentsWithStats` gives them, and the label of the
    largest."""

    count: int
    labels: npt.NDArray[np.int32]
    stats: npt.NDArray[np.int32]
    largest: int

    @classmethod
    def of(cls, mask: BoolMask) -> _Parts:
        count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=8)
        largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
        return cls(count, np.asarray(labels, np.int32), np.asarray(stats, np.int32), largest)


class Watch:
    """Looks at the masks of one object, one after the other, and gives the facts of each `NEAR` masks later."""

    def __init__(self, height: int, width: int) -> None:
        self._size = (height, width)
        self._seen: deque[_Crop] = deque(maxlen=2 * NEAR + 1)
        self._given = 0  # of what is in the window, how many from its start have been given

    def see(self, frame: int, mark: Mark) -> Iterator[Facts]:
        """The next mask, not empty, of a later frame."""
        if len(self._seen) == self._seen.maxlen:
            self._given -= 1
        self._seen.append(self._crop(frame, mark))
        if len(self._seen) - self._given > NEAR:
            yield self._facts(self._given)
            self._given += 1

    def end(self) -> Iterator[Facts]:
        """What is left when there are no more masks."""
        while self._given < len(self._seen):
            yield self._facts(self._given)
            self._given += 1

    def _crop(self, frame: int, mark: Mark) -> _Crop:
        left, top, width, height = mark.rle.box
        mask = mark.rle.to_mask()[top : top + height, left : left + width].copy()
        moments = cv2.moments(mask.view(np.uint8), binaryImage=True)
        x, y = left + moments["m10"] / moments["m00"] + 0.5, top + moments["m01"] / moments["m00"] + 0.5
        crop = _Crop(frame, mark, mask, left, top, x, y, None)
        crop.predicted = self._agreement(crop)
        return crop

    def _agreement(self, crop: _Crop) -> float | None:
        if not self._seen or self._seen[-1].frame != crop.frame - 1:
            return None
        last = self._seen[-1]
        before = self._seen[-2] if len(self._seen) > 1 and self._seen[-2].frame == last.frame - 1 else last
        there = _seen_from(crop, last, last.x - before.x, last.y - before.y)
        both = int(np.count_nonzero(crop.mask & there))
        return both / (int(np.count_nonzero(crop.mask)) + int(np.count_nonzero(last.mask)) - both)

    def _facts(self, at: int) -> Facts:
        crop = self._seen[at]
        area = int(np.count_nonzero(crop.mask))
        sides = [[one for one in side if abs(one.frame - crop.frame) <= NEAR]
                 for side in (list(self._seen)[:at], list(self._seen)[at + 1 :])]
        near = [side for side in sides if side]
        parts = _Parts.of(crop.mask)
        height, width = crop.mask.shape
        return Facts(
            crop.frame, area, crop.x, crop.y, (crop.left, crop.top, crop.left + width, crop.top + height),
            self._is_at_border(crop, parts), crop.mark.settled, crop.mark.human, crop.predicted,
            _new_hole(crop, near) / area, _new_part(crop, parts, near) / area,
            self._short(crop, near),
        )

    def _short(self, crop: _Crop, near: Sequence[Sequence[_Crop]]) -> int:
        others = [[_gaps(one, self._size) for one in side] for side in near]
        found = [gap for at, gap in enumerate(_gaps(crop, self._size)) if 0 < gap <= FARTHEST_SHORT and others
                 and all(any(gaps[at] == 0 for gaps in side) for side in others) and _is_straight(crop.mask, at)]
        return max(found, default=0)

    def _is_at_border(self, crop: _Crop, parts: _Parts) -> bool:
        left, top, width, height = parts.stats[parts.largest, :4].tolist()
        left, top = left + crop.left, top + crop.top
        rows, columns = self._size
        return bool(min(left, top, columns - left - width, rows - top - height) < BORDER)


def _gaps(crop: _Crop, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Pixels between a mask and the edges of a frame of (height, width): above, right, below, left."""
    height, width = crop.mask.shape
    return crop.top, size[1] - crop.left - width, size[0] - crop.top - height, crop.left


def _is_straight(mask: BoolMask, side: int) -> bool:
    """Whether a mask, cut to its box, ends there in a straight line; sides as `_gaps` has them."""
    turned = np.rot90(mask, side)
    line, behind = np.count_nonzero(turned[0]), np.count_nonzero(turned[:FARTHEST_SHORT].any(axis=0))
    return bool(line >= max(LEAST_LINE, STRAIGHT * behind))


def _seen_from(crop: _Crop, other: _Crop, dx: float, dy: float) -> BoolMask:
    """Another mask, moved by (dx, dy) pixels, as far as it lies in the box of a crop: bool, shape of the crop."""
    found = np.zeros_like(crop.mask)
    left, top = round(other.left + dx) - crop.left, round(other.top + dy) - crop.top
    height, width = other.mask.shape
    rows = slice(max(0, top), max(0, min(crop.mask.shape[0], top + height)))
    columns = slice(max(0, left), max(0, min(crop.mask.shape[1], left + width)))
    if rows.stop > rows.start and columns.stop > columns.start:
        inside = np.s_[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
        found[rows, columns] = other.mask[inside]
    return found


def _new_hole(crop: _Crop, near: Sequence[Sequence[_Crop]]) -> int:
    """Pixels inside the mask that it lacks and that neighbours on both sides have."""
    outside = np.pad(~crop.mask, 1, constant_values=True).astype(np.uint8)
    cv2.floodFill(outside, None, (0, 0), 0)
    holes = outside[1:-1, 1:-1] > 0
    if np.count_nonzero(holes) < LEAST_PIXELS or not near:
        return 0
    for side in near:
        holes &= np.any([_seen_from(crop, one, crop.x - one.x, crop.y - one.y) for one in side], axis=0)
    solid = cv2.morphologyEx(holes.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count = int(np.count_nonzero(solid))
    return count if count >= LEAST_PIXELS else 0


def _away(crop: _Crop, other: _Crop, reach: int) -> BoolMask:
    there = _seen_from(crop, other, 0, 0)
    if not there.any():
        return np.ones_like(there)
    return np.asarray(cv2.distanceTransform((~there).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_3) > reach)


def _new_part(crop: _Crop, parts: _Parts, near: Sequence[Sequence[_Crop]]) -> int:
    """Pixels of parts, all but the largest, that lie away from some neighbour on each side."""
    if parts.count <= 2 or not near:
        return 0
    reach = 3 + round(0.2 * float(np.sqrt(parts.stats[parts.largest, cv2.CC_STAT_AREA])))
    away = np.all([np.any([_away(crop, one, reach) for one in side], axis=0) for side in near], axis=0)
    found = 0
    for part in range(1, parts.count):
        area = int(parts.stats[part, cv2.CC_STAT_AREA])
        if part == parts.largest or area < LEAST_PIXELS:
            continue
        if np.count_nonzero(away & (parts.labels == part)) > 0.8 * area:
            found += area
    return found

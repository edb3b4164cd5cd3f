"""Checks of two objects: they overlap, or they have exchanged their identities.

An exchange is seen by place (each is where the other was) and, after the two have touched or been away, by appearance:
colour histograms of each before and after.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, pairwise

import cv2
import numpy as np
import numpy.typing as npt

from backend.masks import Rle, intersection, iou
from backend.models.seam import Frames
from backend.quality.checks.facts import NEAR, Facts
from backend.quality.checks.findings import Finding, Mark, Masks

LEAST_OVERLAP = 0.02
"""Share of the smaller object that two must have in common."""

LEAST_PIXELS = 20

CLEARER = 0.1
"""By so much, in intersection over union, the worse fit of the exchange must be better than the better fit without."""

LONGEST_AWAY = 30
"""Frames that an object may be out of sight, or two may touch, and still be told by how they look."""

LOOKS = 4
"""Frames on each side whose colours are joined."""

LOOKS_CLEARER = 0.15
"""By so much the colours must fit the exchange better, in Hellinger distance, summed over both objects."""

LEAST_DIFFERENCE = 0.25
"""Two objects nearer to each other than this, in Hellinger distance, look the same: colours say nothing."""

Box = tuple[int, int, int, int]
"""Left, top, right, bottom, pixels, the last two exclusive."""

Histogram = npt.NDArray[np.float64]


class PairWatch:
    """Looks at the frames in order and notes overlaps, exchanges of place, and who has been close to whom."""

    def __init__(self) -> None:
        self.overlaps: dict[tuple[int, int], list[tuple[int, float]]] = defaultdict(list)
        """(object, object) -> (frame, share of the smaller) where they overlap."""
        self.exchanges: list[tuple[int, int, int, float]] = []
        """(object, object, frame, by how much it fits better)."""
        self._last: dict[int, tuple[int, Mark]] = {}

    def see(self, frame: int, marks: Mapping[int, Mark]) -> None:
        """The next frame; only masks that are not empty."""
        boxes = {one: _corners(mark.rle) for one, mark in marks.items()}
        for one, other in combinations(sorted(marks), 2):
            if marks[one].settled and marks[other].settled:
                continue
            if _meet(boxes[one], boxes[other]):
                self._overlap(frame, one, other, marks)
            self._exchange(frame, one, other, marks, boxes)
        for one, mark in marks.items():
            self._last[one] = (frame, mark)

    def _overlap(self, frame: int, one: int, other: int, marks: Mapping[int, Mark]) -> None:
        a, b = marks[one].rle, marks[other].rle
        common = intersection(a, b)
        share = common / max(1, min(a.area, b.area))
        if common >= LEAST_PIXELS and share > LEAST_OVERLAP:
            self.overlaps[one, other].append((frame, share))

    def _exchange(self, frame: int, one: int, other: int, marks: Mapping[int, Mark], boxes: Mapping[int, Box]) -> None:
        if one not in self._last or other not in self._last:
            return
        (at, was_one), (then, was_other) = self._last[one], self._last[other]
        if frame - min(at, then) > NEAR:
            return
        if not (_meet(boxes[one], _corners(was_other.rle)) and _meet(boxes[other], _corners(was_one.rle))):
            return
        crossed = min(iou(marks[one].rle, was_other.rle), iou(marks[other].rle, was_one.rle))
        stayed = max(iou(marks[one].rle, was_one.rle), iou(marks[other].rle, was_other.rle))
        if crossed > stayed + CLEARER:
            self.exchanges.append((one, other, frame, crossed - stayed))


def overlap(watch: PairWatch) -> Iterator[Finding]:
    """Two objects claim the same pixels; one finding a stretch of frames."""
    for (one, other), places in watch.overlaps.items():
        for group in _together(places):
            frame, share = max(group, key=lambda place: place[1])
            yield Finding("overlap", one, frame, group[0][0], group[-1][0] + 1, min(1.0, 0.5 + share),
                          f"{share:.0%} of the smaller object belongs to both.", other)


def swap(
    watch: PairWatch, facts: Mapping[int, Sequence[Facts]], masks: Masks, frames: Frames | None
) -> Iterator[Finding]:
    """Two objects have exchanged their identities."""
    looks = _Looks(masks, frames) if frames is not None else None
    seen: dict[tuple[int, int], list[int]] = defaultdict(list)
    for one, other, frame, margin in watch.exchanges:
        seen[one, other].append(frame)
        yield Finding("swap", one, frame, frame, frame + 1, min(1.0, 0.6 + margin / 2),
                      "Each is where the other was.", other)
    if looks is None:
        return
    for one, other in combinations(sorted(facts), 2):
        for before, after in sorted(set(_encounters(facts[one], facts[other])), key=lambda met: met[1] - met[0]):
            if any(before <= frame <= after for frame in seen[one, other]):
                continue
            margin = looks.exchange(one, other, before, after)
            if margin > LOOKS_CLEARER:
                seen[one, other].append(after)
                yield Finding("swap", one, after, after, after + 1, min(1.0, 0.4 + margin),
                              "Each looks as the other did before they met.", other)


def _encounters(one: Sequence[Facts], other: Sequence[Facts]) -> Iterator[tuple[int, int]]:
    """(last frame before, first frame after) two objects were close to each other, or not both in sight."""
    boxes = {facts.frame: facts.box for facts in one}
    together = [(facts.frame, _meet(boxes[facts.frame], facts.box)) for facts in other if facts.frame in boxes]
    yield from _gaps([frame for frame, _ in together])
    yield from _gaps([frame for frame, close in together if not close])


def _gaps(frames: Sequence[int]) -> Iterator[tuple[int, int]]:
    return ((before, after) for before, after in pairwise(frames) if 1 < after - before <= LONGEST_AWAY)


class _Looks:
    """Colour histograms of objects, read where they are asked for."""

    def __init__(self, masks: Masks, frames: Frames) -> None:
        self._masks, self._frames = masks, frames

    def exchange(self, one: int, other: int, before: int, after: int) -> float:
        """By how much colours fit the exchange better than that each is still itself."""
        one_was, other_was = (self._joined(thing, range(before - LOOKS + 1, before + 1)) for thing in (one, other))
        one_is, other_is = (self._joined(thing, range(after, after + LOOKS)) for thing in (one, other))
        if _distance(one_was, other_was) < LEAST_DIFFERENCE:
            return 0.0
        stayed = _distance(one_was, one_is) + _distance(other_was, other_is)
        return stayed - _distance(one_was, other_is) - _distance(other_was, one_is)

    def _joined(self, object: int, frames: range) -> Histogram:
        """Of those frames that have the object; one of them, where it met the other or had not met it, always has."""
        found = (self._of(object, frame) for frame in frames if 0 <= frame < len(self._masks))
        return np.mean([histogram for histogram in found if histogram is not None], axis=0)

    def _of(self, object: int, frame: int) -> Histogram | None:
        mark = self._masks[frame].get(object)
        if mark is None or not mark.rle.area:
            return None
        left, top, width, height = mark.rle.box
        area = np.s_[top : top + height, left : left + width]
        colours = cv2.cvtColor(np.ascontiguousarray(self._frames[frame][area]), cv2.COLOR_RGB2LAB)
        inside = mark.rle.to_mask()[area].astype(np.uint8)
        counts = cv2.calcHist([colours], [0, 1, 2], inside, [8, 12, 12], [0, 256, 64, 192, 64, 192])
        histogram: Histogram = counts.ravel().astype(np.float64)
        return histogram / max(1.0, histogram.sum())


def _distance(one: Histogram, other: Histogram) -> float:
    """Hellinger, 0..1."""
    return float(np.sqrt(max(0.0, 1 - np.sqrt(one * other).sum())))


def _corners(rle: Rle) -> Box:
    x, y, width, height = rle.box
    return x, y, x + width, y + height


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _together(places: Sequence[tuple[int, float]]) -> Iterator[list[tuple[int, float]]]:
    group: list[tuple[int, float]] = []
    for place in places:
        if group and place[0] > group[-1][0] + 2:
            yield group
            group = []
        group.append(place)
    if group:
        yield group

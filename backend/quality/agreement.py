"""How far two people's masks of the same frames agree: J, F, missing and extra instances, labels, identity errors.

Instances of a frame are matched so that the sum of their J is the greatest (`matching`), whatever their labels are. An
instance without a partner counts with J and F of 0. An identity error is a matched pair whose other side is another
object than it was when this object was matched last (an identity switch of CLEAR MOT, Bernardin and Stiefelhagen 2008).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from backend.masks import Rle, iou
from backend.quality.contour import BOUND_TH, contour_accuracy
from backend.quality.matching import best_pairs

BINS = 10
"""Of the histogram of J, equally wide from 0 to 1."""


@dataclass(frozen=True)
class Instance:
    """A mask on a frame; `identity` names its object over time, None where that is not known."""

    rle: Rle
    identity: int | None = None
    label: int | None = None
    person: int | None = None


@dataclass(frozen=True)
class Pair:
    """An instance of the truth and the one given for it; one of them None: missing, or extra. J and F are 0..1."""

    truth: Instance | None
    given: Instance | None
    j: float = 0.0
    f: float = 0.0
    switched: bool = False

    @property
    def label(self) -> int | None:
        """What the pair counts for: the truth's label, or of something extra its own."""
        side = self.truth or self.given
        return side.label if side else None

    @property
    def wrong_label(self) -> bool:
        """Whether both sides name a label, and not the same one."""
        return (self.truth is not None and self.given is not None and self.truth.label is not None
                and self.given.label is not None and self.truth.label != self.given.label)


class Comparer:
    """Compares the frames of one video, in their order, and remembers which object was matched with which."""

    def __init__(self) -> None:
        self._partner: dict[int, int] = {}

    def frame(self, truth: Sequence[Instance], given: Sequence[Instance]) -> list[Pair]:
        """The pairs of a frame, matched ones first, then what is missing, then what is extra."""
        scores = np.array([[iou(one.rle, other.rle) for other in given] for one in truth]).reshape(
            len(truth), len(given))
        matched = best_pairs(scores)
        pairs = [self._pair(truth[row], given[column], float(scores[row, column])) for row, column in matched]
        missed = set(range(len(truth))) - {row for row, _ in matched}
        extra = set(range(len(given))) - {column for _, column in matched}
        return [*pairs, *(Pair(truth[row], None) for row in sorted(missed)),
                *(Pair(None, given[column]) for column in sorted(extra))]

    def _pair(self, truth: Instance, given: Instance, j: float) -> Pair:
        switched = False
        if truth.identity is not None and given.identity is not None:
            switched = self._partner.get(truth.identity, given.identity) != given.identity
            self._partner[truth.identity] = given.identity
        return Pair(truth, given, j, contour_of(truth.rle, given.rle), switched)


def contour_of(a: Rle, b: Rle) -> float:
    """`contour_accuracy` of two masks of one frame, worked out on the part of the frame where they are.

    The disk that matches outlines keeps the size it has on the whole frame, so the result is the same.
    """
    if a == b:
        return 1.0
    radius = math.ceil(BOUND_TH * math.hypot(a.height, a.width))
    margin = radius + 2
    boxes = [one.box for one in (a, b) if one.area]
    if not boxes:
        return 1.0
    left, top = (max(0, min(box[i] for box in boxes) - margin) for i in (0, 1))
    right = min(a.width, max(x + w for x, _, w, _ in boxes) + margin)
    bottom = min(a.height, max(y + h for _, y, _, h in boxes) + margin)
    part = np.s_[top:bottom, left:right]
    return contour_accuracy(a.to_mask()[part], b.to_mask()[part], bound_th=max(1, radius))


@dataclass
class Tally:
    """Counts and sums over compared instances; `bins` is the histogram of their J."""

    instances: int = 0
    missing: int = 0
    extra: int = 0
    wrong_label: int = 0
    switches: int = 0
    sum_j: float = 0.0
    sum_f: float = 0.0
    bins: tuple[int, ...] = (0,) * BINS

    def add(self, pair: Pair) -> None:
        """Count one pair."""
        at = min(BINS - 1, int(pair.j * BINS))
        self.instances += 1
        self.missing += pair.given is None
        self.extra += pair.truth is None
        self.wrong_label += pair.wrong_label
        self.switches += pair.switched
        self.sum_j += pair.j
        self.sum_f += pair.f
        self.bins = (*self.bins[:at], self.bins[at] + 1, *self.bins[at + 1:])

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.instances + other.instances, self.missing + other.missing, self.extra + other.extra,
            self.wrong_label + other.wrong_label, self.switches + other.switches, self.sum_j + other.sum_j,
            self.sum_f + other.sum_f, tuple(a + b for a, b in zip(self.bins, other.bins, strict=True)))

    @property
    def j(self) -> float | None:
        """Mean J; None of nothing."""
        return self.sum_j / self.instances if self.instances else None

    @property
    def f(self) -> float | None:
        """Mean F; None of nothing."""
        return self.sum_f / self.instances if self.instances else None


def spread(frames: Sequence[int], most: int) -> list[int]:
    """At most so many of the frames, evenly spread, the first and the last among them.

    Example:
        >>> spread(range(10), 4)
        [0, 3, 6, 9]
    """
    if len(frames) <= most:
        return list(frames)
    return [frames[round(i * (len(frames) - 1) / (most - 1))] for i in range(most)]


def tallied(pairs: Iterable[Pair]) -> Tally:
    """The tally of some pairs."""
    found = Tally()
    for pair in pairs:
        found.add(pair)
    return found

"""Where a person should look next: the frames whose correction mends most of what is probably wrong around them.

A correction does not only mend its own frame. Tracked again from there, the frames around it get better as well: the
error of a tracked mask grows with the distance from the nearest barrier, and a correction brings a barrier nearer. So
the gain of a frame is the expected error (1 - J) of the frames around it, each times the share that the shorter way is
expected to take away. Its unit is frames' worth of wrong mask.

Everything needed is in the index of masks (score, area, state): no pixels are read.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from backend.quality.doubt import AREA_JUMP, LOW_SCORE, area_jumps

Reason = Literal["low score", "area jump", "far from a barrier", "stale"]
Floats = npt.NDArray[np.float64]

AT_ONCE, REACH = 0.4, 12.0
"""How error grows: this share of it is there right beside a barrier, and the rest comes within about so many frames.
Both are about what the development sequences show."""

AROUND = 40
"""Frames on either side that a correction is expected to mend; beyond, distance makes no difference any more."""

ERROR_OF_SCORE, ERROR_OF_DISTANCE, ERROR_OF_JUMP = 1.65, 0.1, 0.4
"""Expected error of a mask: so much for a score of 0 instead of 1, for being far from every barrier, for a jump in
area. Fitted to the compact model on the development sequences (docs/guides/next-frame.md)."""

FAR = 30.0
"""Frames from the nearest barrier at which 1 - 1/e of the error of distance is expected."""

WITHOUT_SCORE = 0.9
"""What a mask that nobody scored (an imported one) is taken to have."""

ALIKE = 0.999
"""Gains that differ by less are alike."""

NAMED_FAR = 20
"""A frame at least this far from every barrier is named so."""


@dataclass(frozen=True)
class Seen:
    """What is known of a mask without its pixels.

    Attributes:
        frame: index.
        score: 0..1, the model's; None where there is none.
        area: pixels.
        barrier: verified or made by a human: it is right, and no run changes it.
        stale: made from prompts that have changed since.
    """

    frame: int
    score: float | None
    area: int
    barrier: bool = False
    stale: bool = False


@dataclass(frozen=True, order=True)
class Advice:
    """Look here.

    Attributes:
        gain: frames' worth of wrong mask that a correction here is expected to mend, with those advised before it made.
        frame, object: where.
        reasons: why this frame, strongest first; may be empty: the error is spread, and this is the middle of it.
    """

    gain: float
    frame: int
    object: int
    reasons: tuple[Reason, ...] = field(compare=False)


def advise(lanes: Iterable[tuple[int, Sequence[Seen]]], limit: int) -> list[Advice]:
    """The best frames to look at, best first. Each is chosen as if those before it had been corrected, so that they are
    spread and not neighbours.

    Args:
        lanes: (object id, its masks by ascending frame, barriers included) each.
        limit: how many at most. There are fewer where fewer frames have a mask that is no barrier.

    Example:
        >>> lane = [Seen(0, None, 9, barrier=True), Seen(1, 0.9, 9), Seen(2, 0.2, 9), Seen(3, 0.9, 9)]
        >>> [(one.frame, one.reasons) for one in advise([(7, lane)], 1)]
        [(2, ('low score',))]
    """
    stretches = [stretch for object, lane in lanes for stretch in _stretches(object, lane)]
    heap = [(-gain, stretch.object, frame, at) for at, stretch in enumerate(stretches)
            for gain, frame in [stretch.best()]]
    heapq.heapify(heap)
    found: list[Advice] = []
    while heap and len(found) < limit:
        loss, object, frame, at = heapq.heappop(heap)
        found.append(Advice(-loss, frame, object, stretches[at].reasons(frame)))
        if stretches[at].corrected(frame):
            gain, frame = stretches[at].best()
            heapq.heappush(heap, (-gain, object, frame, at))
    return found


class _Stretch:
    """Masks of an object between two barriers."""

    def __init__(self, object: int, masks: Sequence[Seen], barriers: tuple[float, float], jumps: Floats) -> None:
        self.object, self._masks, self._jumps = object, masks, jumps
        frames = np.array([one.frame for one in masks])
        scores = np.array([WITHOUT_SCORE if one.score is None else one.score for one in masks])
        self._frames = frames
        self._away = np.minimum(frames - barriers[0], barriers[1] - frames)
        error = (ERROR_OF_SCORE * (1 - np.clip(scores, 0, 1)) + ERROR_OF_DISTANCE * (1 - np.exp(-self._away / FAR))
                 + ERROR_OF_JUMP * (jumps > AREA_JUMP))
        self._error = np.clip(error, 0, 1)
        self._open = np.ones(len(masks), bool)

    def best(self) -> tuple[float, int]:
        """(gain, frame) of the best frame that is left; of several that are as good the one farthest from barriers."""
        gains = np.where(self._open, self._gains(), -1.0)
        alike = np.flatnonzero(gains >= ALIKE * gains.max())
        at = alike[np.argmax(self._away[alike])]
        return float(gains[at]), int(self._frames[at])

    def corrected(self, frame: int) -> bool:
        """Expect the errors that are left after this; whether a frame is left."""
        self._open[np.searchsorted(self._frames, frame)] = False
        nearer = np.minimum(self._away, np.abs(self._frames - frame))
        self._error *= _growth(nearer) / _growth(self._away)
        self._away = np.maximum(nearer, 1)
        return bool(self._open.any())

    def reasons(self, frame: int) -> tuple[Reason, ...]:
        """Of one frame."""
        at = int(np.searchsorted(self._frames, frame))
        one = self._masks[at]
        named: list[tuple[bool, Reason]] = [
            (one.stale, "stale"), (one.score is not None and one.score < LOW_SCORE, "low score"),
            (bool(self._jumps[at] > AREA_JUMP), "area jump"),
            (bool(self._away[at] >= NAMED_FAR), "far from a barrier"),
        ]
        return tuple(reason for holds, reason in named if holds)

    def _gains(self) -> Floats:
        """Of every frame. Frames may be missing, so that indices are counted and not masks."""
        low = int(self._frames[0])
        error, share = np.zeros((2, int(self._frames[-1]) - low + 1 + 2 * AROUND))
        at = self._frames - low + AROUND
        error[at] = self._error
        share[at] = self._error / _growth(self._away)
        gains = self._error.copy()
        for distance in range(1, AROUND + 1):
            left = error - share * _growth(np.array(distance))
            np.maximum(left, 0, out=left)
            gains += left[at - distance] + left[at + distance]
        return gains


def _growth(distance: Floats) -> Floats:
    """The error at a distance from a barrier, as a share of what it is far from any; 0 on the barrier itself."""
    return np.where(distance > 0, AT_ONCE + (1 - AT_ONCE) * (1 - np.exp(-distance / REACH)), 0.0)


def _stretches(object: int, lane: Sequence[Seen]) -> Iterator[_Stretch]:
    """Cut at the barriers."""
    jumps = np.array(area_jumps([one.frame for one in lane], [one.area for one in lane]))
    begin, before = 0, -np.inf
    for at, one in enumerate(lane):
        if one.barrier:
            if begin < at:
                yield _Stretch(object, lane[begin:at], (before, one.frame), jumps[begin:at])
            begin, before = at + 1, one.frame
    if begin < len(lane):
        yield _Stretch(object, lane[begin:], (before, np.inf), jumps[begin:])

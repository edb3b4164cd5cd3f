"""Rounds of correction over a video: how much work it takes until every mask is good.

A simulated annotator gives every object's mask on the first frame it is visible on and tracks. In each round it then
looks at every object that is not good enough yet, corrects one frame, and re-tracks what the correction made stale,
with the plans and the runner that people's runs use. Which frame that is, is the order: the worst one, which takes the
truth to know, or one that a person could choose.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean
from typing import Literal

from backend.errors import BadInput
from backend.masks import BoolMask, Rle
from backend.models.seam import Model, Session
from backend.quality.clicks import annotate
from backend.quality.next_frame import Seen, advise
from backend.quality.region import region_similarity
from backend.quality.sequences import Sequence
from backend.tracking.plan import ObjectFrames, Plan, Stretch, make_plan
from backend.tracking.runner import run

TARGET = 0.90
"""Mean J at which an object is good enough."""

MAX_ROUNDS = 100
"""Where the annotator gives up."""

Correction = Literal["mask", "clicks"]

Order = Literal["worst", "uniform", "advised"]
"""Which frame is corrected next: the one of least J; the middle of the longest stretch without a barrier; the one that
`next_frame.advise` names. Only the first uses the truth."""


@dataclass(frozen=True)
class Round:
    """The state after a round; round 0 is tracking without a correction.

    Attributes:
        number: of the round.
        mean_j: mean over objects of their mean J over all frames after the given one, corrected frames included.
        corrected: object-frames corrected so far.
        clicks: made so far (0 where masks are drawn).
        tracked: object-frames computed by the model in this round.
        below: objects whose mean J is below the target.
    """

    number: int
    mean_j: float
    corrected: int
    clicks: int
    tracked: int
    below: int


def correct_in_rounds(
    model: Model, sequence: Sequence, *, by: Correction = "mask", order: Order = "worst", target: float = TARGET,
    max_rounds: int = MAX_ROUNDS,
) -> Iterator[Round]:
    """Label a sequence in rounds, until every object has a mean J of `target` or `max_rounds` have been done.

    Args:
        model: tracks, and segments where corrections are made by clicks.
        sequence: frames and true masks.
        by: a correction is the true mask, or clicks on the mask that is there.
        order: which frame of an object is corrected next.

    Yields:
        Round 0 and then every round, as soon as it is done.
    """
    session = model.open(sequence.frames)
    try:
        labelling = _Labelling(session, sequence, target)
        yield labelling.round(0, first_plan(sequence, sequence.objects))
        for number in range(1, max_rounds + 1):
            corrections = labelling.next(order)
            if not corrections:
                return
            for one, frame in corrections.items():
                labelling.correct(one, frame, by)
            yield labelling.round(number, labelling.stale_plan(corrections))
    finally:
        session.close()


def first_plan(sequence: Sequence, objects: tuple[int, ...]) -> Plan:
    """Every object from the first frame it is visible on to the end."""
    last = len(sequence) - 1
    starts = {one: sequence.first_frames[one] for one in objects if sequence.first_frames[one] < last}
    stretches = tuple(Stretch(one, first + 1, last, 1) for one, first in starts.items())
    return Plan("forward", min(starts.values(), default=0), stretches)


class _Labelling:
    """Masks and barriers of a sequence in work."""

    def __init__(self, session: Session, sequence: Sequence, target: float) -> None:
        self.session, self.sequence, self.target = session, sequence, target
        self.barriers = {one: [first] for one, first in sequence.first_frames.items()}
        self.masks: dict[tuple[int, int], Rle] = {}
        self.scores: dict[tuple[int, int], float] = {}
        self.j: dict[int, dict[int, float]] = {one: {} for one in sequence.objects}
        self.corrected = self.clicks = 0
        for one, first in sequence.first_frames.items():
            self.masks[one, first] = Rle.from_mask(sequence.truth(first)[one])

    def round(self, number: int, plan: Plan) -> Round:
        """Carry out a plan and say where the labelling stands."""
        for frame, segments in run(plan, self.session, self._mask_of, self.barriers):
            truth, void = self.sequence.truth(frame), self.sequence.void(frame)
            for one, segment in segments.items():
                self.scores[one, frame] = segment.score
                self._store(one, frame, segment.mask, truth[one], void)
        means = [fmean(scores.values()) for scores in self.j.values() if scores]
        below = sum(mean < self.target for mean in means)
        return Round(number, fmean(means), self.corrected, self.clicks, plan.total, below)

    def next(self, order: Order) -> dict[int, int]:
        """Object -> its frame to correct, for objects whose mean J is below the target and that have a frame without a
        barrier."""
        choose = {"worst": self._worst, "uniform": self._middle, "advised": self._advised}[order]
        below = [one for one, scores in self.j.items() if scores and fmean(scores.values()) < self.target]
        return {one: choose(one) for one in below if len(self.barriers[one]) <= len(self.j[one])}

    def _worst(self, one: int) -> int:
        scores = {frame: j for frame, j in self.j[one].items() if frame not in self.barriers[one]}
        return min(scores, key=lambda frame: (scores[frame], frame))

    def _middle(self, one: int) -> int:
        """Of the longest stretch, the earliest of several."""
        stops = [*self.barriers[one], len(self.sequence)]
        left, right = max(pairwise(stops), key=lambda pair: pair[1] - pair[0])
        return (left + right) // 2

    def _advised(self, one: int) -> int:
        frames = sorted(frame for other, frame in self.masks if other == one)
        lane = [Seen(frame, self.scores.get((one, frame)), self.masks[one, frame].area, frame in self.barriers[one])
                for frame in frames]
        return advise([(one, lane)], 1)[0].frame

    def correct(self, one: int, frame: int, by: Correction) -> None:
        """Give a frame a human mask; it is a barrier from now on."""
        truth, void = self.sequence.truth(frame)[one], self.sequence.void(frame)
        mask = truth
        if by == "clicks" and truth.any():  # an object that is not there is marked absent, not clicked away
            clicked = annotate(self.session, frame, one, truth, start=self.masks[one, frame].to_mask(), void=void)
            mask = clicked.mask
            self.clicks += len(clicked.clicks)
        self._store(one, frame, mask, truth, void)
        insort(self.barriers[one], frame)
        self.corrected += 1

    def stale_plan(self, corrections: dict[int, int]) -> Plan:
        """Re-track the masks that depended on what was corrected: those up to the neighbouring barriers."""
        lanes = [self._lane(one, frame) for one, frame in corrections.items()]
        try:
            return make_plan(lanes, "stale", 0, frame_count=len(self.sequence))
        except BadInput as error:
            if error.code != "nothing_to_track":
                raise
            return Plan("stale", 0, ())  # every neighbour is a barrier, or nothing around is visible to track from

    def _lane(self, one: int, corrected: int) -> ObjectFrames:
        barriers = self.barriers[one]
        at = bisect_left(barriers, corrected)
        after = barriers[at + 1] if at + 1 < len(barriers) else len(self.sequence)
        stale = set(range(barriers[at - 1] + 1, after)) - {corrected}
        frames = [frame for (other, frame), mask in self.masks.items() if other == one and mask.area]
        return ObjectFrames(one, tuple(barriers), frames, stale)

    def _mask_of(self, one: int, frame: int) -> BoolMask | None:
        mask = self.masks.get((one, frame))
        return None if mask is None else mask.to_mask()

    def _store(self, one: int, frame: int, mask: BoolMask, truth: BoolMask, void: BoolMask | None) -> None:
        self.masks[one, frame] = Rle.from_mask(mask)
        self.j[one][frame] = region_similarity(mask, truth, void)

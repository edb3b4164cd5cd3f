"""Carry out a plan, one frame a step."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from backend.errors import Conflict, Unavailable
from backend.masks import BoolMask
from backend.models.seam import Segment, Session
from backend.tracking.meeting import meet
from backend.tracking.plan import Meeting, Plan, Stretch

MaskOf = Callable[[int, int], BoolMask | None]
"""(object, frame) -> the mask stored there; None where there is none. Called only for seeds, barriers and what the run
has yielded before."""

TRUSTED_EACH_SIDE = 2
"""Barriers a stretch is shown on each side of it. Farther ones tell little about how the object looks here, and
every one costs a decoded frame and memory, so the number is bounded whatever the length of the video."""

MAY_SKIP = 2
"""Frames in a row that may fail to come before the run gives up. Damaged frames do come (as their neighbour's picture);
what fails is a frame that kills the decoder, which then starts anew, or a file that is gone, and then all fail."""


@dataclass(frozen=True)
class Made(Segment):
    """What a run made of one object on one frame.

    Attributes:
        half: tracked from one side and yet to be merged with what comes from the other.
    """

    half: bool = False


def run(
    plan: Plan, session: Session, mask_of: MaskOf, barriers: Mapping[int, Sequence[int]]
) -> Iterator[tuple[int, dict[int, Made]]]:
    """Compute a plan: forward stretches in one ascending sweep, then backward ones in one descending sweep, all
    objects that are due on a frame in one call of the model. What is tracked from both sides comes twice: on the way
    forward from one side (`half`), on the way back merged with that.

    Closing the iterator cancels; what was yielded is done. A killed run goes on with `plan.remaining(done)`: the
    state of the session is rebuilt from stored masks. (The masks after that may differ slightly from those of an
    undisturbed run, because a stored mask is binary and the state of a model need not be.)

    Args:
        plan: what to compute.
        session: of the video; the run's own while it lasts, and left without these objects.
        mask_of: reads stored masks. What is yielded has to be stored before the next step: it is read again on the way
            back, so that a run keeps no masks, whatever its length.
        barriers: object -> its barriers, ascending; the nearest ones show the model how the object looks.

    Yields:
        (frame, {object: what was made}) after every frame. The mapping is empty where the frame cannot be had; the
        objects go on from the last frame before it.

    Raises:
        Conflict: a mask to start from was removed after the run was planned.
        Unavailable: more than `MAY_SKIP` frames in a row cannot be had.
    """
    sides = _Sides(plan.meetings, mask_of)
    try:
        for frame, segments in _sweep([s for s in plan.stretches if s.step > 0], session, mask_of, barriers):
            yield frame, sides.first(frame, segments)
        for frame, segments in _sweep([s for s in plan.stretches if s.step < 0], session, mask_of, barriers):
            yield frame, sides.second(frame, segments)
    finally:
        session.forget(plan.objects)


class _Sides:
    """What is tracked from both sides. Of the way forward only the scores are kept, 4 bytes an object-frame."""

    def __init__(self, meetings: Sequence[Meeting], mask_of: MaskOf) -> None:
        self._mask_of = mask_of
        self._meetings: dict[int, list[tuple[Meeting, npt.NDArray[np.float32]]]] = {}
        for one in meetings:
            scores = np.full(one.high - one.low + 1, np.nan, np.float32)
            self._meetings.setdefault(one.object, []).append((one, scores))

    def first(self, frame: int, segments: Mapping[int, Segment]) -> dict[int, Made]:
        """On the way forward."""
        made = {}
        for object, segment in segments.items():
            there = self._at(object, frame)
            if there:
                meeting, scores = there
                scores[frame - meeting.low] = segment.score
            made[object] = Made(segment.mask, segment.score, segment.present, half=there is not None)
        return made

    def second(self, frame: int, segments: Mapping[int, Segment]) -> dict[int, Made]:
        """On the way back."""
        left: dict[int, Segment] = {}
        along: dict[int, float] = {}
        for object in segments:
            there = self._at(object, frame)
            if there is None or np.isnan(score := there[1][frame - there[0].low]):
                continue  # the frame may have failed on the way forward
            mask = self._mask_of(object, frame)
            if mask is not None:  # somebody may have removed it since
                left[object] = Segment(mask, float(score))
                along[object] = (frame - there[0].left) / (there[0].right - there[0].left)
        merged = {**segments, **meet(left, {one: segments[one] for one in left}, along)}
        return {object: Made(one.mask, one.score, one.present) for object, one in merged.items()}

    def _at(self, object: int, frame: int) -> tuple[Meeting, npt.NDArray[np.float32]] | None:
        return next((one for one in self._meetings.get(object, ()) if one[0].low <= frame <= one[0].high), None)


def nearest_barriers(barriers: Sequence[int], low: int, high: int) -> list[int]:
    """Of ascending barriers those that show a model how an object looks on frames low <= f <= high: the nearest ones
    outside, ascending, at most `TRUSTED_EACH_SIDE` on each side."""
    before = barriers[: bisect_left(barriers, low)][-TRUSTED_EACH_SIDE:]
    after = barriers[bisect_right(barriers, high):][:TRUSTED_EACH_SIDE]
    return [*before, *after]


def _sweep(
    stretches: list[Stretch], session: Session, mask_of: MaskOf, barriers: Mapping[int, Sequence[int]]
) -> Iterator[tuple[int, dict[int, Segment]]]:
    """Frames in order; a stretch is remembered when its first frame is due and forgotten after its last."""
    waiting = sorted(stretches, key=lambda s: s.first * s.step, reverse=True)
    active: list[Stretch] = []
    frame = failed = 0
    while waiting or active:
        frame = frame + active[0].step if active else waiting[-1].first
        while waiting and waiting[-1].first == frame:
            active.append(waiting.pop())
            _remember(active[-1], session, mask_of, barriers.get(active[-1].object, ()))
        try:
            segments = session.track(frame)
            failed = 0
        except Unavailable:
            failed += 1
            if failed > MAY_SKIP:
                raise
            segments = {}
        yield frame, segments
        session.forget(s.object for s in active if s.last == frame)
        active = [s for s in active if s.last != frame]


def _remember(stretch: Stretch, session: Session, mask_of: MaskOf, barriers: Sequence[int]) -> None:
    """Show the session the nearest barriers, far ones first, and last the seed.

    Raises:
        Conflict: the mask to start from was removed after the run was planned.
    """
    seed = stretch.seed_frame
    start = mask_of(stretch.object, seed)
    if start is None:
        raise Conflict("seed_removed", f"The mask of object {stretch.object} on frame {seed} was removed.",
                       "Track again from a frame that has a mask.")
    near = nearest_barriers(barriers, min(seed, stretch.last), max(seed, stretch.last))
    for frame in sorted(near, key=lambda f: -abs(f - seed)):
        mask = mask_of(stretch.object, frame)
        if mask is not None:
            session.remember(frame, {stretch.object: mask})
    session.remember(seed, {stretch.object: start})

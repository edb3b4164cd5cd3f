"""Which object-frames a run computes, in which order, from which masks. Pure: no pixels, no database.

Rules, for every scope:

* A run never computes a barrier. Passing over one, it goes on from the mask a person put there.
* Tracking starts from a mask with pixels, on the frame before the first one computed. Masks that are not stale are
  preferred: a stale one was made from prompts that have changed since.
* A barrier without a mask says that the object is not there. Nothing can be tracked from it and nothing is tracked
  through
  it: in the direction of the run, the frames behind it are left alone up to the next barrier that has a mask.
* What lies between two masks to start from is tracked from both (scopes `stale` and `to_barrier`), by two stretches
  that run against each other. What both compute is merged.
* Nothing is tracked across a cut. Behind it, a run goes on from the masks that a person put there.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, get_args

from backend.errors import BadInput

Scope = Literal["forward", "backward", "both", "to_barrier", "one_forward", "one_backward", "stale"]
SCOPES: tuple[Scope, ...] = get_args(Scope)


@dataclass(frozen=True)
class ObjectFrames:
    """What is known of one object; frames in any order.

    Attributes:
        object: its id.
        barriers: frames that a run must not change (verified, or made by a human).
        masks: frames whose mask has pixels, barriers included; a barrier that is not in here says "absent".
        stale: frames whose mask was made from prompts that have changed since (with pixels or without).
    """

    object: int
    barriers: Collection[int] = ()
    masks: Collection[int] = ()
    stale: Collection[int] = ()


@dataclass(frozen=True)
class Stretch:
    """Consecutive frames of one object, in the order they are computed: forward (step 1) or backward (step -1)."""

    object: int
    first: int
    last: int
    step: Literal[1, -1]

    @property
    def frames(self) -> range:
        """The frames, in order."""
        return range(self.first, self.last + self.step, self.step)

    @property
    def seed_frame(self) -> int:
        """The frame whose mask tracking starts from; it is not computed."""
        return self.first - self.step


@dataclass(frozen=True)
class Meeting:
    """Frames low <= f <= high of an object that are tracked from both sides: from its masks on `left` and `right`."""

    object: int
    low: int
    high: int
    left: int
    right: int


@dataclass(frozen=True)
class Plan:
    """What a run computes. No stretch holds a barrier, and those of one object overlap only where a forward and a
    backward one run against each other.

    Attributes:
        scope, frame: as they were asked for.
        stretches: what to compute.
        notes: sentences for the person who asked, about what is done otherwise than they may expect.
    """

    scope: Scope
    frame: int
    stretches: tuple[Stretch, ...]
    notes: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """Object-frames to compute; those that are tracked from both sides count twice."""
        return sum(len(stretch.frames) for stretch in self.stretches)

    @property
    def objects(self) -> tuple[int, ...]:
        """Ids of the objects, ascending."""
        return tuple(sorted({stretch.object for stretch in self.stretches}))

    @property
    def meetings(self) -> tuple[Meeting, ...]:
        """Where stretches run against each other."""
        backward: dict[int, list[Stretch]] = {}
        for stretch in self.stretches:
            if stretch.step < 0:
                backward.setdefault(stretch.object, []).append(stretch)
        found = (
            Meeting(one.object, max(one.first, other.last), min(one.last, other.first), one.seed_frame,
                    other.seed_frame)
            for one in self.stretches if one.step > 0 for other in backward.get(one.object, ())
        )
        return tuple(one for one in found if one.low <= one.high)

    def remaining(self, done: Mapping[int, Collection[int]]) -> Plan:
        """The plan without the frames {object: frames} that are done or have become barriers; it may be empty.

        What is left goes on from the mask on the frame before it."""
        left = (part for stretch in self.stretches for part in _without(stretch, set(done.get(stretch.object, ()))))
        return Plan(self.scope, self.frame, tuple(left), self.notes)

    def to_json(self) -> dict[str, Any]:
        """As JSON; `from_json` reads it."""
        stretches = [[s.object, s.first, s.last, s.step] for s in self.stretches]
        return {"scope": self.scope, "frame": self.frame, "stretches": stretches, "notes": list(self.notes)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Plan:
        """Read what `to_json` made."""
        return cls(data["scope"], data["frame"], tuple(Stretch(*s) for s in data["stretches"]), tuple(data["notes"]))


def make_plan(
    objects: Sequence[ObjectFrames], scope: Scope, frame: int, *,
    frame_count: int, start: int = 0, stop: int | None = None, cuts: Sequence[int] = (),
) -> Plan:
    """Plan a run.

    Args:
        objects: the objects to track.
        scope: `forward`, `backward`, `both`: from `frame` to the range's end; `to_barrier`: from `frame` to the next
            barrier, and back from there if it has a mask; `one_forward`, `one_backward`: the mask on `frame` carried
            to its neighbour; `stale`: every stale frame, from the masks on both its sides where there are two (frames
            without a mask on the way there are filled).
        frame: where the person is; one beside the range means the range's end. Where an object has no mask there,
            its nearest one against the direction of the run is taken, and a note says so.
        frame_count: of the video.
        start, stop: only frames start <= f < stop are computed; the mask to start from may lie right beside the
        range.
        cuts: frames that begin a new shot, ascending; none for a run that shall go across them.

    Raises:
        BadInput: unknown scope, a frame or range outside the video, or nothing to track.
    """
    stop = frame_count if stop is None else stop
    if scope not in SCOPES:
        raise BadInput("unknown_scope", f"There is no scope '{scope}'.", f"Use one of: {', '.join(SCOPES)}.")
    if not 0 <= frame < frame_count:
        raise BadInput("frame_outside", f"Frame {frame} is outside: the video has frames 0 to {frame_count - 1}.",
                       "Choose a frame of the video.")
    if not 0 <= start < stop <= frame_count:
        raise BadInput("bad_range", f"Frames {start} to {stop} (not included) are no range of this video.",
                       f"Choose 0 <= start < stop <= {frame_count}.")
    stretches: list[Stretch] = []
    notes: list[str] = []
    stopped: set[int] = set()
    for one in objects:
        lane = _Lane(one, start, stop, cuts)
        stretches += lane.stale() if scope == "stale" else lane.run(scope, frame, notes)
        stopped |= lane.stopped_at
    if not stretches:
        reason = _why_nothing(objects, scope, stopped)
        raise BadInput("nothing_to_track", f"There is nothing to track: {reason}", _remedy(scope, stopped))
    notes += [f"Tracking stops at the cut on frame {cut}." for cut in sorted(stopped)]
    return Plan(scope, frame, tuple(stretches), tuple(notes))


def prompt_hash(prompts: Iterable[Any], barriers: Mapping[int, Iterable[Any]]) -> str:
    """A stable fingerprint (32 hex digits) of what a run sees: its prompts and barriers, JSON-able, in the order
    given.

    Args:
        prompts: for example [object, frame, prompt as JSON] each.
        barriers: object -> for example [frame, revision] each.
    """
    seen = {"prompts": list(prompts), "barriers": {str(key): list(barriers[key]) for key in sorted(barriers)}}
    text = json.dumps(seen, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


class _Lane:
    """One object's frames within a range. `stopped_at`: cuts that ended a stretch which would have gone on."""

    def __init__(self, one: ObjectFrames, start: int, stop: int, cuts: Sequence[int]) -> None:
        self.object = one.object
        self.start, self.stop = start, stop
        self.barriers = set(one.barriers)
        self.masks = set(one.masks)
        self.outdated = set(one.stale) - self.barriers
        self.fresh = self.masks - self.outdated
        self.cuts = cuts
        self.stopped_at: set[int] = set()

    def run(self, scope: Scope, frame: int, notes: list[str]) -> list[Stretch]:
        """The stretches of a run that starts at a frame."""
        if scope in ("one_forward", "one_backward"):
            step: Literal[1, -1] = 1 if scope == "one_forward" else -1
            free = (frame in self.masks and self._free(frame + step)
                    and self._in_shot(frame, frame + step) == frame + step)
            return [Stretch(self.object, frame + step, frame + step, step)] if free else []
        frame = min(max(frame, self.start), self.stop - 1)
        seed = self._seed(frame, scope)
        if seed is not None and seed != frame:
            notes.append(_note(self.object, frame, seed, outdated=frame in self.masks))
        from_frame = frame if seed is None else seed
        stretches: list[Stretch] = []
        if scope != "backward":
            stretches += self._sweep(from_frame, 1, to_barrier=scope == "to_barrier")
        if scope in ("backward", "both"):
            stretches += self._sweep(from_frame, -1)
        return stretches

    def stale(self) -> Iterator[Stretch]:
        """Every outdated frame of the range, from the masks on both sides of it."""
        inside = sorted(f for f in self.outdated if self.start <= f < self.stop)
        seeds = {f for f in self.fresh if self._can_hold_seed(f)}
        known = sorted(seeds | self.barriers)
        for left, right in pairwise([-1, *known, self.stop + 1]):
            between = inside[bisect_right(inside, left):bisect_left(inside, right)]
            if not between:
                continue
            by_left = [f for f in between if left in seeds and not self._cut_between(left, f)]
            by_right = [f for f in between if right in seeds and not self._cut_between(right, f)]
            if by_left:
                yield Stretch(self.object, left + 1, by_left[-1], 1)
            if by_right:
                yield Stretch(self.object, right - 1, by_right[0], -1)

    def _seed(self, frame: int, scope: Scope) -> int | None:
        """The mask a run from this frame starts from: here, else the nearest against its direction, up-to-date ones
        first.

        A barrier that says "absent" hides what lies behind it."""
        sides = {"backward": (1,), "both": (-1, 1)}.get(scope, (-1,))
        for masks in (self.fresh, self.masks):
            found = [seed for side in sides if (seed := self._look(frame, side, masks)) is not None]
            if found:
                return min(found, key=lambda seed: abs(seed - frame))
        return None

    def _look(self, frame: int, side: int, masks: set[int]) -> int | None:
        while self._can_hold_seed(frame):
            if frame in masks:
                return frame
            if frame in self.barriers or self._cut_between(frame, frame + side):
                return None
            frame += side
        return None

    def _sweep(self, seed: int, step: Literal[1, -1], *, to_barrier: bool = False) -> Iterator[Stretch]:
        """From a frame to the end of the range, going on from the mask of every barrier on the way."""
        end = self.stop if step > 0 else self.start - 1
        ahead = sorted((b for b in self.barriers if (b - seed) * step > 0 and (end - b) * step > 0), reverse=step < 0)
        stops = [seed, *ahead, end]
        for one, other in list(pairwise(stops))[: 1 if to_barrier else None]:
            if one in self.masks and self._can_hold_seed(one) and (other - one) * step > 1:
                yield from self._to_cut(one, other - step, step)
                if to_barrier and other in ahead and other in self.masks:
                    yield from self._to_cut(other, one + 1, -1)

    def _to_cut(self, seed: int, last: int, step: Literal[1, -1]) -> Iterator[Stretch]:
        """From a seed to `last`, or to where its shot ends."""
        last = self._in_shot(seed, last)
        if last != seed:
            yield Stretch(self.object, seed + step, last, step)

    def _in_shot(self, seed: int, last: int) -> int:
        """The last frame on the way from a seed to `last` before a cut; the seed itself where there is none."""
        cut = self._cut_between(seed, last)
        if cut is None:
            return last
        self.stopped_at.add(cut)
        return cut - 1 if last > seed else cut

    def _cut_between(self, one: int, other: int) -> int | None:
        """The cut that something tracked from one frame to the other would meet first; None where there is none."""
        low, high = sorted((one, other))
        before, after = bisect_right(self.cuts, low), bisect_right(self.cuts, high)
        if before == after:
            return None
        return self.cuts[before] if one < other else self.cuts[after - 1]

    def _can_hold_seed(self, frame: int) -> bool:
        """Inside the range or right beside it: from farther away, frames outside the range would have to be
        computed."""
        return self.start - 1 <= frame <= self.stop

    def _free(self, frame: int) -> bool:
        return self.start <= frame < self.stop and frame not in self.barriers


def _note(object: int, frame: int, seed: int, *, outdated: bool) -> str:
    if outdated:
        return f"Object {object} starts from frame {seed}, because its mask on frame {frame} is out of date."
    return f"Object {object} starts from frame {seed}, because it has no mask on frame {frame}."


def _without(stretch: Stretch, done: set[int]) -> Iterator[Stretch]:
    first: int | None = None
    for frame in stretch.frames:
        if frame in done:
            if first is not None:
                yield Stretch(stretch.object, first, frame - stretch.step, stretch.step)
            first = None
        elif first is None:
            first = frame
    if first is not None:
        yield Stretch(stretch.object, first, stretch.last, stretch.step)


def _why_nothing(objects: Sequence[ObjectFrames], scope: Scope, stopped: Collection[int]) -> str:
    if not objects:
        return "no object was given."
    if stopped:
        return f"the cut on frame {min(stopped)} is in the way."
    if scope == "stale":
        return "no stale frame in the range has a mask beside its stretch to start from."
    if not any(one.masks for one in objects):
        return "the objects have no mask yet."
    return "no mask to start from, or only frames that a person has made or verified ahead."


def _remedy(scope: Scope, stopped: Collection[int]) -> str:
    if stopped:
        return "Mark the object behind the cut, or track across cuts."
    if scope == "stale":
        return "Correct or verify a frame of the stretch, or track from a frame that is right."
    return ("Go to a frame where the object has a mask, or make one with a click, "
            "and choose a range that goes on from there.")

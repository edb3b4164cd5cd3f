"""Checks of one object by itself: it flickers, jumps, has holes or stray parts, stops short of the edge, or ends early.

No optical flow: an object is expected where the straight line between its masks before and after puts it, and what is
unusual is measured against how that object moves and changes otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from backend.quality.checks.facts import NEAR, Facts
from backend.quality.checks.findings import Finding, Kind

LONGEST_GAP = 5
"""An object that is away for longer may have been hidden; one that is back sooner flickers."""

LEAST_MOVE = 0.2
"""A step aside of less than this share of the object's size is the noise of masks."""

LEAST_CHANGE = float(np.log(1.35))
"""So is an area that is off by less than this factor."""

UNUSUAL = 6.0
"""Times what is usual for the object: then a step or a change of area is out of line."""

LEAST_SPOILED = 0.02
"""Share of the area that a new hole, or new parts, must have,"""

SPOILED_OFTEN = 3.0
"""and times what one in five masks of the object has: spokes and crossed arms open and close holes all the time."""

LASTING_MOVE, LASTING_AGREEMENT = 0.5, 0.2
"""A step that does not come back: this far aside of where it was going, in sizes, and agreeing no better than this with
the mask before it."""

SHRUNK = 0.3
"""An object whose last mask has less than this share of its usual area went out of sight bit by bit."""

Floats = npt.NDArray[np.float64]


def flicker(object: int, facts: Sequence[Facts], absent: Collection[int]) -> Iterator[Finding]:
    """It is gone for a few frames, or there for a few frames only.

    Args:
        absent: frames that need no mask, as a person said that the object is not there.
    """
    usual = median(one.area for one in facts)
    for before, after in pairwise(facts):
        gap = after.frame - before.frame - 1
        by_hand = before.human and after.human  # not annotated in between yet
        if not 0 < gap <= LONGEST_GAP or by_hand or any(before.frame < frame < after.frame for frame in absent):
            continue
        moved = np.hypot(after.x - before.x, after.y - before.y) / (gap + 1) / max(before.size, after.size)
        fade = min(before.area, after.area) / usual
        score = 0.95 - 0.05 * gap - min(0.3, moved) - (0.3 if fade < SHRUNK else 0)
        score -= 0.3 if before.at_border and after.at_border else 0
        yield _finding("flicker", object, before.frame + 1, before.frame + 1, after.frame, score,
                       f"Gone for {gap} frames, and back." if gap > 1 else "Gone for 1 frame, and back.")
    yield from _glimpses(object, facts)


def _glimpses(object: int, facts: Sequence[Facts]) -> Iterator[Finding]:
    for stretch in _stretches(facts):
        alone = len(stretch) < len(facts) and len(stretch) <= 2 and not any(one.human for one in stretch)
        others = [one.frame for one in facts if one.frame < stretch[0].frame or one.frame > stretch[-1].frame]
        distance = min((min(abs(f - stretch[0].frame), abs(f - stretch[-1].frame)) for f in others), default=0)
        if alone and distance > LONGEST_GAP + 1:
            yield _finding("flicker", object, stretch[0].frame, stretch[0].frame, stretch[-1].frame + 1, 0.7,
                           f"There for {len(stretch)} frames only." if len(stretch) > 1 else "There for 1 frame only.")


def jump(object: int, facts: Sequence[Facts]) -> Iterator[Finding]:
    """It steps aside or changes its area for a few frames, or steps aside for good."""
    for stretch in _stretches(facts):
        if len(stretch) < 4:
            continue
        taken: set[int] = set()
        for one in sorted(_excursions(stretch), key=lambda one: (-one.ratio, one.stop)):
            if taken.isdisjoint(range(one.start - 1, one.stop + 1)):
                taken.update(range(one.start - 1, one.stop + 1))
                yield _finding(one.kind, object, stretch[one.start].frame, stretch[one.start].frame,
                               stretch[one.stop - 1].frame + 1, 1 - 0.5 / one.ratio, one.sentence)
        for at, ratio in _steps(stretch):
            if at not in taken:
                taken.update(range(at - 1, at + 2))
                frame = stretch[at].frame
                yield _finding("jump", object, frame, frame, frame + 1, 1 - 0.5 / ratio, "Somewhere else from here on.")


class _Excursion(NamedTuple):
    """Masks start <= i < stop of a stretch that are out of line, by `ratio` times the bound."""

    kind: Kind
    start: int
    stop: int
    ratio: float
    sentence: str


def _excursions(stretch: Sequence[Facts]) -> Iterator[_Excursion]:
    """Up to `NEAR` masks that lie off the line between the one before and the one after."""
    places = np.array([(one.x, one.y) for one in stretch])
    areas = np.log([one.area for one in stretch])
    sizes = np.array([one.size for one in stretch])
    for length in range(1, min(NEAR, len(stretch) - 2) + 1):
        starts = np.arange(1, len(stretch) - length)
        before, after = starts - 1, starts + length
        moves, changes = np.full(len(starts), np.inf), np.full(len(starts), np.inf)
        signs = np.zeros(len(starts))
        for inside in range(length):  # the least of the masks in between: all of them must be off
            part = (inside + 1) / (length + 1)
            place = places[before] * (1 - part) + places[after] * part
            area = areas[before] * (1 - part) + areas[after] * part
            off = areas[starts + inside] - area
            aside = np.hypot(*(places[starts + inside] - place).T) / np.maximum(sizes[before], sizes[after])
            moves = np.minimum(moves, aside)
            changes = np.minimum(changes, np.abs(off))
            signs += np.sign(off)
        changes[np.abs(signs) < length] = 0
        for i, ratio in _beyond(moves, LEAST_MOVE):
            yield _Excursion("jump", i + 1, i + 1 + length, ratio, "Aside of the line between its neighbours.")
        for i, ratio in _beyond(changes, LEAST_CHANGE):
            words = "Much larger than before and after." if signs[i] > 0 else "Much smaller than before and after."
            yield _Excursion("flicker", i + 1, i + 1 + length, ratio, words)


def _beyond(deviations: Floats, least: float) -> list[tuple[int, float]]:
    """(index, times the bound) where a deviation is larger than `least` and than what is usual."""
    bound = max(least, UNUSUAL * float(np.median(deviations)))
    return [(int(i), float(deviations[i] / bound)) for i in np.flatnonzero(deviations > bound)]


def _steps(stretch: Sequence[Facts]) -> Iterator[tuple[int, float]]:
    """(index, times the bound) of masks that are not where the object was going, and agree with nothing there."""
    places = np.array([(one.x, one.y) for one in stretch])
    off = np.zeros(len(stretch))
    steps = np.diff(places, axis=0)
    off[2:] = np.hypot(*(steps[1:] - steps[:-1]).T) / np.array([one.size for one in stretch[2:]])
    for at, ratio in _beyond(off, LASTING_MOVE):
        agreement = stretch[at].predicted
        if agreement is not None and agreement < LASTING_AGREEMENT:
            yield at, ratio


def spoiled(object: int, facts: Sequence[Facts]) -> Iterator[Finding]:
    """Holes and stray parts that the masks around do not have."""
    hole_words = "Holes that the frames around do not have."
    part_words = "Parts away from where it is before and after."
    kinds: tuple[tuple[Kind, Callable[[Facts], float], str], ...] = (
        ("hole", lambda one: one.hole, hole_words),
        ("fragment", lambda one: one.part, part_words),
    )
    for kind, share, sentence in kinds:
        bound = max(LEAST_SPOILED, SPOILED_OFTEN * float(np.quantile([share(one) for one in facts], 0.8)))
        for group in _stretches([one for one in facts if share(one) > bound]):
            worst = max(group, key=share)
            yield _finding(kind, object, worst.frame, group[0].frame, group[-1].frame + 1,
                           1 - 0.5 * bound / share(worst), sentence)


def edge(object: int, facts: Sequence[Facts]) -> Iterator[Finding]:
    """Its masks end in a straight line a few pixels before the edge of the picture, which others of it reach."""
    for group in _stretches([one for one in facts if one.short]):
        worst = max(group, key=lambda one: one.short)
        yield _finding("edge", object, worst.frame, group[0].frame, group[-1].frame + 1, 0.5 + 0.1 * worst.short,
                       "Ends in a straight line just before the edge, which it reaches before and after.")


def end(object: int, facts: Sequence[Facts], absent: Collection[int], frame_count: int) -> Iterator[Finding]:
    """Its masks end, though it is not at the border of the picture and nobody said that it is absent."""
    usual = median(one.area for one in facts)
    for last, following in (*pairwise(facts), (facts[-1], None)):
        away = (following.frame if following else frame_count) - last.frame - 1
        if following and (away <= LONGEST_GAP or (last.human and following.human)):
            continue
        if not away or last.at_border or last.frame + 1 in absent:
            continue
        left = last.area / usual
        score = 0.8 if left > 0.7 else 0.6 if left > SHRUNK else 0.3
        yield _finding("end", object, last.frame, last.frame, last.frame + 1, score,
                       "Its masks end here, in the middle of the picture.")


def _stretches(facts: Sequence[Facts]) -> Iterator[list[Facts]]:
    """Facts of frames that follow each other, together."""
    together: list[Facts] = []
    for one in facts:
        if together and one.frame != together[-1].frame + 1:
            yield together
            together = []
        together.append(one)
    if together:
        yield together


def _finding(kind: Kind, object: int, frame: int, start: int, stop: int, score: float, sentence: str) -> Finding:
    return Finding(kind, object, frame, start, stop, float(min(1.0, max(0.05, score))), sentence)

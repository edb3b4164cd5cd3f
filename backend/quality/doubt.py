"""Which masks are most likely wrong: the order in which a reviewer looks at them.

Doubt comes from the model's score and from how a mask fits the masks of the same object on the frames right before and
after it. It needs run-length codes only, so a video's ten thousand masks take less than a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Literal

from backend.masks import Rle, iou

Reason = Literal["low score", "area jump", "disagrees with neighbour"]

LOW_SCORE = 0.5
"""A score below this is named as a reason."""

AREA_JUMP = 1 / 3
"""A mask that gains or loses this share of its area from one frame to the next is named so."""

DISAGREEMENT = 1 / 3
"""As is one whose agreement with a neighbour falls this far below what is usual for the object."""

LEAST_USUAL_IOU = 0.5
"""A small fast object overlaps little with itself on every frame; but so does one that flickers, hence this floor."""


@dataclass(frozen=True)
class MaskFact:
    """What doubt needs to know of one mask.

    Attributes:
        frame: index.
        rle: the mask; empty where the object is not visible.
        score: 0..1, the model's; None where a person made the mask or it was imported.
    """

    frame: int
    rle: Rle
    score: float | None = None


@dataclass(frozen=True)
class Doubt:
    """How likely a mask is wrong.

    Attributes:
        frame: index.
        doubt: 0..1.
        reasons: what makes it doubtful, strongest first; may be empty.
    """

    frame: int
    doubt: float
    reasons: tuple[Reason, ...]


def doubts_of(facts: Sequence[MaskFact]) -> list[Doubt]:
    """The doubt of every mask of one object, in the order given.

    The parts, each 0..1, are joined as independent chances that something is wrong (1 - product of 1 - part):

    * low score: 1 - score;
    * area jump: the change of area to a neighbour, as a share of the larger of the two (or of a quarter of the
      object's usual area, so that a small rest that leaves the frame is no event);
    * disagrees with neighbour: how far the intersection over union with a neighbour falls below the object's median.

    Of two neighbours the worse counts. Frames are neighbours only if their indices differ by one.

    Args:
        facts: of one object, by ascending frame, verified and human masks included: they are neighbours too.

    Example:
        >>> steady = Rle.from_polygons([[0, 0, 8, 0, 8, 8, 0, 8]], 16, 16)
        >>> odd = Rle.from_polygons([[8, 8, 10, 8, 10, 10, 8, 10]], 16, 16)
        >>> doubts_of([MaskFact(f, m, 0.9) for f, m in enumerate([steady, steady, odd])])[2].reasons
        ('disagrees with neighbour', 'area jump')
    """
    areas = [fact.rle.area for fact in facts]
    jumps, disagreements = area_jumps([fact.frame for fact in facts], areas), [0.0] * len(facts)
    near = [i for i, (one, other) in enumerate(pairwise(facts)) if other.frame - one.frame == 1]
    overlaps = {i: iou(facts[i].rle, facts[i + 1].rle) for i in near if areas[i] and areas[i + 1]}
    usual_iou = max(median(overlaps.values()), LEAST_USUAL_IOU) if overlaps else 1.0
    for i in near:
        disagreement = max(0.0, 1 - overlaps[i] / usual_iou) if i in overlaps else 0.0
        for at in (i, i + 1):
            disagreements[at] = max(disagreements[at], disagreement)
    return [_joined(*parts) for parts in zip(facts, jumps, disagreements, strict=True)]


def area_jumps(frames: Sequence[int], areas: Sequence[int]) -> list[float]:
    """How much each mask of one object gains or loses to the worse of its neighbours, 0..1: see `doubts_of`.

    Args:
        frames: ascending; areas: in pixels, in the same order.
    """
    jumps = [0.0] * len(areas)
    least = median([area for area in areas if area] or [0]) / 4
    for i, (one, other) in enumerate(pairwise(frames)):
        if other - one == 1:
            jump = abs(areas[i] - areas[i + 1]) / max(areas[i], areas[i + 1], least, 1)
            jumps[i], jumps[i + 1] = max(jumps[i], jump), jump
    return jumps


def _joined(fact: MaskFact, jump: float, disagreement: float) -> Doubt:
    low = 0.0 if fact.score is None else 1 - min(max(fact.score, 0.0), 1.0)
    parts: list[tuple[float, float, Reason]] = [
        (low, 1 - LOW_SCORE, "low score"), (jump, AREA_JUMP, "area jump"),
        (disagreement, DISAGREEMENT, "disagrees with neighbour"),
    ]
    trust = 1.0
    for part, _, _ in parts:
        trust *= 1 - part
    named = sorted((part for part in parts if part[0] > part[1]), key=lambda part: -part[0])
    return Doubt(fact.frame, 1 - trust, tuple(reason for _, _, reason in named))

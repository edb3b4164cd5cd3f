"""Show me everything: what else is on a frame, found by clicks that the network gives itself.

A cell that the network takes for the inside of an object is a query, as the encoder's cells are in the two-stage
proposals that UNINEXT builds on; its mask comes from the same click, memory and decoder as a person's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import cv2
import numpy as np

from backend.masks import BoolMask
from backend.models.compact.drawing import Float
from backend.models.seam import Segment
from backend.prompts import Point

MOST = 24
"""Places looked at on a frame: a click each."""

LEAST_INSIDE = 0.25
"""Of a place, how deep inside an object it has to be, 1 being the deepest."""

LEAST_AREA, MOST_AREA = 0.0004, 0.7
"""Of the frame; what is smaller or larger is hardly an object that somebody labels."""

SAME = 0.7
"""A mask of which more lies inside another one shows that object, or a part of it."""

ALIKE = 0.6
"""Appearances of greater cosine are taken for one object's."""


def propose(
    inside: Float, shape: tuple[int, int], known: Sequence[BoolMask], click: Callable[[Point], Segment]
) -> Iterator[tuple[Segment, float]]:
    """Objects that are not known, and how much each looks like one.

    Args:
        inside: how deep inside an object every cell is, 0..1, shape (h, w).
        shape: (height, width) of the frame.
        known: masks of what need not be found again.
        click: gives the mask of a click.
    """
    seen = list(known)
    for row, column, depth in _peaks(inside):
        place = Point(x=(column + 0.5) * shape[1] / inside.shape[1], y=(row + 0.5) * shape[0] / inside.shape[0])
        if any(mask[int(place.y), int(place.x)] for mask in seen):
            continue
        segment = click(place)
        share = float(segment.mask.mean())
        inside_others = max((float(one[segment.mask].mean()) for one in seen if share), default=0.0)
        if LEAST_AREA <= share <= MOST_AREA and inside_others < SAME:
            seen.append(segment.mask)
            yield segment, depth


def match(found: Sequence[Float], lost: Mapping[int, Sequence[Float]]) -> dict[int, int]:
    """Which proposal (place in `found`) shows which lost object, the most alike first, each at most once.

    Args:
        found: an appearance a proposal.
        lost: object -> appearances in its memory.
    """
    pairs = sorted(((max(float(np.dot(one, other)) for other in kept), place, object)
                    for place, one in enumerate(found) for object, kept in lost.items()), reverse=True)
    chosen: dict[int, int] = {}
    for alike, place, object in pairs:
        if alike >= ALIKE and place not in chosen and object not in chosen.values():
            chosen[place] = object
    return chosen


def appearance(target: Float) -> Float:
    """Unit vector: what sets an object apart from what is around it. Of its target tokens (2, CONTEXT)."""
    apart = target[0] - target[1]
    return np.asarray(apart / max(float(np.linalg.norm(apart)), 1e-6), dtype=np.float32)


def _peaks(inside: Float) -> list[tuple[int, int, float]]:
    """(row, column, depth) of cells as deep as any around them, the deepest first."""
    top = cv2.dilate(inside, np.ones((3, 3), np.uint8))
    rows, columns = np.nonzero((inside >= top) & (inside >= LEAST_INSIDE))
    order = np.argsort(-inside[rows, columns], kind="stable")[:MOST]
    return [(int(rows[k]), int(columns[k]), float(inside[rows[k], columns[k]])) for k in order]

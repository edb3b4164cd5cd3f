"""The memory bank: what is remembered of every object, bounded by construction.

An object is remembered by its trusted frames (at most `MAX_TRUSTED`), a ring of tracked ones (`MAX_RECENT`, frames
whose number is a multiple of `RECENT_EVERY`, the same for all objects so that they are read together) and the frame
nearest in time. A frame's tokens are shared by the objects remembered on it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from backend.models.compact.drawing import Float
from backend.models.compact.graphs import Encoded
from backend.models.compact.shapes import MAP_STRIDE, MAPS, OTHERS, OWN, STRIDE

MAPS_A_CELL = STRIDE // MAP_STRIDE
"""Cells of a map along a side of a cell of memory."""

MAX_TRUSTED, MAX_RECENT = 4, 6
RECENT_EVERY = 3

TRACE = 0.05
"""Of an object; tracked masks are soft, and next to nothing of an object is everywhere."""

NEAR_CELLS, THIN = 2, 2
"""What is read of a frame that is not the nearest: the cells at most this far from an object, and of the others every
n-th a row and a column. Ground far from every object only has to be there to be preferred to them."""


@dataclass
class Kept:
    """A remembered frame.

    Attributes:
        token, near_token: (L, TOKEN), see `network.Encoded`.
        own: object -> its mask at the size of maps, 0..1.
        values: object -> (L, VALUE), float16.
        targets: object -> (2, CONTEXT).
        stale: objects whose values are to be computed (again).
    """

    token: Float
    near_token: Float
    own: dict[int, Float] = field(default_factory=dict)
    values: dict[int, npt.NDArray[np.float16]] = field(default_factory=dict)
    targets: dict[int, Float] = field(default_factory=dict)
    stale: set[int] = field(default_factory=set)

    def telling(self) -> npt.NDArray[np.intp]:
        """The cells, in reading order, that are read when this is not the nearest frame (see `NEAR_CELLS`)."""
        owned = np.maximum.reduce(list(self.own.values()))
        rows, columns = (side // MAPS_A_CELL for side in owned.shape)
        cells = owned.reshape(rows, MAPS_A_CELL, columns, MAPS_A_CELL).max((1, 3)) > TRACE
        side = 2 * NEAR_CELLS + 1
        telling = cv2.dilate(cells.astype(np.uint8), np.ones((side, side), np.uint8))
        telling[::THIN, ::THIN] = 1
        return np.flatnonzero(telling)

    def draw(self, object: int) -> Float:
        """The maps that this object is memorised with, shape (MAPS, rows, columns)."""
        maps = np.zeros((MAPS, *self.own[object].shape), np.float32)
        maps[OWN] = self.own[object]
        for other, mask in self.own.items():
            if other != object:
                maps[OTHERS] += mask
        np.minimum(maps[OTHERS], 1.0, out=maps[OTHERS])
        return maps


@dataclass(frozen=True)
class Recall:
    """What is read to find an object.

    Attributes:
        trusted, recent: frames, the newest last.
        nearest: the frame that tracking starts from.
        anywhere: the object was lost and may be at any place by now; else it is near where it was.
    """

    trusted: tuple[int, ...]
    recent: tuple[int, ...]
    nearest: int
    anywhere: bool


@dataclass
class Trail:
    """Where an object is remembered.

    Attributes:
        trusted, recent: frames, the newest last.
        last: the last frame it was tracked on and seen.
        seen: whether it ever was on a frame.
        lost: whether it was not seen on the last frame that was tracked.
    """

    trusted: list[int] = field(default_factory=list)
    recent: deque[int] = field(default_factory=lambda: deque(maxlen=MAX_RECENT))
    last: int | None = None
    seen: bool = False
    lost: bool = False

    def nearest(self, frame: int) -> int:
        """What tracking to a frame starts from."""
        known = [*([] if self.last is None else [self.last]), *reversed(self.trusted)]
        return min(known, key=lambda one: abs(one - frame))

    def recall(self, frame: int) -> Recall:
        """What is read to find the object on a frame."""
        recent = tuple(one for one in self.recent if one not in self.trusted)
        return Recall(tuple(self.trusted), recent, self.nearest(frame), self.lost)


class Bank:
    """Of one session."""

    def __init__(self) -> None:
        self.kept: dict[int, Kept] = {}
        self.trails: dict[int, Trail] = {}

    def trust(self, frame: int, encoded: Encoded, masks: Mapping[int, Float], visible: Mapping[int, bool]) -> None:
        """Remember masks at the size of maps for good; the newest trusted frame comes last.

        What was tracked of these objects is dropped: it may be what the new masks correct."""
        for object in masks:
            trail = self.trails.setdefault(object, Trail())
            trail.recent.clear()
            trail.last, trail.lost = None, False
            if frame in trail.trusted:
                trail.trusted.remove(frame)
            if len(trail.trusted) == MAX_TRUSTED:
                trail.trusted.remove(max(trail.trusted, key=lambda one: abs(one - frame)))
            trail.trusted.append(frame)
            trail.seen |= visible[object]
        self._keep(frame, encoded, masks)

    def follow(self, frame: int, encoded: Encoded, masks: Mapping[int, Float], visible: Mapping[int, bool]) -> None:
        """Remember tracked masks of objects that are visible: as the nearest frame, and now and then in the ring."""
        for object, seen in visible.items():
            trail = self.trails[object]
            trail.lost = not seen
            if seen:
                trail.last = frame
                if frame % RECENT_EVERY == 0 and frame not in (*trail.trusted, *trail.recent):
                    trail.recent.append(frame)
        self._keep(frame, encoded, {object: mask for object, mask in masks.items() if visible[object]})

    def forget(self, objects: Iterable[int]) -> None:
        """Unknown ones are no error."""
        for object in objects:
            self.trails.pop(object, None)
        self._sweep()

    def _keep(self, frame: int, encoded: Encoded, masks: Mapping[int, Float]) -> None:
        kept = self.kept.setdefault(frame, Kept(encoded.token[0], encoded.near_token[0]))
        kept.own |= masks
        kept.stale |= kept.own.keys()  # the others' masks are part of every value
        self._sweep()

    def _sweep(self) -> None:
        """Drop what no object is remembered by any more."""
        used: dict[int, set[int]] = {}
        for object, trail in self.trails.items():
            for frame in (*trail.trusted, *trail.recent, *([] if trail.last is None else [trail.last])):
                used.setdefault(frame, set()).add(object)
        for frame in self.kept.keys() - used.keys():
            del self.kept[frame]
        for frame, objects in used.items():
            kept = self.kept.get(frame)
            for gone in set() if kept is None else kept.own.keys() - objects:
                assert kept is not None
                for part in (kept.own, kept.values, kept.targets):
                    part.pop(gone, None)
                kept.stale.discard(gone)

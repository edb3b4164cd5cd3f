"""Video panoptic segmentation: things and stuff that share out the pixels."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor

from backend.models.association import mask_iou
from backend.models.univs import rules
from backend.models.univs.canvas import Canvas
from backend.models.univs.clip import Output
from backend.models.univs.entities import Entities, Found, Window
from backend.models.univs.vis import undoubled

_THINGS, _STUFF = 70, 30
"""Most of either that the first clip may begin with."""

_SAME_STUFF = 0.6
"""Overlap from which on two regions of the first frame are doubles."""

_LATER = 2.0
"""How much surer than of the first ones it has to be of entities that come later."""

_STUFF_WEIGHT = 0.75
_KNOWN = 0.5
"""Of what a new thing has to win of its pixels, what one has to that was a thing before."""

_TOGETHER = 8
"""Masks that are enlarged at a time: bounds memory."""


class Panoptic(Entities):
    """Things and stuff of a video.

    Attributes:
        things: places of the classes that are things.
    """

    things: Collection[int] = ()

    def _follow(self, first: int, prompted: Output) -> None:
        """An entity stays where it is like itself."""
        alike = self._consistency(first, prompted).nonzero()[:, 0]
        if len(alike):
            self._accept(alike, first, prompted, rules.quality(self._canvas.enlarged(prompted.masks)))

    def _discover(self, first: int, found: Found) -> None:
        if not len(self):
            found = self._shares(found)
            return self._begin(first, found.of((found.scores.amax(1) > self.settings.score).nonzero()[:, 0]))
        pairs = self._matched(found)
        self._merge([(row, find) for row, find, _ in pairs], first, found, [True] * len(pairs))
        new = (found.scores.amax(1) > _LATER * self.settings.score) & self._unknown(first, found)
        new[[find for _, find, _ in pairs]] = False
        self._begin(first, found.of(new.nonzero()[:, 0]))

    def _shares(self, found: Found) -> Found:
        """The best finds of the first clip: things, then stuff, without doubles."""
        best, labels = found.scores.max(1)
        order = best.argsort(descending=True)[:self.settings.most]
        thing = torch.tensor([int(label) in self.things for label in labels[order]], device=order.device)
        things, stuff = order[thing][:_THINGS], order[~thing][:_STUFF]
        things = things[undoubled(found.masks[things], self.settings.nms)]
        regions = found.masks[stuff, 0] > 0
        stuff = stuff[~(mask_iou(regions, regions) >= _SAME_STUFF).triu(1).any(0)]
        return found.of(torch.cat([things, stuff]))


@dataclass
class Segments:
    """What entities are called in the results.

    Attributes:
        things: row of an entity -> the number of its segment; stuff: place of a class -> that of its segment.
    """

    things: dict[int, int] = field(default_factory=dict)
    stuff: dict[int, int] = field(default_factory=dict)

    def next(self) -> int:
        """A number that is not taken."""
        return len(self.things) + len(self.stuff) + 1


class Shared:
    """Pixels shared out, window by window.

    Args:
        things: places of the classes that are things.
        overlap: of its own pixels, part that a new thing has to win.

    Attributes:
        segments: so far.
        labels: row -> place of its best class, as of the last window.
    """

    def __init__(self, canvas: Canvas, things: Collection[int], overlap: float) -> None:
        self._canvas, self._things, self._overlap = canvas, things, overlap
        self.segments, self.labels = Segments(), []

    def add(self, window: Window) -> Tensor:
        """The number of the segment of every pixel, 0 where there is none: int64 (F, height, width)."""
        frames = window.logits.shape[1]
        nothing = torch.zeros((frames, *self._canvas.frame), dtype=torch.long, device=window.logits.device)
        best, labels = window.scores.max(1) if len(window.scores) else (window.scores.sum(1), window.scores.sum(1))
        self.labels = [int(one) for one in labels]
        if not self.labels:
            return nothing
        weight = best * self._quality(window) * torch.tensor(
            [1.0 if row in self.segments.things or label in self._things else _STUFF_WEIGHT
             for row, label in enumerate(self.labels)], device=best.device)
        shares = [self._share(window.logits[:, frame], weight) for frame in range(frames)]
        winner = torch.stack([one for one, _ in shares])
        own = torch.stack([one for _, one in shares]).sum(0).tolist()
        won = torch.bincount(winner.flatten() + 1, minlength=len(own) + 1)[1:].tolist()
        numbers = [0, *(self._number(row, own[row], won[row]) for row in range(len(own)))]
        return torch.tensor(numbers, device=winner.device)[winner + 1]

    def _quality(self, window: Window) -> Tensor:
        return torch.cat([rules.quality(self._enlarged(some)) for some in window.logits.split(1)])

    def _share(self, logits: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
        """Of one frame (N, H/4, W/4): the row that has each pixel, -1 for none, and how many each would have."""
        highest = winner = some = torch.zeros(())
        own = []
        for first in range(0, len(logits), _TOGETHER):
            part = self._enlarged(logits[first:first + _TOGETHER])
            inside = part >= 0
            own.append(inside.flatten(1).sum(1))
            value, place = (part * weight[first:first + _TOGETHER, None, None]).max(0)
            if not first:
                highest, winner, some = value, place, inside.any(0)
                continue
            winner = torch.where(value > highest, place + first, winner)
            highest, some = torch.maximum(value, highest), some | inside.any(0)
        return torch.where(some, winner, -1), torch.cat(own)

    def _number(self, row: int, own: int, won: int) -> int:
        """The segment that a row's pixels are of; 0: none."""
        known, label = row in self.segments.things, self.labels[row]
        if not won:
            return 0
        if known or label in self._things:
            least = self._overlap * (_KNOWN if known else 1)
            return self.segments.things.setdefault(row, self.segments.next()) if won >= least * own else 0
        return self.segments.stuff.setdefault(label, self.segments.next())

    def _enlarged(self, logits: Tensor) -> Tensor:
        return self._canvas.framed(self._canvas.enlarged(logits))

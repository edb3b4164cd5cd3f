"""Video panoptic segmentation: things and stuff that share out the pixels."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import torch
from torch import Tensor

from backend.models.association import mask_iou
from backend.models.univs import rules
from backend.models.univs.canvas import Canvas
from backend.models.univs.clip import Output
from backend.models.univs.entities import Entities, Found, Settings, Window
from backend.models.univs.network import Network
from backend.models.univs.vis import undoubled
from backend.models.univs.visual import Draws

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

    Args:
        things: places of the classes that are things; for the others see `Entities`.
    """

    def __init__(
        self, network: Network, canvas: Canvas, settings: Settings, draws: Draws, table: Tensor, classes: slice,
        things: Collection[int],
    ) -> None:
        super().__init__(network, canvas, settings, draws, table, classes)
        self._things = things

    def _follow(self, first: int, prompted: Output) -> None:
        """An entity stays where it is like itself."""
        alike = self._consistency(first, prompted).nonzero()[:, 0]
        if len(alike):
            self._accept(alike, first, prompted, rules.quality(self._canvas.enlarged(prompted.masks)))

    def _discover(self, first: int, found: Found) -> None:
        if len(self):
            pairs = self._matched(found)
            self._merge([(row, find) for row, find, _ in pairs], first, found, [True] * len(pairs))
            new = (found.scores.amax(1) > _LATER * self.settings.score) & self._unknown(first, found)
            new[[find for _, find, _ in pairs]] = False
        else:
            found = self._first(found)
            new = found.scores.amax(1) > self.settings.score
        self._begin(first, found.of(new.nonzero()[:, 0]))

    def _first(self, found: Found) -> Found:
        """The best finds of the first clip: things, then stuff, without doubles."""
        best, labels = found.scores.max(1)
        order = best.argsort(descending=True)[:self.settings.most]
        thing = torch.tensor([int(label) in self._things for label in labels[order]], device=order.device)
        things, stuff = order[thing][:_THINGS], order[~thing][:_STUFF]
        things = things[undoubled(found.masks[things], self.settings.nms)]
        regions = found.masks[stuff, 0] > 0
        stuff = stuff[~(mask_iou(regions, regions) >= _SAME_STUFF).triu(1).any(0)]
        return found.of(torch.cat([things, stuff]))


@dataclass(frozen=True)
class Segment:
    """A number in the results.

    Attributes:
        thing: an entity; else all that is of one class.
        label: place of its class.
        score: of that.
    """

    number: int
    thing: bool
    label: int
    score: float


class Shares:
    """Pixels shared out, window by window.

    Args:
        things: places of the classes that are things.
        overlap: of its own pixels, part that a new thing has to win.
    """

    def __init__(self, canvas: Canvas, things: Collection[int], overlap: float) -> None:
        self._canvas, self._things, self._overlap = canvas, things, overlap
        self._labels: list[int] = []
        self._best: list[float] = []
        self._entities: dict[int, int] = {}
        self._regions: dict[int, int] = {}

    def segments(self) -> list[Segment]:
        """Things, then stuff, as of the last window."""
        best: dict[int, float] = {}
        for label, score in zip(self._labels, self._best, strict=True):
            best[label] = max(score, best.get(label, 0.0))
        return [*(Segment(number, True, self._labels[row], self._best[row]) for row, number in self._entities.items()),
                *(Segment(number, False, label, best.get(label, 0.0)) for label, number in self._regions.items())]

    def add(self, window: Window) -> Tensor:
        """The number of the segment of every pixel, 0 where there is none: int64 (F, height, width)."""
        frames = window.logits.shape[1]
        nothing = torch.zeros((frames, *self._canvas.frame), dtype=torch.long, device=window.logits.device)
        if not len(window.scores):
            return nothing
        best, labels = window.scores.max(1)
        self._labels, self._best = labels.tolist(), best.tolist()
        quality = torch.cat([rules.quality(self._enlarged(one)) for one in window.logits.split(1)])
        weight = best * quality * best.new_tensor(
            [1.0 if row in self._entities or label in self._things else _STUFF_WEIGHT
             for row, label in enumerate(self._labels)])
        shares = [self._share(window.logits[:, frame], weight) for frame in range(frames)]
        winner = torch.stack([one for one, _ in shares])
        own = torch.stack([one for _, one in shares]).sum(0).tolist()
        won = torch.bincount(winner.flatten() + 1, minlength=len(own) + 1)[1:].tolist()
        numbers = [0, *(self._number(row, own[row], won[row]) for row in range(len(own)))]
        return torch.tensor(numbers, device=winner.device)[winner + 1]

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
        known, label, number = row in self._entities, self._labels[row], len(self._entities) + len(self._regions) + 1
        if not won:
            return 0
        if not known and label not in self._things:
            return self._regions.setdefault(label, number)
        if won < self._overlap * (_KNOWN if known else 1) * own:
            return 0
        return self._entities.setdefault(row, number)

    def _enlarged(self, logits: Tensor) -> Tensor:
        return self._canvas.framed(self._canvas.enlarged(logits))

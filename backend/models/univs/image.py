"""One picture without prompts: every object of the classes, the class of every pixel, or both at once.

The learnable queries of a clip of one frame are all that is looked at. Masks are enlarged a few at a time, so that
memory does not grow with the number of queries.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from backend.models import association
from backend.models.univs import rules
from backend.models.univs.canvas import Canvas
from backend.models.univs.clip import Output

_TOGETHER = 8
"""Queries whose masks are enlarged at a time."""

_TEMPERATURE = 0.06
"""Of scores, where classes compete for a pixel."""

_OBJECT_NMS, _REGION_NMS = 0.85, 0.9
"""Overlap of boxes above which the worse of two queries of one class is a double: of instances, and of panoptic
segments."""


@dataclass(frozen=True)
class Settings:
    """Of reading a picture.

    Attributes:
        least: score that a panoptic segment has to have.
        share: of its pixels that a panoptic segment has to win.
        most: instances.
    """

    least: float = 0.05
    share: float = 0.8
    most: int = 100


@dataclass(frozen=True)
class Instance:
    """An object.

    Attributes:
        score: 0..1.
        category: place among the classes.
        query: which of them saw it; it may see it as several categories.
        mask: bool, of the size of the frame.
    """

    score: float
    category: int
    query: int
    mask: Tensor


class Picture:
    """What the learnable queries say of a picture.

    Args:
        found: of the learnable queries, a clip of one frame; its logits are of the classes asked for.
        stuff: places of the classes that are regions.
        settings: see there.
    """

    def __init__(
        self, found: Output, canvas: Canvas, stuff: Collection[int] = (), settings: Settings | None = None
    ) -> None:
        self._masks, self._canvas, self._settings = found.masks[:, 0], canvas, settings or Settings()
        self._things = torch.tensor([place not in stuff for place in range(found.logits.shape[1])])
        measured = [(rules.quality(some[:, None]), rules.boxes_of(some > 0)) for some in self._enlarged()]
        quality, boxes = (torch.cat(parts) for parts in zip(*measured, strict=True))
        self._scores = (found.logits.sigmoid() * quality[:, None]).cpu()
        self._boxes = boxes.cpu()

    def semantic(self) -> Tensor:
        """Scores of the classes of every pixel: (K, height, width)."""
        weights = (self._scores / _TEMPERATURE).softmax(-1).to(self._masks.device)
        sums: Tensor | int = 0
        for some, weight in zip(self._enlarged(), weights.split(_TOGETHER), strict=True):
            sums = sums + torch.einsum("qk,qhw->khw", weight, some.sigmoid())
        assert isinstance(sums, Tensor)
        return self._canvas.framed(sums)

    def panoptic(self) -> tuple[Tensor, list[int]]:
        """Segments that share out the pixels: int32 (height, width), 0 for none, and the class of segment 1, 2, ...
        Stuff of one class is one segment."""
        rows = [row for row in self._distinct(range(len(self._scores)), _REGION_NMS)
                if self._best[0][row] > self._settings.least]
        weights, classes = (self._scores[rows] / _TEMPERATURE).softmax(-1).max(-1)
        winners, own = self._compete(rows, weights)
        segments, categories, regions = torch.zeros_like(winners), list[int](), dict[int, int]()
        for place, (size, category) in enumerate(zip(own, classes.tolist(), strict=True)):
            won = winners == place
            pixels = won & self._inside(rows[place])
            if not pixels.any() or won.sum() / size < self._settings.share:
                continue
            number = regions.get(category)
            if number is None:
                categories.append(category)
                number = len(categories)
            if not self._things[category]:
                regions[category] = number
            segments[pixels] = number
        return self._canvas.framed_nearest(segments), categories

    def instances(self, least: float = 0.0) -> list[Instance]:
        """Objects of at least a score, best first. One query may be several, of different classes."""
        objects = torch.nonzero(self._things[self._best[1]])[:, 0].tolist()
        rows, columns = self._distinct(objects, _OBJECT_NMS), torch.nonzero(self._things)[:, 0]
        scores = self._scores[rows][:, columns].flatten()
        best, places = scores.topk(min(self._settings.most, len(scores)))
        seen = [(score, int(columns[place % len(columns)]), rows[place // len(columns)])
                for score, place in zip(best.tolist(), places.tolist(), strict=True) if score >= least]
        return [Instance(score, category, row, self._framed(row)) for score, category, row in seen]

    @cached_property
    def _best(self) -> tuple[Tensor, Tensor]:
        """Score and class of every query, (Q,) each."""
        score, category = self._scores.max(1)
        return score, category

    def _distinct(self, rows: Sequence[int], overlap: float) -> list[int]:
        """Those of the rows that are no doubles, best first."""
        score, category = self._best
        same = category[:, None] == category[None]
        order = [rows[place] for place in score[list(rows)].argsort(descending=True).tolist()]
        return association.suppress(association.box_iou(self._boxes, self._boxes) * same, order, overlap)

    def _compete(self, rows: Sequence[int], weights: Tensor) -> tuple[Tensor, list[int]]:
        """Who of the rows wins every pixel, int32 (h, w) with places among them, and how many pixels each has of its
        own."""
        best = winners = None
        own: list[int] = []
        for start in range(0, len(rows), _TOGETHER):
            chances = self._inner(self._masks[rows[start:start + _TOGETHER]]).sigmoid()
            own += (chances >= 0.5).flatten(1).sum(1).tolist()
            loudest, place = (chances * weights[start:start + _TOGETHER, None, None].to(chances)).max(0)
            if best is None or winners is None:
                best, winners = loudest, place
            else:
                winners = torch.where(loudest > best, place + start, winners)
                best = torch.maximum(best, loudest)
        if winners is None:
            winners = torch.full(self._canvas.inner, -1)
        return winners.int(), own

    def _enlarged(self) -> Iterator[Tensor]:
        """All masks on the part that is the frame, (a few, h, w) at a time."""
        return (self._inner(some) for some in self._masks.split(_TOGETHER))

    def _inner(self, masks: Tensor) -> Tensor:
        return self._canvas.cropped(self._canvas.enlarged(masks))

    def _inside(self, row: int) -> Tensor:
        return self._inner(self._masks[row]).sigmoid() >= 0.5

    def _framed(self, row: int) -> Tensor:
        return self._canvas.framed(self._canvas.enlarged(self._masks[row])) > 0

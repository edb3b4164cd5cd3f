"""Video instance segmentation: objects, each with scores of all classes."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from backend.models.association import box_iou
from backend.models.univs import rules
from backend.models.univs.clip import Output
from backend.models.univs.entities import Entities, Found, Window

_LEAST = 0.1
"""Score of a new object in the first clip."""

_SEEN = 0.5
"""Probability from which on a pixel is taken to be of some object."""

_RESULT, _COUNTED, _SLACK = 0.005, 0.05, 1.5
"""Least score of a result; score of results that are counted; how many more than these there may be."""


class Instances(Entities):
    """Objects of a video; their masks may overlap."""

    def _follow(self, first: int, prompted: Output) -> None:
        """An object stays where it is like itself and wins enough of its pixels from the others."""
        quality = rules.quality(prompted.masks)
        similarity = self._consistency(first, prompted)
        alike = similarity.nonzero()[:, 0]
        if not len(alike):
            return
        scores = self.scores.amax(1) * similarity * quality
        likely = prompted.masks[alike].sigmoid()
        winner = (likely * scores[alike, None, None, None]).argmax(0)
        mine = winner[None] == torch.arange(len(alike), device=winner.device)[:, None, None, None]
        won = mine & (likely >= _SEEN).any(0)
        own, kept = (likely > _SEEN).flatten(1).sum(1), (won & (likely > _SEEN)).flatten(1).sum(1)
        accepted = (won.flatten(1).sum(1) > self.settings.own * own) & (kept > 0)
        self._accept(alike[accepted], first, prompted, quality)

    def _proposed(self, found: Found) -> Found:
        """Stable finds, the best, without doubles: a find goes where any better one has its box, itself kept or not."""
        found = found.of((found.quality > self.settings.stability).nonzero()[:, 0])
        found = found.of(found.scores.amax(1).argsort(descending=True)[:self.settings.most])
        return found.of(undoubled(found.masks, self.settings.nms))

    def _discover(self, first: int, found: Found) -> None:
        found = self._proposed(found)
        best = found.scores.amax(1)
        new = best > max(self.settings.score, _LEAST)
        if len(self):
            pairs = self._matched(found)
            sure = [likeness > 2 * self.settings.same for _, _, likeness in pairs]
            self._merge([(row, find) for row, find, _ in pairs], first, found, sure)
            new = (best > self.settings.score) & self._unknown(first, found)
            new[[find for (_, find, _), one in zip(pairs, sure, strict=True) if one]] = False
        self._begin(first, found.of(new.nonzero()[:, 0]))


def undoubled(masks: Tensor, threshold: float) -> Tensor:
    """Places of those of masks (m, T, h, w), best first, whose box overlaps that of no better one, on any frame."""
    boxes = rules.boxes_of(masks > 0) * masks.new_tensor([*masks.shape[:-3:-1]] * 2)
    overlaps = box_iou(boxes.transpose(0, 1), boxes.transpose(0, 1), rules.BOX_FLOOR).amax(0)
    return (~(overlaps >= threshold).triu(1).any(0)).nonzero()[:, 0]


@dataclass(frozen=True)
class Result:
    """An object as one class: row of the object, place of the class, and how sure that is."""

    row: int
    label: int
    score: float


def masks_of(window: Window) -> Tensor:
    """The logits (N, F, H/4, W/4) of objects, in the mean over the clips that saw them."""
    return window.logits / window.occurrence.clamp(min=1)[..., None, None]


class Scores:
    """The results of all windows together."""

    def __init__(self) -> None:
        self._sum = self._before = self._count = torch.zeros(0)
        self._quality = torch.zeros(0)

    def add(self, window: Window) -> None:
        """A window counts for the objects that it knows, half where the one before did not know them."""
        known = (window.scores != 0).any(1).float()
        grown = len(known) - len(self._count)
        before = torch.cat([self._before, known.new_zeros(grown)]) if len(self._sum) else known
        share = window.scores * (known * (before + known) / 2)[:, None]
        self._sum = share if not len(self._sum) else torch.cat(
            [self._sum, share.new_zeros(grown, share.shape[1])]) + share
        self._count = torch.cat([self._count, known.new_zeros(grown)]) + known
        self._before, self._quality = known, window.quality

    def results(self, most: int) -> list[Result]:
        """Objects with each of their likely classes, best first."""
        scores = self._sum / self._count.clamp(min=1)[:, None]
        if not scores.numel():
            return []
        final = scores * (self._quality / (int(self._quality.max()) + 1))[:, None]
        rows, labels = (scores >= _RESULT).nonzero(as_tuple=True)
        ordered, order = final[rows, labels].sort(descending=True)
        if not len(order):
            return []
        counted = int((scores > _COUNTED).sum())
        last = min(max(int(_SLACK * counted), most), len(order) - 1)
        return [Result(int(rows[place]), int(labels[place]), float(score))
                for place, score in zip(order, ordered, strict=True) if score >= ordered[last]]

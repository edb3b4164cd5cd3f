"""The tracker of IDOL (Wu et al., In Defense of Online Models for Video Instance Segmentation, ECCV 2022), by which
UNINEXT joins the instances of single frames to those of a video: contrastive embeddings, averaged over time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from backend.models.association import bi_softmax, mask_iou, suppress

LOOSE, DOUBLE = -1, -2
"""Instead of a track: a row of its own that is no track (yet), and one that doubles another."""


class Joined(NamedTuple):
    """What became of the rows of a frame.

    Attributes:
        rows: those that were kept, ascending.
        ids: the track of each, or `LOOSE`, or `DOUBLE`.
    """

    rows: list[int]
    ids: list[int]

    def tracked(self) -> Iterator[tuple[int, int]]:
        """(row, track) of those that belong to one."""
        return ((row, id) for row, id in zip(*self, strict=True) if id > LOOSE)


@dataclass(frozen=True)
class Rules:
    """Thresholds and lengths.

    Attributes:
        new: least score of a row that begins a track.
        match: least likeness to a track.
        same: rows whose masks overlap more (intersection over union) are one.
        apart: a row without a track whose mask overlaps another less is `LOOSE`.
        frames: a track not seen for as many is forgotten.
        averaged: embeddings of a track that its likeness is reckoned with.
    """

    new: float = 0.2
    match: float = 0.5
    same: float = 0.5
    apart: float = 0.05
    frames: int = 10
    averaged: int = 3


@dataclass
class _Trail:
    embeddings: deque[Tensor]
    scores: deque[Tensor]
    seen: int = 0
    last: int = 0

    def mean(self) -> Tensor:
        """Of the embeddings, the later and the surer the more."""
        count = len(self.scores)
        weights = torch.stack(list(self.scores)) + torch.arange(1, count + 1) / count
        return (torch.stack(list(self.embeddings)) * weights[:, None]).sum(0) / weights.sum()


class Idol:
    """Tracks of one video, and as much of each as telling it again needs.

    Attributes:
        alive: how many tracks are remembered.
    """

    def __init__(self, rules: Rules | None = None) -> None:
        self._rules = rules or Rules()
        self._trails: dict[int, _Trail] = {}
        self._count = self._frame = 0

    @property
    def alive(self) -> int:
        return len(self._trails)

    def step(self, scores: Tensor, masks: Tensor, embeddings: Tensor) -> Joined:
        """Join the rows of the next frame to tracks.

        Args:
            scores: (n,), descending.
            masks: bool (n, h, w).
            embeddings: (n, channels).
        """
        overlaps = mask_iou(masks, masks, floor=0.0, both=1e-6).cpu()
        scores, embeddings = scores.cpu(), embeddings.cpu()  # few, and looked at one by one
        rows = suppress(overlaps, range(len(scores)), self._rules.same)
        ids = self._matched(embeddings[rows])
        fresh = [place for place, row in enumerate(rows) if ids[place] == LOOSE and scores[row] > self._rules.new]
        for place in fresh:
            ids[place] = self._count
            self._count += 1
        for place, row in enumerate(rows):
            if ids[place] == LOOSE and not bool((overlaps[row, rows[:place]] < self._rules.apart).all()):
                ids[place] = DOUBLE
        joined = Joined(rows, ids)
        self._remember(joined, scores, embeddings)
        return joined

    def _matched(self, embeddings: Tensor) -> list[int]:
        """The track of each row, `LOOSE` where none is like it; a track goes to one row at most."""
        ids = [LOOSE] * len(embeddings)
        if not self._trails or not ids:
            return ids
        known = list(self._trails)
        likeness = bi_softmax(embeddings @ torch.stack([trail.mean() for trail in self._trails.values()]).T)
        seen = torch.tensor([float(trail.seen) for trail in self._trails.values()])
        for row in range(len(ids)):
            chance = likeness[row]
            likely = chance > self._rules.match
            if int(likely.sum()) > 1:  # of several the one that has been there for longest
                chance = torch.where(likely, chance * seen, chance * seen[likely].mean())
            best = int(chance.argmax())
            if chance[best] > self._rules.match:
                ids[row] = known[best]
                likeness[:, best] = 0
        return ids

    def _remember(self, joined: Joined, scores: Tensor, embeddings: Tensor) -> None:
        for row, id in joined.tracked():
            most = self._rules.averaged
            trail = self._trails.setdefault(id, _Trail(deque(maxlen=most), deque(maxlen=most)))
            trail.embeddings.append(embeddings[row].clone())
            trail.scores.append(scores[row].clone())
            trail.seen, trail.last = trail.seen + 1, self._frame
        self._trails = {id: trail for id, trail in self._trails.items()
                        if self._frame - trail.last < self._rules.frames}
        self._frame += 1

"""The tracker of QDTrack (Pang et al., Quasi-Dense Similarity Learning for Multiple Object Tracking, CVPR 2021), by
which UNINEXT follows many objects as boxes: single embeddings, and a memory of what was no track."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from backend.models.association import bi_softmax, box_iou
from backend.models.uninext.idol import DOUBLE, LOOSE, Joined


@dataclass(frozen=True)
class Rules:
    """Thresholds and lengths.

    Attributes:
        new: least score of a row that begins a track; 0.4 was found best on BDD100K.
        sure: least score of a row that goes on with a track.
        match: least likeness.
        same: rows whose boxes overlap more (intersection over union) are one; `same_unsure`: where the later is not
            `sure`, and of the rows that are no track.
        frames: a track not seen for as many is forgotten.
    """

    new: float = 0.4
    sure: float = 0.3
    match: float = 0.5
    same: float = 0.7
    same_unsure: float = 0.3
    frames: int = 10


class _Known(NamedTuple):
    embedding: Tensor
    label: Tensor
    last: int


class QuasiDense:
    """Tracks of one video, and the rows of the last frame that were none.

    Attributes:
        alive: how many tracks are remembered.
    """

    def __init__(self, rules: Rules | None = None) -> None:
        self._rules = rules or Rules()
        self._tracks: dict[int, _Known] = {}
        self._ground: list[_Known] = []
        self._count = self._frame = 0

    @property
    def alive(self) -> int:
        return len(self._tracks)

    def step(self, scores: Tensor, labels: Tensor, boxes: Tensor, embeddings: Tensor) -> Joined:
        """Join the rows of the next frame to tracks.

        Args:
            scores: (n,), descending.
            labels: int (n,).
            boxes: (n, 4) as x0, y0, x1, y1.
            embeddings: (n, channels).
        """
        scores, labels, boxes, embeddings = (one.cpu() for one in (scores, labels, boxes, embeddings))
        overlaps = box_iou(boxes, boxes).tril(-1)  # with earlier rows
        limits = torch.where(scores < self._rules.sure, self._rules.same_unsure, self._rules.same)
        rows = (~(overlaps > limits[:, None]).any(1)).nonzero()[:, 0].tolist()
        ids = self._matched(scores[rows], labels[rows], embeddings[rows])
        for place, row in enumerate(rows):
            if ids[place] == LOOSE and scores[row] > self._rules.new:
                ids[place] = self._count
                self._count += 1
        joined = Joined(rows, ids)
        self._remember(joined, labels, embeddings, overlaps[rows][:, rows])
        return joined

    def _matched(self, scores: Tensor, labels: Tensor, embeddings: Tensor) -> list[int]:
        ids = [LOOSE] * len(scores)
        if not self._tracks or not ids:
            return ids
        known = [*self._tracks.values(), *self._ground]
        whose = [*self._tracks, *[LOOSE] * len(self._ground)]
        likeness = bi_softmax(embeddings @ torch.stack([one.embedding for one in known]).T)
        likeness *= labels[:, None] == torch.stack([one.label for one in known])
        for row in range(len(ids)):
            best = int(likeness[row].argmax())
            if likeness[row, best] <= self._rules.match or whose[best] == LOOSE:
                continue
            if scores[row] > self._rules.sure:
                ids[row] = whose[best]
                likeness[:, best] = 0
            else:
                ids[row] = DOUBLE
        return ids

    def _remember(self, joined: Joined, labels: Tensor, embeddings: Tensor, overlaps: Tensor) -> None:
        def known(row: int) -> _Known:
            return _Known(embeddings[row].clone(), labels[row].clone(), self._frame)

        self._tracks |= {id: known(row) for row, id in joined.tracked()}
        self._tracks = {id: one for id, one in self._tracks.items()
                        if self._frame - one.last < self._rules.frames}
        self._ground = [known(row) for place, (row, id) in enumerate(zip(*joined, strict=True))
                        if id == LOOSE and not bool((overlaps[place] > self._rules.same_unsure).any())]
        self._frame += 1

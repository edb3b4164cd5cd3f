"""Instances of categories over a video (UNINEXT section 4: VIS, MOT, MOTS): every frame by itself, then its instances
are joined to tracks by the likeness of their embeddings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor

from backend.models.uninext import idol, quasi_dense
from backend.models.uninext.idol import Idol, Joined
from backend.models.uninext.quasi_dense import QuasiDense
from backend.models.uninext.queries import Queries
from backend.models.uninext.scoring import pixel_boxes


@dataclass(frozen=True)
class Rules:
    """Of both tasks.

    Attributes:
        least: queries less likely are not looked at.
        result: a track is of no category that it is less likely of, on the mean of its frames.
        short, settled: from this frame (by its number in the search) on, a track that was seen on fewer frames and on
            none of the last two is taken back.
    """

    least: float = 0.1
    result: float = 0.05
    short: int = 3
    settled: int = 9
    idol: idol.Rules = field(default_factory=idol.Rules)
    quasi_dense: quasi_dense.Rules = field(default_factory=quasi_dense.Rules)


class Seen(NamedTuple):
    """The instances of a frame, the best first.

    Attributes:
        queries: the query of each.
        ids: its track, or `LOOSE`, or `DOUBLE`.
        scores, labels: float32 and int64 (n,), of its likeliest class.
    """

    queries: list[int]
    ids: list[int]
    scores: Tensor
    labels: Tensor

    def tracked(self) -> Iterator[tuple[int, int, float, int]]:
        """(query, track, score, label) of those that belong to a track."""
        rows = zip(self.queries, self.ids, self.scores.tolist(), self.labels.tolist(), strict=True)
        return (row for row in rows if row[1] > idol.LOOSE)


@dataclass
class Tally:
    """Of a track: frames it was first and last seen on, on how many, and the sum of its likelihoods (K,)."""

    first: int
    last: int
    count: int
    total: Tensor

    @property
    def mean(self) -> Tensor:
        """Likelihood of each class, on the mean of the frames."""
        return self.total / self.count


class _Task:
    """What both tasks share.

    Attributes:
        tallies: by track, as they were found.
    """

    def __init__(self, rules: Rules | None = None) -> None:
        self.rules = rules or Rules()
        self.tallies: dict[int, Tally] = {}
        self._frame = 0

    def _seen(self, rows: list[int], joined: Joined, likely: Tensor) -> Seen:
        """Count what was joined.

        Args:
            rows: queries.
            joined: which of them were kept, and their tracks.
            likely: (n, K), of all of `rows`.
        """
        for row, id in joined.tracked():
            tally = self.tallies.setdefault(id, Tally(self._frame, self._frame, 0, torch.zeros_like(likely[row])))
            tally.last, tally.count, tally.total = self._frame, tally.count + 1, tally.total + likely[row]
        scores, labels = likely[joined.rows].max(1)
        return Seen([rows[row] for row in joined.rows], joined.ids, scores, labels)


class VideoInstances(_Task):
    """Video instance segmentation: an instance has a likelihood of every category."""

    def __init__(self, rules: Rules | None = None) -> None:
        super().__init__(rules)
        self.tracker = Idol(self.rules.idol)

    def step(self, queries: Queries, shape: tuple[int, int]) -> Seen:
        """The instances of the next frame; `shape` does not matter."""
        assert queries.embeddings is not None
        rows = queries.select(self.rules.least, 0.9)
        likely = queries.likely[rows]
        joined = self.tracker.step(likely.amax(1), queries.masks(rows)[:, 0] > 0, queries.embeddings[rows])
        seen = self._seen(rows, joined, likely)
        if self._frame >= self.rules.settled:
            self.tallies = {id: tally for id, tally in self.tallies.items()
                            if tally.count >= self.rules.short or self._frame - tally.last < 2}
        self._frame += 1
        return seen


class Objects(_Task):
    """Multiple object tracking, with masks where they are asked for: an instance is of one category, and so is a
    track."""

    def __init__(self, rules: Rules | None = None) -> None:
        super().__init__(rules)
        self.tracker = QuasiDense(self.rules.quasi_dense)

    def step(self, queries: Queries, shape: tuple[int, int]) -> Seen:
        """The instances of the next frame, which is (height, width) pixels."""
        assert queries.embeddings is not None
        rows = queries.select(self.rules.least, 0.7)
        scores, labels = queries.likely[rows].max(1)
        joined = self.tracker.step(scores, labels, pixel_boxes(queries.boxes[rows], shape), queries.embeddings[rows])
        likely = torch.zeros_like(queries.likely[rows]).scatter(1, labels[:, None], scores[:, None])
        seen = self._seen(rows, joined, likely)
        self._frame += 1
        return seen

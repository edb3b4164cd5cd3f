"""What is kept of the last frames of a video: a window that moves on with the clips."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


class Span:
    """Values with a row an object and a column a frame; zero until they are written.

    Args:
        begin: the first frame.
        values: (N, F, ...).
    """

    def __init__(self, begin: int, values: Tensor) -> None:
        self.begin, self.values = begin, values

    @property
    def end(self) -> int:
        """The frame after the last."""
        return self.begin + self.values.shape[1]

    def of(self, first: int, frames: int) -> Tensor:
        """A view of some of its frames: (N, frames, ...)."""
        return self.values[:, first - self.begin:first - self.begin + frames]

    def last(self, most: int) -> Tensor:
        """(N, at most so many frames, ...)."""
        return self.values[:, -most:]

    def extend(self, end: int, like: Tensor | None = None) -> None:
        """Make it reach to `end`, with zeros or with copies of `like` (N, ...)."""
        missing = end - self.end
        if missing > 0:
            shape = (len(self.values), missing, *self.values.shape[2:])
            more = self.values.new_zeros(shape) if like is None else like[:, None].expand(shape)
            self.values = torch.cat([self.values, more], 1)

    def forget_before(self, frame: int) -> None:
        """Drop the frames before one."""
        if frame > self.begin:
            self.values, self.begin = self.values[:, frame - self.begin:].clone(), frame

    def add(self, rows: Tensor) -> None:
        """Append objects (n, F, ...)."""
        self.values = torch.cat([self.values, rows])

    def add_empty(self, objects: int) -> None:
        """Append objects of which nothing is known."""
        self.add(self.values.new_zeros(objects, *self.values.shape[1:]))

    def join(self, other: Span) -> None:
        """Append the objects of another window; either is zero where it does not reach."""
        begin, end = min(self.begin, other.begin), max(self.end, other.end)
        values = self.values.new_zeros(len(self.values) + len(other.values), end - begin, *self.values.shape[2:])
        for rows, one in ((slice(None, len(self.values)), self), (slice(len(self.values), None), other)):
            values[rows, one.begin - begin:one.end - begin] = one.values
        self.values, self.begin = values, begin

    def keep(self, rows: Sequence[int]) -> None:
        """Drop all objects but these."""
        self.values = self.values[list(rows)]

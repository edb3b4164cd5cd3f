"""The memory pool (section 3.1 of the paper): tokens of every object on the frames where it was seen.

What a clip reads of an object are the tokens of the first frame it was seen on and of the last M frames; nothing else
is kept, so that the length of a video does not count. Frames are places in the order the video is gone through.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from backend.models.univs.clip import Prompts
from backend.models.univs.spans import Span
from backend.models.univs.visual import Tokens


class MemoryPool:
    """Tokens of N objects; zero where nothing was seen.

    Args:
        begin, frames: the frames that it is to hold.
        objects: N.
        tokens: R, of an object and frame.
        like: a tensor (..., C) of the width, kind and device of the tokens.
        recent: M, at least the length of a clip.

    Attributes:
        features, places: (N, F, R, C) of the last frames.
    """

    def __init__(self, begin: int, frames: int, objects: int, tokens: int, like: Tensor, recent: int) -> None:
        self._recent = recent
        self.features, self.places = (
            Span(begin, like.new_zeros(objects, frames, tokens, like.shape[-1])) for _ in range(2))
        self._firsts: list[Tensor | None] = [None] * objects

    def write(self, frame: int, tokens: Tokens, rows: Tensor) -> None:
        """Put tokens of a frame into it and, until they are known better, into all later ones.

        Args:
            rows: bool (N,), of which objects.
        """
        for kept, new in ((self.features, tokens.features), (self.places, tokens.places)):
            kept.of(frame, kept.end - frame)[rows] = new[rows, None]

    def extend(self, end: int, firsts: Sequence[int]) -> None:
        """Append frames of zeros up to `end`, and drop what will not be read again.

        Args:
            firsts: (N,) the first frame of every object.
        """
        stays = self.features.end - self._recent
        for row, first in enumerate(firsts):
            if self.features.begin <= first < stays:
                self._firsts[row] = self._at(row, first)
        for kept in (self.features, self.places):
            kept.forget_before(stays)
            kept.extend(end)

    def add(self, objects: int) -> None:
        """Append objects that nothing is known of."""
        self.features.add_empty(objects)
        self.places.add_empty(objects)
        self._firsts += [None] * objects

    def join(self, other: MemoryPool) -> None:
        """Append the objects of another pool."""
        self.features.join(other.features)
        self.places.join(other.places)
        self._firsts += other._firsts

    def keep(self, rows: Sequence[int]) -> None:
        """Drop all objects but these."""
        self.features.keep(rows)
        self.places.keep(rows)
        self._firsts = [self._firsts[row] for row in rows]

    def prompts(self, frames: int, firsts: Sequence[int], task: Tensor) -> Prompts:
        """What the decoder reads for a clip of the last frames.

        Args:
            frames: T.
            firsts: (N,) the first frame of every object.
            task: (C,), the embedding of the task.
        """
        query, position = (_mean(one.last(frames)) for one in (self.features, self.places))
        first = torch.stack([self._at(row, frame) for row, frame in enumerate(firsts)], 1)
        dense, where = (
            torch.cat([of_first, recent.last(self._recent).flatten(1, 2)], 1)[:, :, None].expand(-1, -1, frames, -1)
            for of_first, recent in zip(first, (self.features, self.places), strict=True))
        return Prompts(query + task, position, dense, where)

    def _at(self, row: int, frame: int) -> Tensor:
        """Tokens and places (2, R, C) of an object on its first frame; the last there are where that is to come."""
        kept = self._firsts[row]
        if kept is not None:
            return kept
        frame = min(frame, self.features.end - 1)
        return torch.stack([one.of(frame, 1)[row, 0] for one in (self.features, self.places)])


def _mean(tokens: Tensor) -> Tensor:
    """Of those that are not zero: (N, T, R, C) -> (N, T, C)."""
    count = (tokens != 0).any(-1).sum(-1, keepdim=True)
    return tokens.sum(2) / count.clamp(min=1)

"""What goes into the decoder and what comes out of it, a clip of T frames at a time.

Frames are padded to multiples of 32 pixels, H and W; C is the width of the network (256 in the released ones). All
tensors are float32 on the device of the network.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from torch import Tensor

PositionCode = Literal["ArbitraryT", "FixedT"]
"""What the temporal position code counts: frames of the video, or places in the clip."""

GroupMask = Literal["sep", "sep-blocked", "sep-l2p", "all", "none"]
"""Who sees whom in self-attention. Learnable queries see each other only, and prompts each other (sep), themselves only
(sep-blocked) or everyone (sep-l2p); or everyone sees everyone (all, none)."""


@dataclass(frozen=True)
class Features:
    """What backbone and pixel decoder see on one frame. It is the same in every clip, so that it may be kept.

    Attributes:
        masks: (C, H/4, W/4), what masks are read off.
        levels: (C, h, w) each, at 1/32, 1/16 and 1/8, with the embedding of their level.
    """

    masks: Tensor
    levels: tuple[Tensor, ...]


@dataclass(frozen=True)
class Clip:
    """The features of T frames, with their places in space and time; made by `Network.clip`.

    Attributes:
        masks: (T, C, H/4, W/4).
        small: `masks` at the size of every level, (T, C, h, w) each.
        sources: (T, h*w, C) of every level, cells in raster order.
        positions: as `sources`, the 3-D sine codes.
        times: (T,) what the temporal code is made of, in radians.
    """

    masks: Tensor
    small: tuple[Tensor, ...]
    sources: tuple[Tensor, ...]
    positions: tuple[Tensor, ...]
    times: Tensor

    def __len__(self) -> int:
        return len(self.masks)

    @property
    def sizes(self) -> tuple[tuple[int, int], ...]:
        """(h, w) of every level."""
        return tuple((one.shape[-2], one.shape[-1]) for one in self.small)


@dataclass(frozen=True)
class Prompts:
    """P prompts of one kind as queries, with the dense tokens they are refined by (section 3.2 of the paper).

    Attributes:
        query: (P, T, C).
        position: (P, T, C).
        dense: (P, L, T, C), what ProCA reads of a prompt on each frame.
        dense_position: as `dense`; None: ProCA uses no positions (text).
        sentences: (P, E), in the space of language: the prompts are expressions, scores are taken against these, and
            every mask of a prompt is averaged with that of the learnable query most like it; None: anything else.
    """

    query: Tensor
    position: Tensor
    dense: Tensor
    dense_position: Tensor | None = None
    sentences: Tensor | None = None

    def __len__(self) -> int:
        return len(self.query)


@dataclass(frozen=True)
class Output:
    """What the decoder says of Q queries: the learnable ones first, then the prompts in their order.

    Attributes:
        logits: (Q, K), of the K rows of the table, or of the sentences; over all frames of the clip.
        masks: (Q, T, H/4, W/4), logits.
        embeddings: (Q, T, C).
        learnable: how many of the Q.
    """

    logits: Tensor
    masks: Tensor
    embeddings: Tensor
    learnable: int

    def found(self) -> Output:
        """Of the learnable queries only."""
        return self._rows(slice(None, self.learnable), self.learnable)

    def prompted(self) -> Output:
        """Of the prompts only."""
        return self._rows(slice(self.learnable, None), 0)

    def of(self, classes: slice) -> Output:
        """With the scores of some of the classes only."""
        return replace(self, logits=self.logits[:, classes])

    def _rows(self, rows: slice, learnable: int) -> Output:
        return Output(self.logits[rows], self.masks[rows], self.embeddings[rows], learnable)

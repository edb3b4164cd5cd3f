"""What goes into UNINEXT's network and what comes out (sections as in Yan et al., arXiv 2303.06674)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from backend.models.uninext.condinst import dynamic_masks

Image = npt.NDArray[np.uint8]
"""RGB, uint8, (height, width, 3)."""


@dataclass(frozen=True)
class Prompt:
    """What to look for, as tokens: words, or a template (section 3.1). The batch axis B is of objects or of chunks of
    a list; never changed in place.

    Attributes:
        hidden: float32 (B, L, 768).
        mask: (B, L), 1 at tokens that count. int64 of words: in the fusion the image does not look at padding. bool of
            templates: there it looks at all tokens, since a mask of bools does not mask in the authors' code.
        per_token: each token gets a logit (category names), else all tokens together get one (expression, template).
    """

    hidden: Tensor
    mask: Tensor
    per_token: bool = False

    def __len__(self) -> int:
        return len(self.hidden)

    @property
    def pooled(self) -> Tensor:
        """Mean over the tokens that count: (B, 768)."""
        weights = self.mask[..., None].to(self.hidden.dtype)
        return (self.hidden * weights).sum(1) / weights.sum(1)

    def followed_by(self, other: Prompt) -> Prompt:
        """The tokens of both, one after the other: of the first template and the latest one."""
        return replace(self, hidden=torch.cat([self.hidden, other.hidden], 1),
                       mask=torch.cat([self.mask, other.mask], 1))

    @staticmethod
    def batch(prompts: Sequence[Prompt]) -> Prompt:
        """Prompts of one kind and length as one batch: for each the numbers are as if it were alone."""
        return replace(prompts[0], hidden=torch.cat([one.hidden for one in prompts]),
                       mask=torch.cat([one.mask for one in prompts]))


@dataclass(frozen=True)
class Features:
    """A frame after the backbone and the projections: what does not depend on the prompt.

    The N cells of all levels are one after the other, rows of the finest level first.

    Attributes:
        tokens: float32 (1, N, C).
        positions: float32 (1, N, C), sine of the place and the embedding of the level.
        padding: bool (1, N), True where a cell is padding.
        shapes: (height, width) of every level, in cells, strides 8, 16, 32, 64.
        valid: float32 (1, levels, 2), the share of the width and of the height that is not padding.
        size: (height, width) of the picture without padding, in pixels of the network.
    """

    tokens: Tensor
    positions: Tensor
    padding: Tensor
    shapes: tuple[tuple[int, int], ...]
    valid: Tensor
    size: tuple[int, int]


@dataclass(frozen=True)
class Output:
    """What the network says of its Q queries for one prompt, before any choice.

    Attributes:
        logits: (Q, L) of the tokens, or (Q, 1) of an expression or template.
        boxes: (Q, 4), centre x, centre y, width, height as shares of the picture without padding.
        ious: (Q, 1) logits of the overlap with the object; None where the weights have no such head.
        reference_points: (Q, 2), x and y as `boxes`: where masks are relative to (before the last layer).
        kernels: (Q, 169), the parameters of each query's mask head.
        mask_features: (8, H/8, W/8), of the picture with padding.
        size: as of `Features`.
        embeddings: (Q, 256) by which objects are told from frame to frame; None where they were not asked for.
    """

    logits: Tensor
    boxes: Tensor
    ious: Tensor | None
    reference_points: Tensor
    kernels: Tensor
    mask_features: Tensor
    size: tuple[int, int]
    embeddings: Tensor | None = None

    def masks(self, rows: Tensor | Sequence[int]) -> Tensor:
        """Logits (len(rows), 1, H/4, W/4) of the masks of these queries, of the picture with padding. Made when asked
        for: users see few of the 900."""
        height, width = self.size
        centres = self.reference_points[rows] * self.reference_points.new_tensor([width, height])
        return dynamic_masks(self.mask_features, self.kernels[rows], centres)


class Network(Protocol):
    """The network on its device; computes under `torch.inference_mode`, deterministic.

    Attributes:
        multiple: the backbone wants sides of pictures that are multiples of it; `features` sees to that.
    """

    multiple: int

    @property
    def device(self) -> torch.device:
        """Where it runs."""
        ...

    def pixels(self, picture: Image) -> Tensor:
        """A picture of the network's size, normalised: float32 (3, height, width) on the device."""
        ...

    def features(self, pixels: Tensor) -> Features:
        """Backbone and projections; pads the picture where the backbone needs it.

        Args:
            pixels: as of `pixels`.
        """
        ...

    def text(self, ids: Tensor, mask: Tensor, per_token: bool) -> Prompt:
        """Words by BERT. Args: ids, mask: int64 (B, L), 1 at real tokens."""
        ...

    def template(self, pixels: Tensor, padding: Tensor) -> Prompt:
        """What an object looks like (section 3.1, "reference"), one template or several.

        Args:
            pixels: float32 (B, 4, S, S), normalised picture around the object and its mask (0..1).
            padding: bool (B, S, S), True beyond the picture.

        Returns:
            (S/8)^2 tokens a template.
        """
        ...

    def detect(self, features: Features, prompt: Prompt, embed: bool = False) -> list[Output]:
        """Fusion, encoder, decoder and heads: an output for each prompt of the batch.

        Args:
            embed: make the embeddings. (Weights of the stage on pictures cannot.)
        """
        ...

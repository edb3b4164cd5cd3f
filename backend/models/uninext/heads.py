"""What is said of every query (section 3.3): how well it goes with the prompt, and the features of its mask."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from backend.models.uninext.condinst import aligned_bilinear

_LARGEST = 50000.0


class Alignment(nn.Module):
    """Logits of queries and tokens, after GLIP. Weights have the names of the release."""

    def __init__(self, width: int, words: int) -> None:
        super().__init__()
        self.log_scale, self.bias0 = nn.Parameter(torch.empty(1)), nn.Parameter(torch.empty(1))
        self.bias_lang = nn.Parameter(torch.empty(words))
        self.dot_product_projection_text = nn.Linear(words, width)

    def forward(self, queries: Tensor, tokens: Tensor) -> Tensor:
        """(B, Q, width) and (B, L, words) -> (B, Q, L)."""
        tokens = F.normalize(tokens, dim=-1)
        projected = self.dot_product_projection_text(tokens / 2)
        bias = tokens @ self.bias_lang + self.bias0
        alike = queries @ projected.transpose(1, 2) / self.log_scale.exp()
        return (alike + bias[:, None]).clamp(-_LARGEST, _LARGEST)


class Objectness(nn.Module):
    """Of the first stage, which does not ask what an object is."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = nn.Linear(width, 1)

    def forward(self, cells: Tensor) -> Tensor:
        """(B, N, width) -> (B, N, 1)."""
        return self.body(cells)


class MaskFeatures(nn.Module):
    """The levels of the encoder put together, coarse to fine, for `condinst`. Layers have the names of the release.

    Args:
        width, hidden, channels: of the levels, of the last layer but one, and of what comes out.
    """

    def __init__(self, width: int, hidden: int, channels: int) -> None:
        super().__init__()
        self.lay3, self.lay4, self.jia_dcn = (nn.Conv2d(width, width, 3, padding=1) for _ in range(3))
        self.lay1, self.lay2 = nn.Conv2d(width, hidden, 3, padding=1), nn.Conv2d(hidden, channels, 3, padding=1)

    def forward(self, fine: Tensor, middle: Tensor, coarse: Tensor) -> Tensor:
        """Levels (B, width, h, w) of strides 8, 16, 32 -> (B, channels, h, w) of stride 8."""
        values = self.lay3(coarse).relu()
        values = self.lay4(middle + F.interpolate(values, middle.shape[-2:], mode="nearest")).relu()
        values = self.jia_dcn(fine + F.interpolate(values, fine.shape[-2:], mode="nearest")).relu()
        return self.lay2(self.lay1(values).relu()).relu()


class TemplateFuser(nn.Module):
    """The levels of a template as one map of the finest."""

    def __init__(self, width: int, levels: int) -> None:
        super().__init__()
        self.refine = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in range(levels))

    def forward(self, levels: Sequence[Tensor]) -> Tensor:
        """Levels (B, width, h / 2^k, w / 2^k) -> (B, width, h, w)."""
        first, *others = (layer(level) for layer, level in zip(self.refine, levels, strict=True))
        for other in others:
            first = first + aligned_bilinear(other, first.shape[-1] // other.shape[-1])
        return first

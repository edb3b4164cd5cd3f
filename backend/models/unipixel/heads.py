"""The small networks between Qwen2.5-VL and SAM 2 (UniPixel sections 3.1 to 3.3): prompts into the language model, the
object memory, and hidden states into SAM 2."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn

from backend.models.unipixel.config import UniPixelConfig

SAM_WIDTH = 256
_PROJECTED = 768
"""Width of the space and of the time half of a visual prompt before both are joined."""


@dataclass(frozen=True)
class Reference:
    """A visual prompt of one frame: stands for one `<|ref|>`.

    Attributes:
        corners: (x, y) in pixels of the square frame that SAM 2 sees: one of them is a point; two are the top-left and
            bottom-right corners of a box.
        time: 0..1, where the frame is among those the language model sees: t / (N - 1), N counted after padding.
    """

    corners: Sequence[tuple[float, float]]
    time: float


class Heads(nn.Module):
    """Every learned part that is neither Qwen2.5-VL nor SAM 2; the names are those of the released files.

    Args:
        config: widths.
    """

    def __init__(self, config: UniPixelConfig) -> None:
        super().__init__()
        width, memory = config.width, config.memory_width
        self._hidden_tokens, self._side = config.hidden_tokens, config.sam2_size
        self.seg_head = nn.Sequential(
            nn.RMSNorm(width, eps=1e-6), nn.Linear(width, width), nn.GELU(),
            nn.Linear(width, SAM_WIDTH * config.hidden_tokens))
        self.ref_encoder = _ReferenceEncoder()
        self.ref_proj_single = nn.Linear(2 * SAM_WIDTH, _PROJECTED)
        self.ref_proj_double = nn.Linear(3 * SAM_WIDTH, _PROJECTED)
        self.ref_proj = nn.Sequential(nn.GELU(), nn.Linear(2 * _PROJECTED, width))
        self.tem_pe = _Fourier(1)
        self.tem_emb = nn.Embedding(1, SAM_WIDTH)
        self.tem_proj = nn.Linear(SAM_WIDTH, _PROJECTED)
        self.msk_proj = nn.Sequential(nn.Linear(memory, memory), nn.GELU(), nn.Linear(memory, width))

    def hidden_prompts(self, states: torch.Tensor) -> torch.Tensor:
        """Prompt tokens for SAM 2 (n, hidden_tokens, 256) of hidden states (n, width) from before the final norm."""
        tokens: torch.Tensor = self.seg_head(states)
        return tokens.reshape(len(states), self._hidden_tokens, SAM_WIDTH)

    def references(self, given: Sequence[Reference]) -> torch.Tensor:
        """Embeddings (n, width) that take the places of `<|ref|>`, in their order."""
        return torch.stack([self._reference(one) for one in given])

    def memories(self, pooled: torch.Tensor) -> torch.Tensor:
        """Embeddings (n, width) that take the places of `<|mem|>`, of pooled features (n, memory_width)."""
        embedded: torch.Tensor = self.msk_proj(pooled)
        return embedded

    def _reference(self, given: Reference) -> torch.Tensor:
        space = self.ref_encoder(given.corners, self._side).flatten()
        space = (self.ref_proj_single if len(given.corners) == 1 else self.ref_proj_double)(space)
        moment = torch.tensor([given.time], dtype=torch.float32, device=space.device)
        time = self.tem_proj(self.tem_pe(moment).to(space.dtype) + self.tem_emb.weight[0])
        embedded: torch.Tensor = self.ref_proj(torch.cat([space, time]))
        return embedded


class _Fourier(nn.Module):
    """Random Fourier features (..., 256) of positions (..., axes) in 0..1. The matrix is fixed, but belongs to the
    weights: another one means other positions. Kept and computed in float32, whatever the rest is in."""

    def __init__(self, axes: int) -> None:
        super().__init__()
        self.register_buffer("positional_encoding_gaussian_matrix", torch.empty(axes, SAM_WIDTH // 2))
        self.positional_encoding_gaussian_matrix: torch.Tensor

    def forward(self, positions: torch.Tensor) -> torch.Tensor:
        angles = 2 * math.pi * ((2 * positions - 1) @ self.positional_encoding_gaussian_matrix.float())
        return torch.cat([angles.sin(), angles.cos()], -1)


class _ReferenceEncoder(nn.Module):
    """Points and boxes as SAM's prompt encoder has them."""

    POINT, TOP_LEFT, BOTTOM_RIGHT = 1, 2, 3

    def __init__(self) -> None:
        super().__init__()
        self.pe_layer = _Fourier(2)
        self.point_embeddings = nn.ModuleList([nn.Embedding(1, SAM_WIDTH) for _ in range(4)])
        self.not_a_point_embed = nn.Embedding(1, SAM_WIDTH)

    def forward(self, corners: Sequence[tuple[float, float]], side: int) -> torch.Tensor:
        """(corners + 1, 256): a token a corner, then the one that says that no more points follow."""
        labels = [self.POINT] if len(corners) == 1 else [self.TOP_LEFT, self.BOTTOM_RIGHT]
        end = self.not_a_point_embed.weight
        centres = (torch.tensor(corners, dtype=torch.float32, device=end.device) + 0.5) / side
        kinds = torch.cat([self.point_embeddings.get_submodule(str(label)).get_parameter("weight") for label in labels])
        return torch.cat([self.pe_layer(centres).to(end.dtype) + kinds, end])

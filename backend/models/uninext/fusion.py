"""Early fusion of picture and prompt (section 3.2, equation 1; after GLIP)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

HEADS = 8
_LARGEST = 50000.0
"""Likeness is kept within, so that exponentials stay finite."""
_NEVER = -9e15


class BiAttention(nn.Module):
    """The likenesses of cells and tokens, looked at from both sides.

    Args:
        width, words: channels of cells and of tokens.
        hidden: channels of all heads together.
    """

    def __init__(self, width: int, words: int, hidden: int) -> None:
        super().__init__()
        self.scale = (hidden // HEADS) ** -0.5
        self.v_proj, self.l_proj = nn.Linear(width, hidden), nn.Linear(words, hidden)
        self.values_v_proj, self.values_l_proj = nn.Linear(width, hidden), nn.Linear(words, hidden)
        self.out_v_proj, self.out_l_proj = nn.Linear(hidden, width), nn.Linear(hidden, words)

    def forward(self, cells: Tensor, tokens: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """What each cell finds among the tokens, and each token among the cells.

        Args:
            cells, tokens: (B, N, width), (B, L, words).
            mask: (B, L); int: the cells do not look at tokens that are 0; bool: they look at all.
        """
        seen = torch.zeros_like(mask, dtype=torch.float32)
        if mask.dtype != torch.bool:
            seen = seen.masked_fill(mask == 0, _NEVER) + mask
        queries, keys, shown, said = (
            projection(given).unflatten(-1, (HEADS, -1)) for projection, given in (
                (self.v_proj, cells), (self.l_proj, tokens), (self.values_v_proj, cells), (self.values_l_proj, tokens)))
        found = [self._head(queries[:, :, head] * self.scale, keys[:, :, head], shown[:, :, head], said[:, :, head],
                            seen[:, None]) for head in range(HEADS)]  # one by one: likenesses take much memory
        to_cells, to_tokens = (torch.cat(one, -1) for one in zip(*found, strict=True))
        return self.out_v_proj(to_cells), self.out_l_proj(to_tokens)

    @staticmethod
    def _head(queries: Tensor, keys: Tensor, shown: Tensor, said: Tensor, seen: Tensor) -> tuple[Tensor, Tensor]:
        alike = (queries @ keys.transpose(1, 2)).float().clamp(-_LARGEST, _LARGEST)
        to_cells = (alike + seen).softmax(-1).to(said.dtype) @ said
        turned = alike.transpose(1, 2)
        turned = (turned - turned.amax(-1, keepdim=True)).clamp(-_LARGEST, _LARGEST)
        return to_cells, turned.softmax(-1).to(shown.dtype) @ shown  # padded cells are not left out


class EarlyFusion(nn.Module):
    """Both sides add what they found, scaled, to themselves after their norm (not before it)."""

    def __init__(self, width: int, words: int, hidden: int) -> None:
        super().__init__()
        self.layer_norm_v, self.layer_norm_l = nn.LayerNorm(width), nn.LayerNorm(words)
        self.attn = BiAttention(width, words, hidden)
        self.gamma_v, self.gamma_l = nn.Parameter(torch.empty(width)), nn.Parameter(torch.empty(words))

    def forward(self, cells: Tensor, tokens: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Both, of the shapes they have; see `BiAttention`."""
        cells, tokens = self.layer_norm_v(cells), self.layer_norm_l(tokens)
        to_cells, to_tokens = self.attn(cells, tokens, mask)
        return cells + self.gamma_v * to_cells, tokens + self.gamma_l * to_tokens

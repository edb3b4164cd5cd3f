"""InternVL2.5 as UFO runs it: tiles, the mask of the prompt, grid points beside it, and branches that share it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional as F
from transformers import AttentionInterface, DynamicCache, InternVLForConditionalGeneration
from transformers.integrations.sdpa_attention import sdpa_attention_forward

_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_ATTENTION = "ufo_branches"


def _attend(
    module: nn.Module, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, attention_mask: torch.Tensor | None,
    scaling: float, prompt: DynamicCache | None = None, **other: Any,
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Attention of branches: each to the prompt, which all share, and to what it said itself.

    The prompt's keys and values are neither copied nor masked for every branch; the numbers are those of one long
    sequence with a mask of blocks. Without `prompt` it is ordinary attention.

    Args:
        query: (branches, heads, 1, channels).
        key, value: (branches, groups, steps, channels), of the branches themselves.
    """
    if prompt is None:
        return sdpa_attention_forward(module, query, key, value, attention_mask, scaling=scaling, **other)
    shared: Any = prompt.layers[cast(int, module.layer_idx)]
    query = query.view(len(query), key.shape[1], -1, query.shape[-1]) * scaling
    common = torch.einsum("bghc,gnc->bghn", query, shared.keys[0])
    weights = torch.cat([common, query @ key.mT], -1).float().softmax(-1).to(value.dtype)
    length = common.shape[-1]
    made = torch.einsum("bghn,gnc->bghc", weights[..., :length], shared.values[0]) + weights[..., length:] @ value
    return made.flatten(1, 2)[:, None], None


AttentionInterface.register(_ATTENTION, _attend)


@dataclass(frozen=True)
class Reading:
    """A prompt that was read.

    Attributes:
        prompt: keys and values of it, shared by all branches.
        length: its tokens.
        image: (h, w, D), the image's final hidden states.
        branches: what the branches have said up to now; empty of a single sequence.
        states: (branches, D), the final hidden states that the first tokens are read from.
        asked: tokens of a branch beside the prompt: 1 (its grid point) or 0.
    """

    prompt: DynamicCache
    length: int
    image: torch.Tensor
    branches: DynamicCache
    states: torch.Tensor
    asked: int


class Network:
    """The network of transformers, and what UFO does with it.

    Args:
        host: with the weights.
        image_id: the token that stands for an image token (`<IMG_CONTEXT>`).
    """

    def __init__(self, host: InternVLForConditionalGeneration, image_id: int) -> None:
        host.model.language_model.config._attn_implementation = _ATTENTION
        self.host, self.image_id = host.eval(), image_id
        self._language = host.model.language_model
        vision: Any = host.config.vision_config
        self.tile = int(vision.image_size[0])

    @property
    def vocabulary(self) -> int:
        """Tokens it knows."""
        return int(self._language.embed_tokens.num_embeddings)

    @property
    def device(self) -> torch.device:
        """Where it runs."""
        return self.host.device

    def see(self, image: npt.NDArray[np.uint8]) -> torch.Tensor:
        """Image tokens as the language model gets them: (tiles, tokens of a tile, D), tiles row by row.

        Args:
            image: RGB (S, S, 3), S a multiple of the side of a tile.
        """
        pixels = torch.from_numpy(np.ascontiguousarray(image)).to(self.device).permute(2, 0, 1).float() / 255
        mean, std = (torch.tensor(one, device=self.device)[:, None, None] for one in (_MEAN, _STD))
        tiles = ((pixels - mean) / std).unflatten(2, (-1, self.tile)).unflatten(1, (-1, self.tile))
        seen = self.host.model.get_image_features(pixel_values=tiles.permute(1, 3, 0, 2, 4).flatten(0, 1))
        return cast(torch.Tensor, seen.pooler_output)

    def read(
        self, ids: torch.Tensor, seen: torch.Tensor, points: torch.Tensor | None = None, both_ways: bool = True
    ) -> Reading:
        """Read a prompt, and grid points beside it.

        A grid point is a token after the prompt that sees the prompt and itself; what the image holds at its place is
        added to it before every layer (section 3.3, as the code has it).

        Args:
            ids: (N,), with a place for every image token.
            seen: as `see` gives it.
            points: (G, 2), x and y in 0..1 of the image; None: one sequence that goes on after the prompt.
            both_ways: every image token sees every other; else only those before it.
        """
        where = ids == self.image_id
        hidden = self._language.embed_tokens(ids)
        hidden[where] = seen.flatten(0, 1).to(hidden.dtype)
        length, grids = len(ids), None if points is None else hidden.new_zeros(len(points), 1, hidden.shape[-1])
        visible = torch.ones(length, length, dtype=torch.bool, device=ids.device).tril()
        if both_ways:
            visible |= where[:, None] & where
        prompt, branches = DynamicCache(), DynamicCache()
        hidden, turns = hidden[None], self._turns(hidden, torch.arange(length, device=ids.device)[None])
        last = self._turns(hidden, torch.tensor([[length]], device=ids.device))
        for layer in self._language.layers:
            image = merge_tiles(hidden[0, where].view_as(seen))
            hidden = layer(hidden, attention_mask=visible[None, None], position_embeddings=turns,
                           past_key_values=prompt)
            if grids is not None and points is not None:
                grids = layer(grids + sample(image, points)[:, None], position_embeddings=last,
                              past_key_values=branches, prompt=prompt)
        final = self._language.norm(hidden[0])
        states = final[-1:] if grids is None else self._language.norm(grids[:, 0])
        image = merge_tiles(final[where].view_as(seen))
        return Reading(prompt, length, image, branches, states, asked=int(grids is not None))

    def step(self, reading: Reading, ids: torch.Tensor, said: int) -> torch.Tensor:
        """The final hidden states (branches, D) after one more token of every branch.

        Args:
            ids: (branches,), the tokens.
            said: how many each branch has said before this one.
        """
        hidden = self.embed(ids)[:, None]
        position = torch.tensor([[reading.length + reading.asked + said]], device=ids.device)
        turns = self._turns(hidden, position)
        for layer in self._language.layers:
            hidden = layer(hidden, position_embeddings=turns, past_key_values=reading.branches, prompt=reading.prompt)
        return self._language.norm(hidden[:, 0])

    def embed(self, ids: torch.Tensor) -> torch.Tensor:
        """The input embeddings of tokens."""
        return self._language.embed_tokens(ids)

    def probabilities(self, states: torch.Tensor) -> torch.Tensor:
        """float32 (..., vocabulary) of the next token, of final hidden states (..., D)."""
        return self.host.lm_head(states).float().softmax(-1)

    def _turns(self, hidden: torch.Tensor, positions: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self._language.rotary_emb(hidden, position_ids=positions)


def merge_tiles(tokens: torch.Tensor) -> torch.Tensor:
    """(tiles, tokens of a tile, D) of a square of square tiles -> one map (h, w, D)."""
    across, side = round(len(tokens) ** 0.5), round(tokens.shape[1] ** 0.5)
    rows = tokens.unflatten(1, (side, side)).unflatten(0, (across, across)).permute(0, 2, 1, 3, 4)
    return rows.flatten(2, 3).flatten(0, 1)


def sample(image: torch.Tensor, points: torch.Tensor) -> torch.Tensor:
    """What a map (h, w, D) holds at points (G, 2), x and y in 0..1, bilinear: (G, D)."""
    where = (points * 2 - 1).to(image.dtype)[None, :, None]
    return F.grid_sample(image.permute(2, 0, 1)[None], where, align_corners=False)[0, :, :, 0].T


def grid_points(across: int, per_tile: int, device: torch.device) -> torch.Tensor:
    """float32 (G, 2), x and y in 0..1: `per_tile` x `per_tile` points in each of `across` x `across` tiles, tile by
    tile and then row by row."""
    within = (torch.arange(per_tile, dtype=torch.float32, device=device) + 0.5) / per_tile
    tiles = torch.arange(across, dtype=torch.float32, device=device)
    line = (within + tiles[:, None]) / across  # (tiles, points)
    y, x = torch.meshgrid(line.flatten(), line.flatten(), indexing="ij")
    points = torch.stack([x, y], -1).unflatten(1, (across, per_tile)).unflatten(0, (across, per_tile))
    return points.permute(0, 2, 1, 3, 4).flatten(0, 3)

"""The decoder: learnable queries and prompts, refined layer by layer, become masks and scores (section 3.2 and figure 3
of the paper).

A layer is ProCA (prompts read their own dense tokens), masked cross-attention to one level of a frame, self-attention
over all queries of all frames, and a feed-forward network; each adds to its input and is normalised after. Queries are
(Q, T, C) throughout: the learnable ones first, then the prompts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers.models.detr.modeling_detr import DetrMLPPredictionHead

from backend.models.univs.clip import Clip, GroupMask, Output, Prompts

_HEADS = 8
"""Of every attention; no shape tells it."""

LEVELS = 3


@dataclass(frozen=True)
class Sizes:
    """What the shapes of a checkpoint say of its decoder.

    Attributes:
        width: C, of queries and features.
        language: of the space of language.
        queries: learnable ones.
        layers: of the decoder.
        feedforward: width within a feed-forward network.
        mask: width of mask features.
        text: it reads expressions (older files lack the weights for that).
    """

    width: int
    language: int
    queries: int
    layers: int
    feedforward: int
    mask: int
    text: bool

    @classmethod
    def of(cls, shapes: Mapping[str, torch.Size]) -> Sizes:
        """From the shapes of a decoder's own names (see `names.py`)."""
        queries, width = shapes["query_feat"]
        return cls(
            width=width, language=shapes["vis2text_projection.weight"][0], queries=queries,
            layers=len({name.split(".")[1] for name in shapes if name.startswith("layers.")}),
            feedforward=shapes["layers.0.ffn.linear1.weight"][0], mask=shapes["mask_embed.layers.2.weight"][0],
            text=any(name.startswith("lang2img.") for name in shapes))


class Attention(nn.Module):
    """Multi-head attention that adds to its input and is normalised after. Names as of `nn.MultiheadAttention`, whose
    mask would have to be given once a head."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.in_proj_weight = nn.Parameter(torch.empty(3 * width, width))
        self.in_proj_bias = nn.Parameter(torch.empty(3 * width))
        self.out_proj = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor, query: Tensor, key: Tensor, value: Tensor, allowed: Tensor | None = None) -> Tensor:
        """
        Args:
            x, query: (B, N, C); key, value: (B, S, C).
            allowed: bool, (N, S) or (B, N, S); None: everyone sees everything.
        """
        parts = zip((query, key, value), self.in_proj_weight.chunk(3), self.in_proj_bias.chunk(3), strict=True)
        q, k, v = (F.linear(one, weight, bias).unflatten(-1, (_HEADS, -1)).transpose(1, 2)
                   for one, weight, bias in parts)
        mask = allowed[:, None] if allowed is not None and allowed.ndim == 3 else allowed
        seen = F.scaled_dot_product_attention(q, k, v, mask).transpose(1, 2).flatten(2)
        added: Tensor = self.norm(x + self.out_proj(seen))
        return added


class FeedForward(nn.Module):
    """Two linear layers that add to their input, normalised after."""

    def __init__(self, width: int, within: int) -> None:
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(width, within), nn.Linear(within, width)
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor) -> Tensor:
        """(..., C) -> (..., C)."""
        added: Tensor = self.norm(x + self.linear2(F.relu(self.linear1(x))))
        return added


class Layer(nn.Module):
    """The four steps of a layer."""

    def __init__(self, width: int, feedforward: int) -> None:
        super().__init__()
        self.proca, self.cross_attention, self.self_attention = (Attention(width) for _ in range(3))
        self.ffn = FeedForward(width, feedforward)

    def read_prompts(self, x: Tensor, position: Tensor, prompts: Prompts) -> Tensor:
        """ProCA: every prompt reads its own dense tokens, frame by frame (equation 3).

        Args:
            x, position: (P, T, C) of the prompts only; positions count for visual prompts only.
        """
        own = x.flatten(0, 1)[:, None]
        tokens = torch.cat([own, _by_frame(prompts.dense)], 1)
        query, key = own, tokens
        if prompts.dense_position is not None:
            at = position.flatten(0, 1)[:, None]
            query, key = own + at, tokens + torch.cat([at, _by_frame(prompts.dense_position)], 1)
        read: Tensor = self.proca(own, query, key, tokens)
        return read[:, 0].unflatten(0, x.shape[:2])

    def look(self, x: Tensor, position: Tensor, clip: Clip, level: int, allowed: Tensor) -> Tensor:
        """Masked cross-attention to one level of each query's own frame. allowed: bool (T, Q, h*w)."""
        source, where = clip.sources[level], clip.positions[level]
        queries = x.transpose(0, 1)
        seen: Tensor = self.cross_attention(queries, queries + position.transpose(0, 1), source + where, source,
                                            allowed)
        return seen.transpose(0, 1)

    def exchange(self, x: Tensor, position: Tensor, allowed: Tensor | None) -> Tensor:
        """Self-attention over the queries of all frames (equation 4). allowed: bool (Q*T, Q*T)."""
        flat = x.flatten(0, 1)[None]
        placed = flat + position.flatten(0, 1)[None]
        changed: Tensor = self.self_attention(flat, placed, placed, flat, allowed)
        return changed[0].unflatten(0, x.shape[:2])


class Decoder(nn.Module):
    """Queries of a clip -> `Output`. Parameters have the names of the release but for `names.py`."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        width, language = sizes.width, sizes.language
        self.query_feat, self.query_embed = (nn.Parameter(torch.empty(sizes.queries, width)) for _ in range(2))
        self.level_embed = nn.Parameter(torch.empty(LEVELS, width))
        self.layers = nn.ModuleList(Layer(width, sizes.feedforward) for _ in range(sizes.layers))
        self.decoder_norm = nn.LayerNorm(width)
        self.mask_embed = DetrMLPPredictionHead(width, width, sizes.mask, 3)
        self.vis2text_projection = nn.Linear(width, language)
        self.text_norm = nn.LayerNorm(language)
        self.text2vis_projection = nn.Linear(language, width)
        self.reid_temp = nn.Parameter(torch.empty(1, 1))
        self.prompt_detection, self.prompt_sot, self.prompt_grounding = (
            nn.Parameter(torch.empty(1, width)) for _ in range(3))
        self.lang2img = Attention(width) if sizes.text else None

    def expressions(self, clip: Clip, words: Tensor, sentences: Tensor) -> Prompts:
        """As `Network.expressions`."""
        dense = self._read_frames(clip, torch.cat([sentences[:, None], words], 1))
        return Prompts(dense[:, 0] + self.prompt_grounding, dense[:, 0], dense, sentences=sentences)

    def categories(self, clip: Clip, rows: Tensor) -> Prompts:
        """As `Network.categories`."""
        dense = self._read_frames(clip, rows[:, None])
        return Prompts(dense[:, 0] + self.prompt_detection, dense[:, 0], dense)

    def _read_frames(self, clip: Clip, language: Tensor) -> Tensor:
        """Tokens of language (P, W, E) that have looked at every frame: (P, W, T, C) (section 3.1, text prompts)."""
        assert self.lang2img is not None, "a network without `lang2img` is not asked about words"
        tokens = self.text2vis_projection(self.text_norm(language)).flatten(0, 1)
        asking = tokens.expand(len(clip), -1, -1)
        picture = torch.cat(clip.sources, 1)
        seen: Tensor = self.lang2img(asking, asking, picture, picture)
        return seen.unflatten(1, language.shape[:2]).permute(1, 2, 0, 3)

    def forward(self, clip: Clip, table: Tensor, prompts: Prompts | None, groups: GroupMask) -> Output:
        """As `Network.decode`."""
        frames, learnable, layers = len(clip), len(self.query_feat), cast(Sequence[Layer], self.layers)
        x, position = (one[:, None].expand(-1, frames, -1) for one in (self.query_feat, self.query_embed))
        if prompts is not None:
            read = layers[0].read_prompts(prompts.query, prompts.position, prompts)
            # From here on where a prompt is, is what it has read: the release never goes back to its own position.
            x, position = torch.cat([x, read]), torch.cat([position, read])
        together = self._groups(len(x), frames, groups if prompts is None or prompts.sentences is None
                                else "sep-blocked")
        for number, layer in enumerate(layers):
            level = number % LEVELS
            allowed = self._allowed(self._masks(x, clip.small[level], prompts))
            if prompts is not None and number:
                read = layer.read_prompts(x[learnable:], position[learnable:], prompts)
                x = torch.cat([x[:learnable], read])
            x = layer.look(x, position, clip, level, allowed)
            x = layer.exchange(x, position, together)
            x = layer.ffn(x)
        embeddings = self.decoder_norm(x)
        return Output(self._logits(embeddings, table, prompts), self._masks(x, clip.masks, prompts), embeddings,
                      learnable)

    def _logits(self, embeddings: Tensor, table: Tensor, prompts: Prompts | None) -> Tensor:
        """Scores of classes are cosines, those of expressions plain products: (Q, K)."""
        said = self.vis2text_projection(embeddings)
        if prompts is not None and prompts.sentences is not None:
            return said.mean(1) @ prompts.sentences.T
        cosines = F.normalize(said, dim=-1) @ F.normalize(table, dim=-1).T
        return cosines.mean(1) * self.reid_temp.exp()  # not `cls_temp`, whatever the names say: the golden cases tell

    def _masks(self, x: Tensor, features: Tensor, prompts: Prompts | None) -> Tensor:
        """Logits of masks (Q, T, h, w), read off features (T, C, h, w)."""
        embeddings = self.decoder_norm(x)
        masks = torch.einsum("qtc,tchw->qthw", self.mask_embed(embeddings), features)
        if prompts is None or prompts.sentences is None:
            return masks
        learnable = len(self.query_feat)
        unit = F.normalize(embeddings, dim=-1)
        likest = torch.einsum("ptc,qtc->pq", unit[learnable:], unit[:learnable]).argmax(1)
        return torch.cat([masks[:learnable], (masks[learnable:] + masks[likest]) / 2])

    @staticmethod
    def _allowed(masks: Tensor) -> Tensor:
        """Where each query looks: within the mask it has so far, or everywhere where that is empty. (T, Q, h*w).

        The masks are read off features of the size of the level, which is the same as to shrink large ones and less
        than half the work of the decoder.
        """
        within = (masks.sigmoid() >= 0.5).flatten(2).transpose(0, 1)
        return within | ~within.any(-1, keepdim=True)

    def _groups(self, count: int, frames: int, groups: GroupMask) -> Tensor | None:
        """Who sees whom: bool (Q*T, Q*T); None: everyone everyone. Where groups are apart, learnable queries never see
        prompts, so that nothing found depends on what was pointed at."""
        learnable = len(self.query_feat)
        if count == learnable or groups in ("all", "none"):
            return None
        group = torch.zeros(count, dtype=torch.long, device=self.query_feat.device)
        group[learnable:] = torch.arange(1, count - learnable + 1) if groups == "sep-blocked" else 1
        group = group.repeat_interleave(frames)
        together = group[:, None] == group[None]
        return together | (group > 0)[:, None] if groups == "sep-l2p" else together


def _by_frame(tokens: Tensor) -> Tensor:
    """(P, L, T, C) -> (P*T, L, C)."""
    return tokens.transpose(1, 2).flatten(0, 1)

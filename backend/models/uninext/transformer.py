"""Encoder and decoder of UNINEXT (section 3.3): deformable DETR with two stages, as in DINO.

Norms come after what is added. Modules and weights have the names of the release.
"""

from __future__ import annotations

import itertools

import torch
from torch import Tensor, nn

from backend.models.uninext import geometry
from backend.models.uninext.deformable import DeformableAttention
from backend.models.uninext.fusion import EarlyFusion
from backend.models.uninext.geometry import Shapes


class Mlp(nn.Module):
    """Linear layers with ReLU between them; `sizes` are the channels of the input and of every layer."""

    def __init__(self, *sizes: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(*pair) for pair in itertools.pairwise(sizes))

    def forward(self, values: Tensor) -> Tensor:
        """(..., sizes[0]) -> (..., sizes[-1])."""
        for layer in self.layers[:-1]:
            values = layer(values).relu()
        return self.layers[-1](values)


class EncoderLayer(nn.Module):
    """Cells look at cells.

    Args:
        width, hidden: channels of a cell, and within the feed-forward part.
        heads, levels, points: of the attention.
    """

    def __init__(self, width: int, hidden: int, heads: int, levels: int, points: int) -> None:
        super().__init__()
        self.self_attn = DeformableAttention(width, heads, levels, points)
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.linear1, self.linear2 = nn.Linear(width, hidden), nn.Linear(hidden, width)

    def forward(self, cells: Tensor, positions: Tensor, centres: Tensor, shapes: Shapes, padding: Tensor) -> Tensor:
        """(B, N, width) of the same shape; `centres` as of `geometry.cell_centres`."""
        cells = self.norm1(cells + self.self_attn(cells + positions, cells, centres, shapes, padding))
        return self.norm2(cells + self.linear2(self.linear1(cells).relu()))


class Encoder(nn.Module):
    """The prompt is heard once, before the first layer.

    Args:
        words, fused: channels of a token, and within the fusion.
        layers: how many; `sizes` as of `EncoderLayer`.
    """

    def __init__(self, width: int, words: int, fused: int, layers: int, *sizes: int) -> None:
        super().__init__()
        self.fusion = EarlyFusion(width, words, fused)
        self.layers = nn.ModuleList(EncoderLayer(width, *sizes) for _ in range(layers))

    def forward(
        self, cells: Tensor, positions: Tensor, padding: Tensor, shapes: Shapes, valid: Tensor, tokens: Tensor,
        mask: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """Cells (B, N, width) and tokens (B, L, words) after it; see `types.Features` and `types.Prompt`."""
        cells, tokens = self.fusion(cells, tokens, mask)
        centres = geometry.cell_centres(shapes, valid)
        for layer in self.layers:
            cells = layer(cells, positions, centres, shapes, padding)
        return cells, tokens


class DecoderLayer(nn.Module):
    """Queries look at each other, then at the cells. The order of norms is 2, 1, 3, as in deformable DETR."""

    def __init__(self, width: int, hidden: int, heads: int, levels: int, points: int) -> None:
        super().__init__()
        self.self_attn = nn.MultiheadAttention(width, heads, batch_first=True)
        self.cross_attn = DeformableAttention(width, heads, levels, points)
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(width) for _ in range(3))
        self.linear1, self.linear2 = nn.Linear(width, hidden), nn.Linear(hidden, width)

    def forward(
        self, queries: Tensor, places: Tensor, references: Tensor, memory: Tensor, shapes: Shapes, padding: Tensor
    ) -> Tensor:
        """(B, Q, width) of the same shape.

        Args:
            places: (B, Q, width), positions of the queries.
            references: (B, Q, levels, 4).
            memory, padding: (B, N, width), (B, N), of the encoder.
        """
        placed = queries + places
        heard, _ = self.self_attn(placed, placed, queries, need_weights=False)
        queries = self.norm2(queries + heard)
        queries = self.norm1(queries + self.cross_attn(queries + places, memory, references, shapes, padding))
        return self.norm3(queries + self.linear2(self.linear1(queries).relu()))


class Decoder(nn.Module):
    """Layers of queries that know where they look: a position is made of the box of each query.

    Args:
        layers: how many; `sizes` as of `DecoderLayer`.
    """

    def __init__(self, width: int, layers: int, *sizes: int) -> None:
        super().__init__()
        self.ref_point_head = Mlp(2 * width, width, width)
        self.layers = nn.ModuleList(DecoderLayer(width, *sizes) for _ in range(layers))

    def forward(
        self, queries: Tensor, boxes: Tensor, memory: Tensor, shapes: Shapes, padding: Tensor, valid: Tensor,
        refine: nn.ModuleList | None = None,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Queries after the last layer, and their boxes before and after it.

        Args:
            queries: (B, Q, width).
            boxes: (B, Q, 4), centre and size as shares of the picture without padding.
            refine: of each layer what moves the boxes; None: they stay.
        """
        before, factors = boxes, torch.cat([valid, valid], -1)[:, None]
        for number, layer in enumerate(self.layers):
            references = boxes[:, :, None] * factors
            places = self.ref_point_head(geometry.box_positions(references[:, :, 0], queries.shape[-1] // 2))
            queries = layer(queries, places, references, memory, shapes, padding)
            before = boxes
            if refine is not None:
                boxes = (refine[number](queries) + geometry.logit(boxes)).sigmoid()
        return queries, before, boxes


class Transformer(nn.Module):
    """What is between the projected cells and the heads.

    Args:
        queries: how many.
        levels: of cells.
    """

    def __init__(self, encoder: Encoder, decoder: Decoder, width: int, queries: int, levels: int) -> None:
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.level_embed = nn.Parameter(torch.empty(levels, width))
        self.tgt_embed = nn.Embedding(queries, width)
        self.enc_output, self.enc_output_norm = nn.Linear(width, width), nn.LayerNorm(width)

    def select(
        self, memory: Tensor, padding: Tensor, shapes: Shapes, valid: Tensor, score: nn.Module, refine: nn.Module
    ) -> tuple[Tensor, Tensor]:
        """The first stage: the cells that look most like an object give the boxes to start from.

        Their content is learnt and depends on neither picture nor prompt ("static queries"). Of a picture with fewer
        cells there are fewer queries.

        Returns:
            Queries (B, Q, width) and boxes (B, Q, 4).
        """
        anchors = geometry.proposals(shapes, valid)
        usable = ((anchors > 0.01) & (anchors < 0.99)).all(-1) & ~padding
        anchors = (anchors / (1 - anchors)).log().masked_fill(~usable[..., None], torch.inf)
        cells = self.enc_output_norm(self.enc_output(memory.masked_fill(~usable[..., None], 0.0)))
        count = min(len(self.tgt_embed.weight), cells.shape[1])
        chosen = score(cells)[..., 0].topk(count, dim=1).indices[..., None]
        boxes = (refine(cells) + anchors).take_along_dim(chosen, 1).sigmoid()
        return self.tgt_embed.weight[:count].expand(len(boxes), -1, -1), boxes

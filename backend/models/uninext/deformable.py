"""Multi-scale deformable attention (Zhu et al., arXiv 2010.04159, equation 3): transformers' own, in plain PyTorch."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

import torch
from torch import Tensor
from transformers.models.deformable_detr.modeling_deformable_detr import DeformableDetrMultiscaleDeformableAttention


class DeformableAttention(DeformableDetrMultiscaleDeformableAttention):
    """Every query looks at a few points of every level, near its reference.

    Its weights are `sampling_offsets`, `attention_weights`, `value_proj` and `output_proj`.

    Args:
        width: channels.
        points: of each head on each level.
    """

    def __init__(self, width: int, heads: int, levels: int, points: int) -> None:
        sizes = SimpleNamespace(d_model=width, num_feature_levels=levels, disable_custom_kernels=True)
        super().__init__(sizes, num_heads=heads, n_points=points)

    def forward(
        self, queries: Tensor, values: Tensor, references: Tensor, shapes: Sequence[tuple[int, int]],
        padding: Tensor | None = None,
    ) -> Tensor:
        """What the queries find.

        Args:
            queries: (B, Q, width), with their positions.
            values: (B, N, width), the cells of all levels one after the other.
            references: (B, Q, levels, 2) x and y as shares of each level with its padding; or (B, Q, levels, 4) centre
                and size of a box, in half the size of which the points then lie.
            shapes: (height, width) of every level.
            padding: bool (B, N), True at cells that are taken to be zero.

        Returns:
            (B, Q, width).
        """
        found, _ = super().forward(
            queries, attention_mask=None if padding is None else ~padding, encoder_hidden_states=values,
            reference_points=references, spatial_shapes=torch.tensor(shapes, device=queries.device),
            spatial_shapes_list=list(shapes))
        return found

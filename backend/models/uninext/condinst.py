"""Masks by dynamic convolution (CondInst, Tian et al. 2020; UNINEXT section 3.3): every query brings the weights of a
small network of its own, which is run over features that all share."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

STRIDE = 8
"""Pixels a cell of the mask features; masks are twice as fine."""

_AT_ONCE = 64
"""Masks made at once."""


def dynamic_masks(features: Tensor, kernels: Tensor, centres: Tensor) -> Tensor:
    """Logits of masks.

    Args:
        features: (C, h, w).
        kernels: (n, (C + 2) * C + C * C + C + 2 * C + 1): the weights of three 1x1 convolutions to C, C and 1 channels,
            then their biases. The first takes the distances (x, y) to the centre before the features.
        centres: (n, 2), x and y in pixels.

    Returns:
        (n, 1, 2h, 2w).
    """
    parts = zip(kernels.split(_AT_ONCE), centres.split(_AT_ONCE), strict=True)
    return torch.cat([_masks(features, *some) for some in parts])


def _masks(features: Tensor, kernels: Tensor, centres: Tensor) -> Tensor:
    channels, height, width = features.shape
    count = len(kernels)
    sizes = [(channels + 2) * channels, channels * channels, channels, channels, channels, 1]
    *weights, first, second, third = kernels.split(sizes, dim=1)
    y, x = (torch.arange(cells, device=features.device) * STRIDE + STRIDE // 2 for cells in (height, width))
    places = torch.stack([x.expand(height, width), y[:, None].expand(height, width)]).flatten(1)
    distances = centres[:, :, None] - places  # in pixels, not normalised
    values = torch.cat([distances, features.flatten(1).expand(count, -1, -1)], 1)
    values = torch.baddbmm(first[..., None], weights[0].view(count, channels, channels + 2), values).relu()
    values = torch.baddbmm(second[..., None], weights[1].view(count, channels, channels), values).relu()
    values = torch.baddbmm(third[..., None], weights[2].view(count, 1, channels), values)
    return aligned_bilinear(values.view(count, 1, height, width), 2)


def aligned_bilinear(maps: Tensor, factor: int) -> Tensor:
    """Upsampling that keeps the corners of cells where they are (AdelaiDet): (n, c, h, w) -> (n, c, h f, w f)."""
    height, width = maps.shape[-2:]
    maps = F.pad(maps, (0, 1, 0, 1), mode="replicate")
    maps = F.interpolate(maps, (factor * height + 1, factor * width + 1), mode="bilinear", align_corners=True)
    maps = F.pad(maps, (factor // 2, 0, factor // 2, 0), mode="replicate")
    return maps[..., :factor * height, :factor * width]

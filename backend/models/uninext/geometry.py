"""Positions of cells and boxes, as deformable DETR encodes them. No weights in here."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

_TEMPERATURE = 10000.0
_LOGIT_EPS = 1e-5

Shapes = Sequence[tuple[int, int]]
"""(height, width) of levels, in cells."""


def sine(places: Tensor, channels: int) -> Tensor:
    """Sines and cosines in turn: (..., k) angles -> (..., k * channels), one after the other."""
    powers = torch.arange(channels, device=places.device) // 2 * 2 / channels
    angles = places[..., None] / _TEMPERATURE**powers
    return torch.stack([angles[..., 0::2].sin(), angles[..., 1::2].cos()], -1).flatten(-3)


def cell_positions(padding: Tensor, channels: int) -> Tensor:
    """Of the cells of a level, counted where there is no padding: bool (B, h, w) -> (B, h w, channels), y before x."""
    real = (~padding).float()
    y, x = ((real.cumsum(axis) - 0.5) / (real.sum(axis, keepdim=True) + 1e-6) * 2 * math.pi for axis in (1, 2))
    return sine(torch.stack([y, x], -1), channels // 2).flatten(1, 2)


def box_positions(boxes: Tensor, channels: int) -> Tensor:
    """Of boxes (..., 4) as centre and size in 0..1: (..., 4 * channels) of y, x, width, height."""
    return sine(boxes[..., [1, 0, 2, 3]] * 2 * math.pi, channels)


def valid_shares(padding: Tensor) -> Tensor:
    """bool (B, h, w) -> (B, 2), the share of the width and of the height that is not padding."""
    return torch.stack([(~padding[:, 0]).float().mean(1), (~padding[:, :, 0]).float().mean(1)], -1)


def cell_centres(shapes: Shapes, valid: Tensor) -> Tensor:
    """Where cells look from on every level: (B, N, levels, 2), as shares of each level with its padding.

    Args:
        valid: (B, levels, 2), see `valid_shares`.
    """
    centres = [_grid(shape, valid.device) / (valid[:, None, level] * valid.new_tensor(shape[::-1]))
               for level, shape in enumerate(shapes)]
    return torch.cat(centres, 1)[:, :, None] * valid[:, None]


def proposals(shapes: Shapes, valid: Tensor) -> Tensor:
    """A box at every cell, larger on coarser levels: (B, N, 4), centre and size as shares of the picture without
    padding."""
    made = []
    for level, shape in enumerate(shapes):
        centres = _grid(shape, valid.device) / (valid[:, None, level] * valid.new_tensor(shape[::-1])).round()
        made.append(torch.cat([centres, torch.full_like(centres, 0.05 * 2**level)], -1))
    return torch.cat(made, 1)


def logit(shares: Tensor) -> Tensor:
    """Inverse of the sigmoid, kept finite."""
    shares = shares.clamp(0, 1)
    return (shares.clamp(min=_LOGIT_EPS) / (1 - shares).clamp(min=_LOGIT_EPS)).log()


def _grid(shape: tuple[int, int], device: torch.device) -> Tensor:
    """Centres of the cells of a level in cells: (1, h w, 2), x and y."""
    y, x = (torch.arange(size, device=device) + 0.5 for size in shape)
    return torch.stack([x.expand(shape), y[:, None].expand(shape)], -1).view(1, -1, 2)

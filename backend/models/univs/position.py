"""Sine codes of places and times (spec of the 3-D code: one of place plus one of time).

A code has one sine or cosine a channel, of wave lengths that grow from 2 pi to 10000 times that.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from backend.models.univs.clip import PositionCode

_TEMPERATURE = 10000.0
_EPSILON = 1e-6
_FRAMES = 128
"""Frames of the video that make one turn of the temporal code."""


def sine(angles: Tensor, channels: int) -> Tensor:
    """The code of angles: sines on even channels, cosines on odd ones.

    Args:
        angles: (...), in radians.
        channels: even.

    Returns:
        (..., channels).
    """
    pair = torch.arange(channels, device=angles.device) // 2
    waves = angles[..., None] / _TEMPERATURE ** (2 * pair / channels)
    return torch.stack([waves[..., 0::2].sin(), waves[..., 1::2].cos()], -1).flatten(-2)


def of_cells(height: int, width: int, channels: int, device: torch.device) -> Tensor:
    """Codes of the cells of a level: (height*width, channels), half of them of y, then half of x."""
    rows, columns = (_turns(side, device) for side in (height, width))
    down, across = sine(rows, channels // 2), sine(columns, channels // 2)
    both = [down[:, None].expand(-1, width, -1), across[None].expand(height, -1, -1)]
    return torch.cat(both, -1).flatten(0, 1)


def of_points(points: Tensor, channels: int) -> Tensor:
    """Codes of free points, as those of cells but for the counting: (..., channels).

    Args:
        points: (..., 2) as x, y, both 0..1 of the padded frame.
    """
    x, y = (sine(points[..., axis] * 2 * math.pi, channels // 2) for axis in (0, 1))
    return torch.cat([y, x], -1)


def times(frames: Tensor, code: PositionCode) -> Tensor:
    """What the temporal code of a clip is made of, in radians.

    Args:
        frames: (T,) numbers in the video.
    """
    if code == "ArbitraryT":
        return frames / _FRAMES * 2 * math.pi
    return _turns(len(frames), frames.device)


def _turns(count: int, device: torch.device) -> Tensor:
    """One turn in so many steps, counted from one."""
    steps = torch.arange(1, count + 1, dtype=torch.float32, device=device)
    return steps / (count + _EPSILON) * 2 * math.pi

"""Rules that every loop over a video shares: its clips, and what masks, boxes and embeddings are compared by."""

from __future__ import annotations

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

_SURE, _UNSURE = 1.0, -1.0
"""Logits between which a mask would change if its threshold did."""

_DECAY = 5.0
_LEAST_WEIGHT = 1e-3
BOX_FLOOR = 1e-3
"""Least union of two boxes, in pixels of quarter size or parts of the frame."""


def clips(frames: int, length: int, stride: int) -> Iterator[tuple[int, int]]:
    """(first frame, number of frames) of every clip; the one that reaches the end is the last, and may be shorter."""
    for first in range(0, frames, stride):
        yield first, min(length, frames - first)
        if first + length >= frames:
            return


def quality(logits: Tensor) -> Tensor:
    """How little a mask depends on its threshold, as the stability score of SAM: pixels that surely belong to it among
    those that may. (..., T, H, W) -> (...), 0..1."""
    sure, possible = ((logits > level).flatten(-3).sum(-1) for level in (_SURE, _UNSURE))
    return sure / possible.clamp(min=1)


def consistency(previous: Tensor, current: Tensor) -> Tensor:
    """How like themselves objects are over time: cosines of what they were with what they are, the latest counting
    most and frames without an embedding not at all.

    Args:
        previous: (N, P, C), oldest first; current: (N, T, C).

    Returns:
        (N,).
    """
    cosines = F.normalize(previous, dim=-1) @ F.normalize(current, dim=-1).transpose(1, 2)
    count = previous.shape[1]
    age = torch.arange(1, count + 1, device=previous.device) / count
    weights = (_DECAY * age).exp() * (previous != 0).any(-1)
    return (cosines.mean(-1) * weights / weights.sum(-1, keepdim=True).clamp(min=_LEAST_WEIGHT)).sum(-1)


def boxes_of(masks: Tensor) -> Tensor:
    """The outermost pixels of masks, as parts of the frame.

    Args:
        masks: bool (..., H, W).

    Returns:
        (..., 4): least x, least y, largest x, largest y of pixels counted from 0, over W and H; zero for empty ones.
    """
    ends = []
    for axis in (-2, -1):
        line = masks.any(axis).float()
        size = line.shape[-1]
        first, last = line.argmax(-1), size - 1 - line.flip(-1).argmax(-1)
        ends.append(torch.stack([first, last], -1) / size)
    (left_right, top_bottom), some = ends, masks.flatten(-2).any(-1)
    return torch.stack([left_right, top_bottom], -1).flatten(-2) * some[..., None]

"""The class of every pixel, by all learnable queries together: VSS, and the stuff of panoptic VOS."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from backend.models.univs.canvas import Canvas
from backend.models.univs.clip import Output
from backend.models.univs.rules import quality

_TOGETHER = 8
"""Queries whose masks are enlarged at a time: bounds memory."""


def semantic(found: Output, canvas: Canvas, measured: Callable[[Tensor], Tensor]) -> Tensor:
    """Every query votes for its classes where its mask is, as loud as it is sure of them and of the mask.

    Args:
        found: of the learnable queries; its logits are of the classes that share out the pixels.
        measured: masks (..., H, W) -> at the size that their quality is told at.

    Returns:
        int64 (T, H, W): places among the classes.
    """
    masks, scores = found.masks, found.logits.sigmoid()
    sure = torch.cat([quality(measured(canvas.enlarged(some))) for some in masks.split(_TOGETHER)])
    votes = scores * sure[:, None]
    labels = []
    for frame in range(masks.shape[1]):
        sums: Tensor | float = 0.0
        for vote, some in zip(votes.split(_TOGETHER), masks[:, frame].split(_TOGETHER), strict=True):
            sums = sums + torch.einsum("qk,qhw->khw", vote, canvas.enlarged(some).sigmoid())
        assert isinstance(sums, Tensor)
        labels.append(sums.argmax(0))
    return torch.stack(labels)

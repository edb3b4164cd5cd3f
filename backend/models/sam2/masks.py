"""From the network's logits to masks of the frame."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from backend.masks import BoolMask
from backend.mending import mend
from backend.models.seam import Segment

SMALL = 8
"""Cells of the logits: holes and islands up to this size are taken for noise, as in the released predictor."""

JUST = 0.1
"""The logit a filled hole gets, and less this a removed island."""


def mask_of(logits: Tensor, height: int, width: int) -> BoolMask:
    """One object's mask: bool (height, width), from logits (S/4, S/4)."""
    return np.asarray((enlarged(without_noise(logits), height, width) > 0).cpu())


def masks_of(logits: Mapping[int, Tensor], height: int, width: int) -> dict[int, BoolMask]:
    """Masks of objects of which each pixel belongs to one at most, the one with the highest logit (the release offers
    this as `non_overlap_masks`; memories are made of what each object claims for itself)."""
    best: Tensor | None = None
    owner: Tensor | None = None
    for rank, claimed in enumerate(logits.values()):
        large = enlarged(without_noise(claimed), height, width)
        if best is None or owner is None:
            best, owner = torch.zeros_like(large), torch.full_like(large, -1, dtype=torch.int32)
        owner[large > best] = rank
        best = torch.maximum(best, large)
    owners = np.zeros((height, width), np.int32) if owner is None else np.asarray(owner.cpu())
    return {object: owners == rank for rank, object in enumerate(logits)}


def segment_of(mask: BoolMask, iou: Tensor, score: Tensor) -> Segment:
    """What the network thinks of a mask: the overlap with the truth that it expects, and of an empty one how sure it is
    that the object is hidden."""
    present = bool(mask.any())
    return Segment(mask, float(iou.clamp(0, 1) if present else (-score).sigmoid()), present)


def enlarged(logits: Tensor, height: int, width: int) -> Tensor:
    """Logits (s, s) at the size of the frame."""
    return F.interpolate(logits[None, None].float(), (height, width), mode="bilinear", align_corners=False)[0, 0]


def without_noise(logits: Tensor) -> Tensor:
    """Small holes filled and small islands removed; an object that is nothing but an island stays."""
    mask = np.asarray((logits > 0).cpu())
    if not mask.any() or mask.all():
        return logits
    filled = ~mend(~mask, "remove specks", SMALL + 1)
    clean = mend(filled, "remove specks", SMALL + 1)
    if (clean == mask).all():
        return logits
    now = torch.from_numpy(clean).to(logits.device)
    return torch.where(now == (logits > 0), logits, torch.where(now, JUST, -JUST))

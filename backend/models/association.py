"""What online trackers share: likeness of embeddings, overlap of boxes and masks, and suppression of doubles."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def bi_softmax(products: Tensor) -> Tensor:
    """Likeness of new to remembered from dot products of their embeddings: the mean of the softmax over either side.

    An object is like another only where each is the other's best match (QDTrack, section 3.3; used by UNINEXT and
    UniVS).

    Args:
        products: (..., rows, columns).

    Returns:
        Of the same shape, 0..1.
    """
    return (products.softmax(-1) + products.softmax(-2)) / 2


def box_iou(ones: Tensor, others: Tensor, floor: float = 1e-6) -> Tensor:
    """Intersection over union of every pair of boxes.

    Args:
        ones: (..., N, 4) as x0, y0, x1, y1 in any unit; others: (..., M, 4).
        floor: least union, so that boxes without area have no overlap.

    Returns:
        (..., N, M).
    """
    low = torch.maximum(ones[..., :, None, :2], others[..., None, :, :2])
    high = torch.minimum(ones[..., :, None, 2:], others[..., None, :, 2:])
    shared = (high - low).clamp(min=0).prod(-1)
    area, other_area = ((boxes[..., 2:] - boxes[..., :2]).prod(-1) for boxes in (ones, others))
    return shared / (area[..., :, None] + other_area[..., None, :] - shared).clamp(min=floor)


def mask_iou(ones: Tensor, others: Tensor, floor: float = 1.0, both: float = 0.0) -> Tensor:
    """Intersection over union of every pair of masks.

    Args:
        ones: bool (N, ...), flattened from the second axis on; others: bool (M, ...).
        floor: least union.
        both: added to intersection and union.

    Returns:
        float32 (N, M).
    """
    one, other = ones.flatten(1).float(), others.flatten(1).float()
    shared = one @ other.T
    union = one.sum(1)[:, None] + other.sum(1)[None] - shared
    return (shared + both) / (union + both).clamp(min=floor)


def suppress(overlaps: Tensor, order: Sequence[int], threshold: float) -> list[int]:
    """Non-maximum suppression: of `order` those rows that overlap no kept earlier one by more than the threshold.

    Args:
        overlaps: (N, N), as of `box_iou` or `mask_iou`; 0 where a pair may stand together, whatever it overlaps.
        order: rows, the best first.
    """
    kept: list[int] = []
    for row in order:
        if not kept or not bool((overlaps[row, kept] > threshold).any()):
            kept.append(row)
    return kept


def xyxy(boxes: Tensor) -> Tensor:
    """Boxes (..., 4) as centre x, centre y, width, height -> x0, y0, x1, y1."""
    centre, size = boxes[..., :2], boxes[..., 2:]
    return torch.cat([centre - size / 2, centre + size / 2], -1)

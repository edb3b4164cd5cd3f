"""From what the network says of its queries to what is kept: scores, suppression, masks of the frame."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from backend.models.association import box_iou, suppress, xyxy
from backend.models.uninext.types import Output

Classes = Sequence[Sequence[int]]
"""Of each class the places of its tokens in the prompt; of an expression or template `ONE`."""

ONE: Classes = ((0,),)


def probabilities(output: Output, classes: Classes, with_iou: bool) -> Tensor:
    """How likely each query shows each class: (Q, len(classes)), 0..1.

    The logit of a class is the mean of the logits of its tokens (not of their probabilities).

    Args:
        with_iou: weigh the class with the overlap that the network expects, the geometric mean of both. (The weights
            for VIS were trained without.)
    """
    likely = torch.stack([output.logits[:, list(places)].mean(1) for places in classes], 1).float().sigmoid()
    if with_iou and output.ious is not None:
        likely = (likely * output.ious.float().sigmoid()).sqrt()
    return likely


def distinct(boxes: Tensor, likely: Tensor, threshold: float) -> list[int]:
    """Queries that are left after suppression within each class, the best first.

    Args:
        boxes: (Q, 4) as of `Output`; their overlaps are those of shares of the picture, whatever its shape.
        likely: (Q, K); a query is of the class it is likeliest of.
        threshold: largest overlap with a better one.
    """
    best, labels = likely.max(1)
    corners = xyxy(boxes)
    overlaps = box_iou(corners, corners, floor=1e-12) * (labels[:, None] == labels)
    return suppress(overlaps.cpu(), best.argsort(descending=True, stable=True).tolist(), threshold)


def mask_probabilities(logits: Tensor, size: tuple[int, int]) -> Tensor:
    """Masks at the size of the picture without padding: (n, 1, H/4, W/4) logits -> (n, height, width), 0..1."""
    fine = F.interpolate(logits.float(), scale_factor=4, mode="bilinear", align_corners=False)
    return fine[:, 0, :size[0], :size[1]].sigmoid()


def resized(masks: Tensor, shape: tuple[int, int]) -> Tensor:
    """Masks or probabilities (n, h, w) at another size, by the nearest pixel."""
    return F.interpolate(masks[:, None].float(), shape, mode="nearest")[:, 0].to(masks.dtype)


def pixel_boxes(boxes: Tensor, shape: tuple[int, int]) -> Tensor:
    """Boxes (..., 4) of `Output` as x0, y0, x1, y1 in pixels of a frame (height, width), not clipped."""
    height, width = shape
    return xyxy(boxes) * boxes.new_tensor([width, height, width, height])


def clipped_boxes(boxes: Tensor, shape: tuple[int, int]) -> Tensor:
    """As `pixel_boxes`, within the frame."""
    corners = pixel_boxes(boxes, shape).clamp(min=0)
    return torch.minimum(corners, corners.new_tensor([shape[1], shape[0]] * 2))

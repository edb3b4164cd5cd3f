"""Video semantic segmentation: the class of every pixel, in clips that do not overlap. Nothing is carried from one to
the next."""

from __future__ import annotations

from torch import Tensor

from backend.models.univs.canvas import Canvas
from backend.models.univs.clip import Output
from backend.models.univs.semantic import semantic


def regions(found: Output, canvas: Canvas) -> Tensor:
    """Places of the classes, int64 (T, height, width).

    Args:
        found: of the learnable queries on a clip; its logits are of the classes asked for. (The release gives the
            decoder a prompt for every class and drops what it says of them; the learnable queries do not see prompts.)
    """
    labels = semantic(found, canvas, canvas.framed_nearest)
    return canvas.framed_nearest(labels)

"""From a probability at working size to a mask at the frame's size, its outline on the edges of the picture."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from backend.masks import BoolMask
from backend.models.flow.filters import guided_filter
from backend.models.flow.region import without_crumbs
from backend.models.flow.view import Float, View

RADIUS = 2
"""Of the guided filter that finds the outline between the pixels of the small copy; narrow, to keep thin parts."""


def grey_of(picture: npt.NDArray[np.uint8]) -> Float:
    """RGB, uint8, shape (height, width, 3) -> brightness 0..1, float32, shape (height, width)."""
    return cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255


def enlarge(mask: Float, view: View, grey: Float) -> BoolMask:
    """A mask at the frame's size.

    Args:
        mask: probability at working size, float32, shape (h, w).
        view: the frame at working size.
        grey: brightness of the frame, float32, shape (height, width).
    """
    height, width = grey.shape
    slope, offset = guided_filter(view.grey.astype(np.float32) / 255, mask, RADIUS)
    full = cv2.resize(slope, (width, height)) * grey + cv2.resize(offset, (width, height))
    return without_crumbs(full > 0.5)

"""Frames at the size that the network sees."""

from __future__ import annotations

import numpy as np
from PIL import Image as Pictures

from backend.models.uninext.types import Image

IMAGES, VIDEOS = 800, 480
"""The shorter side, in pixels: of single pictures and of a box that is followed; of most video tasks."""

LONGEST = 1333


def resized(frame: Image, shorter: int, longest: int = LONGEST) -> Image:
    """With a shorter side of so many pixels, or smaller where the longer one would be longer than `longest`."""
    height, width = frame.shape[:2]
    scale = min(shorter / min(height, width), longest / max(height, width))
    size = max(int(width * scale + 0.5), 1), max(int(height * scale + 0.5), 1)
    if size == (width, height):
        return frame
    return np.array(Pictures.fromarray(frame).resize(size, Pictures.Resampling.BILINEAR))

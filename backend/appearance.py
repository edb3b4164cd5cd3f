"""Whether two masks show the same thing, as far as colours say."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from backend.masks import BoolMask

HUES, SATURATIONS, VALUES = 12, 4, 4
"""Bins of a histogram. Few for the brightness: after a cut the light is another."""

Histogram = npt.NDArray[np.float32]
"""float32, shape (HUES, SATURATIONS, VALUES), sums to 1."""


def colours_of(picture: npt.NDArray[np.uint8], mask: BoolMask) -> Histogram:
    """The colours under a mask.

    Args:
        picture: RGB, uint8, shape (height, width, 3).
        mask: of the same height and width; not empty.
    """
    hsv = cv2.cvtColor(picture, cv2.COLOR_RGB2HSV)
    counts = cv2.calcHist([hsv], [0, 1, 2], mask.astype(np.uint8), [HUES, SATURATIONS, VALUES],
                          [0, 180, 0, 256, 0, 256])
    return np.asarray(counts / max(1.0, float(counts.sum())), np.float32)


def likeness(one: Histogram, other: Histogram) -> float:
    """The Bhattacharyya coefficient of two histograms: 1 for equal ones, 0 where they share no colour."""
    return float(np.sqrt(one * other).sum())

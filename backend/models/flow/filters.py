"""Edge-aware smoothing."""

from __future__ import annotations

import cv2

from backend.models.flow.view import Float

FLAT = 1e-3
"""Variance of the guide (0..1) below which a window counts as flat: steps of 3 % of the range are noise or texture."""


def guided_filter(guide: Float, values: Float, radius: int) -> tuple[Float, Float]:
    """The guided filter (He et al., TPAMI 2013, equations 5, 6 and 8) as its coefficients, so that it can be
    applied at another size than it was fitted at (He and Sun, "Fast Guided Filter", 2015).

    Args:
        guide: picture, 0..1, shape (h, w).
        values: to be smoothed, shape (h, w).
        radius: of the window, pixels.

    Returns:
        (slope, offset), shape (h, w) each; the result is slope * guide + offset.
    """
    def mean(picture: Float) -> Float:
        return cv2.blur(picture, (2 * radius + 1, 2 * radius + 1))

    guide_mean, value_mean = mean(guide), mean(values)
    slope = (mean(guide * values) - guide_mean * value_mean) / (mean(guide * guide) - guide_mean**2 + FLAT)
    return mean(slope), mean(value_mean - slope * guide_mean)

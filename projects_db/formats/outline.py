"""Polygons that say exactly what a mask says."""

from __future__ import annotations

import cv2
import numpy as np

from backend.masks import Rle


def exact_polygons(rle: Rle) -> list[list[int]] | None:
    """Outlines of a mask along the edges of its pixels, as COCO's flat lists x0, y0, x1, y1, ...

    Returns:
        Polygons that COCO's rasteriser turns into the same mask, pixel by pixel; None where there are none, for
        example because a polygon cannot have a hole.
    """
    x, y, width, height = rle.box
    crop = rle.to_mask()[y : y + height, x : x + width].astype(np.uint8)
    # OpenCV's contours run through pixel centres. Drawn twice as large, a pixel has a centre of its own at each of its
    # four corners, and (c + 1) // 2 is the corner's coordinate on the pixel grid.
    contours, hierarchy = cv2.findContours(crop.repeat(2, 0).repeat(2, 1), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    if hierarchy is None or (hierarchy[0, :, 3] >= 0).any():
        return None
    polygons = [_corners((contour[:, 0] + 1) // 2 + np.array([x, y])) for contour in contours]
    flat = [polygon.ravel().tolist() for polygon in polygons]
    return flat if Rle.from_polygons(flat, rle.height, rle.width).counts == rle.counts else None


def _corners(path: np.ndarray) -> np.ndarray:
    """The vertices, int (n, 2), of a closed path of (x, y) steps of at most one pixel where it turns."""
    path = path[(path != np.roll(path, 1, axis=0)).any(axis=1)]
    into, out = path - np.roll(path, 1, axis=0), np.roll(path, -1, axis=0) - path
    return path[(into != out).any(axis=1)]

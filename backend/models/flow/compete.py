"""From probabilities at working size to masks at the frame's size, in which a pixel belongs to one object at
most."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
import numpy.typing as npt

from backend.masks import BoolMask
from backend.models.flow.filters import guided_filter
from backend.models.flow.region import without_crumbs
from backend.models.flow.view import Float, View

RADIUS, EPSILON = 2, 1e-3
"""Of the guided filter that finds the outline between the pixels of the small copy; narrow, to keep thin parts."""


def compete(masks: Mapping[int, Float], view: View, picture: npt.NDArray[np.uint8]) -> dict[int, BoolMask]:
    """Give every pixel to the object that is likeliest there, if any is likelier than not.

    Args:
        masks: object -> probability at working size, float32, shape (h, w).
        view: the frame at working size.
        picture: the frame, RGB, uint8, shape (height, width, 3).
    """
    height, width = picture.shape[:2]
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    small = view.grey.astype(np.float32) / 255
    best = np.full((height, width), 0.5, np.float32)
    owner = np.full((height, width), -1, np.int64)
    for object, mask in masks.items():
        slope, offset = guided_filter(small, mask, RADIUS, EPSILON)
        full = cv2.resize(slope, (width, height)) * grey + cv2.resize(offset, (width, height))
        won = full > best
        best[won], owner[won] = full[won], object
    return {object: without_crumbs(owner == object) for object in masks}

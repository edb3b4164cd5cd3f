"""From probabilities at working size to masks at the frame's size, in which a pixel belongs to one object at
most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from backend.masks import BoolMask
from backend.models.flow.filters import guided_filter
from backend.models.flow.region import without_crumbs
from backend.models.flow.view import Float, View

RADIUS = 2
"""Of the guided filter that finds the outline between the pixels of the small copy; narrow, to keep thin parts."""


@dataclass(frozen=True)
class Share:
    """Masks of one object, bool, shape (height, width): `own`, what it would be alone; `won`, less what others won."""

    own: BoolMask
    won: BoolMask


def compete(masks: Mapping[int, Float], view: View, picture: npt.NDArray[np.uint8]) -> dict[int, Share]:
    """Give every pixel to the object that is likeliest there, if any is likelier than not.

    Args:
        masks: object -> probability at working size, float32, shape (h, w).
        view: the frame at working size.
        picture: the frame, RGB, uint8, shape (height, width, 3).
    """
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    best = np.full(grey.shape, 0.5, np.float32)
    owner = np.full(grey.shape, -1, np.int64)
    own = {}
    for object, mask in masks.items():
        full = _enlarged(mask, view, grey)
        own[object] = without_crumbs(full > 0.5)
        won = own[object] & (full > best)
        best[won], owner[won] = full[won], object
    return {object: Share(mask, mask & (owner == object)) for object, mask in own.items()}


def _enlarged(mask: Float, view: View, grey: Float) -> Float:
    """A mask at the frame's size, its outline on the edges of the picture."""
    height, width = grey.shape
    slope, offset = guided_filter(view.grey.astype(np.float32) / 255, mask, RADIUS)
    return cv2.resize(slope, (width, height)) * grey + cv2.resize(offset, (width, height))

"""What a person gave, drawn for the network: maps at `MAP_STRIDE` of the picture it sees (see `shapes.MAPS`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from backend.models.compact.shapes import BOX, MAPS, NEGATIVE, OWN, POSITIVE
from backend.prompts import Box, MaskPrompt, Point, Scribble

Float = npt.NDArray[Any]
"""float32 (which the stubs of OpenCV do not say)."""

DOT = 1
"""Radius of a clicked dot, in cells of the map."""


@dataclass(frozen=True)
class Window:
    """The part of a frame that is looked at: whole pixels, left <= x < right, top <= y < bottom."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width)."""
        return self.bottom - self.top, self.right - self.left

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns of an array of the frame's size."""
        return slice(self.top, self.bottom), slice(self.left, self.right)


def draw_prompts(
    prompts: Sequence[Point | Box | Scribble | MaskPrompt], window: Window, size: tuple[int, int]
) -> Float:
    """Draw prompts, oldest first. Of what contradicts each other the latest holds; a mask replaces all before it.

    Args:
        window: the part of the frame that the maps show; points outside it are not drawn.
        size: (rows, columns) of the maps.

    Returns:
        float32, shape (MAPS, rows, columns), 0..1.
    """
    maps = np.zeros((MAPS, *size), np.float32)
    scale = np.array([size[1] / window.shape[1], size[0] / window.shape[0]])
    corner = np.array([window.left, window.top])
    for prompt in prompts:
        if isinstance(prompt, MaskPrompt):
            maps[:] = 0
            maps[OWN] = shrink(prompt.rle().to_mask()[window.slices], size)
        elif isinstance(prompt, Box):
            ends = (np.array([[prompt.x0, prompt.y0], [prompt.x1, prompt.y1]]) - corner) * scale
            draw_box(maps, *ends.ravel())
        elif isinstance(prompt, Point):
            place = (np.array([prompt.x, prompt.y]) - corner) * scale
            if (place >= 0).all() and (place < size[::-1]).all():
                draw_point(maps, float(place[0]), float(place[1]), prompt.positive)
        else:
            points = (np.array(prompt.points) - corner) * scale
            draw_stroke(maps, points, prompt.width * scale.mean(), prompt.positive)
    return maps


def draw_point(maps: Float, x: float, y: float, positive: bool) -> None:
    """A dot at a place in cells of the map."""
    rows, columns = maps.shape[1:]
    centre = int(np.clip(x, 0, columns - 1)), int(np.clip(y, 0, rows - 1))
    shape = np.zeros((rows, columns), np.uint8)
    cv2.circle(shape, centre, DOT, 1, -1)
    _hint(maps, shape, positive)


def draw_stroke(maps: Float, points: npt.NDArray[np.float64], width: float, positive: bool) -> None:
    """A stroke along (x, y) points, shape (n, 2), in cells of the map."""
    shape = np.zeros(maps.shape[1:], np.uint8)
    path = np.floor(points).astype(np.int32)
    thickness = max(1, round(width))
    if len(path) == 1:
        cv2.circle(shape, path[0].tolist(), thickness // 2, 1, -1)
    else:
        cv2.polylines(shape, [path.reshape(-1, 1, 2)], isClosed=False, color=1, thickness=thickness)
    _hint(maps, shape, positive)


def draw_box(maps: Float, x0: float, y0: float, x1: float, y1: float) -> None:
    """The cells that a box covers by half or more, and at least one."""
    rows, columns = maps.shape[1:]
    left, right = (int(np.clip(round(x), 0, columns)) for x in (x0, x1))
    top, bottom = (int(np.clip(round(y), 0, rows)) for y in (y0, y1))
    left, top = min(left, columns - 1), min(top, rows - 1)
    maps[BOX] = 0
    maps[BOX, top:max(bottom, top + 1), left:max(right, left + 1)] = 1


def shrink(mask: npt.NDArray[Any], size: tuple[int, int]) -> Float:
    """A mask at the size of the maps: the share of every cell that it covers, float32, 0..1."""
    return np.asarray(cv2.resize(mask.astype(np.float32), size[::-1], interpolation=cv2.INTER_AREA), dtype=np.float32)


def _hint(maps: Float, shape: npt.NDArray[np.uint8], positive: bool) -> None:
    inside = shape > 0
    maps[POSITIVE][inside] = float(positive)
    maps[NEGATIVE][inside] = float(not positive)

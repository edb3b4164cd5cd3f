"""Prompts as pixels: what surely is, and surely is not, part of the object."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from backend.masks import BoolMask
from backend.models.flow.view import resize
from backend.prompts import Box, MaskPrompt, Point, Scribble

Hint = Point | Scribble

DOT = 1 / 400
"""Radius of a clicked dot, as a share of the longest side: about the size of the cursor's tip."""


@dataclass(frozen=True)
class Constraints:
    """The prompts of one object that still count, at one size.

    Attributes:
        base: bool, shape (h, w): the last mask given; None where there is none. Earlier prompts are already in it.
            A box behind it says anew where the object is, and leaves none.
        box: bool, shape (h, w): inside of the last box; None where there is none.
        hints: int8, shape (h, w): 1 on positive points and strokes, -1 on negative ones, 0 elsewhere. Where they
            contradict each other, the latest holds.
    """

    base: BoolMask | None
    box: BoolMask | None
    hints: npt.NDArray[np.int8]

    @classmethod
    def of(
        cls, prompts: Sequence[Point | Box | Scribble | MaskPrompt], frame: tuple[int, int], size: tuple[int, int]
    ) -> Constraints:
        """Draw prompts, oldest first, given on a frame of (height, width) at another size (h, w)."""
        scale = np.array([size[1] / frame[1], size[0] / frame[0]])
        base = box = None
        hints = np.zeros(size, np.int8)
        for prompt in prompts:
            if isinstance(prompt, MaskPrompt):
                base, box = resize(prompt.rle().to_mask().astype(np.float32), *size) >= 0.5, None
                hints[:] = 0
            elif isinstance(prompt, Box):
                base, box = None, _box(prompt, scale, size)
            else:
                _draw(prompt, scale, hints)
        return cls(base, box, hints)

    def cropped(self, window: tuple[slice, slice]) -> Constraints:
        """Those inside a window (rows, columns)."""
        base, box = (None if mask is None else mask[window] for mask in (self.base, self.box))
        return Constraints(base, box, self.hints[window])

    def resized(self, height: int, width: int) -> Constraints:
        """At another size; hints keep at least a pixel."""
        base, box = (None if mask is None else resize(mask.astype(np.float32), height, width) >= 0.5
                     for mask in (self.base, self.box))
        hints = np.zeros((height, width), np.int8)
        rows, columns = np.nonzero(self.hints)
        down, right = height / self.hints.shape[0], width / self.hints.shape[1]
        hints[(rows * down).astype(int), (columns * right).astype(int)] = self.hints[rows, columns]
        return Constraints(base, box, hints)

    @property
    def positive(self) -> BoolMask:
        """Surely object."""
        return np.asarray(self.hints > 0)

    @property
    def negative(self) -> BoolMask:
        """Surely not object."""
        return np.asarray(self.hints < 0)


def _box(box: Box, scale: npt.NDArray[np.float64], size: tuple[int, int]) -> BoolMask:
    """Pixels that the box covers by half or more, and at least one."""
    x, y = np.array([box.x0, box.x1]) * scale[0], np.array([box.y0, box.y1]) * scale[1]
    (left, right), (top, bottom) = (np.clip(np.round(ends), 0, side).astype(int)
                                    for ends, side in ((x, size[1]), (y, size[0])))
    left, top = min(left, size[1] - 1), min(top, size[0] - 1)
    inside = np.zeros(size, bool)
    inside[top:max(bottom, top + 1), left:max(right, left + 1)] = True
    return inside


def _draw(hint: Hint, scale: npt.NDArray[np.float64], hints: npt.NDArray[np.int8]) -> None:
    """A point as a dot, a stroke as wide as it is."""
    value = 1 if hint.positive else -1
    points = [(hint.x, hint.y)] if isinstance(hint, Point) else hint.points
    # Pixel (i, j) covers [i, i+1): its centre is drawn at i.
    path = np.floor(np.array(points) * scale).astype(np.int32)
    last = np.array(hints.shape[::-1]) - 1
    if isinstance(hint, Point):
        center = np.clip(path[0], 0, last).tolist()
        cv2.circle(hints, center, round(max(hints.shape) * DOT), value, -1)
        return
    stroke = np.zeros(hints.shape, np.uint8)
    thickness = max(1, round(hint.width * float(scale.mean())))
    if len(path) == 1:
        cv2.circle(stroke, path[0].tolist(), thickness // 2, 1, -1)
    else:
        cv2.polylines(stroke, [path.reshape(-1, 1, 2)], isClosed=False, color=1, thickness=thickness)
    hints[stroke > 0] = value

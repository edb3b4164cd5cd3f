"""What the flow model sees of a frame: a small copy, its descriptors, and optical flow between two of them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from backend.models.seam import Frames

Float = npt.NDArray[Any]
"""float32 (which the stubs of OpenCV do not say)."""
T = TypeVar("T")

LONG_SIDE = 480
"""Longest side of the small copy, pixels. At half of this thin parts vanish; at twice, a step takes four times as
long."""

SHORT_SIDE = 32
"""Least side of the small copy: the coarsest level of the flow pyramid needs as much."""


@dataclass(frozen=True)
class View:
    """A frame at working size.

    Attributes:
        rgb: uint8, shape (h, w, 3).
        grey: uint8, shape (h, w).
        descriptors: float32, shape (h, w, 10): what a pixel and its surround look like; compared by Euclidean
        distance.
    """

    rgb: npt.NDArray[np.uint8]
    grey: npt.NDArray[np.uint8]
    descriptors: Float


def working_size(height: int, width: int) -> tuple[int, int]:
    """(h, w) of the small copy of a frame."""
    scale = min(1.0, LONG_SIDE / max(height, width))
    return max(SHORT_SIDE, round(height * scale)), max(SHORT_SIDE, round(width * scale))


def resize(picture: npt.NDArray[Any], height: int, width: int) -> npt.NDArray[Any]:
    """Area-averaged where it shrinks, bilinear where it grows."""
    shrinks = height < picture.shape[0] or width < picture.shape[1]
    return cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)


def describe(rgb: npt.NDArray[np.uint8]) -> Float:
    """Descriptors of every pixel: its colour (CIE Lab), the colour around it, and how strongly edges of four
    directions run there. Units are chosen so that a clearly different colour or texture is about 1 apart."""
    lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB) / 50
    dx, dy = (cv2.Sobel(lab[..., 0], cv2.CV_32F, *order) for order in ((1, 0), (0, 1)))
    angles = np.arange(4) * np.pi / 4
    edges = np.stack([np.abs(float(np.cos(a)) * dx + float(np.sin(a)) * dy) for a in angles], axis=-1)
    return np.concatenate(
        [cv2.GaussianBlur(lab, (0, 0), 0.7), 0.7 * cv2.GaussianBlur(lab, (0, 0), 4),
         0.5 * cv2.GaussianBlur(edges, (0, 0), 2.5)], axis=-1)


class Views:
    """Views of a video's frames and the flow between them, a bounded number of each kept."""

    def __init__(self, frames: Frames) -> None:
        self._frames = frames
        self._size = working_size(frames.height, frames.width)
        self._views: _Recent[View] = _Recent(6)
        self._flows: _Recent[Float] = _Recent(2)
        self._dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)

    @property
    def size(self) -> tuple[int, int]:
        """(h, w) of every view."""
        return self._size

    def __getitem__(self, frame: int) -> View:
        """Raises IndexError, Unavailable."""
        return self._views.get(frame, lambda: self._make(frame))

    def flow(self, source: int, target: int) -> Float:
        """DIS optical flow (Kroeger et al., ECCV 2016): what is at p on `source` is at p + flow[p] on `target`.

        float32, shape (h, w, 2), (x, y) in pixels of the view. Raises IndexError, Unavailable."""
        def compute() -> Float:
            empty = np.zeros((*self._size, 2), np.float32)
            return self._dis.calc(self[source].grey, self[target].grey, empty)

        return self._flows.get((source, target), compute)

    def clear(self) -> None:
        """Drop everything that is kept."""
        self._views.clear()
        self._flows.clear()

    def _make(self, frame: int) -> View:
        rgb = resize(self._frames[frame], *self._size)
        return View(rgb, np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8), describe(rgb))


class _Recent(Generic[T]):
    """The values used last."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._values: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        if key not in self._values:
            self._values[key] = make()
            if len(self._values) > self._limit:
                self._values.popitem(last=False)
        self._values.move_to_end(key)
        return self._values[key]

    def clear(self) -> None:
        self._values.clear()

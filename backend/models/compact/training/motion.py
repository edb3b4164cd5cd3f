"""Motion of layers in pseudo-videos: a smooth random affine path, and a smooth random deformation on top of it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from backend.models.compact.drawing import Float

GRID = 4
"""Nodes a side of the deformation, which is a random displacement of each, interpolated cubically in between."""


@dataclass(frozen=True)
class Range:
    """How much a layer moves, a frame: shift and deformation as shares of the picture's side."""

    shift: float
    turn: float
    zoom: float
    shear: float
    bend: float


CAMERA = Range(shift=0.03, turn=0.04, zoom=0.03, shear=0.02, bend=0.014)
THING = Range(shift=0.06, turn=0.10, zoom=0.05, shear=0.05, bend=0.025)

PACE = 0.5, 1.7
"""Of a layer, times its range: some hardly move, some leave their place from one frame to the next."""


def path(
    random: np.random.Generator, frames: int, size: int, start: npt.NDArray[np.float64], span: Range
) -> list[tuple[Float, Float]]:
    """The place in the source of every pixel of every frame.

    Args:
        start: 2 x 3, from a pixel of the first frame to the source.
        span: of one frame's motion; half of it is a steady drift, half changes from frame to frame.

    Returns:
        (columns, rows) a frame, float32, shape (size, size), as `cv2.remap` takes them.
    """
    pace = random.uniform(*PACE)
    ranges = pace * np.array([span.shift * size, span.shift * size, span.turn, span.zoom, span.shear])
    flex = pace * span.bend * size
    drift = random.normal(0, 1, 5) * ranges * 0.7
    pose = np.zeros(5)
    nodes = random.normal(0, flex, (GRID, GRID, 2))
    bend = random.normal(0, flex, (GRID, GRID, 2))
    xs, ys = np.meshgrid(np.arange(size, dtype=np.float32), np.arange(size, dtype=np.float32))
    maps = []
    for _ in range(frames):
        warp = start @ _pose(pose, size)
        shift = cv2.resize(nodes.astype(np.float32), (size, size), interpolation=cv2.INTER_CUBIC)
        x, y = xs + shift[..., 0], ys + shift[..., 1]
        maps.append(((warp[0, 0] * x + warp[0, 1] * y + warp[0, 2]).astype(np.float32),
                     (warp[1, 0] * x + warp[1, 1] * y + warp[1, 2]).astype(np.float32)))
        pose = pose + drift + random.normal(0, 1, 5) * ranges * 0.7
        bend = 0.5 * bend + random.normal(0, flex, nodes.shape)
        nodes = 0.9 * nodes + bend
    return maps


def _pose(pose: npt.NDArray[np.float64], size: int) -> npt.NDArray[np.float64]:
    """3 x 3: shift, turn, zoom and shear about the middle of the picture."""
    x, y, turn, zoom, shear = pose
    c, s, k = np.cos(turn), np.sin(turn), np.exp(zoom)
    linear = k * np.array([[c, -s], [s, c]]) @ np.array([[1, shear], [0, 1]])
    middle = np.full(2, size / 2)
    return np.vstack([np.column_stack([linear, middle - linear @ middle + (x, y)]), [0, 0, 1]])

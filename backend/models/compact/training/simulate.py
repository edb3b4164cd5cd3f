"""Simulated prompts: what an annotator would give first, and the clicks that correct a mask.

Masks here have half the side of the picture, the maps a quarter of it."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from backend.models.compact import drawing
from backend.models.compact.drawing import Float
from backend.models.compact.shapes import MAPS, OWN

Mask = npt.NDArray[np.bool_]

_FIRST = {"point": 0.6, "box": 0.14, "scribble": 0.08, "wrong mask": 0.18}
"""How often what comes first; points most, because a single one says least."""


def first_prompt(random: np.random.Generator, truth: Mask, other: Mask) -> Float:
    """Maps with the first prompt for an object, shape (MAPS, rows / 2, columns / 2); empty where it has no pixel.

    Args:
        truth: bool, shape (rows, columns).
        other: another object of the frame, which a wrong mask may have run into.
    """
    maps = np.zeros((MAPS, truth.shape[0] // 2, truth.shape[1] // 2), np.float32)
    if not truth.any():
        return maps
    kind = random.choice(list(_FIRST), p=list(_FIRST.values()))
    if kind == "box":
        rows, columns = np.nonzero(truth)
        box = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]) / 2
        sides = np.array([box[2] - box[0], box[3] - box[1]] * 2)
        drawing.draw_box(maps, *(box + random.normal(0, 0.04, 4) * sides))
    elif kind == "scribble":
        inside = np.argwhere(truth)
        ends = inside[random.integers(len(inside), size=int(random.integers(2, 5)))][:, ::-1]
        drawing.draw_stroke(maps, ends / 2, random.uniform(1, 3), True)
        maps *= drawing.shrink(truth, maps.shape[1:]) > 0.5
    elif kind == "wrong mask":
        wrong = _spoil(random, truth, other)
        maps[OWN] = drawing.shrink(wrong, maps.shape[1:])
        correct(maps, wrong, truth)
    else:
        depth = _depth(truth)
        deep = np.argwhere(depth >= depth.max() * (1.0 if random.random() < 0.5 else random.uniform(0.2, 0.9)))
        row, column = deep[int(random.integers(len(deep)))]
        drawing.draw_point(maps, column / 2, row / 2, True)
    return maps


def correct(maps: Float, mask: Mask, truth: Mask) -> None:
    """Draw the click an annotator makes next: deepest inside the largest error (see `backend.quality.clicks`)."""
    missing, excess = _depth(truth & ~mask), _depth(mask & ~truth)
    positive = bool(missing.max() > excess.max())
    depth = missing if positive else excess
    if depth.max() > 0:
        row, column = np.unravel_index(int(depth.argmax()), depth.shape)
        drawing.draw_point(maps, column / 2, row / 2, positive)


def interior(ids: npt.NDArray[np.uint8]) -> Float:
    """How deep inside its object every pixel lies, 1 at the deepest, 0 on the ground; of ids (rows, columns)."""
    deep = np.zeros(ids.shape, np.float32)
    for value in np.unique(ids[ids > 0]):
        depth = _depth(ids == value)
        deep += (depth / depth.max()) ** 2
    return deep


def _spoil(random: np.random.Generator, truth: Mask, other: Mask) -> Mask:
    """A mask as a tracker may leave it: run over into the neighbour, half lost, shifted, or ragged."""
    kind = int(random.integers(4))
    if kind <= 1 and other.any():
        return truth | other
    rows, columns = np.nonzero(truth)
    if kind <= 1:
        cut = truth.copy()
        normal = random.normal(0, 1, 2)
        offset = (rows - rows.mean()) * normal[0] + (columns - columns.mean()) * normal[1]
        cut[rows[offset > 0], columns[offset > 0]] = False
        return cut
    if kind == 2:
        shift = random.integers(-truth.shape[0] // 10, truth.shape[0] // 10 + 1, 2)
        return np.roll(truth, tuple(shift), (0, 1))
    noise = cv2.GaussianBlur(random.normal(0, 1, truth.shape).astype(np.float32), (0, 0), 5)
    soft = cv2.GaussianBlur(truth.astype(np.float32), (0, 0), 4)
    return np.asarray(soft + 2.5 * noise > 0.5)


def _depth(region: Mask) -> Float:
    padded = np.pad(region, 1).astype(np.uint8)
    return np.asarray(cv2.distanceTransform(padded, cv2.DIST_L2, 3)[1:-1, 1:-1], dtype=np.float32)

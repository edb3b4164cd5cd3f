"""One object's mask on one frame, from what a person pointed at: regions that grow from clicks, then a graph cut.

Everything is computed at a small size, in a window about the object; a guided filter brings the outline to full
size.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from backend.masks import BoolMask
from backend.models.flow.constraints import Constraints
from backend.models.flow.filters import guided_filter
from backend.models.flow.region import (
    contrast,
    divide,
    fill_holes,
    grow,
    lab_of,
    outline,
    parts_with,
    without_crumbs,
)
from backend.models.flow.view import Float, resize
from backend.models.seam import Segment
from backend.prompts import MaskPrompt

COARSE_SIDE, FINE_SIDE = 192, 320
"""Longest side of the picture that regions grow on, and of the window that is cut; they set the time of a click."""

CUTS, BOX_CUTS = 2, 5
"""GrabCut iterations. A box starts with much background inside, so that the colours take longer to settle."""

MIN_SAMPLES = 10
"""Pixels each side needs for GrabCut to fit its colours (five clusters) to."""

SURE = 0.3
"""Share of the way between positive and negative seeds up to which a pixel surely belongs to the nearer ones. Without
it colours alone decide, and one more click can lose most of the mask."""

OUTLINE = 2
"""Radius, in pixels of the small window, within which the cut's outline is pulled to the edges of the full picture."""

NEAR = 0.03
"""A hint behind a mask may move the outline within this share of the window's longest side about what it
changes."""

Picture = npt.NDArray[np.uint8]


def segment(picture: Picture, prompts: Sequence[Any]) -> Segment:
    """The mask that prompts ask for.

    A mask alone is returned as it is. Points and strokes behind a mask change it near them only. Positive hints are
    always in the mask and negative ones never.

    Args:
        picture: RGB, uint8, shape (height, width, 3).
        prompts: of one object, oldest first.
    """
    size = picture.shape[0], picture.shape[1]
    wanted = Constraints.of(prompts, size, size)
    if prompts and isinstance(prompts[-1], MaskPrompt) and wanted.base is not None:
        return Segment(wanted.base, 1.0, present=bool(wanted.base.any()))
    mask = np.zeros(size, bool) if wanted.base is None else wanted.base.copy()
    near = _rough(picture, prompts, wanted)
    score = 1.0
    window = _window((near > 0.5) | wanted.positive | mask)
    if window is not None:
        mask[window], score = _cut(picture[window], near[window], wanted.cropped(window))
    mask = (mask | wanted.positive) & ~wanted.negative
    return Segment(mask, score, present=bool(mask.any()))


def _rough(picture: Picture, prompts: Sequence[Any], wanted: Constraints) -> Float:
    """About where the object is: 0..1, float32, shape (height, width), above 0.5 inside."""
    size = wanted.hints.shape[0], wanted.hints.shape[1]
    scale = min(1.0, COARSE_SIDE / max(size))
    small = resize(picture, max(1, round(size[0] * scale)), max(1, round(size[1] * scale)))
    given = Constraints.of(prompts, size, (small.shape[0], small.shape[1]))
    lab = lab_of(small)

    def full(mask: npt.NDArray[Any]) -> Float:
        return resize(mask.astype(np.float32), *size)

    if wanted.base is not None and given.base is not None:
        added, removed = _corrections(lab, given, given.base)
        return ((wanted.base | (full(added) > 0.5)) & ~(full(removed) > 0.5)).astype(np.float32)
    if given.box is not None:
        outside = given.positive & ~given.box
        return full(given.box | grow(lab, outside, given.negative, 1.0) if outside.any() else given.box)
    return full(divide(lab, given.positive, given.negative) if given.positive.any() else given.positive)


def _corrections(lab: Float, given: Constraints, base: BoolMask) -> tuple[BoolMask, BoolMask]:
    """The regions that hints add to a mask and take from it, bool, shape (h, w)."""
    # What a correction adds or takes is seldom more than what there was.
    most = max(0.02, float(base.mean()))
    new, unwanted = given.positive & ~base, given.negative & base
    added = grow(lab, new, given.negative | base, most) if new.any() else new
    removed = grow(lab, unwanted, given.positive | ~base, most) if unwanted.any() else unwanted
    return added, removed


def _cut(picture: Picture, near: Float, wanted: Constraints) -> tuple[BoolMask, float]:
    """The outline on the picture's edges, and how clear those are, 0..1 (GrabCut: Rother et al., SIGGRAPH 2004)."""
    size = near.shape[0], near.shape[1]
    scale = min(1.0, FINE_SIDE / max(size))
    height, width = (max(1, round(side * scale)) for side in size)
    small, near, given = resize(picture, height, width), resize(near, height, width), wanted.resized(height, width)
    free = _free(near >= 0.5, given)
    cut = _parts(_grab_cut(small, _labels(near, given, free), given), given)
    guide = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    slope, offset = guided_filter(guide, cut.astype(np.float32), OUTLINE)
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    mask = cv2.resize(slope, size[::-1]) * grey + cv2.resize(offset, size[::-1]) > 0.5
    if wanted.base is not None:
        mask = np.where(resize(free.astype(np.float32), *size) >= 0.5, mask, wanted.base)
    edges = contrast(lab_of(small))[outline(cut)]
    # An edge of 0.1 (five units of Lab) can just be seen: half sure.
    return mask, float((edges / (edges + 0.1)).mean()) if edges.size else 0.5


def _free(start: BoolMask, given: Constraints) -> BoolMask:
    """Where the outline may move: everywhere, but only near what hints change where there was a mask."""
    if given.base is None:
        return np.ones_like(start)
    changed = ((start ^ given.base) | (given.hints != 0)).astype(np.uint8)
    reach = 2 * max(3, round(NEAR * max(start.shape))) + 1
    return cv2.dilate(changed, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))) > 0


def _labels(near: Float, given: Constraints, free: BoolMask) -> npt.NDArray[np.uint8]:
    """GrabCut's four labels: sure and probable object and background."""
    labels = np.where(near > 0.5, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    if given.base is not None:
        labels[~free] = np.where(given.base, cv2.GC_FGD, cv2.GC_BGD)[~free]
    elif given.box is not None:
        labels[~given.box & (near <= 0.5)] = cv2.GC_BGD
    else:
        labels[near > 1 - SURE], labels[near < SURE] = cv2.GC_FGD, cv2.GC_BGD
    labels[given.positive], labels[given.negative] = cv2.GC_FGD, cv2.GC_BGD
    return labels


def _grab_cut(picture: Picture, labels: npt.NDArray[np.uint8], given: Constraints) -> BoolMask:
    inside = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    if min(inside.sum(), (~inside).sum()) < MIN_SAMPLES:
        return inside
    # GrabCut seeds its clustering from OpenCV's generator: the same clicks have to give the same mask.
    cv2.setRNGSeed(0)
    inner, outer, cuts = np.zeros((1, 65)), np.zeros((1, 65)), CUTS if given.box is None else BOX_CUTS
    cv2.grabCut(picture, labels, (0, 0, 0, 0), outer, inner, cuts, cv2.GC_INIT_WITH_MASK)
    cut = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    return cut if cut.sum() >= MIN_SAMPLES else inside


def _parts(mask: BoolMask, given: Constraints) -> BoolMask:
    """Without what hangs together with nothing that was pointed at."""
    mask = fill_holes(mask) & ~given.negative
    pointed = given.positive if given.base is None else given.positive | given.base
    return parts_with(mask, pointed) if pointed.any() and given.box is None else without_crumbs(mask)


def _window(mask: BoolMask) -> tuple[slice, slice] | None:
    """Its bounding box and a third more on each side, for the surround; None for an empty mask."""
    x, y, width, height = cv2.boundingRect(mask.astype(np.uint8))
    if not width:
        return None
    margin = 8 + max(width, height) // 3
    return slice(max(0, y - margin), y + height + margin), slice(max(0, x - margin), x + width + margin)

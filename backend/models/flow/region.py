"""From seeds (a click, a stroke) to the region a person most likely means: what is alike and bounded by edges."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from backend.masks import BoolMask
from backend.models.flow.view import Float

STEP_COST = 0.03
"""Length of a step over a plain area; one over a clear edge is about 1 long (Lab / 50). Keeps regions compact."""

BORDER = 0.3
"""How far the frame's border is from being a negative seed: a faint edge away."""

FEW = 10
"""Pixels of outline from which on its mean contrast can be relied on; shorter outlines score lower."""

ROUNDS = 2
"""Sweeps of the distance transform over the whole picture; a path that winds more than twice is no object's."""

SHARES = np.geomspace(0.002, 0.6, 24)
"""Candidate regions, as shares of the picture: from a ball to a background."""


def lab_of(rgb: npt.NDArray[np.uint8]) -> Float:
    """CIE Lab / 50, float32, shape (h, w, 3)."""
    return cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB) / 50


def divide(lab: Float, positive: BoolMask, negative: BoolMask) -> Float:
    """How much nearer every pixel is to what is object than to what is not: 0..1, above 0.5 on the object's side.

    With positive seeds alone the dividing line lies where its edges are clearest. With negative ones too it lies
    half way, and the frame's border counts as a weak negative seed, because objects seldom leave on all sides.

    Args:
        lab: picture, float32, shape (h, w, 3), CIE Lab / 50.
        positive, negative: seeds, bool, shape (h, w); at least one positive pixel.
    """
    terrain = Terrain(lab)
    inward = terrain.distance(positive)
    if negative.any():
        border = np.full(positive.shape, np.inf, np.float32)
        border[[0, -1]] = border[:, [0, -1]] = BORDER
        outward = terrain.distance(negative, border)
    else:
        reach = float(inward[_clearest(lab, inward, 1.0) | positive].max())
        outward = np.maximum(2 * reach - inward, 0)
    return (outward + 1e-6) / (inward + outward + 2e-6)


def grow(lab: Float, seeds: BoolMask, against: BoolMask, most: float) -> BoolMask:
    """The region about new seeds that is bounded by the clearest edges.

    Args:
        lab: picture, float32, shape (h, w, 3), CIE Lab / 50.
        seeds: bool, shape (h, w), at least one pixel; always in the region.
        against: bool, same shape; never in the region, nor is what is nearer to it than to the seeds.
        most: largest share of the picture that the region may take.
    """
    terrain = Terrain(lab)
    distance = terrain.distance(seeds)
    if against.any():
        distance = np.where(terrain.distance(against) <= distance, np.inf, distance).astype(np.float32)
    return _clearest(lab, distance, most) | seeds


def _clearest(lab: Float, distance: Float, most: float) -> BoolMask:
    """Of all regions "nearer than ...", the one whose outline lies on the clearest edges; bool, shape (h, w).

    An outline where the distance turns infinite is no edge of the picture and does not count."""
    edges = contrast(lab)
    counts = ~outline(np.isinf(distance))
    reachable = np.sort(distance[np.isfinite(distance)])
    best, best_score = np.zeros(distance.shape, bool), 0.0
    for share in SHARES[most >= SHARES]:
        count = int(share * distance.size)
        if count >= len(reachable):
            break
        region = fill_holes(distance <= reachable[count]) & np.isfinite(distance)
        border = outline(region) & counts
        score = float(edges[border].sum() / (border.sum() + FEW))
        if score > best_score:
            best, best_score = region, score
    return best


class Terrain:
    """A picture as a land to walk over: paths are as long as what they cross changes colour.

    Distances come from raster sweeps: Toivanen, "New geodesic distance transforms for gray-scale images" (1996);
    for segmentation, Criminisi et al., "GeoS: Geodesic Image Segmentation" (ECCV 2008), section 2.2.
    """

    def __init__(self, lab: Float) -> None:
        turned = lab.transpose(1, 0, 2)
        self._down, self._up = _step_lengths(lab), _step_lengths(lab[::-1])
        self._right, self._left = _step_lengths(turned), _step_lengths(turned[::-1])

    def distance(self, seeds: BoolMask, start: Float | float = np.inf) -> Float:
        """Length of the shortest path from the seeds to every pixel, float32, shape (h, w).

        Paths may also begin anywhere else at the cost of `start`, a number or shape (h, w)."""
        distance = np.where(seeds, 0, start).astype(np.float32)
        for _ in range(ROUNDS):
            _sweep(distance, self._down)
            _sweep(distance[::-1], self._up)
            _sweep(distance.T, self._right)
            _sweep(distance.T[::-1], self._left)
        return distance


def _step_lengths(lab: Float) -> list[Float]:
    """Lengths of the steps to each row from the row before: three arrays of shape (h - 1, w), for steps from the
    pixel one column to the left, straight, and from one column to the right."""
    padded = np.pad(lab[:-1], ((0, 0), (1, 1), (0, 0)), constant_values=np.inf)
    width = lab.shape[1]
    return [np.abs(lab[1:] - padded[:, shift:shift + width]).sum(axis=2) + STEP_COST for shift in range(3)]


def _sweep(distance: Float, steps: list[Float]) -> None:
    """From the first row to the last, in place."""
    left, straight, right = steps
    for row in range(1, len(distance)):
        here, before, above = distance[row], distance[row - 1], row - 1
        np.minimum(here, before + straight[above], out=here)
        np.minimum(here[1:], before[:-1] + left[above, 1:], out=here[1:])
        np.minimum(here[:-1], before[1:] + right[above, :-1], out=here[:-1])


def contrast(lab: Float) -> Float:
    """Strength of the edge at each pixel, float32, shape (h, w)."""
    smooth = cv2.GaussianBlur(lab, (0, 0), 0.8)
    dx, dy = (cv2.Sobel(smooth, cv2.CV_32F, *order, scale=0.25) for order in ((1, 0), (0, 1)))
    return np.sqrt((dx * dx + dy * dy).sum(axis=2))


def outline(mask: BoolMask) -> BoolMask:
    """Pixels on both sides of the border of a mask; the frame's own border is none."""
    square = np.ones((3, 3), np.uint8)
    grown, shrunk = cv2.dilate(mask.astype(np.uint8), square), cv2.erode(mask.astype(np.uint8), square)
    return np.asarray(grown > shrunk)


def fill_holes(mask: BoolMask) -> BoolMask:
    """Without the holes smaller than a tenth of the mask."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((~mask).astype(np.uint8), connectivity=4)
    small = stats[:, cv2.CC_STAT_AREA] < 0.1 * mask.sum()
    small[0] = True
    return np.asarray(small[labels]) if count > 1 else mask


def without_crumbs(mask: BoolMask) -> BoolMask:
    """Without connected parts smaller than 2 % of the whole."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    areas = stats[:, cv2.CC_STAT_AREA]
    keep = areas >= 0.02 * areas[1:].sum()
    keep[0] = False
    return np.asarray(keep[labels])


def parts_with(mask: BoolMask, wanted: BoolMask) -> BoolMask:
    """The connected parts of a mask that hold a wanted pixel."""
    _, labels = cv2.connectedComponents(mask.astype(np.uint8))
    return np.isin(labels, np.unique(labels[wanted & mask])) & mask

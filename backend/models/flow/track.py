"""Carry one object's mask to a neighbouring frame: where the flow takes it, and what looks like it there.

Masks are float32 probabilities of shape (h, w), the working size of `View`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from backend.masks import BoolMask
from backend.models.flow.appearance import CERTAIN, Appearance
from backend.models.flow.filters import guided_filter
from backend.models.flow.view import Float, View, Views

CELL = 3
"""Appearance is compared on every third pixel each way and interpolated: descriptors are smooth over that
distance."""

EDGE_SIGMA, LOOSE_SIGMA = 1.5, 6.0
"""How far, in pixels, the carried outline may be wrong where the flow is consistent, and where it is not."""

SNAP = 4
"""Radius within which an outline is pulled to the edges of the picture: as far as it is usually off after one step."""

RECENT_WEIGHT = 0.5
"""The last frame's mask may already have drifted, so its appearance counts half of what trusted frames' does."""


@dataclass(frozen=True)
class Motion:
    """From a frame to a neighbouring one, shared by all objects.

    Attributes:
        x, y: where each pixel of the new frame was on the old one, float32, shape (h, w).
        doubt: 0..1, shape (h, w); 1 where forward and backward flow contradict each other (occlusion, failure).
    """

    x: Float
    y: Float
    doubt: Float

    @classmethod
    def between(cls, views: Views, old: int, new: int) -> Motion:
        """Raises Unavailable."""
        back, forth = views.flow(new, old), views.flow(old, new)
        rows, columns = np.indices(back.shape[:2], dtype=np.float32)
        x, y = columns + back[..., 0], rows + back[..., 1]
        returned = cv2.remap(forth, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        error, length = np.linalg.norm(returned + back, axis=-1), np.linalg.norm(back, axis=-1)
        # A pixel of error is noise; more is tolerated where things move fast.
        return cls(x, y, np.clip((error - 1) / (2 + 0.1 * length), 0, 1).astype(np.float32))

    def carry(self, mask: Float) -> Float:
        """The mask where the flow takes it."""
        return cv2.remap(mask, self.x, self.y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


@dataclass(frozen=True)
class Guess:
    """A mask, and how sure it is (0..1); of an empty mask: how sure the absence is."""

    mask: Float
    score: float


def advance(
    view: View, motion: Motion, mask: Float, trusted: Appearance | None, recent: Appearance | None
) -> Guess:
    """The mask on the new frame."""
    carried = motion.carry(mask)
    sharp, loose = (cv2.GaussianBlur(carried, (0, 0), sigma) for sigma in (EDGE_SIGMA, LOOSE_SIGMA))
    prior = np.clip(sharp + motion.doubt * (loose - sharp), 0.02, 0.98)
    near = cv2.dilate((loose > 0.01).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    if not near.any():
        return Guess(np.zeros_like(mask), 1.0)
    window = _window(near)
    odds = np.log(prior[window] / (1 - prior[window]))
    looks = np.zeros_like(odds)
    if trusted is not None:
        looks = likeness(view.descriptors[window], trusted)
    if recent is not None:
        odds += RECENT_WEIGHT * likeness(view.descriptors[window], recent)
    odds = np.where(near[window], odds + looks, -CERTAIN)
    result = np.zeros_like(mask)
    result[window] = smooth(view.grey[window], _share(odds))
    inside = result[window] > 0.5
    sure = _share(looks) * (1 - motion.doubt[window])
    return Guess(result, float(sure[inside].mean()) if inside.any() else 1.0)


def likeness(descriptors: Float, appearance: Appearance) -> Float:
    """Log odds of looking like the object, float32, shape (h, w) for descriptors of shape (h, w, channels)."""
    height, width = descriptors.shape[:2]
    sparse = descriptors[::CELL, ::CELL]
    odds = appearance.log_odds(sparse.reshape(-1, sparse.shape[-1])).reshape(sparse.shape[:2])
    scale = np.array([[1 / CELL, 0, 0], [0, 1 / CELL, 0]])
    return cv2.warpAffine(odds, scale, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                          borderMode=cv2.BORDER_REPLICATE)


def search(view: View, trusted: Appearance, area: float, place: BoolMask | None, reach: float) -> Guess:
    """Look for a lost object by appearance alone.

    Args:
        area: pixels it had when it was seen last.
        place: where that was, bool, shape (h, w); None: anywhere.
        reach: how far from there it may be by now, pixels.

    Returns:
        The most likely blob; all zero where nothing looks enough like it.
    """
    odds = cv2.GaussianBlur(likeness(view.descriptors, trusted), (0, 0), 2.0)
    if place is not None:
        away = cv2.distanceTransform((~place).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_3)
        odds[away > reach] = -CERTAIN
    count, labels, stats, _ = cv2.connectedComponentsWithStats((odds > 0.5).astype(np.uint8))
    best, best_sum = Guess(np.zeros_like(odds), 1 - float(_share(odds.max()))), 0.0
    for label in range(1, count):
        blob = labels == label
        # Something far smaller or larger is something else.
        if 0.25 * area <= stats[label, cv2.CC_STAT_AREA] <= 3 * area and odds[blob].sum() > best_sum:
            best_sum = float(odds[blob].sum())
            best = Guess(np.where(blob, _share(odds), 0).astype(np.float32), float(_share(odds[blob]).mean()))
    return best


def smooth(grey: npt.NDArray[np.uint8], mask: Float) -> Float:
    """Pull the outline to the picture's edges."""
    guide = grey.astype(np.float32) / 255
    slope, offset = guided_filter(guide, mask.astype(np.float32), SNAP)
    return np.clip(slope * guide + offset, 0, 1)


def _share(odds: Any) -> Any:
    """Log odds as a probability."""
    return 1 / (1 + np.exp(-odds))


def _window(mask: BoolMask) -> tuple[slice, slice]:
    x, y, width, height = cv2.boundingRect(mask.astype(np.uint8))
    return slice(y, y + height), slice(x, x + width)

"""How an object looks against its surround: samples of both, compared by nearest neighbours.

Nearest-neighbour matching to the first and the previous frame is what FEELVOS (Voigtlaender et al., CVPR 2019)
calls global and local matching; here on descriptors computed by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from backend.masks import BoolMask
from backend.models.flow.view import Float, View

INSIDE, AROUND = 400, 800
"""Samples of the object and of its surround. Twice as many cost twice the time and change J&F by less than 0.01."""

CERTAIN = 4.0
"""Log odds are kept within plus and minus this: no single cue may outvote the others for good."""


@dataclass(frozen=True)
class Appearance:
    """Descriptors of samples: float32, shapes (n, channels) and (m, channels)."""

    inside: Float
    around: Float

    @classmethod
    def of(cls, view: View, mask: BoolMask) -> Appearance | None:
        """Of a mask (bool, shape (h, w) of the view); None where it has no pixel or leaves none."""
        descriptors = view.descriptors.reshape(-1, view.descriptors.shape[-1])
        core = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        inside = _spread(core if core.sum() >= 20 else mask, INSIDE)
        around = _spread(surround(mask), AROUND)
        return cls(descriptors[inside], descriptors[around]) if len(inside) and len(around) else None

    @classmethod
    def joined(cls, several: Sequence[Appearance]) -> Appearance:
        """Of several frames together, with as many samples as of one."""
        step = len(several)
        return cls(np.concatenate([one.inside[i::step] for i, one in enumerate(several)]),
                   np.concatenate([one.around[i::step] for i, one in enumerate(several)]))

    def log_odds(self, descriptors: Float) -> Float:
        """Object against surround, float32, shape (k,) for descriptors of shape (k, channels)."""
        near, far = _nearest(descriptors, self.inside), _nearest(descriptors, self.around)
        # The share by which one side is nearer; 0.15 is what noise alone makes two looks at one thing differ.
        return np.clip(2 * CERTAIN * (far - near) / (far + near + 0.15), -CERTAIN, CERTAIN)


def surround(mask: BoolMask) -> BoolMask:
    """The ring about a mask that it can be confused with: as wide as three quarters of the object's longer side."""
    _, _, width, height = cv2.boundingRect(mask.astype(np.uint8))
    distance = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_3)
    return np.asarray((distance > 1.5) & (distance < max(20.0, 0.75 * max(width, height))))


def _spread(mask: BoolMask, count: int) -> npt.NDArray[np.intp]:
    """Flat indices of at most `count` pixels, evenly spread, always the same."""
    indices = np.flatnonzero(mask)
    return indices if len(indices) <= count else indices[np.linspace(0, len(indices) - 1, count).astype(np.intp)]


def _nearest(queries: Float, samples: Float) -> Float:
    """Distance from every query to its nearest sample."""
    products = queries @ samples.T
    closest = ((samples * samples).sum(axis=1) / 2 - products).min(axis=1)
    return np.sqrt(np.maximum((queries * queries).sum(axis=1) + 2 * closest, 0))

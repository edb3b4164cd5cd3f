"""A simulated annotator: where the next click goes, and how many clicks a mask takes.

The rule is the standard one of interactive segmentation (Sofiiuk et al., "Reviving Iterative Training with Mask
Guidance for Interactive Segmentation", 2021, section 4): of the pixels a mask misses and those it has too many, the
next click goes to the one deepest inside its error region.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from backend.masks import BoolMask, Rle
from backend.models.seam import Session
from backend.prompts import MaskPrompt, Point
from backend.quality.region import region_similarity

MAX_CLICKS = 20
TARGETS = (0.85, 0.90)
REPORTED_CLICKS = (1, 3, 5, 10)
SETBACK = 0.05
"""A click after which J is lower by more than this has set the annotator back."""


def next_click(
    mask: BoolMask, truth: BoolMask, clicks: Sequence[Point] = (), void: BoolMask | None = None
) -> Point | None:
    """The click that a careful person would make next: the centre of its pixel, positive on missing pixels.

    The depth of a pixel is its distance to the nearest pixel outside its error region, the frame's edge included. Of
    equally deep pixels the first in reading order is taken, and of a missing and an excess one the excess one. A pixel
    is clicked once only.

    Args:
        mask, truth: bool, shape (height, width).
        clicks: those made before.
        void: bool, same shape; pixels that need no correction.

    Returns:
        None where no error is left that was not clicked yet.
    """
    counted = np.ones_like(mask) if void is None else ~void
    free = np.ones_like(mask)
    for click in clicks:
        free[int(click.y), int(click.x)] = False
    missing = _depth(truth & ~mask & counted) * free
    excess = _depth(mask & ~truth & counted) * free
    positive = bool(missing.max() > excess.max())
    depth = missing if positive else excess
    row, column = np.unravel_index(int(np.argmax(depth)), depth.shape)
    if not depth[row, column]:
        return None
    return Point(x=float(column) + 0.5, y=float(row) + 0.5, positive=positive)


def _depth(region: BoolMask) -> npt.NDArray[np.float32]:
    """Distance of every pixel to the nearest one outside the region; outside the frame is outside the region."""
    padded = np.pad(region, 1).astype(np.uint8)
    return np.asarray(cv2.distanceTransform(padded, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1], dtype=np.float32)


@dataclass(frozen=True)
class Clicked:
    """What a simulated annotator did to one mask.

    Attributes:
        mask: bool, shape (height, width); what it is after the last click.
        clicks: in the order they were made.
        ious: J after 0, 1, 2, ... clicks.
    """

    mask: BoolMask
    clicks: tuple[Point, ...]
    ious: tuple[float, ...]

    def iou_after(self, clicks: int) -> float:
        """J after so many clicks; once clicking has stopped it stays what it is."""
        return self.ious[min(clicks, len(self.ious) - 1)]

    def clicks_to(self, iou: float) -> int | None:
        """Clicks until J first was at least `iou`; None where it never was."""
        return next((count for count, reached in enumerate(self.ious) if reached >= iou), None)

    @property
    def setbacks(self) -> int:
        """Clicks that made the mask worse."""
        return sum(before - after > SETBACK for before, after in pairwise(self.ious))


def annotate(
    session: Session, frame: int, object_id: int, truth: BoolMask, *, start: BoolMask | None = None,
    void: BoolMask | None = None, target: float = max(TARGETS), min_clicks: int = 0, max_clicks: int = MAX_CLICKS,
) -> Clicked:
    """Click an object on one frame until its mask is good.

    After every click the model gets all of them, oldest first, behind the mask the object had before (if any).

    Args:
        session: of the video; its memory bank is not changed.
        truth: bool, shape (height, width); what the annotator wants.
        start: the mask that is to be corrected; None to start from nothing.
        void: bool, same shape; pixels that do not matter.
        target: J at which the annotator is content.
        min_clicks: clicks made in any case, if there is an error left to click on.
        max_clicks: where the annotator gives up.
    """
    mask = np.zeros_like(truth) if start is None else start
    had = [] if start is None or not start.any() else [MaskPrompt.of(Rle.from_mask(start))]
    clicks: list[Point] = []
    ious = [region_similarity(mask, truth, void)]
    while len(clicks) < max_clicks and (len(clicks) < min_clicks or ious[-1] < target):
        click = next_click(mask, truth, clicks, void)
        if click is None:
            break
        clicks.append(click)
        mask = session.segment(frame, {object_id: [*had, *clicks]})[object_id].mask
        ious.append(region_similarity(mask, truth, void))
    return Clicked(mask, tuple(clicks), tuple(ious))

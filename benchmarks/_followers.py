"""All that can follow an object here: the models of the tool, through their seam, and the trackers OpenCV brings.

Those of OpenCV give boxes, not masks. Of its `Tracker...` classes only MIL is here: the others need files of weights
that do not come with the package. CamShift needs none either; it follows colour.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from backend.masks import BoolMask
from backend.models import registry
from backend.models.seam import Frames, Segment
from backend.tracking.plan import Plan, Stretch
from backend.tracking.runner import run as carry_out

Picture = npt.NDArray[np.uint8]
"""RGB, shape (height, width, 3)."""

Box = tuple[int, int, int, int]
"""Left, top, width, height; in pixels."""

Found = Mapping[int, Segment] | Mapping[int, Box]
"""Object -> where it is on a frame."""


class CamShift:
    """`cv2.CamShift` on the hues of an object, with the methods of `cv2.Tracker`."""

    STOP = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 10, 1)
    BINS = 32

    def init(self, picture: Picture, box: Box) -> None:
        """Remember the hues inside the box."""
        x, y, width, height = self._box = box
        hues = cv2.cvtColor(picture, cv2.COLOR_RGB2HSV)[y:y + height, x:x + width]
        self._histogram = cv2.calcHist([hues], [0], None, [self.BINS], [0, 180])
        cv2.normalize(self._histogram, self._histogram, 0, 255, cv2.NORM_MINMAX)

    def update(self, picture: Picture) -> tuple[bool, Box]:
        """Where they are now."""
        likely = cv2.calcBackProject([cv2.cvtColor(picture, cv2.COLOR_RGB2HSV)], [0], self._histogram, [0, 180], 1)
        _, found = cv2.CamShift(likely, self._box, self.STOP)
        x, y, width, height = found
        if width and height:  # an empty one cannot be searched from
            self._box = x, y, width, height
        return True, self._box


TRACKERS: dict[str, Any] = {"OpenCV MIL (boxes)": cv2.TrackerMIL.create, "OpenCV CamShift (boxes)": CamShift}


def models() -> list[str]:
    """The models that are ready, the default first."""
    return [one.spec.name for one in registry.available() if one.ready]


def names() -> list[str]:
    """All there are."""
    return [*models(), *TRACKERS]


def follow(name: str, frames: Frames, starts: Mapping[int, BoolMask], stop: int) -> Iterator[Found]:
    """Where these objects, given on frame 0, are on the frames 1 to `stop` - 1."""
    if name in TRACKERS:
        yield from _follow_boxes(name, frames, starts, stop)
        return
    session = registry.load(name).open(frames)
    try:
        stretches = tuple(Stretch(one, 1, stop - 1, 1) for one in starts)
        for _, segments in carry_out(Plan("forward", 0, stretches), session, lambda one, _: starts[one], {}):
            yield segments
    finally:
        session.close()


def box_of(found: Segment | Box) -> Box:
    """Around a mask, or the box itself; all zero where there is none."""
    if not isinstance(found, Segment):
        return found
    x, y, width, height = cv2.boundingRect(found.mask.astype(np.uint8))
    return x, y, width, height


def overlap(one: Box, other: Box) -> float:
    """Intersection over union of two boxes; 0 where both are empty."""
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    both = max(width, 0) * max(height, 0)
    either = one[2] * one[3] + other[2] * other[3] - both
    return both / either if either else 0.0


def _follow_boxes(
    name: str, frames: Frames, starts: Mapping[int, BoolMask], stop: int
) -> Iterator[Mapping[int, Box]]:
    trackers = {one: TRACKERS[name]() for one in starts}
    for one, tracker in trackers.items():
        tracker.init(frames[0], box_of(Segment(starts[one], 1.0)))
    for frame in range(1, stop):
        picture = frames[frame]
        yield {one: tracker.update(picture)[1] for one, tracker in trackers.items()}

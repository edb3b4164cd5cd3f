"""Where shots begin: hard cuts, found by how much each picture differs from the one before.

The method is that of PySceneDetect's AdaptiveDetector: the mean difference of two small pictures, channel by channel,
counts as a cut where it is large in itself and many times that of its neighbours in time, so that fast motion and a
moving camera, which make a row of large differences, are none. We compare histograms as well: a cut changes which
colours there are, and a jump of the camera within one scene hardly does. Fades and dissolves are not looked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt

from backend.errors import Unavailable

WIDTH = 96
"""Pixels; what is smaller than a hundredth of the picture makes no cut."""
WINDOW = 3
"""Frames on either side that a difference is measured against."""
LEAST, RATIO = 8.0, 2.5
"""Of a cut: mean difference in levels (of 255), and how many times that of its neighbours."""
LEAST_COLOURS = 0.08
"""Of a cut: the least distance of the two histograms, 0..1."""
SHORTEST = 5
"""Frames of a shot. Two cuts closer than this are a flash, or one frame that is broken: neither is a cut."""

Picture = npt.NDArray[np.uint8]


class Pictures(Protocol):
    """RGB pictures by index, uint8, shape (height, width, 3); `VideoReader` is one."""

    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> Picture: ...


def find_cuts(
    pictures: Pictures, progress: Callable[[float], None] = lambda share: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[int] | None:
    """Frames that begin a new shot, ascending; frame 0 is not one of them. None where it was cancelled.

    A frame that cannot be decoded is passed over: it is compared with nothing.
    """
    changes, colours = np.zeros(len(pictures), np.float32), np.zeros(len(pictures), np.float32)
    before: tuple[Picture, npt.NDArray[np.float32]] | None = None
    for frame in range(len(pictures)):
        if cancelled():
            return None
        if frame % 25 == 0:
            progress(frame / len(pictures))
        try:
            small = shrunk(pictures[frame])
        except Unavailable:
            continue
        now = small, _histogram(small)
        if before is not None:
            changes[frame] = float(cv2.absdiff(before[0], now[0]).mean())
            colours[frame] = 1.0 - float(np.sqrt(before[1] * now[1]).sum())
        before = now
    return cuts_in(changes, colours)


def cuts_in(changes: npt.NDArray[np.float32], colours: npt.NDArray[np.float32]) -> list[int]:
    """The cuts of a video.

    Args:
        changes: mean difference of each frame from the one before, in levels of 255; float32, shape (frames,).
        colours: distance of its histogram from that of the one before, 0..1; float32, shape (frames,).
    """
    found = [frame for frame in range(1, len(changes)) if changes[frame] >= LEAST and colours[frame] >= LEAST_COLOURS
             and changes[frame] >= RATIO * _around(changes, frame)]
    return [frame for n, frame in enumerate(found)
            if all(abs(other - frame) >= SHORTEST for other in (*found[max(0, n - 1):n], *found[n + 1:n + 2]))]


def shrunk(picture: Picture) -> Picture:
    """The picture as it is compared: small, without noise, lightness and two colour axes (CIE Lab)."""
    height, width = picture.shape[:2]
    size = min(WIDTH, width), max(1, round(height * min(WIDTH, width) / width))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2Lab), np.uint8)


def _histogram(small: Picture) -> npt.NDArray[np.float32]:
    counts = cv2.calcHist([small], [0, 1, 2], None, [8, 16, 16], [0, 256, 64, 192, 64, 192])
    return np.asarray(counts / max(1.0, float(counts.sum())), np.float32)


def _around(changes: npt.NDArray[np.float32], frame: int) -> float:
    """The mean difference of the neighbours; a video that stands still has some noise."""
    near = np.concatenate([changes[max(1, frame - WINDOW):frame], changes[frame + 1:frame + 1 + WINDOW]])
    return max(1.0, float(near.mean())) if near.size else 1.0

"""Frames as the language model sees them: which, how large, and as patches (UniPixel section 4)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from backend.models.unipixel.memory import Grid

MOST_FRAMES = 16
"""Frames the language model sees of a clip."""

WINDOW = 300
"""Frames of a long video that are looked at together; more would be too far apart when `MOST_FRAMES` are taken."""

_LEAST_PLACES, _MOST_PLACES = 128, 256
"""Merged patches a frame pair of a full clip; fewer frames may have more of them each."""

_MEAN = (0.48145466, 0.4578275, 0.40821073)
_STD = (0.26862954, 0.26130258, 0.27577711)
"""Of CLIP, for RGB in 0..1."""


def window(frame: int, within: range) -> range:
    """The part of a range that is looked at together: at most `WINDOW` frames, around a frame as far as the range has
    them."""
    start = min(max(frame - WINDOW // 2, within.start), max(within.stop - WINDOW, within.start))
    return range(start, min(start + WINDOW, within.stop))


def sample(clip: range, wanted: Iterable[int] = (), most: int = MOST_FRAMES) -> list[int]:
    """The frames of a clip that the language model sees: evenly spread with the first and the last one, where there are
    more than it can see; the nearest of them make way for the frames that it has to see.

    Args:
        clip: frame numbers, not empty.
        wanted: frames that have to be in, of the clip or not; where they are more than `most` the first of them.
        most: how many it can see, two or more.
    """
    wanted = list(wanted)
    count = len(clip)
    if count + len(set(wanted) - set(clip)) <= most:
        return sorted({*clip, *wanted})
    spread = np.arange(0, count, (count - 1) / (most - 1))[:most]
    chosen = [clip[int(place)] for place in np.round(spread)] if count > most else list(clip)
    free = set(range(len(chosen)))
    for frame in wanted:
        if frame in chosen:
            free.discard(chosen.index(frame))
        elif free:
            nearest = min(free, key=lambda place: abs(chosen[place] - frame))
            chosen[nearest] = frame
            free.discard(nearest)
    return sorted(chosen)


def size(height: int, width: int, frames: int, factor: int) -> tuple[int, int]:
    """Height and width at which the language model sees frames: multiples of `factor`, about the same aspect, between
    the least and the most pixels for that many frames."""
    least = _LEAST_PLACES * factor**2
    most = _MOST_PLACES * factor**2 * int(MOST_FRAMES / frames)
    rows, columns = (max(factor, round(side / factor) * factor) for side in (height, width))
    if rows * columns > most:
        shrink = math.sqrt(height * width / most)
        rows, columns = (max(factor, math.floor(side / shrink / factor) * factor) for side in (height, width))
    elif rows * columns < least:
        grow = math.sqrt(least / (height * width))
        rows, columns = (math.ceil(side * grow / factor) * factor for side in (height, width))
    return rows, columns


def resize(picture: npt.NDArray[np.uint8], to: tuple[int, int]) -> npt.NDArray[np.uint8]:
    """RGB uint8 (height, width, 3) at another (height, width), bicubic as PIL does it."""
    if picture.shape[:2] == to:
        return picture
    return np.asarray(Image.fromarray(picture).resize(to[::-1], Image.Resampling.BICUBIC))


def patchify(
    pictures: Sequence[npt.NDArray[np.uint8]], patch: int, merge: int, temporal: int
) -> tuple[torch.Tensor, Grid]:
    """Patches of frames, in the order in which the ViT merges them.

    Args:
        pictures: RGB uint8 (height, width, 3), all of one size that `patch * merge` divides.
        patch, merge, temporal: side of a patch, patches a side of a merged one, frames a step.

    Returns:
        float32 (steps * rows * columns, 3 * temporal * patch**2), and the grid.
    """
    video = torch.from_numpy(np.stack(pictures)).float().div(255)
    video = (video - torch.tensor(_MEAN)) / torch.tensor(_STD)
    if short := -len(video) % temporal:
        video = torch.cat([video, video[-1:].expand(short, -1, -1, -1)])
    frames, height, width, _ = video.shape
    grid = frames // temporal, height // patch, width // patch
    steps, rows, columns = grid
    blocks = video.reshape(steps, temporal, rows // merge, merge, patch, columns // merge, merge, patch, 3)
    ordered = blocks.permute(0, 2, 5, 3, 6, 8, 1, 4, 7)  # step, row, column, within the merged one, RGB, frame, pixel
    return ordered.reshape(steps * rows * columns, -1), grid

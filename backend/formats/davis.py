"""DAVIS: indexed PNGs in its palette, `VIDEO/FRAME.png`; and what Ref-YouTube-VOS has made of it for expressions,
`VIDEO/EXPRESSION/FRAME.png` with 0 and 255."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from backend.errors import BadInput
from backend.masks import davis_palette
from backend.tasks.found import CategoryIds, Found, Video, on_frame, painted
from backend.tasks.perform import Told

VOID = 255


def write_objects(
    video: Video, told: Told, found: Sequence[Found], categories: CategoryIds, into: Path
) -> list[dict[str, Any]]:
    """A pixel is the number of its object; where objects overlap, of the one with the best score. Raises BadInput where
    a number is over 254."""
    if max((one.number for one in found), default=0) >= VOID:
        raise BadInput("too_many_objects", f"{video.name} has an object {max(one.number for one in found)}; DAVIS "
                       f"numbers them from 1 to {VOID - 1}.", "Give first masks of fewer objects.")
    folder = into / video.name
    folder.mkdir(parents=True)
    palette = davis_palette()
    for frame in video.within:
        spots = ((one.number, spot) for one, spot in on_frame(found, frame))
        picture = Image.fromarray(painted(video.shape, spots, 0, np.uint8))
        picture.putpalette(palette)
        picture.save(folder / f"{video.names[frame]}.png")
    return []


def write_expressions(
    video: Video, told: Told, found: Sequence[Found], categories: CategoryIds, into: Path
) -> list[dict[str, Any]]:
    """Every expression has a picture for every frame, also where nothing was found."""
    for key in told.expressions:
        folder = into / video.name / key
        folder.mkdir(parents=True)
        answers = [one for one in found if one.expression == key]
        for frame in video.within:
            spots = ((255, spot) for _, spot in on_frame(answers, frame))
            Image.fromarray(painted(video.shape, spots, 0, np.uint8)).save(folder / f"{video.names[frame]}.png")
    return []

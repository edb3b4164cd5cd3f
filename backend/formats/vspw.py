"""VSPW results: `VIDEO/FRAME.png`, grey; a pixel is the position of its category in the list, from 0; 255: none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from backend.errors import BadInput
from backend.tasks.found import CategoryIds, Found, Video, on_frame, painted
from backend.tasks.perform import Told

NOTHING = 255


def write(
    video: Video, told: Told, found: Sequence[Found], categories: CategoryIds, into: Path
) -> list[dict[str, Any]]:
    """The benchmark's own category numbers begin with 1, and so these are one less. Raises BadInput: over 255."""
    position = {number: at for at, number in enumerate(categories.ids.values())}
    if len(position) > NOTHING:
        raise BadInput("too_many_categories", f"The format of VSPW holds {NOTHING} categories; these are "
                       f"{len(position)}.", "Name fewer.")
    folder = into / video.name
    folder.mkdir(parents=True)
    for frame in video.within:
        regions = ((position[categories.number(one.category)], spot) for one, spot in on_frame(found, frame))
        Image.fromarray(painted(video.shape, regions, NOTHING, np.uint8)).save(folder / f"{video.names[frame]}.png")
    return []

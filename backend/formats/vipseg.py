"""VIPSeg results: `pan_pred/VIDEO/FRAME.png`, whose colour is the number of a segment (red + 256 green + 65536 blue;
0: none), and `pred.json`, which says what the segments are. A segment keeps its number through its video."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from backend.masks import Rle
from backend.tasks.found import CategoryIds, Found, Video, on_frame, painted
from backend.tasks.perform import Told

FOLDER = "pan_pred"
FILE = "pred.json"


def write(
    video: Video, told: Told, found: Sequence[Found], categories: CategoryIds, into: Path
) -> list[dict[str, Any]]:
    """Of a track with several categories the best one counts."""
    folder = into / FOLDER / video.name
    folder.mkdir(parents=True)
    frames = []
    for frame in video.within:
        here = {one.number: one for one, _ in on_frame(found, frame)}
        drawn = painted(video.shape, ((n, one.spots[frame]) for n, one in here.items()), 0, np.uint32)
        name = f"{video.names[frame]}.png"
        Image.fromarray(as_colour(drawn)).save(folder / name)
        segments = [_segment(one, Rle.from_mask(drawn == n), categories) for n, one in here.items()]
        frames.append({"file_name": name, "image_id": video.names[frame],
                       "segments_info": [one for one in segments if one["area"]]})
    return [{"video_id": video.name, "annotations": frames}]


def _segment(one: Found, mask: Rle, categories: CategoryIds) -> dict[str, Any]:
    return {"id": one.number, "category_id": categories.number(one.category), "isthing": int(one.thing), "iscrowd": 0,
            "area": mask.area, "bbox": list(mask.box)}


def collect(entries: Sequence[Any], categories: CategoryIds) -> Mapping[str, Any]:
    """`pred.json`."""
    return {FILE: {"annotations": list(entries), "categories": categories.as_json()}}


def as_colour(numbers: npt.NDArray[np.integer]) -> npt.NDArray[np.uint8]:
    """RGB, uint8, shape (height, width, 3), of segment numbers below 2^24, shape (height, width)."""
    return np.stack([numbers >> shift & 255 for shift in (0, 8, 16)], axis=-1).astype(np.uint8)


def of_colour(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """The segment numbers of a picture that `as_colour` made."""
    return (picture.astype(np.int64) << np.array([0, 8, 16])).sum(axis=-1)

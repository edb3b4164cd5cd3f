"""COCO results: `results.json`, a list of what was found on images, and `images.json`, which says what images these are
(the official toolkit is given the benchmark's own annotations in its place)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from backend.tasks.found import CategoryIds, Found, Video
from backend.tasks.perform import Told

MOST_FRAMES = 1_000_000
"""Of a video without numbered images: frame f of video v is image v * MOST_FRAMES + f."""


def write_boxes(
    video: Video, told: Told, found: Sequence[Found], categories: CategoryIds, into: Path
) -> list[dict[str, Any]]:
    """Entries with a box."""
    return [_entries(video, found, categories, with_masks=False)]


def write_masks(
    video: Video, told: Told, found: Sequence[Found], categories: CategoryIds, into: Path
) -> list[dict[str, Any]]:
    """Entries with a mask, and none with a box: the toolkit would take the area of the box for that of the mask."""
    return [_entries(video, found, categories, with_masks=True)]


def _entries(
    video: Video, found: Sequence[Found], categories: CategoryIds, with_masks: bool
) -> dict[str, list[dict[str, Any]]]:
    ids = {frame: video.images[frame] if video.images else video.number * MOST_FRAMES + frame
           for frame in video.within}
    images = [{"id": ids[frame], "file_name": f"{video.name}/{video.names[frame]}", "video_id": video.number,
               "frame_index": frame, "height": video.frames.height, "width": video.frames.width}
              for frame in video.within]
    results: list[dict[str, Any]] = []
    for one in found:
        (frame, spot), = one.spots.items()
        entry: dict[str, Any] = {"image_id": ids[frame], "category_id": categories.number(one.category),
                                 "score": spot.score}
        entry |= {"segmentation": spot.mask.as_json()} if with_masks else {"bbox": list(spot.box)}
        if one.expression:
            entry["expression"] = one.expression
        results.append(entry)
    return {"images": images, "results": results}


def collect(entries: Sequence[Any], categories: CategoryIds) -> Mapping[str, Any]:
    """Both files."""
    return {"results.json": list(chain.from_iterable(one["results"] for one in entries)),
            "images.json": {"images": list(chain.from_iterable(one["images"] for one in entries)),
                            "categories": categories.as_json()}}

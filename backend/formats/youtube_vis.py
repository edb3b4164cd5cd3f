"""YouTube-VIS results: one JSON list, an entry a track and category, with a mask or null for every frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from backend.tasks.found import CategoryIds, Found, Video
from backend.tasks.perform import Told


def write(
    video: Video, told: Told, found: Sequence[Found], categories: CategoryIds, into: Path
) -> list[dict[str, Any]]:
    """A track stands in the results once for every category that the model gives it a score of."""
    entries = []
    for one in found:
        masks = [one.spots[frame].mask.as_json() if frame in one.spots else None for frame in video.within]
        entries += [{"video_id": video.number, "category_id": categories.number(category), "score": score,
                     "segmentations": masks} for category, score in one.scores.items()]
    return entries


def collect(entries: Sequence[Any], categories: CategoryIds) -> Mapping[str, Any]:
    """`results.json`, as the evaluation server takes it in a zip."""
    return {"results.json": list(entries)}

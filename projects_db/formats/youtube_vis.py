"""YouTube-VIS (2019 and 2021): one annotation an object, with a list entry a frame, `null` where the object is absent.

Run-length codes are uncompressed, as in the benchmark's own files: its evaluation reads no others. Beside its fields:
`frame_indices`, `frame_count` and `content_hash` of videos, and what we know of an object (`name`, `colour`,
`attributes`) and its masks (`states`, `sources`, `scores`, parallel to `segmentations`; a state "absent" or "verified"
where the segmentation is `null` says that the object was looked for). `frame_attributes` has a list a name, parallel to
`segmentations` as well: whether the object is occluded or truncated, and attributes that change over time (`null` where
nothing is said); `spans` say the same with first and last frames.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from pydantic import Field

from projects_db import spans
from projects_db.formats.archive import Sink, Source, write_json
from projects_db.formats.building import Builder
from projects_db.formats.dataset import Dataset, DatasetMask, DatasetObject, DatasetVideo, Progress, counted, silent
from projects_db.formats.frames import frame_numbers
from projects_db.formats.parsing import (
    CategoryPart,
    Frame,
    Id,
    Name,
    ObjectPart,
    Part,
    RleCode,
    Score,
    Side,
    bad_file,
    mask_at,
    mask_of,
    parse,
    unique,
)
from projects_db.formats.writing import category, object_facts, video_facts

FILE = "annotations.json"


def write(dataset: Dataset, sink: Sink, polygons: bool = False, progress: Progress = silent) -> list[str]:
    """Write `annotations.json`; nothing is lost."""
    videos = {video.id: video for video in dataset.videos}
    write_json(sink, FILE, {"info": {"description": "Exported by Throughline"}, "licenses": []}, {
        "categories": (category(label) for label in dataset.labels),
        "videos": (_video(video) for video in dataset.videos),
        "annotations": (_annotation(item, videos[item.video_id], dataset.masks[item.id])
                        for item in counted(dataset.objects, progress, "writing object {0} of {1}")),
    })
    return []


def _video(video: DatasetVideo) -> dict[str, Any]:
    return {**video_facts(video), "length": len(video.frames), "frame_indices": list(video.frames),
            "file_names": [video.image_name(frame) for frame in video.frames]}


def _annotation(item: DatasetObject, video: DatasetVideo, masks: tuple[DatasetMask, ...]) -> dict[str, Any]:
    known = {mask.frame: mask for mask in masks}
    on = [known.get(frame) for frame in video.frames]
    seen = [(mask, mask.rle) if mask and mask.rle else None for mask in on]
    return {
        "id": item.id, "video_id": item.video_id, "category_id": item.label_id, "iscrowd": 0, "width": video.width,
        "height": video.height, "length": len(video.frames), **object_facts(item),
        "areas": [one and one[1].area for one in seen], "bboxes": [one and list(one[1].box) for one in seen],
        "states": [mask and mask.state for mask in on], "sources": [mask and mask.source for mask in on],
        "scores": [one and one[0].score for one in seen], "frame_attributes": _frame_attributes(item, video),
        "segmentations": [one and {"size": [video.height, video.width], "counts": one[1].runs} for one in seen],
    }


def _frame_attributes(item: DatasetObject, video: DatasetVideo) -> dict[str, list[Any]]:
    flags = [item.flags_on(frame) for frame in video.frames]
    values = [spans.at(item.spans, frame) for frame in video.frames]
    changing = sorted({one.name for one in item.spans} - set(spans.FLAGS))
    return {**{name: [one[name] for one in flags] for name in spans.FLAGS},
            **{name: [one.get(name) for one in values] for name in changing}}


class _Video(Part):
    id: Id
    width: Side
    height: Side
    file_names: list[Name] = Field(min_length=1)
    name: Name | None = None
    length: Frame | None = None
    frame_indices: list[Frame] | None = None
    frame_count: Frame | None = None
    content_hash: str | None = Field(default=None, max_length=128)


class _Annotation(ObjectPart):
    id: Id
    video_id: Id
    category_id: Id
    segmentations: list[RleCode | list[list[float]] | None]
    states: list[str | None] = Field(default_factory=list)
    scores: list[Score | None] = Field(default_factory=list)


class _File(Part):
    videos: list[_Video] = Field(min_length=1)
    annotations: list[_Annotation]
    categories: list[CategoryPart]


def read(source: Source) -> Dataset:
    """Read YouTube-VIS json. Raises BadInput, naming what is wrong and where."""
    name, data = source.read_json(FILE)
    file = parse(_File, data, name)
    unique(name, "annotations", (part.id for part in file.annotations))
    builder = Builder(name, file.categories)
    frames_of = {part.id: _add_video(builder, f"videos[{n}]", part) for n, part in enumerate(file.videos)}
    for position, part in enumerate(file.annotations):
        where = f"annotations[{position}]"
        builder.add_object(where, part.id, part.video_id, part.category_id, part)
        _add_masks(builder, where, part, frames_of[part.video_id])
    return builder.dataset()


def _add_video(builder: Builder, where: str, part: _Video) -> list[int]:
    """Returns the frames in the order of the file."""
    given: list[int | None] = [None] * len(part.file_names) if part.frame_indices is None else [*part.frame_indices]
    if len(given) != len(part.file_names) or part.length not in (None, len(given)):
        raise bad_file(builder.file, where, "length, file_names and frame_indices are not equally many")
    frames = frame_numbers(part.file_names, given, builder.file)
    folder = part.file_names[0].partition("/")[0]
    builder.add_video(where, DatasetVideo(
        part.id, part.name or folder, folder, part.width, part.height, tuple(sorted(frames)), part.frame_count,
        content_hash=part.content_hash,
    ))
    return frames


def _add_masks(builder: Builder, where: str, part: _Annotation, frames: list[int]) -> None:
    count = len(frames)
    if len(part.segmentations) != count or len(part.states) not in (0, count) or len(part.scores) not in (0, count):
        raise bad_file(builder.file, where, f"it has {len(part.segmentations)} segmentations, {len(part.states)} "
                       f"states and {len(part.scores)} scores; its video has {count} frames")
    video = builder.videos[part.video_id]
    rows = zip_longest(frames, part.segmentations, part.states, part.scores)
    for position, (frame, segmentation, state, score) in enumerate(rows):
        place = f"{where}.segmentations[{position}]"
        rle = None if segmentation is None else mask_at(segmentation, video, builder.file, place)
        builder.put(place, part.id, mask_of(frame, rle, state, score))

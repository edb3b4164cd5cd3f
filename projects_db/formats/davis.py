"""DAVIS: one indexed PNG a frame, whose pixel values are the objects of the video, 1, 2, 3, ..., in the DAVIS palette.

A pixel belongs to one object: where objects overlap the later one lies on top. 255 means "void" to DAVIS, so a video
has at most 254 objects. `objects.json` beside the PNGs holds what they cannot: labels, names, states. Reading works
without it.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from itertools import zip_longest
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from pydantic import Field

from backend.errors import BadInput
from backend.masks import MAX_SIDE, Rle, davis_palette
from projects_db.formats.archive import MAX_JSON, Sink, Source, write_json
from projects_db.formats.building import Builder
from projects_db.formats.dataset import Dataset, DatasetLabel, DatasetObject, DatasetVideo, Progress, silent
from projects_db.formats.frames import frame_numbers
from projects_db.formats.parsing import (
    CategoryPart,
    Frame,
    Id,
    Name,
    ObjectPart,
    Part,
    Score,
    bad_file,
    mask_of,
    parse,
    unique,
)
from projects_db.formats.writing import category, object_facts, video_facts

FILE = "objects.json"
FOLDER = "Annotations"
VOID = 255
MAX_PNG = 256 * 2**20
Index = npt.NDArray[np.uint8]


def write(dataset: Dataset, sink: Sink, polygons: bool = False, progress: Progress = silent) -> list[str]:
    """Write a PNG for every frame, and `objects.json`.

    Returns:
        Remarks for the manifest: what overlaps have cost.

    Raises:
        BadInput: a video has more than 254 objects.
    """
    colours = davis_palette()
    indices: dict[int, int] = {}
    for video in dataset.videos:
        items = dataset.objects_of(video)
        if len(items) >= VOID:
            raise BadInput("too_many_objects",
                           f"{video.name} has {len(items)} objects; DAVIS holds {VOID - 1} a video.",
                           "Export fewer labels, or as COCO or YouTube-VIS.")
        indices |= {item.id: index for index, item in enumerate(items, 1)}
    hidden: set[tuple[int, int]] = set()
    overlaps = pixels = 0
    for video, frame, found in dataset.walk(progress):
        masks = {item.id: mask.rle for item, mask in found if mask.rle}
        drawn = _drawn(masks, indices, (video.height, video.width))
        lost = sum(rle.area for rle in masks.values()) - int(np.count_nonzero(drawn))
        overlaps, pixels = overlaps + (lost > 0), pixels + lost
        if lost:
            hidden |= {(key, frame) for key in masks if not (drawn == indices[key]).any()}
        picture = Image.fromarray(drawn)
        picture.putpalette(colours)
        with sink.open(f"{FOLDER}/{video.folder}/{frame:05d}.png") as stream:
            picture.save(stream, "PNG")
    _write_objects(dataset, sink, indices, hidden)
    held = sum(bool(item.spans) for item in dataset.objects)
    said = [f"What holds on some frames only (occluded, truncated, attributes over time) is in {FILE} and not in the "
            f"PNGs, of {held} objects."] if held else []
    if not overlaps:
        return said
    return [*said, f"Objects overlap on {overlaps} frames. A DAVIS pixel has one object, so the one made later lies on "
            f"top: {pixels} pixels of others and {len(hidden)} whole masks are not in this export."]


def _drawn(masks: Mapping[int, Rle], indices: Mapping[int, int], shape: tuple[int, int]) -> Index:
    drawn = np.zeros(shape, np.uint8)
    for key, rle in masks.items():
        x, y, width, height = rle.box  # most objects are small, and whole frames are slow to index
        place = slice(y, y + height), slice(x, x + width)
        drawn[place][rle.to_mask()[place]] = indices[key]
    return drawn


def _write_objects(dataset: Dataset, sink: Sink, indices: Mapping[int, int], hidden: set[tuple[int, int]]) -> None:
    videos = {video.id: video for video in dataset.videos}

    def facts(item: DatasetObject) -> dict[str, Any]:
        known = {mask.frame: mask for mask in dataset.masks[item.id] if (item.id, mask.frame) not in hidden}
        on = [known.get(frame) for frame in videos[item.video_id].frames]
        return {
            "id": item.id, "index": indices[item.id], "video_id": item.video_id, "category_id": item.label_id,
            **object_facts(item), "states": [mask and mask.state for mask in on],
            "sources": [mask and mask.source for mask in on],
            "scores": [mask.score if mask and mask.rle else None for mask in on],
        }

    write_json(sink, FILE, {}, {
        "categories": (category(label) for label in dataset.labels),
        "videos": ({**video_facts(v), "folder": v.folder, "frames": list(v.frames)} for v in dataset.videos),
        "objects": (facts(item) for item in dataset.objects),
    })


class _Video(Part):
    id: Id
    name: Name
    folder: Name
    frame_count: Frame | None = None
    content_hash: str | None = Field(default=None, max_length=128)


class _Object(ObjectPart):
    id: Id
    index: int = Field(ge=1, le=VOID)
    video_id: Id
    category_id: Id
    states: list[str | None] = Field(default_factory=list)
    scores: list[Score | None] = Field(default_factory=list)


class _File(Part):
    categories: list[CategoryPart]
    videos: list[_Video]
    objects: list[_Object]


def read(source: Source) -> Dataset:
    """Read folders of indexed PNGs, each a video; with `objects.json` also what the objects are.

    Without it the objects have the label "object", and 255 is an object where it is the only value but 0 (as in DAVIS
    2016), else void.

    Raises:
        BadInput: naming what is wrong and where.
    """
    folders: dict[str, list[str]] = {}
    for name in source.names(".png"):
        if "JPEGImages" not in PurePosixPath(name).parts:
            folders.setdefault(str(PurePosixPath(name).parent), []).append(name)
    if not folders:
        raise BadInput("no_png", f"{source.path.name} holds no PNGs.",
                       f"Give a zip or folder with {FOLDER}/<video>/*.png.")
    described = next((name for name in source.names(".json") if PurePosixPath(name).name == FILE), None)
    file = None if described is None else parse(_File, source.read(described, MAX_JSON), described)
    builder = Builder(described or source.path.name, file.categories if file else [])
    if file is None:
        builder.add_label(DatasetLabel(1, "object"))
    elif missing := {video.folder for video in file.videos} - {PurePosixPath(folder).name for folder in folders}:
        raise bad_file(builder.file, "videos", f"there are no PNGs in {min(missing)}")
    elif strays := {item.video_id for item in file.objects} - {video.id for video in file.videos}:
        raise bad_file(builder.file, "objects", f"there is no video {min(strays)}")
    void = [note for number, names in enumerate(folders.values(), 1)
            if (note := _add_video(builder, source, names, number, file))]
    return builder.dataset(*void)


def _add_video(builder: Builder, source: Source, names: list[str], number: int, file: _File | None) -> str | None:
    """Read the PNGs of one video. Returns a remark where there is one to make."""
    path = PurePosixPath(names[0]).parent
    folder = path.name or source.path.stem
    said = next((v for v in file.videos if v.folder == folder), None) if file else _Video(
        id=number, name=folder, folder=folder)
    if said is None:
        raise bad_file(builder.file, "videos", f"there is no video with the folder {folder}")
    frames = dict(sorted(zip(frame_numbers(names, [None] * len(names), str(path)), names, strict=True)))
    found: dict[int, dict[int, Rle]] = {}
    shape: tuple[int, ...] = ()
    for frame, name in frames.items():
        drawn = _read_png(source, name)
        shape = shape or drawn.shape
        if drawn.shape != shape:
            raise bad_file(name, "", f"it is {drawn.shape[1]}x{drawn.shape[0]}, others of its video are "
                           f"{shape[1]}x{shape[0]}")
        for value in np.unique(drawn[drawn > 0]).tolist():
            found.setdefault(value, {})[frame] = Rle.from_mask(drawn == value)
    builder.add_video(folder, DatasetVideo(said.id, said.name, folder, shape[1], shape[0], tuple(frames),
                                           said.frame_count, content_hash=said.content_hash))
    voids = found.pop(VOID) if VOID in found and (file or len(found) > 1) else {}
    objects = [item for item in file.objects if item.video_id == said.id] if file else [
        _Object(id=1000 * number + value, index=value, video_id=number, category_id=1) for value in sorted(found)]
    _add_objects(builder, folder, objects, found, tuple(frames))
    return f"{folder}: void pixels (255) on {len(voids)} frames belong to no object." if voids else None


def _add_objects(
    builder: Builder, folder: str, objects: list[_Object], found: Mapping[int, Mapping[int, Rle]],
    frames: tuple[int, ...],
) -> None:
    unique(builder.file, f"{folder}: index", (item.index for item in objects))
    if unknown := set(found) - {item.index for item in objects}:
        raise bad_file(builder.file, folder, f"the PNGs have an object {min(unknown)} that is not listed")
    for item in objects:
        where = f"{folder}, object {item.index}"
        if len(item.states) not in (0, len(frames)) or len(item.scores) not in (0, len(frames)):
            raise bad_file(builder.file, where, f"its states and scores are not one a frame ({len(frames)})")
        builder.add_object(where, item.id, item.video_id, item.category_id, item)
        for frame, state, score in zip_longest(frames, item.states, item.scores):
            builder.put(where, item.id, mask_of(frame, found.get(item.index, {}).get(frame), state, score))


def _read_png(source: Source, name: str) -> Index:
    data = source.read(name, MAX_PNG)
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as picture:
            if max(picture.size) > MAX_SIDE or picture.mode not in ("P", "L", "1"):
                raise bad_file(name, "", f"it is {picture.size[0]}x{picture.size[1]} in mode {picture.mode}, and no "
                               "indexed or grey PNG that can be a frame")
            return np.asarray(picture).astype(np.uint8)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise bad_file(name, "", f"it is no readable PNG ({error})") from error

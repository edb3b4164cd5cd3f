"""COCO: frames are images, each object on each frame is an annotation.

Beside COCO's own fields: `videos` and `tracks` lists, `video_id` and `frame_index` of images, `video_id` and `track_id`
of annotations (one track an object), and what we know of a mask (`state`, `source`, `score`). `area` counts pixels,
`bbox` is that of the pixels, `iscrowd` is 0. `attributes` of an annotation are what is said of the object on that
frame, with "occluded" and "truncated", as CVAT writes them; `spans` of its track say the same for all frames.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import PurePosixPath
from typing import Any

from pydantic import Field

from backend.masks import Rle
from projects_db.formats.archive import Sink, Source, write_json
from projects_db.formats.building import Builder
from projects_db.formats.dataset import Dataset, DatasetMask, DatasetObject, DatasetVideo, Progress, silent
from projects_db.formats.frames import frame_numbers
from projects_db.formats.outline import exact_polygons
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
from projects_db.spans import FLAGS

FILE = "annotations.json"


def write(dataset: Dataset, sink: Sink, polygons: bool = False, progress: Progress = silent) -> list[str]:
    """Write `annotations.json`.

    Args:
        polygons: outlines in place of run-length codes, for every mask that outlines say exactly.

    Returns:
        Remarks for the manifest.
    """
    images = {key: n for n, key in enumerate(((v.id, f) for v in dataset.videos for f in v.frames), 1)}
    kept_as_rle = 0

    def annotations() -> Iterator[dict[str, Any]]:
        nonlocal kept_as_rle
        number = 0
        for video, frame, found in dataset.walk(progress):
            for item, mask in found:
                if mask.rle is None:
                    continue
                number += 1
                outline = exact_polygons(mask.rle) if polygons else None
                kept_as_rle += outline is None
                yield _annotation(number, images[video.id, frame], item, mask, mask.rle, outline)

    write_json(sink, FILE, {"info": {"description": "Exported by Throughline"}, "licenses": []}, {
        "categories": (category(label) for label in dataset.labels),
        "videos": ({**video_facts(video), "length": len(video.frames)} for video in dataset.videos),
        "images": (_image(images[video.id, frame], video, frame) for video in dataset.videos for frame in video.frames),
        "tracks": (_track(item, dataset.masks[item.id]) for item in dataset.objects),
        "annotations": annotations(),
    })
    if polygons and kept_as_rle:
        return [f"{kept_as_rle} masks are run-length codes and not polygons: they have holes, or parts that meet at a "
                "corner, which polygons cannot say exactly."]
    return []


def _image(number: int, video: DatasetVideo, frame: int) -> dict[str, Any]:
    return {"id": number, "file_name": video.image_name(frame), "width": video.width, "height": video.height,
            "video_id": video.id, "frame_index": frame}


def _annotation(
    number: int, image: int, item: DatasetObject, mask: DatasetMask, rle: Rle, outline: list[list[int]] | None,
) -> dict[str, Any]:
    return {
        "id": number, "image_id": image, "category_id": item.label_id, "video_id": item.video_id, "track_id": item.id,
        "iscrowd": 0, "area": rle.area, "bbox": list(rle.box), "state": mask.state, "source": mask.source,
        "score": mask.score, "attributes": item.attributes_on(mask.frame), "segmentation": outline or rle.as_json(),
    }


def _track(item: DatasetObject, masks: tuple[DatasetMask, ...]) -> dict[str, Any]:
    absent = [mask for mask in masks if mask.rle is None]
    return {
        "id": item.id, "video_id": item.video_id, "category_id": item.label_id, **object_facts(item),
        "absent_frames": [mask.frame for mask in absent if mask.state != "verified"],
        "verified_absent_frames": [mask.frame for mask in absent if mask.state == "verified"],
    }


class _Image(Part):
    id: Id
    file_name: Name
    width: Side
    height: Side
    video_id: Id | None = None
    frame_index: Frame | None = None


class _Video(Part):
    id: Id
    name: Name
    frame_count: Frame | None = None
    content_hash: str | None = Field(default=None, max_length=128)


class _Track(ObjectPart):
    id: Id
    video_id: Id
    category_id: Id
    absent_frames: list[Frame] = Field(default_factory=list)
    verified_absent_frames: list[Frame] = Field(default_factory=list)


class _Annotation(Part):
    id: Id
    image_id: Id
    category_id: Id
    segmentation: RleCode | list[list[float]]
    track_id: Id | None = None
    state: str | None = None
    score: Score | None = None
    attributes: dict[str, Any] = Field(default_factory=dict)


class _File(Part):
    images: list[_Image] = Field(min_length=1)
    annotations: list[_Annotation]
    categories: list[CategoryPart]
    videos: list[_Video] = Field(default_factory=list)
    tracks: list[_Track] = Field(default_factory=list)


def read(source: Source) -> Dataset:
    """Read COCO json; what it lacks of ours is made up for: images without a video are one video, and an annotation
    without a track is an object of its own.

    Raises:
        BadInput: naming what is wrong and where.
    """
    name, data = source.read_json(FILE)
    file = parse(_File, data, name)
    for where in ("images", "annotations", "videos", "tracks"):
        unique(name, where, (item.id for item in getattr(file, where)))
    builder = Builder(name, file.categories)
    frames = _add_videos(builder, file)
    for position, track in enumerate(file.tracks):
        _add_track(builder, f"tracks[{position}]", track)
    tracks = {track.id for track in file.tracks}
    for position, part in enumerate(file.annotations):
        _add_annotation(builder, frames, tracks, f"annotations[{position}]", part)
    without = sum(part.track_id is None for part in file.annotations)
    return builder.dataset(*([f"{without} annotations without a track_id became an object each."] if without else []))


def _add_videos(builder: Builder, file: _File) -> dict[int, tuple[int, int]]:
    """Returns image id -> (video id, frame)."""
    images_of: dict[int, list[_Image]] = {}
    for image in file.images:
        images_of.setdefault(image.video_id or 0, []).append(image)
    said = {video.id: video for video in file.videos}
    frames: dict[int, tuple[int, int]] = {}
    for video_id, images in images_of.items():
        numbers = frame_numbers([image.file_name for image in images], [image.frame_index for image in images],
                                builder.file)
        frames |= {image.id: (video_id, frame) for image, frame in zip(images, numbers, strict=True)}
        first = images[0]
        for image in images:
            if (image.width, image.height) != (first.width, first.height):
                raise bad_file(builder.file, f"image {image.id}", f"it is {image.width}x{image.height}, but image "
                               f"{first.id} of the same video is {first.width}x{first.height}")
        folder = PurePosixPath(first.file_name).parent.name
        known = said.get(video_id) or _Video(id=video_id, name=folder or "images")
        builder.add_video(f"image {first.id}", DatasetVideo(
            video_id, known.name, folder, first.width, first.height, tuple(sorted(numbers)), known.frame_count,
            content_hash=known.content_hash,
        ))
    return frames


def _add_track(builder: Builder, where: str, track: _Track) -> None:
    builder.add_object(where, track.id, track.video_id, track.category_id, track)
    for state, frames in (("absent", track.absent_frames), ("verified", track.verified_absent_frames)):
        for frame in frames:
            builder.put(where, track.id, DatasetMask(frame, None, state))


def _add_annotation(
    builder: Builder, frames: dict[int, tuple[int, int]], tracks: Collection[int], where: str, part: _Annotation,
) -> None:
    if part.image_id not in frames:
        raise bad_file(builder.file, where, f"there is no image {part.image_id}")
    video_id, frame = frames[part.image_id]
    key = -part.id - 1 if part.track_id is None else part.track_id
    if key not in builder.objects:
        builder.add_object(where, key, video_id, part.category_id, ObjectPart())
    known = builder.objects[key]
    if (known.video_id, known.label_id) != (video_id, part.category_id):
        raise bad_file(builder.file, where, f"track {part.track_id} is in another video or category elsewhere")
    rle = mask_at(part.segmentation, builder.videos[video_id], builder.file, where)
    builder.put(where, key, mask_of(frame, rle, part.state, part.score))
    if part.track_id not in tracks:  # one that has a track is described there
        builder.flag(key, frame, [flag for flag in FLAGS if part.attributes.get(flag) is True])

"""Imports: from a file into the database, all of it or nothing."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from sqlalchemy.orm import Session

from backend.errors import BadInput, NotFound
from backend.masks import Rle
from projects_db import changes, masks, objects, projects, videos
from projects_db.database import Database
from projects_db.formats import format_named
from projects_db.formats.archive import Source
from projects_db.formats.dataset import (
    Dataset,
    DatasetLabel,
    DatasetMask,
    DatasetVideo,
    Progress,
    counted,
    portion,
    silent,
)
from projects_db.masks import MaskWrite
from projects_db.spans import Span, between
from projects_db.videos import Video

MOST_OBJECTS = 5000
"""In one video of an import. More come from files whose annotations say nothing of identity."""


@dataclass(frozen=True)
class Imported:
    """What an import brought: database ids of the videos, counts, names of labels it created, and remarks."""

    videos: tuple[int, ...]
    objects: int
    masks: int
    labels: tuple[str, ...]
    notes: tuple[str, ...]


def import_annotations(
    database: Database, project_id: int, person_id: int, source: Path, format_name: str, *,
    video_id: int | None = None, progress: Progress = silent,
) -> Imported:
    """Add the objects and masks of a file to videos that the project has.

    Every object of the file becomes a new object, so nothing that is there changes. Each video gets one change, which
    its person can undo. Labels are found by name; those the project lacks are created.

    Args:
        source: a COCO or YouTube-VIS json, or a zip or folder with one in it; a zip or folder of DAVIS PNGs.
        format_name: one of `projects_db.formats.FORMATS`.
        video_id: the video a file with one video is for; else videos are found by content hash, then by name.
        progress: told the share done; raising from it cancels, and nothing is changed.

    Raises:
        NotFound: no such project or video.
        BadInput: the file is not of this format or disagrees with the video; says what and where.
        Locked: a video is accepted.
    """
    form = format_named(format_name)
    progress(0.0, "reading the file")
    with Source(source) as opened:
        dataset = form.read(opened)
    if not dataset.objects:
        raise BadInput("nothing_to_import", f"{source.name} holds no object.", "Give a file with annotations.")
    with database.read() as session:
        targets = _targets(session, project_id, dataset, video_id)
    dataset = _on_frames_of(dataset, targets)
    with database.write() as session:
        labels, created = _labels(session, project_id, dataset)
        for video in counted(dataset.videos, portion(progress, 0.5, 1.0), "storing masks of video {0} of {1}"):
            _store(session, dataset, video, targets[video.id], person_id, labels)
    count = sum(len(found) for found in dataset.masks.values())
    brought = tuple(targets[video.id].id for video in dataset.videos)
    return Imported(brought, len(dataset.objects), count, created, dataset.notes)


def _targets(session: Session, project_id: int, dataset: Dataset, video_id: int | None) -> dict[int, Video]:
    """Video id of the dataset -> the project's video it is about. Raises BadInput with everything that disagrees."""
    projects.get(session, project_id)
    there = videos.of_project(session, project_id)
    originals = [video for video in there if not video.copy_number]
    if video_id is not None:
        named = [video for video in there if video.id == video_id]
        if not named:
            raise NotFound("no_such_video", f"There is no video {video_id} in this project.",
                           "It may have been deleted; load the list of videos again.")
        if len(dataset.videos) > 1:
            raise BadInput("several_videos", f"The file has {len(dataset.videos)} videos, and one was named for it.",
                           "Leave the video out: each is then found by content or name.")
        targets = {dataset.videos[0].id: named[0]}
    else:
        targets = {video.id: _found(video, originals) for video in dataset.videos}
    if len({target.id for target in targets.values()}) < len(targets):
        raise BadInput("video_twice", "Two videos of the file are one video of the project.", "Import them one by one.")
    wrong = [said for video in dataset.videos for said in _disagreements(video, targets[video.id])]
    if wrong:
        raise BadInput("file_disagrees", f"The file disagrees with the video. {' '.join(wrong[:10])}",
                       "Check that the file was made from this video.", disagreements=wrong)
    for target in targets.values():
        videos.check_open(target)
    return targets


def _found(video: DatasetVideo, there: Sequence[Video]) -> Video:
    """The video of the project with this content, else of this name."""
    same = [one for one in there if video.content_hash and one.hash == video.content_hash]
    named = [one for one in there if one.name == video.name]
    stems = [one for one in there if PurePath(one.name).stem in (PurePath(video.name).stem, video.folder)]
    for found in (same, named, stems):
        if len(found) == 1:
            return found[0]
        if found:
            raise BadInput("video_not_clear", f"The project has {len(found)} videos called {video.name}.",
                           "Import one video at a time and name the one it is for.")
    raise BadInput("no_such_video", f"The project has no video {video.name!r}.",
                   "Add the video first, or name the one the file is for.")


def _disagreements(video: DatasetVideo, target: Video) -> Iterator[str]:
    if (video.width, video.height) != (target.width, target.height):
        yield (f"{video.name}: {video.width}x{video.height} in the file, {target.width}x{target.height} in the "
               "project.")
    if video.frame_count not in (None, target.frame_count):
        yield f"{video.name}: {video.frame_count} frames in the file, {target.frame_count} in the project."
    elif len(video.frames) != target.frame_count and video.frames[-1] >= target.frame_count:
        yield (f"{video.name}: {len(video.frames)} frames up to number {video.frames[-1]} in the file, frames 0 "
               f"to {target.frame_count - 1} in the project.")


def _on_frames_of(dataset: Dataset, targets: dict[int, Video]) -> Dataset:
    """The dataset with frames numbered as the project does. Where a file has a picture for every frame of the video,
    they are its frames in order, whatever number they start from; else their numbers are the frames."""
    moved: dict[int, tuple[DatasetMask, ...]] = {}
    held: dict[int, tuple[Span, ...]] = {}
    for video in dataset.videos:
        is_whole = len(video.frames) == targets[video.id].frame_count
        place = {frame: number if is_whole else frame for number, frame in enumerate(video.frames)}
        for item in dataset.objects_of(video):
            if outside := [mask.frame for mask in dataset.masks[item.id] if mask.frame not in place]:
                raise BadInput("file_disagrees", f"{video.name}: object {item.id} is on frame {outside[0]}, of which "
                               "the file has no picture.", "Check the file.")
            moved[item.id] = tuple(replace(mask, frame=place[mask.frame]) for mask in dataset.masks[item.id])
            numbered = item.spans if not is_whole else [
                replace(one, start=bisect_left(video.frames, one.start), stop=bisect_left(video.frames, one.stop))
                for one in item.spans]
            held[item.id] = tuple(between(numbered, 0, targets[video.id].frame_count))
        if len(dataset.objects_of(video)) > MOST_OBJECTS:
            raise BadInput("too_many_objects", f"{video.name} would get more than {MOST_OBJECTS} objects.",
                           "Give annotations of one object the same track_id.")
    return replace(dataset, masks=moved, objects=tuple(replace(one, spans=held[one.id]) for one in dataset.objects))


def _labels(session: Session, project_id: int, dataset: Dataset) -> tuple[dict[int, int], tuple[str, ...]]:
    """(label id of the dataset -> of the project, names of those created)."""
    there = {label.name: label.id for label in projects.labels(session, project_id)}
    ids, created = {}, []
    for label in dataset.labels:
        name = label.name.strip()
        if name not in there:
            there[name] = projects.add_label(session, project_id, _new_label(label)).id
            created.append(name)
        ids[label.id] = there[name]
    return ids, tuple(created)


def _new_label(label: DatasetLabel) -> projects.NewLabel:
    return projects.NewLabel(label.name, label.colour, label.is_thing, None, [dict(one) for one in label.attributes])


def _store(
    session: Session, dataset: Dataset, video: DatasetVideo, target: Video, person_id: int, labels: dict[int, int],
) -> None:
    """One video's objects and masks, as one change."""
    items = dataset.objects_of(video)
    if not items:
        return
    change = changes.begin(session, target.id, person_id, "import")
    empty = Rle.empty(target.height, target.width)
    writes: list[MaskWrite] = []
    for item in items:
        made = objects.create(session, change, labels[item.label_id], item.name or None, item.colour,
                              dict(item.attributes), item.spans)
        writes += [MaskWrite(mask.frame, made.id, mask.rle or empty, None, mask.state, "import", mask.score)
                   for mask in dataset.masks[item.id]]
    masks.write(session, change, writes)

"""From the database to a dataset: what the filters let through, with the counts of what they did not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.errors import BadInput, NotFound
from backend.masks import Rle
from backend.video import FrameIndex
from projects_db import objects, projects, spans, tables, videos
from projects_db.formats.dataset import (
    Dataset,
    DatasetLabel,
    DatasetMask,
    DatasetObject,
    DatasetVideo,
    Progress,
    counted,
    silent,
)
from projects_db.videos import Video


@dataclass(frozen=True)
class Filters:
    """What goes into an export. None means all.

    Attributes:
        videos, labels: database ids; no videos: all but blind copies, whose objects are other people's of the same.
        stages: stages of the videos.
        every: every n-th frame, counted from frame 0.
        verified_only: only verified masks, and only frames that have one.
        stale: also masks made before a later correction. Candidates are never exported.
    """

    videos: frozenset[int] | None = None
    labels: frozenset[int] | None = None
    stages: frozenset[str] | None = None
    every: int = 1
    verified_only: bool = False
    stale: bool = False

    def lets_through(self, state: str) -> bool:
        """Whether masks of this state are exported."""
        if self.verified_only:
            return state == "verified"
        return state != "candidate" and (state != "stale" or self.stale)


@dataclass(frozen=True)
class Collected:
    """A dataset and what stayed behind.

    Attributes:
        left_out: state -> number of masks of exported objects that the filters kept back.
        incomplete: video id of the dataset -> its exported frames on which at least one of those would be.
    """

    dataset: Dataset
    left_out: dict[str, int]
    incomplete: dict[int, list[int]]


def collect(session: Session, project_id: int, filters: Filters, progress: Progress = silent) -> Collected:
    """Read what the filters let through. No mask is decoded.

    Raises:
        NotFound: no such project, or a video or label the filters name is not in it.
        BadInput: `every` is less than 1, or no video is left.
    """
    projects.get(session, project_id)
    if filters.every < 1:
        raise BadInput("bad_every", f"Every {filters.every}-th frame is no choice of frames.", "Give 1 or more.")
    all_labels = projects.labels(session, project_id)
    there = videos.of_project(session, project_id)
    _check_there("label", filters.labels, {label.id for label in all_labels})
    _check_there("video", filters.videos, {video.id for video in there})
    chosen = [v for v in there if (v.id in filters.videos if filters.videos is not None else not v.copy_number)
              and (filters.stages is None or v.stage in filters.stages)]
    if not chosen:
        raise BadInput("nothing_to_export", "No video of this project is chosen.", "Choose other videos or stages.")
    labels = {
        label.id: DatasetLabel(number, label.name, label.is_thing, label.colour, label.attributes)
        for number, label in enumerate((one for one in all_labels
                                        if filters.labels is None or one.id in filters.labels), 1)
    }
    collector = _Collector(session, filters, labels)
    for video in counted(chosen, progress, "reading masks of video {0} of {1}"):
        collector.add(video)
    if not collector.videos:
        raise BadInput("nothing_to_export", "No frame of these videos is verified.", "Verify masks, or export all.")
    return collector.collected()


def _check_there(what: str, wanted: frozenset[int] | None, there: set[int]) -> None:
    if missing := (wanted or frozenset()) - there:
        raise NotFound(f"no_such_{what}", f"There is no {what} {min(missing)} in this project.", "Load the list again.")


class _Collector:
    def __init__(self, session: Session, filters: Filters, labels: dict[int, DatasetLabel]) -> None:
        self.session, self.filters, self.labels = session, filters, labels
        self.videos: list[DatasetVideo] = []
        self.objects: list[DatasetObject] = []
        self.masks: dict[int, tuple[DatasetMask, ...]] = {}
        self.left_out: Counter[str] = Counter()
        self.incomplete: dict[int, list[int]] = {}
        self.folders: set[str] = set()
        self.models = {row.id: f"{row.model} {row.model_version}" for row in session.execute(
            select(tables.Run.id, tables.Run.model, tables.Run.model_version))}

    def collected(self) -> Collected:
        dataset = Dataset(tuple(self.labels.values()), tuple(self.videos), tuple(self.objects), self.masks)
        return Collected(dataset, dict(self.left_out), self.incomplete)

    def add(self, video: Video) -> None:
        known = {item.id: item for item in objects.of_video(self.session, video.id) if item.label_id in self.labels}
        found: dict[int, list[DatasetMask]] = {}
        kept_back: set[int] = set()
        for object_id, mask in self._masks(video):
            if object_id not in known:
                continue
            if self.filters.lets_through(mask.state):
                found.setdefault(object_id, []).append(mask)
            else:
                self.left_out[mask.state] += 1
                kept_back.add(mask.frame)
        frames = list(range(0, video.frame_count, self.filters.every))
        if self.filters.verified_only:
            frames = sorted({mask.frame for masks in found.values() for mask in masks})
        if not frames:
            return
        number = len(self.videos) + 1
        self.incomplete[number] = sorted(kept_back.intersection(frames))
        times = FrameIndex.from_bytes(videos.frame_index(self.session, video.id)).times
        self.videos.append(DatasetVideo(
            number, video.name, self._folder(video.name), video.width, video.height, tuple(frames), video.frame_count,
            tuple(float(times[frame]) for frame in frames), video.hash, video.id,
        ))
        for object_id, item in known.items():
            if any(mask.rle for mask in found.get(object_id, ())):
                key = len(self.objects) + 1
                self.objects.append(DatasetObject(
                    key, number, self.labels[item.label_id].id, item.name, item.colour, item.attributes, object_id,
                    tuple(spans.read(item.spans))))
                self.masks[key] = tuple(found[object_id])

    def _masks(self, video: Video) -> Iterator[tuple[int, DatasetMask]]:
        """(object id, mask) by frame, of every n-th frame."""
        mask, pixels = tables.Mask, tables.MaskHistory
        query = (
            select(mask.object_id, mask.frame, mask.state, mask.source, mask.score, mask.run_id, mask.area, pixels.rle)
            .join(pixels, pixels.id == mask.pixels_id)
            .where(mask.video_id == video.id, mask.frame % self.filters.every == 0)
            .order_by(mask.frame, mask.object_id)
        )
        rows = self.session.execute(query.execution_options(yield_per=2000))
        for object_id, frame, state, source, score, run_id, area, blob in rows:
            rle = Rle.from_blob(blob, video.height, video.width) if area and blob is not None else None
            yield object_id, DatasetMask(frame, rle, state, source, score, self.models.get(run_id or 0))

    def _folder(self, name: str) -> str:
        """A name for the video's folder that any file system takes, and that no other video has."""
        plain = re.sub(r"[^A-Za-z0-9._-]+", "_", PurePath(name).stem).strip("._-")[:80] or "video"
        folder, number = plain, 1
        while folder.lower() in self.folders:
            number += 1
            folder = f"{plain}-{number}"
        self.folders.add(folder.lower())
        return folder

"""A project with real video and masks of every kind, to export from and import into."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from backend.masks import Rle
from backend.video import FrameIndex, VideoReader
from backend.video.source import content_hash
from backend.video.store import encode
from projects_db import changes, masks, objects, people, projects, runs, videos
from projects_db.database import Database
from projects_db.formats.dataset import Progress, silent
from projects_db.formats.exports import Exported, Filters, export_annotations
from projects_db.formats.imports import Imported, import_annotations
from projects_db.masks import MaskWrite
from projects_db.runs import RunMask

FRAMES = 12
WIDTH, HEIGHT = 160, 120


def blob(seed: int, left: int, top: int) -> Rle:
    """A ragged disc with a hole, so that no polygon can say it; about 30 pixels wide."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    angle = np.arctan2(y - top, x - left)
    distance = np.hypot(x - left, y - top)
    return Rle.from_mask((distance < 14 + 3 * np.sin(7 * angle + seed)) & (distance > 4))


def box(left: int, top: int, width: int, height: int) -> Rle:
    """A rectangle; parts outside the frame are cut off."""
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[max(0, top) : top + height, max(0, left) : left + width] = True
    return Rle.from_mask(mask)


@dataclass
class Studio:
    """A project directory with one person, one project and the videos given to it: video-0.mp4, video-1.mp4, ..."""

    db: Database
    person: int
    project: int
    videos: list[int]

    @classmethod
    def open(
        cls, folder: Path, clips: Sequence[tuple[Path, FrameIndex]], labels: Sequence[projects.NewLabel] = (),
    ) -> Studio:
        db = Database.open(folder)
        with db.write() as session:
            person = people.local_person(session).id
            project = projects.create(session, "Street", list(labels), person).id
            ids = [
                videos.add(
                    session, project, content_hash=content_hash(path), name=f"video-{number}.mp4", media_path=str(path),
                    width=index.width, height=index.height, frame_count=len(index), duration=index.duration,
                    frame_index=index.to_bytes(),
                ).id for number, (path, index) in enumerate(clips)
            ]
        return cls(db, person, project, ids)

    def label(self, name: str) -> int:
        with self.db.read() as session:
            return next(label.id for label in projects.labels(session, self.project) if label.name == name)

    def add(
        self, video: int, label: str, drawn: dict[int, Rle] | Callable[[int], Rle], state: str = "tracked", **more: Any,
    ) -> int:
        """An object with masks by hand; a function gives one for every frame."""
        found = {frame: drawn(frame) for frame in range(FRAMES)} if callable(drawn) else drawn
        label_id = self.label(label)
        with self.db.write() as session:
            change = changes.begin(session, video, self.person, "mask")
            made = objects.create(session, change, label_id, **more)
            masks.write(session, change, [MaskWrite(f, made.id, rle, 0, state) for f, rle in found.items()])
        return made.id

    def track(self, video: int, object_id: int, made: dict[int, Rle]) -> None:
        """A run of the model "flow" that made these."""
        with self.db.write() as session:
            run = runs.create(session, video, self.person, model="flow", model_version="1", plan={}, prompt_hash="p",
                              total=len(made), objects=[object_id])
        for frame, rle in made.items():
            with self.db.write() as session:
                runs.write_frame(session, run.id, frame, {object_id: RunMask(rle, 0.75)})
        with self.db.write() as session:
            runs.set_status(session, run.id, "done")

    def change(self, kind: str, act: Callable[..., Any], video: int, *args: Any, **more: Any) -> None:
        """Verify, mark absent, draw, ... as one change."""
        with self.db.write() as session:
            act(session, changes.begin(session, video, self.person, kind), *args, **more)

    def export(
        self, target: Path, form: str, filters: Filters | None = None, images: bool = False, polygons: bool = False,
        progress: Progress = silent,
    ) -> Exported:
        with self.db.read() as session:
            return export_annotations(
                session, self.project, target, form, filters or Filters(), images=self.jpegs if images else None,
                polygons=polygons, progress=progress,
                licences={"flow": {"licence": "Apache-2.0", "permits": "any use"}},
            )

    def jpegs(self, video_id: int, frames: Sequence[int]) -> Iterator[bytes]:
        with self.db.read() as session:
            path, data = Path(videos.get(session, video_id).media_path), videos.frame_index(session, video_id)
        with VideoReader(path, FrameIndex.from_bytes(data)) as reader:
            for frame in frames:
                yield encode(reader[frame], "frame")

    def take(self, source: Path, form: str, video_id: int | None = None) -> Imported:
        return import_annotations(self.db, self.project, self.person, source, form, video_id=video_id)

    def stored(self) -> dict[tuple[int, str, int], tuple[str, bytes]]:
        """(video, object name, frame) -> (state, pixels) of all masks."""
        found = {}
        with self.db.read() as session:
            for video in self.videos:
                names = {item.id: item.name for item in objects.of_video(session, video)}
                for item in masks.in_range(session, video, 0, FRAMES):
                    assert item.rle and item.state
                    found[video, names[item.object_id], item.frame] = item.state, item.rle.counts
        return found


def unpacked(path: Path, folder: Path) -> Path:
    """The folder a zip was unpacked to."""
    with zipfile.ZipFile(path) as opened:
        opened.extractall(folder)
    return folder


def members(path: Path) -> dict[str, bytes]:
    """Every file of a zip but the manifest, which says when it was made."""
    with zipfile.ZipFile(path) as opened:
        return {name: opened.read(name) for name in opened.namelist() if name != "manifest.json"}


def load(path: Path, name: str = "annotations.json") -> Any:
    """A json of a zip."""
    with zipfile.ZipFile(path) as opened:
        return json.loads(opened.read(name))

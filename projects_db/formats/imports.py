"""Imports: from a file into the database, all of it or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from projects_db.database import Database
from projects_db.formats.dataset import Progress, silent


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

    Every object of the file becomes a new object, so nothing that is there changes. Each video gets one change, which its
    person can undo. Labels are found by name; those the project lacks are created.

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
    raise NotImplementedError

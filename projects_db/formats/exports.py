"""Exports: from the database to a file that is there whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from projects_db.formats.dataset import FrameSource, Progress, silent


@dataclass(frozen=True)
class Filters:
    """What goes into an export. None means all.

    Attributes:
        videos, labels: database ids.
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


@dataclass(frozen=True)
class Exported:
    """What an export holds; `notes` say what was left out or could not be kept by the format."""

    videos: int
    frames: int
    objects: int
    masks: int
    notes: tuple[str, ...]


def export_annotations(
    session: Session, project_id: int, target: Path, format_name: str, filters: Filters, *,
    images: FrameSource | None, polygons: bool = False, licences: Mapping[str, Mapping[str, Any]] | None = None,
    progress: Progress = silent,
) -> Exported:
    """Write a project's annotations to `target`, beside it first.

    Args:
        session: a reading session.
        target: a zip file, where its name ends in ".zip"; else a folder that does not exist yet or is empty.
        format_name: one of `projects_db.formats.FORMATS`.
        images: gives the frames as JPEG; None leaves the images out.
        polygons: COCO only: outlines in place of run-length codes where they say the same.
        licences: model name -> {"licence", "permits"}, for the manifest.
        progress: told the share done; raising from it cancels, and nothing is left behind.

    Raises:
        NotFound: no such project, video or label.
        BadInput: no such format, nothing to export, or the format cannot hold it.
        Unavailable: no space left, or the target cannot be written.
    """
    raise NotImplementedError

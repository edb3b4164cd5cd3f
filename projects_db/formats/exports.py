"""Exports: from the database to a file that is there whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from backend.errors import BadInput
from projects_db import projects
from projects_db.formats import format_named, manifest
from projects_db.formats.archive import Sink, writing
from projects_db.formats.collect import Collected, Filters, collect
from projects_db.formats.dataset import Dataset, FrameSource, Progress, portion, silent
from projects_db.formats.manifest import Licences

IMAGES = "JPEGImages"
__all__ = ["Exported", "Filters", "export_annotations"]


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
    images: FrameSource | None, polygons: bool = False, licences: Licences | None = None, progress: Progress = silent,
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
    form = format_named(format_name)
    if polygons and "polygons" not in form.options:
        raise BadInput("no_polygons", f"{form.title} has no polygons.", "Export as COCO, or without polygons.")
    collected = collect(session, project_id, filters, portion(progress, 0.0, 0.1))
    dataset = collected.dataset
    notes = _left_out(collected)
    options = {"images": images is not None, "polygons": polygons}
    with writing(target) as sink:
        notes += form.write(dataset, sink, polygons, portion(progress, 0.1, 0.3 if images else 0.9))
        manifest.write(sink, projects.get(session, project_id), form.name, options, filters, collected, notes,
                       licences or {})
        if images is not None:
            _write_images(dataset, sink, images, portion(progress, 0.3, 1.0))
        progress(1.0, "written")
    masks = sum(mask.rle is not None for masks in dataset.masks.values() for mask in masks)
    frames = sum(len(video.frames) for video in dataset.videos)
    return Exported(len(dataset.videos), frames, len(dataset.objects), masks, tuple(notes))


def _left_out(collected: Collected) -> list[str]:
    counts = ", ".join(f"{count} {state}" for state, count in sorted(collected.left_out.items()))
    frames = sum(len(found) for found in collected.incomplete.values())
    if not counts:
        return []
    return [f"Masks left out: {counts}; {frames} exported frames lack them (manifest.json lists these)."]


def _write_images(dataset: Dataset, sink: Sink, images: FrameSource, progress: Progress) -> None:
    total, done = sum(len(video.frames) for video in dataset.videos), 0
    for video in dataset.videos:
        for frame, jpeg in zip(video.frames, images(video.origin or 0, video.frames), strict=True):
            progress(done / total, f"writing frame {done + 1} of {total}")
            with sink.open(f"{IMAGES}/{video.image_name(frame)}") as stream:
                stream.write(jpeg)
            done += 1

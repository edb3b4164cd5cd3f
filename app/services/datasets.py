"""Exports and imports of annotations, as jobs."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, TypeVar

from app.identity import Access
from app.jobs import Job
from app.schemas import NewExport
from app.services.imports import called
from app.services.uploads import remove
from app.services.work import visible
from app.workplace import Workplace
from backend.errors import Cancelled, NotFound
from backend.models import registry
from projects_db import projects, videos
from projects_db.formats.dataset import Progress
from projects_db.formats.exports import Filters, export_annotations
from projects_db.formats.imports import import_annotations

T = TypeVar("T")


def start_export(workplace: Workplace, access: Access, wanted: NewExport) -> Job:
    """Write a zip of a project's annotations."""
    filters = Filters(
        videos=_videos(workplace, access, wanted), labels=_set(wanted.labels), stages=_set(wanted.stages),
        every=wanted.every, verified_only=wanted.verified_only, stale=wanted.stale,
    )

    def images(video_id: int, frames: Sequence[int]) -> Iterator[bytes]:
        with workplace.db.read() as session:
            content_hash = videos.get(session, video_id).hash
        return workplace.library.jpegs(content_hash, frames)

    def work(job: Job) -> None:
        target = export_path(workplace, job)
        with workplace.db.read() as session:
            done = export_annotations(
                session, access.project_id, target, wanted.format, filters, images=images if wanted.images else None,
                polygons=wanted.polygons, licences=licences(), progress=progress_of(job),
            )
        job.result["size"] = target.stat().st_size
        notes = [f"{done.masks} masks of {done.objects} objects on {done.frames} frames.", *done.notes]
        job.message = " ".join(notes)

    with workplace.db.read() as session:
        name = projects.get(session, access.project_id).name
    job = Job("export", access.project_id, title=f"{name}-{wanted.format}.zip")
    return workplace.jobs.start(job, work)


def _videos(workplace: Workplace, access: Access, wanted: NewExport) -> frozenset[int] | None:
    """The videos that are wanted. Nobody exports what they are not to see."""
    with workplace.db.read() as session:
        there = videos.of_project(session, access.project_id)
        hidden = {one.id for one in there} - {one.id for one in visible(session, access, there)}
    if not hidden:
        return _set(wanted.videos)
    chosen = {one.id for one in there if not one.copy_number} if wanted.videos is None else set(wanted.videos)
    return frozenset(chosen - hidden)


def licences() -> dict[str, dict[str, str]]:
    """Model name -> its licence and what that permits, for the manifest of an export."""
    return {one.spec.name: {"licence": one.spec.licence, "permits": one.spec.permits} for one in registry.available()}


def export_path(workplace: Workplace, job: Job) -> Path:
    """Where the zip of an export is written."""
    return workplace.db.exports / f"{job.id}.zip"


def finished_export(workplace: Workplace, job: Job) -> Path:
    """The zip of an export. Raises NotFound until it is done."""
    path = export_path(workplace, job)
    if job.status != "done" or not path.exists():
        raise NotFound("not_exported", f"This export is {job.status}.", "Wait until it is done, or export again.")
    return path


def start_import(
    workplace: Workplace, access: Access, file: BinaryIO, name: str, format_name: str, video_id: int | None,
) -> Job:
    """Read an annotation file, which people call `name`, into a project: all of it or nothing."""
    job = Job("import", access.project_id, result={"videos": []})
    kept = _keep(workplace, job, file)

    def work(job: Job) -> None:
        try:
            with called(kept, name):
                done = import_annotations(workplace.db, access.project_id, access.person.id, kept, format_name,
                                          video_id=video_id, progress=progress_of(job))
        finally:
            remove(kept.parent)
        job.result["videos"] = list(done.videos)
        notes = [f"{done.masks} masks of {done.objects} objects."]
        if done.labels:
            notes.append(f"Labels made: {', '.join(done.labels)}.")
        job.message = " ".join([*notes, *done.notes])
        for changed in done.videos:
            workplace.events.publish(changed, "reload", {})

    return workplace.jobs.start(job, work)


def _keep(workplace: Workplace, job: Job, file: BinaryIO) -> Path:
    """Store an uploaded file under a name of ours, with the ending that its content asks for; the folder tells imports
    apart."""
    folder = workplace.db.uploads / f"{job.id}-annotations"  # no id of an upload, so no route leads to it
    part = folder / "annotations.part"
    try:
        folder.mkdir()
        with part.open("wb") as kept:
            shutil.copyfileobj(file, kept, 1 << 20)
        return part.rename(part.with_suffix(".zip" if zipfile.is_zipfile(part) else ".json"))
    except OSError:
        remove(folder)
        raise


def progress_of(job: Job) -> Progress:
    """A job's progress; telling it of a cancelled job ends the work."""

    def progress(share: float, message: str) -> None:
        if job.cancelled.is_set():
            raise Cancelled("cancelled", "It was cancelled.", "Start it again.")
        job.report(share, message)

    return progress


def _set(values: Iterable[T] | None) -> frozenset[T] | None:
    return None if values is None else frozenset(values)

"""Datasets out and in."""

from __future__ import annotations

from pathlib import PurePath
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, UploadFile
from fastapi.responses import FileResponse

from app.identity import Access, AtWorkplace, SignedIn, job_member, project_member
from app.jobs import Job
from app.schemas import LARGEST, DatasetFormat, NewExport
from app.services import datasets
from projects_db.formats import FORMATS

router = APIRouter(prefix="/api")

Member = Annotated[Access, Depends(project_member("annotator"))]
Owner = Annotated[Access, Depends(project_member("owner"))]
MemberExport = Annotated[Job, Depends(job_member("export"))]


@router.get("/formats")
def list_formats(person: SignedIn) -> list[dict[str, Any]]:
    """What can be written and read."""
    return [one.view() for one in FORMATS.values()]


@router.post("/projects/{project_id:int}/exports")
def start_export(body: NewExport, access: Member, workplace: AtWorkplace) -> dict[str, Any]:
    """Begin an export."""
    return {"export": datasets.start_export(workplace, access, body).id}


@router.get("/exports/{export_id}")
def get_export(job: MemberExport) -> dict[str, Any]:
    """How far it is."""
    return job.view()


@router.get("/exports/{export_id}/file")
def get_export_file(job: MemberExport, workplace: AtWorkplace) -> FileResponse:
    """The zip."""
    path = datasets.finished_export(workplace, job)
    return FileResponse(path, media_type="application/zip", filename=job.title)


@router.post("/exports/{export_id}/cancel")
def cancel_export(job: MemberExport) -> dict[str, Any]:
    """Stop it; nothing is left behind."""
    job.cancelled.set()
    return job.view()


@router.post("/projects/{project_id:int}/annotations")
def import_annotations(
    access: Owner, workplace: AtWorkplace, file: UploadFile, format: Annotated[DatasetFormat, Form()],
    video_id: Annotated[int | None, Form(ge=1, le=LARGEST)] = None,
) -> dict[str, Any]:
    """Read an annotation file."""
    name = PurePath(file.filename or "").name
    return {"import": datasets.start_import(workplace, access, file.file, name, format, video_id).id}

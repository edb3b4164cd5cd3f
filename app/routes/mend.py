"""Mending the masks of a range."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from app.identity import Access, AtWorkplace, job_member, video_member
from app.jobs import Job
from app.schemas_mend import Mend
from app.services import mending

router = APIRouter(prefix="/api")

Annotator = Annotated[Access, Depends(video_member("annotator"))]
MemberMend = Annotated[Job, Depends(job_member("mend"))]


@router.post("/videos/{video_id:int}/mend")
def start_mending(video_id: int, body: Mend, access: Annotator, workplace: AtWorkplace) -> dict[str, Any]:
    """Begin to mend."""
    return {"mend": mending.start(workplace, access, video_id, body).id}


@router.get("/mends/{mend_id}")
def get_mending(job: MemberMend) -> dict[str, Any]:
    """How far it is."""
    return job.view()


@router.post("/mends/{mend_id}/cancel")
def cancel_mending(job: MemberMend) -> dict[str, Any]:
    """Stop it; nothing is changed."""
    job.cancelled.set()
    return job.view()

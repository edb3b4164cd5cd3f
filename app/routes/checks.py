"""Temporal checks and what they found."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from app.identity import Access, AtWorkplace, job_member, member_by, video_member
from app.jobs import Job
from app.schemas_checks import FindingChange, FindingStatus
from app.services import checks
from projects_db import findings, videos

router = APIRouter(prefix="/api")

VideoMember = Annotated[Access, Depends(video_member("annotator"))]
FindingMember = Annotated[Access, Depends(member_by(
    lambda session, finding_id: videos.get(session, findings.get(session, finding_id).video_id).project_id,
    "finding", "annotator",
))]
MemberCheck = Annotated[Job, Depends(job_member("check"))]


@router.post("/videos/{video_id:int}/checks")
def start_check(video_id: int, access: VideoMember, workplace: AtWorkplace) -> dict[str, Any]:
    """Begin to check every mask of a video."""
    return {"check": checks.start(workplace, access, video_id).id}


@router.get("/checks/{check_id}")
def get_check(job: MemberCheck) -> dict[str, Any]:
    """How far it is."""
    return job.view()


@router.post("/checks/{check_id}/cancel")
def cancel_check(job: MemberCheck) -> dict[str, Any]:
    """Stop it; what was found before stays as it is."""
    job.cancelled.set()
    return job.view()


@router.get("/videos/{video_id:int}/findings")
def list_findings(
    video_id: int, access: VideoMember, workplace: AtWorkplace, status: FindingStatus | None = None
) -> list[dict[str, Any]]:
    """What checks found, surest first."""
    return checks.of_video(workplace, video_id, status)


@router.patch("/findings/{finding_id:int}")
def decide(finding_id: int, body: FindingChange, access: FindingMember, workplace: AtWorkplace) -> dict[str, Any]:
    """Dismiss one, or open it again."""
    return checks.decide(workplace, access, finding_id, body.status)

"""Candidates over a whole video, looked for in the background."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from app.identity import Access, AtWorkplace, job_member, video_member
from app.jobs import Job
from app.schemas_words import Propose
from app.services import proposals

router = APIRouter(prefix="/api")

VideoMember = Annotated[Access, Depends(video_member("annotator"))]
MemberProposal = Annotated[Job, Depends(job_member("proposal"))]


@router.post("/videos/{video_id:int}/proposals")
def start_proposal(video_id: int, body: Propose, access: VideoMember, workplace: AtWorkplace) -> dict[str, Any]:
    """Begin to look over a video."""
    job = proposals.start(workplace, access, video_id, body.query, body.model, body.every, body.within)
    return {"proposal": job.id}


@router.get("/proposals/{proposal_id}")
def get_proposal(job: MemberProposal) -> dict[str, Any]:
    """How far it is; once it ended, what it found."""
    return job.view()


@router.post("/proposals/{proposal_id}/cancel")
def cancel_proposal(job: MemberProposal) -> dict[str, Any]:
    """Stop it; what was found stays to be judged."""
    job.cancelled.set()
    return job.view()

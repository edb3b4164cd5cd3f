"""Review: what waits, and what is most likely wrong."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from app.identity import Access, AtWorkplace, project_member, video_member
from app.services import doubts

router = APIRouter(prefix="/api")

Member = Annotated[Access, Depends(project_member("annotator"))]
VideoMember = Annotated[Access, Depends(video_member("annotator"))]


@router.get("/projects/{project_id:int}/review")
def review_queue(access: Member, workplace: AtWorkplace) -> list[dict[str, Any]]:
    """Videos in stage review, most doubtful first."""
    return doubts.queue(workplace.db, access)


@router.get("/videos/{video_id:int}/doubts")
def video_doubts(
    video_id: int, access: VideoMember, workplace: AtWorkplace,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 200, unverified: bool = True,
) -> list[dict[str, Any]]:
    """The masks of a video that are most likely wrong, worst first."""
    return doubts.worst(workplace.db, video_id, limit, unverified=unverified)

"""Where to look next."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from app.identity import Access, AtWorkplace, video_member
from app.services import next_frame

router = APIRouter(prefix="/api")


@router.get("/videos/{video_id:int}/next")
def next_frames(
    video_id: int, access: Annotated[Access, Depends(video_member("annotator"))], workplace: AtWorkplace,
    limit: Annotated[int, Query(ge=1, le=1000)] = 5, objects: Annotated[list[int] | None, Query()] = None,
) -> list[dict[str, Any]]:
    """The masks of a video that are worth a look and a correction, best first."""
    return next_frame.best(workplace.db, video_id, limit, objects)

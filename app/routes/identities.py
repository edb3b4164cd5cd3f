"""Objects over time: merge, split, swap, link, and what holds on some frames only."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from app.identity import Access, AtWorkplace, video_member
from app.schemas import QueryId
from app.schemas_objects import Merge, NewSpan, Split, Swap
from app.services import identities

router = APIRouter(prefix="/api/videos/{video_id:int}")

Annotator = Annotated[Access, Depends(video_member("annotator"))]


@router.post("/merge")
def merge(video_id: int, body: Merge, access: Annotator, workplace: AtWorkplace) -> dict[str, Any]:
    """Make several objects one."""
    return identities.merge(workplace, access, video_id, body.objects, body.overlap)


@router.post("/split")
def split(video_id: int, body: Split, access: Annotator, workplace: AtWorkplace) -> dict[str, Any]:
    """Make one object two."""
    return identities.split(workplace, access, video_id, body.object, body.frame)


@router.post("/swap")
def swap(video_id: int, body: Swap, access: Annotator, workplace: AtWorkplace) -> dict[str, Any]:
    """Exchange two identities from a frame on."""
    return identities.swap(workplace, access, video_id, body.objects, body.start, body.stop)


@router.get("/partners")
def partners(video_id: int, object_id: QueryId, access: Annotator, workplace: AtWorkplace) -> list[dict[str, Any]]:
    """Which objects may be the same as this one."""
    return identities.partners(workplace, video_id, object_id)


@router.post("/spans")
def set_span(video_id: int, body: NewSpan, access: Annotator, workplace: AtWorkplace) -> dict[str, Any]:
    """What holds of objects on a range."""
    return identities.set_span(workplace, access, video_id, body.objects, body.name, body.value, body.start, body.stop)

"""Versions of a video's masks, and how they agree."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path

from app.identity import Access, AtWorkplace, video_member
from app.schemas import QueryFrame
from app.services import versions
from backend.errors import BadInput

router = APIRouter(prefix="/api/videos/{video_id:int}/versions")

VideoMember = Annotated[Access, Depends(video_member("annotator"))]
VersionId = Annotated[str, Path(max_length=40)]
LONGEST = {"masks": 200, "agreement": 2000, "outlines": 50}
"""Frames in one reply."""


@router.get("")
def list_versions(video_id: int, access: VideoMember, workplace: AtWorkplace) -> list[dict[str, Any]]:
    """What the masks can be compared with."""
    return versions.of_video(workplace, access, video_id)


@router.get("/{version_id}/masks")
def get_masks(
    video_id: int, version_id: VersionId, start: QueryFrame, stop: QueryFrame, access: VideoMember,
    workplace: AtWorkplace,
) -> dict[str, Any]:
    """Mask items of a version."""
    _check(start, stop, LONGEST["masks"])
    return {"items": versions.in_range(workplace, access, video_id, version_id, start, stop)}


@router.get("/{version_id}/agreement")
def get_agreement(
    video_id: int, version_id: VersionId, start: QueryFrame, stop: QueryFrame, access: VideoMember,
    workplace: AtWorkplace, contour: bool = False,
) -> dict[str, Any]:
    """How masks agree with those of a version."""
    _check(start, stop, LONGEST["outlines" if contour else "agreement"])
    return versions.compare(workplace, access, video_id, version_id, start, stop, contour=contour)


def _check(start: int, stop: int, longest: int) -> None:
    if not 0 < stop - start <= longest:
        raise BadInput("bad_range", f"Frames {start} to {stop} (not included) are no range of 1 to {longest}.",
                       "Ask for fewer frames at a time.")

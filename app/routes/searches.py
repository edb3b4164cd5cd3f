"""Searches over a video, and judging what they found."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from app.identity import Access, AtWorkplace, member_by, video_member
from app.json_reply import json_reply
from app.routes.masks import check_range
from app.schemas import QueryFrame
from app.schemas_words import AcceptTracks, NewSearch, Tracks
from app.services import judging
from projects_db import found, searches, videos

router = APIRouter(prefix="/api")

Annotator = Annotated[Access, Depends(video_member("annotator"))]
SearchMember = Annotated[Access, Depends(member_by(
    lambda session, search_id: videos.get(session, searches.get(session, search_id).video_id).project_id,
    "search", "annotator",
))]


@router.post("/videos/{video_id:int}/searches")
def start_search(video_id: int, body: NewSearch, access: Annotator, workplace: AtWorkplace) -> dict[str, Any]:
    """Queue a search."""
    search = workplace.searches.start(video_id, access.person.id, body.query, kind=body.kind, model=body.model,
                                      every=body.every, within=body.within)
    return search.as_json()


@router.get("/videos/{video_id:int}/searches")
def list_searches(video_id: int, access: Annotator, workplace: AtWorkplace) -> dict[str, Any]:
    """Searches of a video, and the tracks that wait."""
    with workplace.db.read() as session:
        return {"searches": [one.as_json() for one in searches.of_video(session, video_id)],
                "tracks": [one.as_json() for one in found.of_video(session, video_id)]}


@router.get("/searches/{search_id:int}")
def get_search(search_id: int, access: SearchMember, workplace: AtWorkplace) -> dict[str, Any]:
    """How a search stands."""
    with workplace.db.read() as session:
        return searches.get(session, search_id).as_json()


@router.post("/searches/{search_id:int}/cancel")
def cancel_search(search_id: int, access: SearchMember, workplace: AtWorkplace) -> dict[str, Any]:
    """Stop it; what was found stays to be judged."""
    return workplace.searches.cancel(search_id).as_json()


@router.get("/videos/{video_id:int}/tracks/masks")
def found_masks(
    video_id: int, start: QueryFrame, stop: QueryFrame, access: Annotator, workplace: AtWorkplace
) -> Response:
    """Masks of the tracks that wait."""
    check_range(start, stop)
    with workplace.db.read() as session:
        items = found.masks_of(session, video_id, start, stop)
    return json_reply({"items": [item.as_json() for item in items]})


@router.post("/videos/{video_id:int}/tracks/accept")
def accept_tracks(video_id: int, body: AcceptTracks, access: Annotator, workplace: AtWorkplace) -> dict[str, Any]:
    """Make objects of tracks."""
    return judging.accept(workplace, access, video_id, body.tracks, label_id=body.label_id, together=body.together,
                          into=body.into)


@router.post("/videos/{video_id:int}/tracks/reject")
def reject_tracks(video_id: int, body: Tracks, access: Annotator, workplace: AtWorkplace) -> dict[str, Any]:
    """Say that tracks are nothing."""
    return judging.reject(workplace, access, video_id, body.tracks)

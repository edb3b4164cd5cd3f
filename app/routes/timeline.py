"""The timeline of a video: its lanes, the scores of an object, the frames that people have looked at."""

from __future__ import annotations

from dataclasses import astuple
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from app.identity import Access, AtWorkplace, video_member
from app.json_reply import json_reply
from app.schemas import LARGEST, QueryFrame, QueryId
from app.schemas_timeline import LookedAt
from projects_db import looked, timeline

router = APIRouter(prefix="/api/videos/{video_id:int}")

Annotator = Annotated[Access, Depends(video_member("annotator"))]
MOST_BUCKETS = 4000


@router.get("/timeline")
def get_timeline(
    video_id: int, access: Annotator, workplace: AtWorkplace, since: Annotated[int, Query(ge=0, le=LARGEST)] = 0
) -> Response:
    """The lanes of the timeline; with `since` those that changed after it."""
    with workplace.db.read() as session:
        found = timeline.timeline(session, video_id, since).as_json()
    return json_reply(found)


@router.get("/scores")
def get_scores(
    video_id: int, object_id: QueryId, start: QueryFrame, stop: QueryFrame, access: Annotator, workplace: AtWorkplace,
    buckets: Annotated[int, Query(ge=1, le=MOST_BUCKETS)] = 1000,
) -> dict[str, Any]:
    """The scores of an object along a range, neighbours together where it is long."""
    with workplace.db.read() as session:
        width, found = timeline.scores(session, video_id, object_id, start, stop, buckets)
    return {"frames": width, "buckets": [astuple(one) for one in found]}


@router.get("/looked")
def get_looked(video_id: int, access: Annotator, workplace: AtWorkplace) -> dict[str, Any]:
    """The frames that this person, and that anybody, has looked at."""
    with workplace.db.read() as session:
        return {"own": looked.of_person(session, video_id, access.person.id),
                "all": looked.of_everybody(session, video_id)}


@router.post("/looked")
def add_looked(video_id: int, body: LookedAt, access: Annotator, workplace: AtWorkplace) -> dict[str, Any]:
    """This person has looked at these frames."""
    with workplace.db.write() as session:
        return {"own": looked.add(session, video_id, access.person.id, body.ranges)}

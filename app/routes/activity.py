"""How long people work on what, and what comes of it. Owners of the workplace see everybody's, others their own."""

from __future__ import annotations

from datetime import UTC
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime

from app.csv_reply import TableFormat, csv_reply
from app.identity import Access, AtWorkplace, SignedIn, WorkplaceOwner, video_member
from app.schemas import QueryId
from app.schemas_activity import Logging, NewActivity
from projects_db import activity
from projects_db.activity import Spent, Work

router = APIRouter(prefix="/api")

VideoMember = Annotated[Access, Depends(video_member("annotator"))]
When = Annotated[AwareDatetime | None, Query()]
COLUMNS = ("person", "project", "video", "object", "label", "models", "seconds", "clicks", "corrections", "made",
           "tracked", "masks", "verified", "seconds_per_mask", "masks_per_minute")


@router.post("/videos/{video_id:int}/activity")
def add_activity(video_id: int, body: NewActivity, access: VideoMember, workplace: AtWorkplace) -> dict[str, Any]:
    """What a page has seen its person do since it last said so."""
    spent = {one.object_id: Spent(one.seconds, one.clicks, one.corrections) for one in body.objects}
    with workplace.db.write() as session:
        return {"logged": activity.add(session, access.person.id, video_id, spent)}


@router.get("/activity")
def get_activity(
    person: SignedIn, workplace: AtWorkplace, since: When = None, until: When = None, project: QueryId | None = None,
    format: TableFormat = "json",
) -> Any:
    """The report of a period, by person, video and object."""
    with workplace.db.read() as session:
        found = activity.report(
            session, _as_stored(since, "0"), _as_stored(until, "9"),
            person_id=None if person.is_owner else person.id, project_id=project,
        )
        logged = activity.is_logged(session)
    if format == "csv":
        return csv_reply("activity", COLUMNS, (_row(one) for one in found))
    return {"logged": logged, "rows": [one.as_json() for one in found]}


@router.put("/activity/logging")
def switch_logging(body: Logging, owner: WorkplaceOwner, workplace: AtWorkplace) -> dict[str, Any]:
    """Log the work of everybody, or of nobody."""
    with workplace.db.write() as session:
        activity.set_logged(session, body.logged)
    return {"logged": body.logged}


def _as_stored(when: AwareDatetime | None, open_end: str) -> str:
    """As the columns hold times, so that it can be compared with them."""
    if when is None:
        return open_end
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _row(one: Work) -> dict[str, Any]:
    return {**one.as_json(), "models": " ".join(one.models),
            "seconds_per_mask": one.seconds / one.masks if one.masks else None,
            "masks_per_minute": 60 * one.masks / one.seconds if one.seconds else None}

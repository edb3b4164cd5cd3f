"""Objects of a video."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from app.identity import Access, AtWorkplace, member_by, video_member
from app.schemas import NewObject, ObjectChange, QueryFrame
from projects_db import changes, objects, videos

router = APIRouter(prefix="/api")

Annotator = Annotated[Access, Depends(video_member("annotator"))]
ObjectAnnotator = Annotated[Access, Depends(member_by(
    lambda session, object_id: videos.get(session, objects.get(session, object_id).video_id).project_id,
    "object", "annotator",
))]


@router.post("/videos/{video_id:int}/objects")
def create_object(video_id: int, body: NewObject, access: Annotator, workplace: AtWorkplace) -> dict[str, Any]:
    """A new object."""
    with workplace.db.write() as session:
        change = changes.begin(session, video_id, access.person.id, "object")
        made = objects.create(session, change, body.label_id, body.name, body.colour).as_json()
    workplace.events.publish(video_id, "object", made)
    return made


@router.patch("/objects/{object_id:int}")
def change_object(
    object_id: int, body: ObjectChange, access: ObjectAnnotator, workplace: AtWorkplace
) -> dict[str, Any]:
    """Change what is given; 409 where somebody changed the object since."""
    with workplace.db.write() as session:
        video_id = objects.get(session, object_id).video_id
        change = changes.begin(session, video_id, access.person.id, "object")
        changed = objects.patch(session, change, object_id, body.version, **body.changes()).as_json()
    workplace.events.publish(video_id, "object", changed)
    return changed


@router.delete("/objects/{object_id:int}")
def delete_object(
    object_id: int, version: QueryFrame, access: ObjectAnnotator, workplace: AtWorkplace
) -> dict[str, Any]:
    """Delete it; undo brings it back."""
    with workplace.db.write() as session:
        video_id = objects.get(session, object_id).video_id
        change = changes.begin(session, video_id, access.person.id, "object")
        deleted = objects.delete(session, change, object_id, version).as_json()
    workplace.events.publish(video_id, "object", deleted)
    return deleted

"""Judging what a search found: tracks become objects, or are rejected, as one change."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app import views
from app.identity import Access
from app.schemas_objects import SeenObject
from app.services.annotate import Reply, apply
from app.workplace import Workplace
from projects_db import found, objects
from projects_db.changes import Change
from projects_db.found import Labels
from projects_db.masks import Written
from projects_db.projects import Label


def accept(
    workplace: Workplace, access: Access, video_id: int, tracks: Sequence[int], *, label_id: int | None,
    together: bool, into: SeenObject | None,
) -> Reply:
    """Make objects of tracks; an owner's acceptance also makes labels that do not exist. Raises as `found.accept`, and
    Conflict where the object has changed."""
    new: list[Label] = []

    def write(session: Session, change: Change) -> Written:
        target = None if into is None else objects.expect(session, change, into.id, into.version).id
        written, labels = found.accept(session, change, tracks, Labels(label_id, access.role == "owner"),
                                       together=together, into=target)
        new.extend(labels)
        return written

    reply = apply(workplace, access, video_id, "run", write)
    labels = [views.label(one) for one in new]
    if labels:
        workplace.events.publish(video_id, "labels", {"labels": labels})
    workplace.events.publish(video_id, "tracks", {})
    return {**reply, "labels": labels}


def reject(workplace: Workplace, access: Access, video_id: int, tracks: Sequence[int]) -> Reply:
    """Say that tracks are nothing. Raises as `found.reject`."""
    reply = apply(workplace, access, video_id, "reject", lambda session, change: found.reject(session, change, tracks))
    workplace.events.publish(video_id, "tracks", {})
    return reply

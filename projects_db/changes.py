"""Changes: each thing a person does to a video, undone and redone as one step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from projects_db import tables, videos
from projects_db.tables import now

NO_STEPS = ("undo", "redo", "stage")
"""Kinds that are no step of their own to undo."""
MOVES = ("merge", "split", "swap")
"""Kinds that give masks to another object: nobody doubts the pixels, so nothing turns stale."""


REMEMBERED = 100
"""Changes of a person among which a repeated request is looked for."""


@dataclass(frozen=True)
class Change:
    """One thing a person does to one video; every write names the change it belongs to."""

    id: int
    video_id: int
    person_id: int
    kind: str


@dataclass(frozen=True)
class HistoryItem:
    """What a place became, when and by whom; `state` None: the mask was removed."""

    revision: int
    author_id: int
    author: str
    at: str
    kind: str
    source: str | None
    state: str | None
    run_id: int | None


def begin(session: Session, video_id: int, person_id: int, kind: str, data: dict[str, Any] | None = None) -> Change:
    """Start a change; what the person has undone on this video can no longer be redone.

    Args:
        kind: as `tables.Change.kind`, but for "undo", "redo" and "stage".

    Raises:
        NotFound: no such video.
        Locked: the video is accepted.
    """
    videos.check_open(videos.get(session, video_id))
    session.execute(
        update(tables.Change)
        .where(tables.Change.video_id == video_id, tables.Change.person_id == person_id,
               tables.Change.undone.is_(True), tables.Change.discarded.is_(False))
        .values(discarded=True)
    )
    return record(session, video_id, person_id, kind, data)


def record(session: Session, video_id: int, person_id: int, kind: str, data: dict[str, Any] | None = None) -> Change:
    """A change row, without the effect of `begin` on redo; it says which stage the video was in. Raises NotFound."""
    row = tables.Change(video_id=video_id, person_id=person_id, kind=kind, stage=videos.get(session, video_id).stage,
                        data=data or {}, created_at=now())
    session.add(row)
    session.flush()
    return Change(row.id, video_id, person_id, kind)


def by_key(session: Session, video_id: int, person_id: int, key: str) -> Change | None:
    """The change that a request with this idempotency key has made, if it is among the person's last ones."""
    recent = (
        select(tables.Change.id, tables.Change.kind, tables.Change.data["key"].as_string().label("key"))
        .where(tables.Change.video_id == video_id, tables.Change.person_id == person_id)
        .order_by(tables.Change.id.desc()).limit(REMEMBERED).subquery()
    )
    found = session.execute(select(recent.c.id, recent.c.kind).where(recent.c.key == key)).first()
    return found and Change(found.id, video_id, person_id, found.kind)


def set_key(session: Session, change_id: int, key: str) -> None:
    """Note which request made a change."""
    row = session.get_one(tables.Change, change_id)
    row.data = {**row.data, "key": key}


def to_undo(session: Session, video_id: int, person_id: int) -> tables.Change | None:
    """The person's last change that stands. For this package only."""
    query = _own(video_id, person_id).where(tables.Change.undone.is_(False)).order_by(tables.Change.id.desc())
    return session.scalar(query)


def to_redo(session: Session, video_id: int, person_id: int) -> tables.Change | None:
    """The first of the person's undone changes that can be redone. For this package only."""
    query = _own(video_id, person_id).where(tables.Change.undone.is_(True), tables.Change.discarded.is_(False))
    return session.scalar(query.order_by(tables.Change.id))


def available(session: Session, video_id: int, person_id: int) -> tuple[bool, bool]:
    """(there is something to undo, there is something to redo)."""
    return (
        to_undo(session, video_id, person_id) is not None,
        to_redo(session, video_id, person_id) is not None,
    )


def history(session: Session, video_id: int, frame: int, object_id: int) -> list[HistoryItem]:
    """All that happened to one place, newest first."""
    row, change = tables.MaskHistory, tables.Change
    query = (
        select(row.id, change.person_id, tables.Person.name, row.created_at, change.kind, row.source, row.state,
               row.run_id)
        .join(change, change.id == row.change_id).join(tables.Person, tables.Person.id == change.person_id)
        .where(row.video_id == video_id, row.frame == frame, row.object_id == object_id).order_by(row.id.desc())
    )
    return [HistoryItem(*found) for found in session.execute(query)]


def _own(video_id: int, person_id: int) -> Select[tables.Change]:
    return select(tables.Change).where(
        tables.Change.video_id == video_id, tables.Change.person_id == person_id,
        tables.Change.kind.not_in(NO_STEPS),
    ).limit(1)

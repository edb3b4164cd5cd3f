"""Prompts: what people gave on the frames of an object, in the order they gave it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from backend.errors import NotFound
from projects_db import ledger, tables, videos
from projects_db.changes import Change


@dataclass(frozen=True)
class StoredPrompt:
    """A prompt; `data` is `backend.prompts.Prompt` as JSON."""

    id: int
    frame: int
    object_id: int
    data: dict[str, Any]


def add(
    session: Session, change: Change, frame: int, object_id: int, prompts: Sequence[dict[str, Any]],
) -> list[StoredPrompt]:
    """Store prompts beside the mask they made (`masks.write` in the same change).

    Args:
        prompts: as JSON, already checked (`backend.prompts.check_inside`).

    Raises:
        BadInput, Locked, NotFound: as `masks.write`.
    """
    video = videos.get(session, change.video_id)
    videos.check_frames(video, frame, frame + 1)
    ledger.check_writable(session, video, [object_id])
    rows = [
        tables.Prompt(video_id=video.id, frame=frame, object_id=object_id, change_id=change.id, data=data)
        for data in prompts
    ]
    session.add_all(rows)
    session.flush()
    return [_view(row) for row in rows]


def on_frame(session: Session, video_id: int, frame: int, object_id: int | None = None) -> list[StoredPrompt]:
    """The prompts that count on a frame, oldest first."""
    query = _counting(video_id).where(tables.Prompt.frame == frame)
    if object_id is not None:
        query = query.where(tables.Prompt.object_id == object_id)
    return [_view(row) for row in session.scalars(query)]


def of_objects(session: Session, video_id: int, objects: Sequence[int]) -> list[StoredPrompt]:
    """The prompts that count on every frame of these objects, oldest first."""
    return [_view(row) for row in session.scalars(_counting(video_id).where(tables.Prompt.object_id.in_(objects)))]


def frames_of(session: Session, video_id: int, objects: Sequence[int]) -> dict[int, list[int]]:
    """{object id: frames with prompts that count, ascending} of those of these objects that have any."""
    query = _counting(video_id).where(tables.Prompt.object_id.in_(objects)).order_by(None)
    found: dict[int, list[int]] = {}
    for object_id, frame in session.execute(
        query.with_only_columns(tables.Prompt.object_id, tables.Prompt.frame, maintain_column_froms=True).distinct()
        .order_by(tables.Prompt.object_id, tables.Prompt.frame)
    ):
        found.setdefault(object_id, []).append(frame)
    return found


def withdraw(
    session: Session, change: Change, frame: int, object_id: int, prompt_id: int | None = None,
) -> list[StoredPrompt]:
    """Take back one prompt of a place, or all of them; returns what they were. Raises Locked, NotFound."""
    ledger.check_writable(session, videos.get(session, change.video_id), [object_id])
    query = _counting(change.video_id).where(tables.Prompt.frame == frame, tables.Prompt.object_id == object_id)
    if prompt_id is not None:
        query = query.where(tables.Prompt.id == prompt_id)
    rows = session.scalars(query).all()
    if not rows:
        raise NotFound("no_such_prompt", f"There is no such prompt on frame {frame}.", "Load the page again.")
    for row in rows:
        row.withdrawn_by = change.id
    session.flush()
    return [_view(row) for row in rows]


def move(session: Session, change: Change, found: Sequence[StoredPrompt], target: int) -> None:
    """Give prompts to another object; in the order given they are its newest. Undo brings them back to where they were.
    For this package only: what may be written has been checked."""
    rows = session.scalars(select(tables.Prompt).where(tables.Prompt.id.in_([one.id for one in found])))
    for row in rows:
        row.withdrawn_by = change.id
    session.add_all(tables.Prompt(video_id=change.video_id, frame=one.frame, object_id=target, change_id=change.id,
                                  data=one.data) for one in found)
    session.flush()


def _counting(video_id: int) -> Select[tables.Prompt]:
    given, taken = aliased(tables.Change), aliased(tables.Change)
    return (
        select(tables.Prompt)
        .join(given, given.id == tables.Prompt.change_id)
        .outerjoin(taken, taken.id == tables.Prompt.withdrawn_by)
        .where(tables.Prompt.video_id == video_id, given.undone.is_(False), taken.undone.is_not(False))
        .order_by(tables.Prompt.id)
    )


def _view(row: tables.Prompt) -> StoredPrompt:
    return StoredPrompt(row.id, row.frame, row.object_id, row.data)

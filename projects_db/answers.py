"""What models answered about objects, kept with them until somebody deletes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.errors import NotFound
from projects_db import tables
from projects_db.tables import now


@dataclass(frozen=True)
class Answer:
    """A question and what a model said to it; `objects` as in `tables.Answer`."""

    id: int
    video_id: int
    objects: tuple[int, ...]
    frame: int
    question: str
    text: str
    model: str
    person: str
    created_at: str


def add(
    session: Session, video_id: int, objects: Sequence[int], *, frame: int, question: str, text: str, model: str,
    person_id: int,
) -> Answer:
    """Keep an answer."""
    row = tables.Answer(video_id=video_id, objects=list(objects), frame=frame, question=question, text=text,
                        model=model, person_id=person_id, created_at=now())
    session.add(row)
    session.flush()
    return _answer(session, row)


def of_video(session: Session, video_id: int) -> list[Answer]:
    """All answers about the objects of a video, oldest first."""
    row = tables.Answer
    return [_answer(session, one) for one in session.scalars(
        select(row).where(row.video_id == video_id).order_by(row.id))]


def delete(session: Session, video_id: int, answer_id: int) -> None:
    """Delete one. Raises NotFound."""
    row = session.get(tables.Answer, answer_id)
    if row is None or row.video_id != video_id:
        raise NotFound("no_such_answer", "There is no such answer.", "Somebody may have deleted it.")
    session.delete(row)


def _answer(session: Session, row: tables.Answer) -> Answer:
    person = session.get_one(tables.Person, row.person_id).name
    return Answer(row.id, row.video_id, tuple(row.objects), row.frame, row.question, row.text, row.model, person,
                  row.created_at)

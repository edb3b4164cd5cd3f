"""The tables of what models said in words."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from projects_db.base import Base


class Answer(Base):
    """What a model answered about objects of a video. No step of undo: it changes no mask, and can be deleted."""

    __tablename__ = "answers"
    id: Mapped[int] = mapped_column(primary_key=True)
    video_id: Mapped[int] = mapped_column(ForeignKey("videos.id", ondelete="CASCADE"), index=True)
    objects: Mapped[list[Any]]
    """Ids of those it is about; in `question` and `text` each is called by its id in brackets: "[3]"."""
    frame: Mapped[int]
    """The one on the screen when it was asked."""
    question: Mapped[str]
    text: Mapped[str]
    model: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    """Who asked."""
    created_at: Mapped[str]

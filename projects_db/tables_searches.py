"""The tables of searches over a video, and of what they found."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from projects_db.base import Base, one_of

SEARCH_STATUSES = ("queued", "running", "done", "cancelled", "failed", "interrupted")
TRACK_STATES = ("forming", "proposed", "accepted", "merged", "rejected")


class Search(Base):
    """One look over a video for objects. No step of undo: what it finds waits for a person."""

    __tablename__ = "searches"
    __table_args__ = (one_of("status", SEARCH_STATUSES), Index("searches_by_video", "video_id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    video_id: Mapped[int] = mapped_column(ForeignKey("videos.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    model: Mapped[str]
    model_version: Mapped[str]
    kind: Mapped[str]
    """`backend.models.seam.SearchKind`."""
    query: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """`Categories` or `Expression` as JSON; null: everything."""
    start: Mapped[int]
    stop: Mapped[int]
    every: Mapped[int]
    status: Mapped[str] = mapped_column(default="queued")
    done: Mapped[int] = mapped_column(default=0)
    """Frames."""
    known: Mapped[int] = mapped_column(default=0)
    """Tracks that showed what had masks already."""
    message: Mapped[str] = mapped_column(default="")
    created_at: Mapped[str]
    finished_at: Mapped[str | None]


class FoundTrack(Base):
    """Something that a search followed over time, and what a person made of it."""

    __tablename__ = "found_tracks"
    __table_args__ = (
        one_of("state", TRACK_STATES), Index("tracks_by_video", "video_id", "state"), {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    video_id: Mapped[int] = mapped_column(ForeignKey("videos.id", ondelete="CASCADE"))
    search_id: Mapped[int] = mapped_column(ForeignKey("searches.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    """By which the model calls it."""
    first: Mapped[int]
    last: Mapped[int]
    frames: Mapped[int] = mapped_column(default=0)
    """How many show it."""
    best: Mapped[int]
    """The frame that the model is surest of, and how sure."""
    best_score: Mapped[float] = mapped_column(default=-1.0)
    scores: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Category -> 0..1; "" where it was not told categories."""
    is_thing: Mapped[bool] = mapped_column(default=True)
    colour: Mapped[str]
    """"#rrggbb": of the object that it becomes."""
    state: Mapped[str] = mapped_column(default="forming")
    """`forming`: the search has not said that it is something, or it shows what has masks already. `merged`: accepted
    as part of an object that is another track's, or was there."""
    object_id: Mapped[int | None] = mapped_column(ForeignKey("objects.id", ondelete="SET NULL"), index=True)
    """What it became."""


class FoundMask(Base):
    """What a search saw of a track on a frame; it has pixels."""

    __tablename__ = "found_masks"
    __table_args__ = ({"sqlite_with_rowid": False},)
    track_id: Mapped[int] = mapped_column(ForeignKey("found_tracks.id", ondelete="CASCADE"), primary_key=True)
    frame: Mapped[int] = mapped_column(primary_key=True)
    score: Mapped[float]
    area: Mapped[int]
    rle: Mapped[bytes] = mapped_column(LargeBinary)

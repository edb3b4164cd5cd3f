"""The tables of a project directory's one database, which is the truth for everything but pixels.

Times are UTC, ISO 8601 text with milliseconds (SQLite has no time type that sorts and reads better). Frames
are decode-order indices. Masks are zlib-compressed COCO RLE (`backend.masks.Rle.as_blob`) at the video's
upright size.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from projects_db.base import Base, now, one_of
from projects_db.tables_searches import FoundMask, FoundTrack, Search
from projects_db.tables_words import Answer

__all__ = ["Answer", "Base", "FoundMask", "FoundTrack", "Search", "now"]

STATES = ("candidate", "tracked", "stale", "verified", "absent")
"""`tracked`: current, and nobody has verified it yet. `absent`: the object is not on this frame (its mask is empty)."""
SOURCES = ("human", "model", "import")
STAGES = ("annotate", "review", "accepted")
ROLES = ("annotator", "reviewer", "owner")
VERDICTS = ("accepted", "rolled back")
TASKS = ("annotate", "review")
FINDING_STATUSES = ("open", "dismissed", "fixed")
RUN_STATUSES = ("queued", "running", "done", "cancelled", "failed", "interrupted")


class Person(Base):
    """Somebody who works here. `password_hash` is argon2; null for the local person of a workplace without accounts."""

    __tablename__ = "people"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    is_owner: Mapped[bool] = mapped_column(default=False)
    """Owner of the whole workplace: may create projects and accounts, and is owner in every project."""
    active: Mapped[bool] = mapped_column(default=True)
    preferences: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the person chose for themselves: keys, language, whether they took the tour."""
    created_at: Mapped[str]


class Project(Base):
    """Label schema + videos + people."""

    __tablename__ = "projects"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[str]


class Member(Base):
    """A person's role in a project."""

    __tablename__ = "members"
    __table_args__ = (one_of("role", ROLES),)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str]


class Label(Base):
    """A category of the schema."""

    __tablename__ = "labels"
    __table_args__ = (UniqueConstraint("project_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    is_thing: Mapped[bool] = mapped_column(default=True)
    colour: Mapped[str]
    """"#rrggbb"."""
    hotkey: Mapped[str | None]
    attributes: Mapped[list[Any]] = mapped_column(default=list)
    """[{"name": str, "values": [str, ...], "over_time": true where it is in `Object.spans`}], what objects may say."""


class Video(Base):
    """One source file (or image folder) in one project, known by the SHA-256 of its content."""

    __tablename__ = "videos"
    __table_args__ = (UniqueConstraint("project_id", "content_hash", "copy_number"), one_of("stage", STAGES))
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    content_hash: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    """What people call it: the file's name when it came in. Never used as a path."""
    media_path: Mapped[str]
    """Relative to the project directory for a copied file, absolute for one referenced where it lies."""
    width: Mapped[int]
    height: Mapped[int]
    frame_count: Mapped[int]
    duration: Mapped[float]
    """Seconds; kept beside the index so that a list of videos need not read it."""
    frame_index: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    """`backend.video.FrameIndex.to_bytes()`: presentation times, rotation, key frames. Built once."""
    copy_number: Mapped[int] = mapped_column(default=0)
    """0; 1, 2, ... for blind copies, which other people annotate without seeing this one, to compare them."""
    cuts: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    """Frames that begin a new shot, ascending; null until they have been looked for."""
    stage: Mapped[str] = mapped_column(default="annotate")
    stage_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[str]


class Object(Base):
    """One identity through one video. Ids are never used again."""

    __tablename__ = "objects"
    __table_args__ = (Index("objects_by_video", "video_id"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    video_id: Mapped[int] = mapped_column(ForeignKey("videos.id", ondelete="CASCADE"))
    label_id: Mapped[int] = mapped_column(ForeignKey("labels.id"))
    name: Mapped[str]
    colour: Mapped[str]
    locked: Mapped[bool] = mapped_column(default=False)
    attributes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    spans: Mapped[list[Any]] = mapped_column(default=list)
    """[{"name": str, "value": str, "start": frame, "stop": frame}, ...]: what holds on some frames only, stop excluded:
    "occluded" and "truncated" (value "yes"), and attributes of the label that change over time."""
    version: Mapped[int] = mapped_column(default=1)
    """Raised by every change of this row; a writer names the version it saw."""
    deleted: Mapped[bool] = mapped_column(default=False)
    """Deleted objects keep their rows, so that undo and history work."""
    created_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[str]


class Prompt(Base):
    """What a person gave on a frame for an object. Append-only.

    A prompt counts while the change that gave it stands and no standing change has withdrawn it, so undo and redo need
    not touch it: they flip `Change.undone`.
    """

    __tablename__ = "prompts"
    __table_args__ = (
        Index("prompts_by_place", "video_id", "frame", "object_id"),
        Index("prompts_by_change", "change_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    video_id: Mapped[int] = mapped_column(ForeignKey("videos.id", ondelete="CASCADE"))
    frame: Mapped[int]
    object_id: Mapped[int] = mapped_column(ForeignKey("objects.id", ondelete="CASCADE"))
    change_id: Mapped[int] = mapped_column(ForeignKey("changes.id", ondelete="CASCADE"))
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("changes.id", ondelete="SET NULL"), index=True)
    """The change that took it back."""
    data: Mapped[dict[str, Any]]
    """`backend.prompts.Prompt` as JSON."""


class Mask(Base):
    """The current mask of an object on a frame. An absent object has an empty mask; a deleted mask has no row.

    The pixels stay in the history row that brought them, so rows are small: a whole lane turns stale or verified in one
    statement. `masks_by_object` holds all that the timeline asks for.
    """

    __tablename__ = "masks"
    __table_args__ = (
        one_of("state", STATES),
        one_of("source", SOURCES),
        Index("masks_by_object", "object_id", "frame", "state", "source", "score", "area"),
        {"sqlite_with_rowid": False},
    )
    video_id: Mapped[int] = mapped_column(ForeignKey("videos.id", ondelete="CASCADE"), primary_key=True)
    frame: Mapped[int] = mapped_column(primary_key=True)
    object_id: Mapped[int] = mapped_column(ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int]
    """Id of the history row that made it; a writer names the revision it saw (0: none)."""
    area: Mapped[int]
    state: Mapped[str]
    source: Mapped[str]
    score: Mapped[float | None]
    """What the model said, 0..1; null for a mask made by hand."""
    run_id: Mapped[int | None]
    prompt_hash: Mapped[str | None]
    """Hash of the prompts and barriers the mask was made from."""
    author_id: Mapped[int | None]
    pixels_id: Mapped[int]
    """The history row whose `rle` holds the pixels."""


class Change(Base):
    """One thing a person did, undone and redone as one step: a prompt, a brush edit, a verification, a run, ..."""

    __tablename__ = "changes"
    __table_args__ = (Index("changes_by_person", "video_id", "person_id", "undone", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    video_id: Mapped[int] = mapped_column(ForeignKey("videos.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[str]
    """"prompt", "mask", "clear", "verify", "unverify", "absent", "object", "spans", "merge", "split", "swap", "run",
    "reject", "roll back", "mend", "import", "undo", "redo", "stage"."""
    stage: Mapped[str | None]
    """The stage the video was in: what was changed during review is a reviewer's edit."""
    undone: Mapped[bool] = mapped_column(default=False)
    discarded: Mapped[bool] = mapped_column(default=False)
    """Undone, and then its person did something else: it cannot be redone."""
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """{"objects": [{"object": id, "before": {...}, "after": {...}}, ...]} where it changed objects; {"of": change id}
    of an undo or redo; {"to": stage, "history": id of the newest history row then} of a "stage", which is no step of
    undo; {"tracks": [[id, state, object id or null], ...]} of what searches found and it judged; "key" of the request
    that made it."""
    created_at: Mapped[str]


class MaskHistory(Base):
    """Every mask there ever was, append-only: what a (video, frame, object) became, by which change. `state` null: no
    mask.

    Pixels are stored once: a row that only changes the state of a mask, or brings an earlier one back, names in
    `pixels_id` the row that holds them.
    """

    __tablename__ = "mask_history"
    __table_args__ = (
        Index("history_by_place", "video_id", "frame", "object_id", "id"),
        Index("history_by_change", "change_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    change_id: Mapped[int] = mapped_column(ForeignKey("changes.id", ondelete="CASCADE"))
    previous_id: Mapped[int | None]
    """The history row this one replaced (null: there was no mask); what undo goes back to."""
    restores_id: Mapped[int | None]
    """Where undo or redo wrote it: the row of an ordinary change that it brings back."""
    video_id: Mapped[int]
    frame: Mapped[int]
    object_id: Mapped[int]
    area: Mapped[int]
    state: Mapped[str | None]
    source: Mapped[str | None]
    score: Mapped[float | None]
    run_id: Mapped[int | None]
    prompt_hash: Mapped[str | None]
    author_id: Mapped[int | None]
    created_at: Mapped[str]
    pixels_id: Mapped[int | None]
    """The row whose `rle` holds the pixels; null where it is this one (or there are none)."""
    rle: Mapped[bytes | None] = mapped_column(LargeBinary)


class Run(Base):
    """One propagation. Frames are committed as they are made; `plan` is what is needed to go on after a kill."""

    __tablename__ = "runs"
    __table_args__ = (
        one_of("status", RUN_STATUSES), one_of("verdict", VERDICTS), Index("runs_by_video", "video_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    video_id: Mapped[int] = mapped_column(ForeignKey("videos.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    change_id: Mapped[int] = mapped_column(ForeignKey("changes.id", ondelete="CASCADE"), index=True)
    model: Mapped[str]
    model_version: Mapped[str]
    status: Mapped[str] = mapped_column(default="queued")
    plan: Mapped[dict[str, Any]]
    """`backend.tracking.plan.Plan` as JSON."""
    prompt_hash: Mapped[str]
    total: Mapped[int]
    """Object-frames to do, and how many are done."""
    done: Mapped[int] = mapped_column(default=0)
    message: Mapped[str] = mapped_column(default="")
    verdict: Mapped[str | None]
    """What a person made of the result: null (not said yet), "accepted" or "rolled back"."""
    created_at: Mapped[str]
    finished_at: Mapped[str | None]


class Thread(Base):
    """A review comment pinned to a place (x, y in pixels) on a frame, with its replies."""

    __tablename__ = "threads"
    id: Mapped[int] = mapped_column(primary_key=True)
    video_id: Mapped[int] = mapped_column(ForeignKey("videos.id", ondelete="CASCADE"), index=True)
    frame: Mapped[int]
    object_id: Mapped[int | None] = mapped_column(ForeignKey("objects.id", ondelete="CASCADE"))
    x: Mapped[float | None]
    y: Mapped[float | None]
    resolved: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[str]


class Comment(Base):
    """One message of a thread."""

    __tablename__ = "comments"
    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("threads.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    text: Mapped[str]
    created_at: Mapped[str]


class Assignment(Base):
    """Work given to a person: frames start <= f < stop of a video, to annotate or to review."""

    __tablename__ = "assignments"
    __table_args__ = (one_of("task", TASKS), Index("assignments_by_video", "video_id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    video_id: Mapped[int] = mapped_column(ForeignKey("videos.id", ondelete="CASCADE"))
    start: Mapped[int]
    stop: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    task: Mapped[str]
    due: Mapped[str | None]
    """A day, "2024-05-01"."""
    note: Mapped[str] = mapped_column(default="")
    done_at: Mapped[str | None]
    created_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[str]


class GoldMask(Base):
    """Ground truth of one instance on one frame, hidden from annotators, whose own masks of the frame it scores.

    A frame is a ground-truth frame where it has a row; a row without pixels says that there is nothing on the frame.
    """

    __tablename__ = "gold_masks"
    __table_args__ = (Index("gold_by_place", "video_id", "frame"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    video_id: Mapped[int] = mapped_column(ForeignKey("videos.id", ondelete="CASCADE"))
    frame: Mapped[int]
    label_id: Mapped[int | None] = mapped_column(ForeignKey("labels.id"))
    rle: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[str]


class Finding(Base):
    """What a temporal check found: a place that is probably wrong. The open ones are those of the last check."""

    __tablename__ = "findings"
    __table_args__ = (one_of("status", FINDING_STATUSES), Index("findings_by_video", "video_id", "status"))
    id: Mapped[int] = mapped_column(primary_key=True)
    video_id: Mapped[int] = mapped_column(ForeignKey("videos.id", ondelete="CASCADE"))
    object_id: Mapped[int] = mapped_column(ForeignKey("objects.id", ondelete="CASCADE"))
    other_id: Mapped[int | None] = mapped_column(ForeignKey("objects.id", ondelete="CASCADE"))
    """The second object of an overlap or a swap."""
    frame: Mapped[int]
    kind: Mapped[str]
    score: Mapped[float]
    """How sure the check is, 0..1."""
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    revision: Mapped[int]
    """Of the mask that was looked at: a dismissed finding stays so while the mask is the same."""
    status: Mapped[str] = mapped_column(default="open")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[str]


class Looked(Base):
    """The frames of a video that a person has had on the screen."""

    __tablename__ = "looked"
    video_id: Mapped[int] = mapped_column(ForeignKey("videos.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    ranges: Mapped[list[Any]]
    """[[start, stop), ...], ascending, disjoint."""


class Activity(Base):
    """How much a person worked on an object of a video in an hour; what the report of work is made from."""

    __tablename__ = "activity"
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    video_id: Mapped[int] = mapped_column(ForeignKey("videos.id", ondelete="CASCADE"), primary_key=True)
    object_id: Mapped[int] = mapped_column(primary_key=True)
    """0: none was selected."""
    hour: Mapped[str] = mapped_column(primary_key=True)
    """"2024-05-01T09"."""
    seconds: Mapped[float] = mapped_column(default=0.0)
    """With the page in front and the person doing something."""
    clicks: Mapped[int] = mapped_column(default=0)
    """Prompts given."""
    corrections: Mapped[int] = mapped_column(default=0)
    """Prompts and hand edits on frames that had a mask."""


class Setting(Base):
    """Something kept by name: a setting of the whole workplace, or the last report of a project."""

    __tablename__ = "settings"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]]

"""Review: the stages of a video, and threads of comments pinned to a place on a frame."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.errors import BadInput, Conflict, Forbidden, NotFound
from projects_db import people, runs, stages, tables, videos
from projects_db.tables import STAGES, now
from projects_db.videos import Video

MOVES = {
    ("annotate", "review"): "annotator",
    ("review", "annotate"): "reviewer",
    ("review", "accepted"): "reviewer",
    ("accepted", "annotate"): "owner",
}
"""(from, to): the least role that may do it. Who handed a video in may also take it back: `stages.may_take_back`."""


@dataclass(frozen=True)
class Comment:
    """One message."""

    id: int
    person_id: int
    person: str
    text: str
    created_at: str


@dataclass(frozen=True)
class Thread:
    """A comment with its replies, pinned to a frame and, perhaps, to an object and a point (x, y in pixels)."""

    id: int
    video_id: int
    frame: int
    object_id: int | None
    x: float | None
    y: float | None
    resolved: bool
    comments: tuple[Comment, ...]


@dataclass(frozen=True)
class Waiting:
    """A video: how many masks nobody has verified yet, and how many threads are open."""

    video: Video
    waiting: int
    open_threads: int


def set_stage(session: Session, video_id: int, person_id: int, stage: str, stage_version: int) -> Video:
    """Move a video to another stage.

    Args:
        stage_version: the one the person saw.

    Raises:
        BadInput: unknown stage, or no way there from here. Forbidden: the role is not enough.
        Conflict: somebody moved it since, or a run is under way. NotFound.
    """
    video = videos.get(session, video_id)
    if stage not in STAGES:
        raise BadInput("unknown_stage", f"There is no stage {stage!r}.", f"Choose one of {', '.join(STAGES)}.")
    if video.stage_version != stage_version:
        raise Conflict("stage_changed", f"{video.name} has been moved to {video.stage} meanwhile.", "Look at it again.",
                       theirs={"stage": video.stage, "stage_version": video.stage_version}, yours={"stage": stage})
    needed = MOVES.get((video.stage, stage))
    if needed is None:
        raise BadInput("no_such_move", f"A video in {video.stage} does not go to {stage}.",
                       "Move it step by step: from annotate to review, then to accepted or back.")
    role = people.role_of(session, person_id, video.project_id)
    takes_back = role is not None and stage == "annotate" and stages.may_take_back(session, video, person_id)
    if not (people.may(role, needed) or takes_back):
        raise Forbidden("role_too_low", f"Moving a video from {video.stage} to {stage} takes the role {needed}.",
                        "Ask somebody who has it.")
    if any(run.status in runs.ACTIVE for run in runs.of_video(session, video_id)):
        raise Conflict("run_active", "A run is under way on this video.", "Wait for it, or cancel it.")
    stages.note(session, video, person_id, stage)
    row = session.get_one(tables.Video, video_id)
    row.stage, row.stage_version = stage, stage_version + 1
    session.flush()
    return videos.get(session, video_id)


def queue(session: Session, project_id: int, stage: str | None = "review") -> list[Waiting]:
    """The videos of a project in a stage (None: in any), in the order they came in."""
    found = [video for video in videos.of_project(session, project_id) if stage in (None, video.stage)]
    progress = videos.progress(session, [video.id for video in found])
    query = (
        select(tables.Thread.video_id, func.count())
        .where(tables.Thread.video_id.in_(progress), tables.Thread.resolved.is_(False)).group_by(tables.Thread.video_id)
    )
    threads = dict(session.execute(query).all())
    return [
        Waiting(video, progress[video.id].masks - progress[video.id].verified, threads.get(video.id, 0))
        for video in found
    ]


def threads(session: Session, video_id: int) -> list[Thread]:
    """The threads of a video, by frame."""
    query = select(tables.Thread).where(tables.Thread.video_id == video_id)
    return [_view(session, row) for row in session.scalars(query.order_by(tables.Thread.frame, tables.Thread.id))]


def thread(session: Session, thread_id: int) -> Thread:
    """Raises NotFound."""
    return _view(session, _row(session, thread_id))


def open_thread(
    session: Session, video_id: int, person_id: int, *, frame: int, text: str, object_id: int | None = None,
    x: float | None = None, y: float | None = None,
) -> Thread:
    """Pin a comment. Raises BadInput (place outside the video, empty text), Locked (accepted video), NotFound."""
    video = videos.get(session, video_id)
    videos.check_open(video)
    videos.check_frames(video, frame, frame + 1)
    if (x is None) != (y is None) or (x is not None and y is not None
                                      and not (0 <= x < video.width and 0 <= y < video.height)):
        raise BadInput("place_outside", f"This place is not on the frame: it is {video.width}x{video.height}.",
                       "Click on the picture.")
    if object_id is not None:
        owner = session.get(tables.Object, object_id)
        if owner is None or owner.video_id != video_id or owner.deleted:
            raise NotFound("no_such_object", f"There is no object {object_id} in {video.name}.",
                           "Somebody may have deleted it; load the page again.")
    row = tables.Thread(video_id=video_id, frame=frame, object_id=object_id, x=x, y=y, created_at=now())
    session.add(row)
    session.flush()
    return add_comment(session, row.id, person_id, text)


def add_comment(session: Session, thread_id: int, person_id: int, text: str) -> Thread:
    """Raises BadInput (empty or longer than 5000 characters), Locked (accepted video), NotFound."""
    row = _open_row(session, thread_id)
    if not 0 < len(text.strip()) <= 5000:
        raise BadInput("bad_comment", "A comment has 1 to 5000 characters.", "Write a shorter one, or something.")
    session.add(tables.Comment(thread_id=thread_id, person_id=person_id, text=text.strip(), created_at=now()))
    session.flush()
    return _view(session, row)


def set_resolved(session: Session, thread_id: int, resolved: bool) -> Thread:
    """Raises Locked (accepted video), NotFound."""
    row = _open_row(session, thread_id)
    row.resolved = resolved
    session.flush()
    return _view(session, row)


def _open_row(session: Session, thread_id: int) -> tables.Thread:
    row = _row(session, thread_id)
    videos.check_open(videos.get(session, row.video_id))
    return row


def _row(session: Session, thread_id: int) -> tables.Thread:
    row = session.get(tables.Thread, thread_id)
    if row is None:
        raise NotFound("no_such_thread", f"There is no thread {thread_id}.", "Load the page again.")
    return row


def _view(session: Session, row: tables.Thread) -> Thread:
    query = (
        select(tables.Comment.id, tables.Comment.person_id, tables.Person.name, tables.Comment.text,
               tables.Comment.created_at)
        .join(tables.Person, tables.Person.id == tables.Comment.person_id)
        .where(tables.Comment.thread_id == row.id).order_by(tables.Comment.id)
    )
    comments = tuple(Comment(*found) for found in session.execute(query))
    return Thread(row.id, row.video_id, row.frame, row.object_id, row.x, row.y, row.resolved, comments)

"""Videos: what is known of a source file in a project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, select, update
from sqlalchemy.orm import Session

from backend.errors import BadInput, Conflict, Locked, NotFound
from projects_db import tables
from projects_db.tables import now


@dataclass(frozen=True)
class Video:
    """A video; `media_path` is relative to the project directory, or absolute for one referenced where it lies."""

    id: int
    project_id: int
    hash: str
    name: str
    media_path: str
    width: int
    height: int
    frame_count: int
    duration: float
    stage: str
    stage_version: int
    created_at: str
    copy_number: int
    """0; 1, 2, ... for blind copies."""
    cuts: tuple[int, ...] | None
    """Frames that begin a new shot, ascending; None until they have been looked for."""


@dataclass(frozen=True)
class Progress:
    """How far a video is: objects that are not deleted, their masks, and how many of these are verified."""

    objects: int = 0
    masks: int = 0
    verified: int = 0

    @property
    def share(self) -> float:
        """Verified masks of all, 0..1."""
        return self.verified / self.masks if self.masks else 0.0


def add(
    session: Session, project_id: int, *, content_hash: str, name: str, media_path: str, width: int, height: int,
    frame_count: int, duration: float, frame_index: bytes,
) -> Video:
    """Put a video into a project.

    Args:
        media_path: relative to the project directory for a copied file, absolute for a referenced one.
        duration: seconds.
        frame_index: `backend.video.FrameIndex.to_bytes()`.

    Raises:
        Conflict: the project has this content already; `details.video_id` is it.
        BadInput: no frames.
    """
    if frame_count < 1 or width < 1 or height < 1:
        raise BadInput("empty_video", f"{name} has no frames.", "Check that the file plays.")
    query = select(tables.Video).where(
        tables.Video.project_id == project_id, tables.Video.content_hash == content_hash)
    if there := session.scalar(query):
        raise Conflict("video_exists", f"{name} is already in this project, as {there.name}.",
                       "Open that one.", video_id=there.id)
    row = tables.Video(
        project_id=project_id, content_hash=content_hash, name=name, media_path=media_path, width=width, height=height,
        frame_count=frame_count, duration=duration, frame_index=frame_index, created_at=now(),
    )
    session.add(row)
    session.flush()
    return get(session, row.id)


def get(session: Session, video_id: int) -> Video:
    """Raises NotFound."""
    row = session.get(tables.Video, video_id)
    if row is None:
        raise NotFound("no_such_video", f"There is no video {video_id}.",
                       "It may have been deleted; load the list of videos again.")
    return _view(row)


def of_project(session: Session, project_id: int) -> list[Video]:
    """The videos of a project, in the order they came in."""
    return _views(session, tables.Video.project_id == project_id)


def with_hash(session: Session, content_hash: str) -> list[Video]:
    """The same file in every project that has it."""
    return _views(session, tables.Video.content_hash == content_hash)


def progress(session: Session, video_ids: Sequence[int]) -> dict[int, Progress]:
    """{video id: how far it is}."""
    mask = tables.Mask
    lanes = (
        select(tables.Object.video_id, func.count(mask.frame).label("masks"),
               func.count(case((mask.state == "verified", 1))).label("verified"))
        .outerjoin(mask, mask.object_id == tables.Object.id)
        .where(tables.Object.video_id.in_(video_ids), tables.Object.deleted.is_(False))
        .group_by(tables.Object.id).subquery()
    )
    query = (
        select(lanes.c.video_id, func.count(), func.sum(lanes.c.masks), func.sum(lanes.c.verified))
        .group_by(lanes.c.video_id)
    )
    found = {video: Progress(*counts) for video, *counts in session.execute(query)}
    return {video: found.get(video, Progress()) for video in video_ids}


def frame_index(session: Session, video_id: int) -> bytes:
    """The stored frame index. Raises NotFound."""
    found = session.scalar(select(tables.Video.frame_index).where(tables.Video.id == video_id))
    if found is None:
        raise NotFound("no_such_video", f"There is no video {video_id}.",
                       "It may have been deleted; load the list of videos again.")
    return found


def set_cuts(session: Session, video_id: int, cuts: Sequence[int]) -> Video:
    """Say where shots begin. Raises NotFound."""
    get(session, video_id)
    session.get_one(tables.Video, video_id).cuts = sorted(set(cuts))
    session.flush()
    return get(session, video_id)


def delete(session: Session, video_id: int) -> Video:
    """Delete a video with everything made on it; the caller removes the file if no other row names it (`with_hash`).
    Its hidden ground truth stays with another copy, where there is one: it scores that one's people too.

    Raises:
        NotFound: no such video.
        Locked: it is accepted, or a run is under way.
    """
    video = get(session, video_id)
    check_open(video)
    active = select(tables.Run.id).where(
        tables.Run.video_id == video_id, tables.Run.status.in_(("queued", "running"))).limit(1)
    if session.scalar(active):
        raise Locked("run_active", "A run is under way on this video.", "Cancel it first.")
    heir = select(tables.Video.id).where(
        tables.Video.project_id == video.project_id, tables.Video.content_hash == video.hash,
        tables.Video.id != video_id).order_by(tables.Video.copy_number).limit(1)
    if (heir_id := session.scalar(heir)) is not None:
        session.execute(
            update(tables.GoldMask).where(tables.GoldMask.video_id == video_id).values(video_id=heir_id))
    for table in (tables.MaskHistory, tables.Mask):  # before the rows they name, which is much quicker
        session.query(table).filter(table.video_id == video_id).delete(synchronize_session=False)
    session.delete(session.get_one(tables.Video, video_id))
    session.flush()
    return video


def check_open(video: Video) -> None:
    """Every write to a video passes here. Raises Locked for an accepted video."""
    if video.stage == "accepted":
        raise Locked("video_accepted", f"{video.name} is accepted and read-only.",
                     "An owner can reopen it from the Review page.")


def check_frames(video: Video, start: int, stop: int) -> None:
    """Raises BadInput unless 0 <= start < stop <= frames of the video."""
    if not 0 <= start < stop <= video.frame_count:
        raise BadInput("frame_out_of_range",
                       f"Frames {start} to {stop - 1} are not all in the video: it has 0 to {video.frame_count - 1}.",
                       "Choose frames of the video.")


def _views(session: Session, where: ColumnElement[bool]) -> list[Video]:
    return [_view(row) for row in session.scalars(select(tables.Video).where(where).order_by(tables.Video.id))]


def _view(row: tables.Video) -> Video:
    return Video(
        row.id, row.project_id, row.content_hash, row.name, row.media_path, row.width, row.height, row.frame_count,
        row.duration, row.stage, row.stage_version, row.created_at, row.copy_number,
        None if row.cuts is None else tuple(row.cuts),
    )

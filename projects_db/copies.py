"""Blind copies: the same video once more in a project, for people who are not to see what others made of it.

An annotator who has work on one of them does not see the others (`hidden_from`), so that two results of one video can
be compared as two people's.
"""

from __future__ import annotations

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from projects_db import tables, videos
from projects_db.tables import now
from projects_db.videos import Video


def make(session: Session, video_id: int) -> Video:
    """An empty copy of a video in its project: same file and frames, no objects. Raises NotFound."""
    original = videos.get(session, video_id)
    row = tables.Video
    same = (row.project_id == original.project_id, row.content_hash == original.hash)
    number = session.scalars(select(func.max(row.copy_number)).where(*same)).one() + 1
    source = session.get_one(row, video_id)
    first = session.scalars(select(row.name).where(*same).order_by(row.copy_number).limit(1)).one()
    made = row(
        project_id=source.project_id, content_hash=source.content_hash, name=f"{first} (copy {number})",
        media_path=source.media_path, width=source.width, height=source.height, frame_count=source.frame_count,
        duration=source.duration, frame_index=source.frame_index, copy_number=number, cuts=source.cuts,
        created_at=now(),
    )
    session.add(made)
    session.flush()
    return videos.get(session, made.id)


def hidden_from(session: Session, person_id: int, project_id: int) -> set[int]:
    """Videos of a project that somebody with work on another video of the same content is not to see."""
    one, other, work = aliased(tables.Video), aliased(tables.Video), tables.Assignment
    on_other = exists().where(
        work.person_id == person_id, work.video_id == other.id, other.id != one.id,
        other.project_id == one.project_id, other.content_hash == one.content_hash)
    on_this = exists().where(work.person_id == person_id, work.video_id == one.id)
    return set(session.scalars(select(one.id).where(one.project_id == project_id, on_other, ~on_this)))

"""Hidden ground truth: verified masks kept aside, to which annotators' own masks of the same frames are compared.

It belongs to the content of a video within a project, so it scores blind copies as well. Which frames it is on is told
to nobody but reviewers: no event, timeline, history or video carries it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from backend.errors import BadInput
from backend.masks import Rle
from projects_db import masks, objects, prompts, tables, videos
from projects_db.changes import Change
from projects_db.masks import MaskWrite, Written
from projects_db.tables import now
from projects_db.videos import Video


@dataclass(frozen=True)
class GoldFrame:
    """A ground-truth frame: how many masks it has, and who kept it when."""

    frame: int
    masks: int
    person: str
    created_at: str


@dataclass(frozen=True)
class GoldMask:
    """Ground truth of one instance on a frame; `video_id` is the video it was kept from."""

    video_id: int
    label_id: int | None
    rle: Rle
    created_at: str


def keep(session: Session, video_id: int, person_id: int, frames: Iterable[int]) -> list[int]:
    """Keep the masks of those of the frames that are verified as ground truth; earlier ground truth there is replaced.

    A frame is verified where every mask of it is, or is an absence that a person set.

    Returns:
        The frames that were kept, ascending.

    Raises:
        BadInput: a frame outside the video, or none of them is verified. NotFound.
    """
    video, wanted = videos.get(session, video_id), sorted(set(frames))
    if wanted:
        videos.check_frames(video, wanted[0], wanted[-1] + 1)
    labels = {one.id: one.label_id for one in objects.of_video(session, video_id)}
    kept = []
    for frame in wanted:
        items = [one for one in masks.in_range(session, video_id, frame, frame + 1) if one.state != "candidate"]
        if not items or not all(one.state == "verified" or (one.state, one.source) == ("absent", "human")
                                for one in items):
            continue
        _forget(session, video, [frame])
        shown: list[tuple[int | None, bytes | None]] = [
            (labels[one.object_id], one.rle.as_blob()) for one in items if one.rle is not None and one.area]
        session.add_all(
            tables.GoldMask(video_id=video_id, frame=frame, label_id=label_id, rle=rle, created_by=person_id,
                            created_at=now())
            for label_id, rle in shown or [(None, None)])
        kept.append(frame)
    if not kept:
        raise BadInput("not_verified", "None of these frames is verified.", "Verify every mask of a frame first.")
    session.flush()
    return kept


def clear(session: Session, change: Change, frames: Sequence[int]) -> Written:
    """Take every mask and prompt off these frames, so that an annotator meets them as any other. Raises as
    `masks.write`."""
    places = [one for frame in frames for one in masks.in_range(session, change.video_id, frame, frame + 1)]
    for one in places:
        if prompts.on_frame(session, change.video_id, one.frame, one.object_id):
            prompts.withdraw(session, change, one.frame, one.object_id)
    return masks.write(session, change, [MaskWrite(one.frame, one.object_id, None, one.revision) for one in places])


def frames(session: Session, video: Video) -> list[GoldFrame]:
    """The ground-truth frames of a video's content in its project, ascending."""
    gold = tables.GoldMask
    query = (
        select(gold.frame, func.count(gold.rle), tables.Person.name, func.max(gold.created_at))
        .join(tables.Person, tables.Person.id == gold.created_by).where(_of(video)).group_by(gold.frame)
        .order_by(gold.frame)
    )
    return [GoldFrame(frame, count, person, at) for frame, count, person, at in session.execute(query)]


def masks_of(session: Session, video: Video) -> dict[int, list[GoldMask]]:
    """{frame: its masks}, an empty list for a ground-truth frame with nothing on it."""
    found: dict[int, list[GoldMask]] = {}
    for row in session.scalars(select(tables.GoldMask).where(_of(video)).order_by(tables.GoldMask.frame)):
        there = found.setdefault(row.frame, [])
        if row.rle is not None:
            rle = Rle.from_blob(row.rle, video.height, video.width)
            there.append(GoldMask(row.video_id, row.label_id, rle, row.created_at))
    return found


def kept_at(session: Session, video: Video) -> dict[int, str]:
    """{frame: when it became ground truth} of what was kept from this very video and not from a copy of it."""
    gold = tables.GoldMask
    query = select(gold.frame, func.max(gold.created_at)).where(gold.video_id == video.id).group_by(gold.frame)
    return dict(session.execute(query).all())


def forget(session: Session, video_id: int, chosen: Sequence[int]) -> None:
    """These frames are ground truth no more. Raises NotFound (video)."""
    _forget(session, videos.get(session, video_id), chosen)


def _forget(session: Session, video: Video, chosen: Sequence[int]) -> None:
    session.execute(delete(tables.GoldMask).where(_of(video), tables.GoldMask.frame.in_(chosen)))


def _of(video: Video) -> ColumnElement[bool]:
    same = select(tables.Video.id).where(
        tables.Video.project_id == video.project_id, tables.Video.content_hash == video.hash)
    return tables.GoldMask.video_id.in_(same)

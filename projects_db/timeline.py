"""What a whole video looks like without its pixels: for the timeline, for doubt, for the plan of a run.

All of it reads the index `masks_by_object` alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.errors import NotFound
from backend.tracking.plan import ObjectFrames
from projects_db import ledger, prompts, stages, tables, videos
from projects_db.ledger import runs_of

LOW_SCORE = 0.5
Segment = tuple[int, int, str, str]
"""(start, stop, state, source) of consecutive frames."""


class Place(NamedTuple):
    """A mask without its pixels."""

    frame: int
    state: str
    source: str
    score: float | None
    area: int

    @property
    def is_barrier(self) -> bool:
        """Verified or made by a human: no run may change it."""
        return self.state == "verified" or self.source == "human"


@dataclass(frozen=True)
class Timeline:
    """The timeline of a video by object id; frames start <= f < stop.

    Attributes:
        objects: (start, stop, state, source) of consecutive frames with the same state and source.
        low: (start, stop) where nobody has verified or made the mask and the model's score is under `LOW_SCORE`.
        prompts: frames with prompts.
        threads: (frame, thread id, resolved, object id or None).
        edited: (start, stop) of masks that were made while the video was in review.
        version: of the whole database; what `timeline` takes as `since`.
    """

    objects: dict[int, list[Segment]] = field(default_factory=dict)
    low: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    prompts: dict[int, list[int]] = field(default_factory=dict)
    threads: list[tuple[int, int, bool, int | None]] = field(default_factory=list)
    edited: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    version: int = 0

    def as_json(self) -> dict[str, Any]:
        """As docs/http.md has it."""
        return dict(vars(self))


def timeline(session: Session, video_id: int, since: int = 0) -> Timeline:
    """The timeline of every object that is not deleted.

    Args:
        since: a `version` of before; then only the objects whose masks or prompts have changed after it. All of them
            where it is newer than what there is: history rows went with a deleted video.
    """
    newest = ledger.newest(session)
    found = Timeline(version=newest)
    ids = _ids(session, video_id)
    if 0 < since <= newest:
        touched = ledger.touched_since(session, video_id, since)
        ids = [i for i in ids if i in touched]
    found.objects.update((i, []) for i in ids)
    for object_id, *segment in _segments(session, ids):
        found.objects[object_id].append(cast("Segment", tuple(segment)))
    for object_id, frames in groupby(_low(session, ids), key=itemgetter(0)):
        found.low[object_id] = runs_of(frame for _, frame in frames)
    found.prompts.update(prompts.frames_of(session, video_id, ids))
    threads = select(tables.Thread).where(tables.Thread.video_id == video_id).order_by(tables.Thread.frame)
    found.threads.extend((row.frame, row.id, row.resolved, row.object_id) for row in session.scalars(threads))
    found.edited.update(stages.edited(session, video_id))
    return found


def places(session: Session, video_id: int, objects: Sequence[int] | None = None) -> dict[int, list[Place]]:
    """{object id: its masks without pixels, by frame} of the objects that are not deleted (or of those among them)."""
    ids = [i for i in _ids(session, video_id) if objects is None or i in objects]
    found: dict[int, list[Place]] = {i: [] for i in ids}
    for object_id, *facts in _rows(session, ids):
        found[object_id].append(Place(*facts))
    return found


@dataclass(frozen=True)
class Bucket:
    """Neighbouring frames of an object together: from `frame` on. `score` is the lowest (null: none of them has one),
    `area` the mean in pixels."""

    frame: int
    score: float | None
    area: float


def scores(
    session: Session, video_id: int, object_id: int, start: int, stop: int, buckets: int,
) -> tuple[int, list[Bucket]]:
    """The scores of an object on frames start <= f < stop, in at most `buckets` buckets.

    Returns:
        (frames a bucket, those with a mask).

    Raises:
        NotFound: no such object in this video. BadInput: frames that the video does not have.
    """
    videos.check_frames(videos.get(session, video_id), start, stop)
    if object_id not in _ids(session, video_id):
        raise NotFound("no_such_object", f"There is no object {object_id}.",
                       "Somebody may have deleted it; load the page again.")
    width, mask = -(-(stop - start) // buckets), tables.Mask
    place = (mask.frame - start) // width
    query = (
        select(place, func.min(mask.score), func.avg(mask.area))
        .where(mask.object_id == object_id, mask.frame >= start, mask.frame < stop).group_by(place).order_by(place)
    )
    return width, [Bucket(start + n * width, score, area) for n, score, area in session.execute(query)]


def for_plan(session: Session, video_id: int, objects: Sequence[int] | None = None) -> list[ObjectFrames]:
    """What `backend.tracking.plan.make_plan` needs to know of each object."""
    return [
        ObjectFrames(
            object_id,
            barriers=[p.frame for p in series if p.is_barrier],
            masks=[p.frame for p in series if p.area],
            stale=[p.frame for p in series if p.state == "stale"],
        )
        for object_id, series in places(session, video_id, objects).items()
    ]


def _ids(session: Session, video_id: int) -> list[int]:
    query = select(tables.Object.id).where(tables.Object.video_id == video_id, tables.Object.deleted.is_(False))
    return list(session.scalars(query.order_by(tables.Object.id)))


def _rows(session: Session, ids: Sequence[int]) -> Iterable[tuple[Any, ...]]:
    """(object id, frame, state, source, score, area) of every mask, by object and frame."""
    return _select(session, "object_id, frame, state, source, score, area", "true", ids)


def _segments(session: Session, ids: Sequence[int]) -> Iterable[tuple[int, int, int, str, str]]:
    """(object id, start, stop, state, source) of consecutive frames, by object and frame.

    SQLite finds the first and the last frames, with a look at the neighbour of each mask: that takes less than to read
    hundreds of thousands of rows here, and meanwhile other requests are answered.
    """
    same = ("SELECT 1 FROM masks near WHERE near.object_id = masks.object_id AND near.frame = masks.frame {} "
            "AND near.state = masks.state AND near.source = masks.source")
    starts, ends = (_select(session, "object_id, frame, state, source", f"NOT EXISTS ({same.format(step)})", ids)
                    for step in ("- 1", "+ 1"))
    for (object_id, start, state, source), (_, end, _, _) in zip(starts, ends, strict=True):
        yield object_id, start, end + 1, state, source


def _low(session: Session, ids: Sequence[int]) -> Iterable[tuple[int, int]]:
    """(object id, frame) of the low scores."""
    where = f"score < {LOW_SCORE} AND state <> 'verified' AND source <> 'human'"
    return cast("Iterable[tuple[int, int]]", _select(session, "object_id, frame", where, ids))


def _select(session: Session, columns: str, where: str, ids: Sequence[int]) -> Iterable[tuple[Any, ...]]:
    """Columns of the masks of these objects, by object and frame.

    Straight from the driver: a long video has hundreds of thousands, and making SQLAlchemy's rows of them takes longer
    than reading them.
    """
    cursor = session.connection().connection.cursor()
    cursor.execute(f"SELECT {columns} FROM masks WHERE object_id IN ({', '.join('?' * len(ids))}) AND {where} "
                   "ORDER BY object_id, frame", tuple(ids))
    return cast("Iterable[tuple[Any, ...]]", cursor)

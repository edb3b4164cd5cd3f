"""What a whole video looks like without its pixels: for the timeline, for doubt, for the plan of a run.

All of it reads the index `masks_by_object` alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.tracking.plan import ObjectFrames
from projects_db import prompts, stages, tables
from projects_db.ledger import runs_of

LOW_SCORE = 0.5


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
        threads: (frame, thread id, resolved).
        edited: (start, stop) of masks that were made while the video was in review.
    """

    objects: dict[int, list[tuple[int, int, str, str]]] = field(default_factory=dict)
    low: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    prompts: dict[int, list[int]] = field(default_factory=dict)
    threads: list[tuple[int, int, bool]] = field(default_factory=list)
    edited: dict[int, list[tuple[int, int]]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As docs/http.md has it."""
        return dict(vars(self))


def timeline(session: Session, video_id: int) -> Timeline:
    """The timeline of every object that is not deleted."""
    found = Timeline()
    for object_id, series in places(session, video_id).items():
        found.objects[object_id] = list(_lane(series))
        low = [p.frame for p in series if not p.is_barrier and p.score is not None and p.score < LOW_SCORE]
        if low:
            found.low[object_id] = runs_of(low)
    for prompt in prompts.of_objects(session, video_id, list(found.objects)):
        frames = found.prompts.setdefault(prompt.object_id, [])
        if prompt.frame not in frames:
            frames.append(prompt.frame)
    threads = select(tables.Thread).where(tables.Thread.video_id == video_id).order_by(tables.Thread.frame)
    found.threads.extend((row.frame, row.id, row.resolved) for row in session.scalars(threads))
    found.edited.update(stages.edited(session, video_id))
    return found


def places(session: Session, video_id: int, objects: Sequence[int] | None = None) -> dict[int, list[Place]]:
    """{object id: its masks without pixels, by frame} of the objects that are not deleted (or of those among them)."""
    query = select(tables.Object.id).where(tables.Object.video_id == video_id, tables.Object.deleted.is_(False))
    ids = [i for i in session.scalars(query.order_by(tables.Object.id)) if objects is None or i in objects]
    found: dict[int, list[Place]] = {i: [] for i in ids}
    mask = tables.Mask
    rows = session.execute(
        select(mask.object_id, mask.frame, mask.state, mask.source, mask.score, mask.area)
        .where(mask.object_id.in_(ids)).order_by(mask.object_id, mask.frame)
    )
    for object_id, frame, state, source, score, area in rows:
        found[object_id].append(Place(frame, state, source, score, area))
    return found


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


def _lane(series: Sequence[Place]) -> Iterator[tuple[int, int, str, str]]:
    for (state, source), group in groupby(series, key=lambda place: (place.state, place.source)):
        for start, stop in runs_of(place.frame for place in group):
            yield start, stop, state, source

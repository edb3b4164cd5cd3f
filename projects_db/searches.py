"""Searches over a video: what is found is stored as it comes, so that a cancelled or killed one keeps it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, exists, insert, select, update
from sqlalchemy.orm import Session

from backend.errors import NotFound
from backend.masks import Rle
from projects_db import palette, tables, videos
from projects_db.tables import now

ACTIVE = ("queued", "running")


@dataclass(frozen=True)
class Search:
    """A search over frames start <= f < stop, of which `done` are done; `known` tracks showed what had masks."""

    id: int
    video_id: int
    person_id: int
    model: str
    model_version: str
    kind: str
    query: dict[str, Any] | None
    start: int
    stop: int
    every: int
    status: str
    done: int
    known: int
    message: str
    created_at: str
    finished_at: str | None

    def as_json(self) -> dict[str, Any]:
        """The Search of docs/http.md."""
        return {**vars(self), "total": self.stop - self.start}


@dataclass(frozen=True)
class SeenMask:
    """What a search saw of a track on a frame; `rle` has pixels."""

    frame: int
    number: int
    rle: Rle
    score: float


@dataclass(frozen=True)
class Conclusion:
    """What a search made of a track: category -> 0..1, the best first, and whether it is one object."""

    scores: Mapping[str, float]
    is_thing: bool


def create(
    session: Session, video_id: int, person_id: int, *, model: str, model_version: str, kind: str,
    query: dict[str, Any] | None, frames: range, every: int,
) -> Search:
    """A queued search. What was judged of earlier ones, of which nothing waits any more, is forgotten.

    Raises:
        BadInput: frames that the video does not have. Locked: it is accepted. NotFound.
    """
    video = videos.get(session, video_id)
    videos.check_open(video)
    videos.check_frames(video, frames.start, frames.stop)
    track = tables.FoundTrack
    waits = exists().where(track.search_id == tables.Search.id, track.state == "proposed")
    session.execute(delete(tables.Search).where(
        tables.Search.video_id == video_id, tables.Search.status.not_in(ACTIVE), ~waits))
    row = tables.Search(video_id=video_id, person_id=person_id, model=model, model_version=model_version, kind=kind,
                        query=query, start=frames.start, stop=frames.stop, every=every, created_at=now())
    session.add(row)
    session.flush()
    return _view(row)


def get(session: Session, search_id: int) -> Search:
    """Raises NotFound."""
    return _view(_row(session, search_id))


def of_video(session: Session, video_id: int) -> list[Search]:
    """Those of a video that are kept, the newest first."""
    query = select(tables.Search).where(tables.Search.video_id == video_id).order_by(tables.Search.id.desc())
    return [_view(row) for row in session.scalars(query)]


def set_status(session: Session, search_id: int, status: str, message: str = "") -> Search:
    """Say how a search stands; of one that has ended, tracks that it did not propose are forgotten. Raises NotFound."""
    row = _row(session, search_id)
    row.status, row.message = status, message
    if status not in ACTIVE:
        row.finished_at = now()
        _forget_forming(session, [search_id])
    session.flush()
    return _view(row)


def interrupt_all(session: Session) -> None:
    """Searches that were under way when the process ended; `Database.open` calls it."""
    active = session.scalars(select(tables.Search.id).where(tables.Search.status.in_(ACTIVE))).all()
    _forget_forming(session, active)
    session.execute(
        update(tables.Search).where(tables.Search.id.in_(active))
        .values(status="interrupted", finished_at=now(), message="Throughline was stopped during this search."))


def write(
    session: Session, search_id: int, done: int, seen: Sequence[SeenMask], concluded: Mapping[int, Conclusion],
    known: Collection[int],
) -> Search:
    """Store what was seen on some more frames, and what the search makes of its tracks so far.

    Args:
        done: frames in all.
        known: numbers of tracks that show what has masks already; they are not proposed.

    Raises:
        NotFound: the video was deleted meanwhile.
    """
    search = _row(session, search_id)
    search.done, search.known = done, len(concluded.keys() & set(known))
    tracks = {row.number: row for row in session.scalars(
        select(tables.FoundTrack).where(tables.FoundTrack.search_id == search_id))}
    by_number: dict[int, list[SeenMask]] = defaultdict(list)
    for one in seen:
        by_number[one.number].append(one)
    for number, masks in by_number.items():
        if number not in tracks:
            tracks[number] = _new_track(session, search, number, masks[0].frame)
        _add(session, tracks[number], masks)
    for number, row in tracks.items():
        conclusion = concluded.get(number)
        row.state = "proposed" if conclusion and number not in known else "forming"
        if conclusion:
            row.scores, row.is_thing = dict(conclusion.scores), conclusion.is_thing
    session.flush()
    return _view(search)


def _new_track(session: Session, search: tables.Search, number: int, frame: int) -> tables.FoundTrack:
    thing, track = tables.Object, tables.FoundTrack
    used = [*session.scalars(select(thing.colour).where(thing.video_id == search.video_id, ~thing.deleted)),
            *session.scalars(select(track.colour).where(
                track.video_id == search.video_id, track.state.in_(("forming", "proposed"))))]
    row = track(video_id=search.video_id, search_id=search.id, number=number, colour=palette.least_used(used),
                first=frame, last=frame, best=frame)
    session.add(row)
    session.flush()
    return row


def _add(session: Session, row: tables.FoundTrack, masks: Sequence[SeenMask]) -> None:
    best = max(masks, key=lambda one: one.score)
    if best.score > row.best_score:
        row.best, row.best_score = best.frame, best.score
    row.first, row.last = min(row.first, masks[0].frame), max(row.last, masks[-1].frame)
    row.frames += len(masks)
    session.execute(insert(tables.FoundMask), [
        {"track_id": row.id, "frame": one.frame, "score": one.score, "area": one.rle.area, "rle": one.rle.as_blob()}
        for one in masks])


def _forget_forming(session: Session, searches: Sequence[int]) -> None:
    session.execute(delete(tables.FoundTrack).where(
        tables.FoundTrack.search_id.in_(searches), tables.FoundTrack.state == "forming"))


def _row(session: Session, search_id: int) -> tables.Search:
    row = session.get(tables.Search, search_id)
    if row is None:
        raise NotFound("no_such_search", f"There is no search {search_id}.", "Load the page again.")
    return row


def _view(row: tables.Search) -> Search:
    return Search(row.id, row.video_id, row.person_id, row.model, row.model_version, row.kind, row.query, row.start,
                  row.stop, row.every, row.status, row.done, row.known, row.message, row.created_at, row.finished_at)

"""What searches found: tracks that wait for a person, who makes objects of them or rejects them.

An accepted track is stored as a run is: masks of the model that found it, which nobody has verified. Where it becomes
an object of its own, the mask on its best frame counts as made by hand, as that of any accepted candidate: a barrier,
so that a correction elsewhere does not put the whole object in doubt. Judging is a change, so undo knows it.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from backend.errors import BadInput, Conflict, NotFound
from backend.masks import Rle, union
from backend.tracking.plan import Plan, Stretch
from projects_db import ledger, masks, objects, projects, searches, tables, videos
from projects_db.changes import Change
from projects_db.ledger import runs_of
from projects_db.masks import MaskItem, MaskWrite, Written
from projects_db.projects import Label, NewLabel

BATCH = 200
"""Frames whose masks are in memory at a time while they are united."""


@dataclass(frozen=True)
class Track:
    """A track that waits. `frames` of first <= f <= last show it, `best` the model is surest of."""

    id: int
    search_id: int
    model: str
    scores: dict[str, float]
    is_thing: bool
    colour: str
    first: int
    last: int
    frames: int
    best: int

    @property
    def category(self) -> str:
        """The likeliest one; "" where the search was not told categories."""
        return max(self.scores, key=lambda name: self.scores[name], default="")

    def as_json(self) -> dict[str, Any]:
        """The Track of docs/http.md."""
        return {**vars(self), "category": self.category, "score": self.scores.get(self.category, 0.0)}


@dataclass(frozen=True)
class Labels:
    """How accepted tracks get their labels: the one of their category's name, else a new one of that name.

    Attributes:
        other: the id of the label of tracks without a category, and of the rest where nothing new is made.
        makes_new: whether the person may add to the label schema.
    """

    other: int | None
    makes_new: bool


def of_video(session: Session, video_id: int) -> list[Track]:
    """The tracks that wait, the surest first."""
    row = tables.FoundTrack
    query = select(row, tables.Search.model).join(tables.Search, tables.Search.id == row.search_id)
    found = session.execute(query.where(row.video_id == video_id, row.state == "proposed").order_by(row.id))
    waiting = [Track(one.id, one.search_id, model, dict(one.scores), one.is_thing, one.colour, one.first, one.last,
                     one.frames, one.best) for one, model in found]
    return sorted(waiting, key=lambda one: -one.scores.get(one.category, 0.0))


def masks_of(session: Session, video_id: int, start: int, stop: int) -> list[MaskItem]:
    """Masks of the tracks that wait on frames start <= f < stop, by frame; `object_id` is the track's. Raises NotFound.
    """
    video = videos.get(session, video_id)
    mask, track = tables.FoundMask, tables.FoundTrack
    found = session.execute(
        select(mask).join(track, track.id == mask.track_id)
        .where(track.video_id == video_id, track.state == "proposed", mask.frame >= start, mask.frame < stop)
        .order_by(mask.frame, mask.track_id)).scalars()
    return [MaskItem(one.frame, one.track_id, 1, Rle.from_blob(one.rle, video.height, video.width), one.area,
                     "candidate", "model", one.score) for one in found]


def shown_on(session: Session, video_id: int, frame: int, but: int) -> dict[Hashable, Rle]:
    """What is on a frame already: masks of objects, and of tracks that wait from another search than `but`."""
    mine = set(session.scalars(select(tables.FoundTrack.id).where(tables.FoundTrack.search_id == but)))
    there: dict[Hashable, Rle] = {
        ("object", one.object_id): one.rle for one in masks.in_range(session, video_id, frame, frame + 1)
        if one.rle is not None and one.area}
    return there | {
        ("track", one.object_id): one.rle for one in masks_of(session, video_id, frame, frame + 1)
        if one.rle is not None and one.object_id not in mine}


def accept(
    session: Session, change: Change, track_ids: Sequence[int], labels: Labels, *, together: bool = False,
    into: int | None = None,
) -> tuple[Written, list[Label]]:
    """Make objects of tracks, one each.

    Args:
        change: of the kind "run".
        together: make one of all, of the label of the first.
        into: an object that they are to be part of. Its barriers stay as they are; on other frames that have masks of
            both, both together are its mask.

    Returns:
        (what was written, labels that were made).

    Raises:
        BadInput: no label for one of them.
        Conflict: one was judged before, or its search is under way.
        Locked, NotFound: as `masks.write`.
    """
    rows = _waiting(session, change, track_ids)
    video = videos.get(session, change.video_id)
    ledger.check_writable(session, video, [] if into is None else [into])
    before = projects.labels(session, video.project_id)
    made_by = {search_id: _run(session, change, search_id) for search_id in {row.search_id for row in rows}}
    spans: dict[int, list[Stretch]] = {run: [] for run in made_by.values()}
    target = into
    for place, row in enumerate(rows):
        run, state = made_by[row.search_id], "merged"
        if target is None or not (together or into):
            label = _label(session, video.project_id, row, labels)
            target, state = objects.create(session, change, label, None, row.colour).id, "accepted"
            others = [other.id for other in rows[place + 1:]] if together else []
            _copy(session, change, video, row, target, run, barrier=not _any_on(session, others, row.best))
        else:
            _unite(session, change, row, target, run)
        spans[run] += [Stretch(target, first, stop - 1, 1) for first, stop in runs_of(_frames(session, row.id))]
        _judge(session, change, row, state, target)
    for run, stretches in spans.items():
        _finish(session, run, Plan("both", min(one.best for one in rows), tuple(stretches)))
    known = {one.id for one in before}
    return masks.written_by(session, change), [
        one for one in projects.labels(session, video.project_id) if one.id not in known]


def reject(session: Session, change: Change, track_ids: Sequence[int]) -> Written:
    """Say that tracks are nothing. Raises Conflict, NotFound as `accept`."""
    for row in _waiting(session, change, track_ids):
        _judge(session, change, row, "rejected", None)
    return Written(change.id)


def follow(session: Session, change: tables.Change) -> bool:
    """A change was undone or redone: the tracks that it judged wait again, or do not. False: it judged none."""
    judged = change.data.get("tracks", [])
    for track_id, state, object_id in judged:
        row = session.get(tables.FoundTrack, track_id)
        if row is not None:  # else forgotten with its search
            row.state, row.object_id = ("proposed", None) if change.undone else (state, object_id)
    session.flush()
    return bool(judged)


def _waiting(session: Session, change: Change, track_ids: Sequence[int]) -> list[tables.FoundTrack]:
    row = tables.FoundTrack
    found = {one.id: one for one in session.scalars(
        select(row).where(row.id.in_(track_ids), row.video_id == change.video_id))}
    if missing := set(track_ids) - found.keys():
        raise NotFound("no_such_track", f"There is no found track {min(missing)} in this video.",
                       "Load the page again.")
    for one in found.values():
        if searches.get(session, one.search_id).status in searches.ACTIVE:
            raise Conflict("search_active", "The search that found this is under way.",
                           "Wait for it, or cancel it: what it found is kept.")
        if one.state != "proposed":
            raise Conflict("track_judged", "Somebody has judged this track before you.", "Load the page again.")
    return [found[one] for one in dict.fromkeys(track_ids)]


def _run(session: Session, change: Change, search_id: int) -> int:
    """The run that masks of a search are stored as, so that exports name the model."""
    search = searches.get(session, search_id)
    row = tables.Run(
        video_id=change.video_id, person_id=change.person_id, change_id=change.id, model=search.model,
        model_version=search.model_version, status="done", plan={}, prompt_hash="", total=0, verdict="accepted",
        created_at=search.created_at, finished_at=search.finished_at)
    session.add(row)
    session.flush()
    return row.id


def _finish(session: Session, run: int, plan: Plan) -> None:
    row = session.get_one(tables.Run, run)
    row.plan, row.total, row.done = plan.to_json(), plan.total, plan.total
    session.flush()


def _label(session: Session, project_id: int, row: tables.FoundTrack, wanted: Labels) -> int:
    category = max(row.scores, key=lambda name: row.scores[name], default="")
    there = {one.name.lower(): one.id for one in projects.labels(session, project_id)}
    if category.lower() in there:
        return there[category.lower()]
    if category and wanted.makes_new:
        return projects.add_label(session, project_id, NewLabel(category[:100], is_thing=row.is_thing)).id
    if wanted.other is None:
        raise BadInput("no_label", f"There is no label {category}." if category else "This has no category.",
                       "Choose the label of the next object, or ask an owner to add one.")
    return wanted.other


def _copy(
    session: Session, change: Change, video: videos.Video, row: tables.FoundTrack, target: int, run: int, *,
    barrier: bool,
) -> None:
    """Give a new object the masks of a track; no pixels move through Python, as there may be very many."""
    first = ledger.newest(session)
    session.execute(text("""
        INSERT INTO mask_history (change_id, video_id, created_at, frame, object_id, area, state, source, score, run_id,
                                  author_id, rle)
        SELECT :change_id, :video_id, :created_at, frame, :target, area, 'tracked',
               CASE WHEN frame = :barrier THEN 'human' ELSE 'model' END, score, :run, :author, rle
        FROM found_masks WHERE track_id = :track ORDER BY frame"""),
        {"change_id": change.id, "video_id": video.id, "created_at": tables.now(), "target": target, "run": run,
         "barrier": row.best if barrier else -1, "author": change.person_id, "track": row.id})
    masks.finish(session, change, first, video)


def _unite(session: Session, change: Change, row: tables.FoundTrack, target: int, run: int) -> None:
    """Add the masks of a track to an object that has some."""
    frames = _frames(session, row.id)
    video = videos.get(session, change.video_id)
    for begin in range(0, len(frames), BATCH):
        some = frames[begin : begin + BATCH]
        there = {one.frame: one for one in masks.at(session, video.id, [(frame, target) for frame in some])}
        found = session.scalars(select(tables.FoundMask).where(
            tables.FoundMask.track_id == row.id, tables.FoundMask.frame.in_(some)))
        masks.write(session, change, [
            _united(there[one.frame], Rle.from_blob(one.rle, video.height, video.width), one.score, run)
            for one in found])


def _united(there: MaskItem, rle: Rle, score: float, run: int) -> MaskWrite:
    if there.rle is not None and there.area:
        rle, score = union([there.rle, rle]), min(score, 1.0 if there.score is None else there.score)
    return MaskWrite(there.frame, there.object_id, rle, None, source="model", score=score, run_id=run)


def _frames(session: Session, track_id: int) -> list[int]:
    mask = tables.FoundMask
    return list(session.scalars(select(mask.frame).where(mask.track_id == track_id).order_by(mask.frame)))


def _any_on(session: Session, track_ids: Sequence[int], frame: int) -> bool:
    mask = tables.FoundMask
    return session.scalar(
        select(mask.frame).where(mask.track_id.in_(track_ids), mask.frame == frame).limit(1)) is not None


def _judge(session: Session, change: Change, row: tables.FoundTrack, state: str, target: int | None) -> None:
    row.state, row.object_id = state, target
    of = session.get_one(tables.Change, change.id)
    of.data.setdefault("tracks", []).append([row.id, state, target])
    flag_modified(of, "data")
    session.flush()

"""What a run replaced, and what a person makes of it: accept it, or roll it back.

What a run makes is stored, shown and exported at once; what was there before stays in the history. Rolling back is one
change more. It concerns the masks of the run that are still there as it made them: a barrier, or a mask that somebody
wrote since, stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.errors import BadInput, Conflict
from backend.masks import Rle, iou
from projects_db import changes, ledger, masks, runs, tables, videos
from projects_db.changes import Change
from projects_db.ledger import BARRIER, PIXELS, TOKEN
from projects_db.masks import Written
from projects_db.runs import Run

COMPARED = 1000
"""Pairs of masks at most from which the mean agreement with what was there before is taken."""

KIND = "roll back"
"""Of the change that rolls a run back."""

# Of each place a run wrote: `past` was there before it (or nothing), `made` is what it left, `head` is there now.
_PLACES = """
    FROM (SELECT video_id, frame, object_id, min(id) AS first_id, max(id) AS last_id FROM mask_history
          WHERE run_id = :run_id AND change_id IN (SELECT id FROM changes WHERE video_id = :video_id AND kind = 'run')
          GROUP BY frame, object_id) place
    JOIN objects ON objects.id = place.object_id AND NOT objects.deleted
    JOIN mask_history first ON first.id = place.first_id
    LEFT JOIN mask_history past ON past.id = first.previous_id
    JOIN mask_history made ON made.id = place.last_id
    LEFT JOIN masks head ON head.video_id = place.video_id AND head.frame = place.frame
        AND head.object_id = place.object_id
"""
_STANDS = f"head.pixels_id = ({PIXELS.format(row='made')}) AND NOT {BARRIER.format(row='head')}"
_REPLACED = f"past.state IS NOT NULL AND (past.area OR made.area) AND ({PIXELS.format(row='past')}) <> head.pixels_id"


@dataclass(frozen=True)
class Replaced:
    """What a run replaced.

    Attributes:
        masks: places that had a mask before the run, and have that of the run now: what rolling back brings back.
        new: places that had none before: what rolling back removes.
        iou: mean intersection over union of what was there before and what is now, over at most `COMPARED` places of
            `masks`; None without one.
    """

    masks: int
    new: int
    iou: float | None


def replaced(session: Session, run_id: int) -> Replaced:
    """What a run replaced that is still as it made it. Raises NotFound."""
    run = runs.get(session, run_id)
    values = {"run_id": run.id, "video_id": run.video_id}
    count, new = session.execute(text(f"""
        SELECT coalesce(sum({_REPLACED}), 0), coalesce(sum(past.state IS NULL), 0) {_PLACES} WHERE {_STANDS}"""),
        values).one()
    pairs = session.execute(text(f"""
        SELECT was.rle, now.rle FROM (
            SELECT ({PIXELS.format(row='past')}) AS was_id, head.pixels_id AS now_id,
                   row_number() OVER (ORDER BY head.object_id, head.frame) AS n
            {_PLACES} WHERE {_STANDS} AND {_REPLACED}) pair
        JOIN mask_history was ON was.id = pair.was_id JOIN mask_history now ON now.id = pair.now_id
        WHERE pair.n % :step = 0"""), {**values, "step": -(-count // COMPARED) or 1})
    video = videos.get(session, run.video_id)
    agreed = [iou(*(Rle.from_blob(blob, video.height, video.width) for blob in pair)) for pair in pairs]
    return Replaced(count, new, sum(agreed) / len(agreed) if agreed else None)


def accept(session: Session, run_id: int) -> Run:
    """Say that what a run made is right. Raises Conflict: it is under way, or was rolled back. NotFound."""
    return _set(session, _ended(session, run_id), "accepted")


def roll_back(session: Session, run_id: int, person_id: int) -> Written:
    """Bring back what a run replaced, where nothing else was written since, as a change of its own.

    What comes back where the run's own mask has turned stale is stale too: it is older still than the barrier that
    changed.

    Raises:
        Conflict: it is under way, or was rolled back.
        BadInput: nothing of it is left.
        Locked: the video is accepted, or an object locked. NotFound.
    """
    run = _ended(session, run_id)
    video = videos.get(session, run.video_id)
    values = {"run_id": run.id, "video_id": run.video_id}
    touched = session.scalars(text(f"SELECT DISTINCT place.object_id {_PLACES} WHERE {_STANDS}"), values).all()
    ledger.check_writable(session, video, touched)
    change = changes.begin(session, run.video_id, person_id, KIND, {"run": run.id})
    written = _restore(session, change, video, values)
    if not written.changed:
        raise BadInput("nothing_to_roll_back", "Nothing that this run made is still there as it made it.",
                       "Correct what is wrong by hand: somebody has replaced, verified or removed all of it since.")
    _set(session, run, "rolled back")
    return written


def follow(session: Session, change: tables.Change) -> Run | None:
    """A change was undone or redone: the verdict of the run that it rolled back goes with it."""
    if change.kind != KIND:
        return None
    run = runs.get(session, change.data["run"])
    return _set(session, run, None if change.undone else "rolled back")


def _restore(session: Session, change: Change, video: videos.Video, values: dict[str, Any]) -> Written:
    first = ledger.newest(session)
    ages = "head.state = 'stale' AND past.source = 'model' AND past.state IN ('tracked', 'absent')"
    session.execute(text(f"""
        INSERT INTO mask_history (change_id, video_id, created_at, previous_id, restores_id, frame, object_id, area,
                                  state, source, score, run_id, prompt_hash, author_id, pixels_id)
        SELECT :change_id, place.video_id, :created_at, head.revision,
               CASE WHEN NOT coalesce({ages}, 0) THEN {TOKEN.format(row='past')} END, place.frame, place.object_id,
               coalesce(past.area, 0), CASE WHEN {ages} THEN 'stale' ELSE past.state END, past.source, past.score,
               past.run_id, past.prompt_hash, past.author_id, {PIXELS.format(row='past')}
        {_PLACES} WHERE {_STANDS} ORDER BY place.object_id, place.frame"""),
        {**values, "change_id": change.id, "created_at": tables.now()})
    return masks.finish(session, change, first, video)


def _ended(session: Session, run_id: int) -> Run:
    run = runs.get(session, run_id)
    if run.status in runs.ACTIVE:
        raise Conflict("run_active", "This run is under way.", "Wait for it, or cancel it.")
    if run.verdict == "rolled back":
        raise Conflict("rolled_back", "This run was rolled back.", "Undo that first.")
    return run


def _set(session: Session, run: Run, verdict: str | None) -> Run:
    session.get_one(tables.Run, run.id).verdict = verdict
    session.flush()
    return runs.get(session, run.id)

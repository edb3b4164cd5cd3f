"""Runs: one propagation each, committed frame by frame, so that a cancelled or killed one keeps what it made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from backend.errors import BadInput, Conflict, Locked, NotFound
from backend.masks import Rle
from projects_db import changes, ledger, masks, tables, videos
from projects_db.changes import Change
from projects_db.masks import MaskWrite, Written
from projects_db.tables import now

ACTIVE = ("queued", "running")


@dataclass(frozen=True)
class Run:
    """A run; `total` and `done` count object-frames, `plan` is `backend.tracking.plan.Plan` as JSON."""

    id: int
    video_id: int
    person_id: int
    change_id: int
    model: str
    model_version: str
    status: str
    plan: dict[str, Any]
    prompt_hash: str
    total: int
    done: int
    message: str
    created_at: str
    finished_at: str | None
    verdict: str | None
    """What a person made of the result: "accepted", "rolled back", or None."""


@dataclass(frozen=True)
class RunMask:
    """What a model made of one object on one frame; an empty mask says that it is absent. `score` is 0..1. What is
    `half` made (tracked from one side of two) is stored as stale: it is there if the run ends here, and yet to be
    done."""

    rle: Rle
    score: float
    half: bool = False


def create(
    session: Session, video_id: int, person_id: int, *, model: str, model_version: str, plan: dict[str, Any],
    prompt_hash: str, total: int, objects: Sequence[int],
) -> Run:
    """A queued run and its change. Raises BadInput (nothing to do), Locked, NotFound."""
    if total < 1:
        raise BadInput("nothing_to_track", "There is no frame to track in this range.",
                       "Choose another range, or a frame with a mask to start from.")
    ledger.check_writable(session, videos.get(session, video_id), objects)
    change = changes.begin(session, video_id, person_id, "run")
    row = tables.Run(
        video_id=video_id, person_id=person_id, change_id=change.id, model=model, model_version=model_version,
        status="queued", plan=plan, prompt_hash=prompt_hash, total=total, created_at=now(),
    )
    session.add(row)
    session.flush()
    return _view(row)


def resume(
    session: Session, run_id: int, person_id: int, *, plan: dict[str, Any], total: int, prompt_hash: str,
) -> Run:
    """Queue an ended run again with what is left of its plan, as a new change of whoever resumes it: what it made
    before stays a step of its own for undo.

    Args:
        total: object-frames that are left; those done before are added.

    Raises:
        Conflict: it is under way. BadInput: nothing is left. Locked. NotFound.
    """
    row = _row(session, run_id)
    if row.status in ACTIVE:
        raise Conflict("run_active", "This run is under way.", "Wait for it, or cancel it.")
    if total < 1:
        raise BadInput("nothing_to_track", "This run has nothing left to do.", "Begin another run.")
    row.change_id = changes.begin(session, row.video_id, person_id, "run").id
    row.plan, row.prompt_hash, row.person_id = plan, prompt_hash, person_id
    row.status, row.message, row.finished_at, row.total = "queued", "", None, row.done + total
    row.verdict = None
    session.flush()
    return _view(row)


def get(session: Session, run_id: int) -> Run:
    """Raises NotFound."""
    return _view(_row(session, run_id))


def of_video(session: Session, video_id: int, limit: int = 50) -> list[Run]:
    """The newest runs of a video, newest first."""
    query = select(tables.Run).where(tables.Run.video_id == video_id).order_by(tables.Run.id.desc()).limit(limit)
    return [_view(row) for row in session.scalars(query)]


def set_status(session: Session, run_id: int, status: str, message: str = "") -> Run:
    """Say how a run stands; `finished_at` is set once it is not queued or running. Raises NotFound."""
    row = _row(session, run_id)
    row.status, row.message = status, message
    row.finished_at = None if status in ACTIVE else now()
    session.flush()
    return _view(row)


def interrupt_all(session: Session) -> None:
    """Runs that were under way when the process ended; `Database.open` calls it."""
    session.execute(
        update(tables.Run).where(tables.Run.status.in_(ACTIVE))
        .values(status="interrupted", finished_at=now(), message="Throughline was stopped during this run.")
    )


def write_frame(session: Session, run_id: int, frame: int, made: Mapping[int, RunMask]) -> Written:
    """Store what a run made on one frame, {object id: mask}, and count it as done.

    Somebody may have verified or corrected a mask while the model worked. So barriers are looked at again here, and
    left as they are (`skipped`); and what the run makes between a barrier that changed since it began and the barriers
    beside that one is stale from the start.

    Raises:
        Locked: the video was accepted or an object locked meanwhile, or the run is not under way.
        NotFound: an object was deleted meanwhile.
    """
    row = _row(session, run_id)
    if row.status not in ACTIVE:
        raise Locked("run_over", f"This run is {row.status}; nothing can be added to it.", "Resume it.")
    change = Change(row.change_id, row.video_id, row.person_id, "run")
    frame_count = videos.get(session, row.video_id).frame_count
    outdated = ledger.changed_barriers_since(session, row.video_id, row.change_id, list(made), frame_count)
    stale = {object_id for object_id, start, stop in outdated if start <= frame < stop}
    written = masks.write(session, change, [
        MaskWrite(frame, object_id, mask.rle, None, state="stale" if mask.half or object_id in stale else "tracked",
                  source="model", score=mask.score, run_id=run_id, prompt_hash=row.prompt_hash)
        for object_id, mask in made.items()
    ])
    row.done += len(made)
    session.flush()
    return written


def done_frames(session: Session, run_id: int) -> dict[int, list[int]]:
    """{object id: frames} that a run need not do any more: made by it and not stale since, or a barrier by now."""
    run, mask = get(session, run_id), tables.Mask
    query = (
        select(mask.object_id, mask.frame)
        .where(mask.video_id == run.video_id, or_(
            (mask.run_id == run_id) & (mask.state != "stale"), ledger.IS_BARRIER))
        .order_by(mask.object_id, mask.frame)
    )
    found: dict[int, list[int]] = defaultdict(list)
    for object_id, frame in session.execute(query):
        found[object_id].append(frame)
    return dict(found)


def _row(session: Session, run_id: int) -> tables.Run:
    row = session.get(tables.Run, run_id)
    if row is None:
        raise NotFound("no_such_run", f"There is no run {run_id}.", "Load the page again.")
    return row


def _view(row: tables.Run) -> Run:
    return Run(
        row.id, row.video_id, row.person_id, row.change_id, row.model, row.model_version, row.status, row.plan,
        row.prompt_hash, row.total, row.done, row.message, row.created_at, row.finished_at, row.verdict,
    )

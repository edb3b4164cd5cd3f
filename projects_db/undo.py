"""Undo and redo, per person and video. Nothing is erased: what was comes back as new history rows of an "undo" change.

A person undoes their own last change that stands. It is refused where somebody else changed the same mask or object
since. Where the person's own later work lies on top (only a run does that: its frames may come in after a correction),
that stays as it is. A barrier that undo makes or takes away turns its neighbours stale as any other edit does.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from backend.errors import BadInput, Conflict
from projects_db import changes, found, ledger, masks, objects, tables, verdicts, videos
from projects_db.changes import Change
from projects_db.ledger import PIXELS, TOKEN
from projects_db.masks import Written
from projects_db.objects import Object
from projects_db.runs import Run

# Of each place a change wrote: `past` was there before (or nothing), `made` is what the change left, `head` is now.
_PLACES = """
    FROM (SELECT video_id, frame, object_id, min(id) AS first_id, max(id) AS last_id
          FROM mask_history WHERE change_id = :of GROUP BY video_id, frame, object_id) place
    JOIN mask_history first ON first.id = place.first_id
    LEFT JOIN mask_history past ON past.id = first.previous_id
    JOIN mask_history made ON made.id = place.last_id
    JOIN mask_history head ON head.id = (
        SELECT max(id) FROM mask_history later WHERE later.video_id = place.video_id AND later.frame = place.frame
        AND later.object_id = place.object_id)
"""


@dataclass(frozen=True)
class Undone:
    """What an undo or redo did; `kind` is that of the change that was undone or redone, `frame` where it began.
    `run` is one whose verdict changed with it, `tracks` says that tracks of a search wait again or do not any more."""

    kind: str
    written: Written
    objects: tuple[Object, ...]
    frame: int | None
    run: Run | None = None
    tracks: bool = False


def undo(session: Session, video_id: int, person_id: int) -> Undone:
    """Undo the person's last change on a video that stands.

    Raises:
        BadInput: there is nothing to undo.
        Conflict: somebody changed the same since, or it is a run under way.
        Locked: the video is accepted, or an object locked.
    """
    target = changes.to_undo(session, video_id, person_id)
    if target is None:
        raise BadInput("nothing_to_undo", "You have nothing to undo on this video.",
                       "Correct the frame by hand, or ask whoever changed it: what others changed is theirs to undo.")
    change = _begin(session, target, "undo")
    written, frame = _masks(session, change, target, back="past", expected="made")
    edited = objects.go_back(session, target.data.get("objects", []))
    target.undone = True
    session.flush()
    return Undone(target.kind, written, tuple(edited), frame, verdicts.follow(session, target),
                  found.follow(session, target))


def redo(session: Session, video_id: int, person_id: int) -> Undone:
    """Do again what the person undid last, unless they did something else since. Raises as `undo`."""
    target = changes.to_redo(session, video_id, person_id)
    if target is None:
        raise BadInput("nothing_to_redo", "You have nothing to redo on this video.",
                       "Do it again by hand: only what was undone last, with nothing done since, can be redone.")
    change = _begin(session, target, "redo")
    edited = objects.go_forward(session, target.data.get("objects", []))
    written, frame = _masks(session, change, target, back="made", expected="past")
    target.undone = False
    session.flush()
    return Undone(target.kind, written, tuple(edited), frame, verdicts.follow(session, target),
                  found.follow(session, target))


def _begin(session: Session, target: tables.Change, kind: str) -> Change:
    videos.check_open(videos.get(session, target.video_id))
    active = select(tables.Run.id).where(
        tables.Run.change_id == target.id, tables.Run.status.in_(("queued", "running")))
    if session.scalar(active):
        raise Conflict("run_active", "Your last change is a run that is under way.", "Cancel it first.")
    return changes.record(session, target.video_id, target.person_id, kind, {"of": target.id})


def _masks(
    session: Session, change: Change, target: tables.Change, *, back: str, expected: str,
) -> tuple[Written, int | None]:
    """Bring the masks of the places of a change back to `back`; also the frame where that change began."""
    history, of = tables.MaskHistory, target.id
    begun = session.scalar(select(history.frame).where(history.change_id == of).order_by(history.id).limit(1))
    if begun is None:
        return Written(change.id), None
    video = videos.get(session, change.video_id)
    ledger.check_writable(session, video, session.scalars(
        select(history.object_id).where(history.change_id == of).distinct()))
    as_left = f"({TOKEN.format(row='head')}) = ({TOKEN.format(row=expected)})"
    _check_not_built_on(session, change, of, as_left)
    first, since = ledger.newest(session), 0
    if target.kind in changes.MOVES:  # it made nothing stale itself: only what was made since was made from it
        since = session.execute(text(f"SELECT max(head.id) {_PLACES} WHERE {as_left}"), {"of": of}).scalar_one() or 0
    session.execute(text(f"""
        INSERT INTO mask_history (change_id, video_id, created_at, previous_id, restores_id, frame, object_id, area,
                                  state, source, score, run_id, prompt_hash, author_id, pixels_id)
        SELECT :change_id, place.video_id, :created_at, CASE WHEN head.state IS NOT NULL THEN head.id END,
               {TOKEN.format(row=back)}, place.frame, place.object_id, coalesce({back}.area, 0), {back}.state,
               {back}.source, {back}.score, {back}.run_id, {back}.prompt_hash, {back}.author_id,
               {PIXELS.format(row=back)}
        {_PLACES} WHERE {as_left}
        ORDER BY place.first_id"""), {"change_id": change.id, "of": of, "created_at": tables.now()})
    return masks.finish(session, change, first, video, since=since), begun


def _check_not_built_on(session: Session, change: Change, of: int, as_left: str) -> None:
    query = text(f"""
        SELECT place.frame, place.object_id, people.name {_PLACES}
        JOIN changes ON changes.id = head.change_id JOIN people ON people.id = changes.person_id
        WHERE NOT {as_left} AND changes.person_id <> :person_id ORDER BY head.id DESC LIMIT 1""")
    found = session.execute(query, {"of": of, "person_id": change.person_id}).one_or_none()
    if found:
        theirs = masks.get(session, change.video_id, found.frame, found.object_id)
        raise Conflict(
            "built_on", f"{found.name} changed the mask on frame {found.frame} after you; this cannot be taken back.",
            "Correct the frame by hand.", theirs=theirs.as_json(), yours=None,
        )

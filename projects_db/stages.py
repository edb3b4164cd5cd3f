"""What the stages of a video leave behind: who handed it in and with which masks, and what its reviewers changed.

Every move is a change of the kind "stage" that names the newest history row of then, so that the masks which were
handed in can be told from what they became.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.orm import Session

from backend.masks import Rle
from projects_db import changes, ledger, tables, videos
from projects_db.ledger import PIXELS
from projects_db.videos import Video

# The newest row of each place of a video up to a history row, `h`, and the row with its pixels, `p`.
_PAST = f"""
    FROM (SELECT max(id) AS id FROM mask_history WHERE video_id = :video AND id <= :history
          GROUP BY frame, object_id) newest
    JOIN mask_history h ON h.id = newest.id JOIN mask_history p ON p.id = {PIXELS.format(row="h")}
    WHERE h.state IS NOT NULL
"""
_SHOWN = "h.area > 0 AND h.state <> 'candidate'"


@dataclass(frozen=True)
class Snapshot:
    """A video as it was after a change, when `history` was the newest history row."""

    video_id: int
    change_id: int
    history: int


@dataclass(frozen=True)
class HandIn:
    """A video given to review: by whom, when, and what it was like then."""

    person_id: int
    person: str
    at: str
    snapshot: Snapshot


@dataclass(frozen=True)
class PastMask:
    """A mask of a snapshot; `made_at` is when its pixels were made."""

    object_id: int
    label_id: int
    author_id: int | None
    made_at: str
    rle: Rle


@dataclass(frozen=True)
class Correction:
    """What a reviewer did to masks that were handed in: "added", "changed" or "removed", frames start <= f < stop."""

    object_id: int
    start: int
    stop: int
    kind: str
    person: str


def note(session: Session, video: Video, person_id: int, to: str) -> None:
    """Note that a person moves a video to another stage; call it before the move."""
    changes.record(session, video.id, person_id, "stage", {"to": to, "history": ledger.newest(session)})


def hand_ins(session: Session, video_id: int) -> list[HandIn]:
    """Every time a video was given to review, the first one first."""
    change = tables.Change
    query = (
        select(change.id, change.person_id, tables.Person.name, change.created_at, change.data)
        .join(tables.Person, tables.Person.id == change.person_id)
        .where(change.video_id == video_id, change.kind == "stage").order_by(change.id)
    )
    return [HandIn(person_id, person, at, Snapshot(video_id, change_id, data["history"]))
            for change_id, person_id, person, at, data in session.execute(query) if data["to"] == "review"]


def may_take_back(session: Session, video: Video, person_id: int) -> bool:
    """Whether a video in review goes back to its annotator on their own word: they handed it in, and since then nobody
    else has changed or commented anything."""
    handed = hand_ins(session, video.id)[-1:] if video.stage == "review" else []
    return bool(handed) and handed[0].person_id == person_id and not _is_reviewed(session, video.id, handed[0])


def _is_reviewed(session: Session, video_id: int, handed: HandIn) -> bool:
    change, comment = tables.Change, tables.Comment
    changed = select(change.id).where(
        change.video_id == video_id, change.id > handed.snapshot.change_id, change.person_id != handed.person_id,
    ).limit(1)
    said = (
        select(comment.id).join(tables.Thread, tables.Thread.id == comment.thread_id)
        .where(tables.Thread.video_id == video_id, comment.created_at >= handed.at,
               comment.person_id != handed.person_id).limit(1)
    )
    return session.scalar(changed) is not None or session.scalar(said) is not None


def corrections(session: Session, video_id: int) -> list[Correction]:
    """What reviewers changed of the masks that were handed in last, by object and frame. Verifying changes no mask."""
    handed = hand_ins(session, video_id)[-1:]
    if not handed:
        return []
    rows = session.execute(text(f"""
        SELECT place.object_id, place.frame, people.name AS person,
               past.state IS NOT NULL AS was, made.state IS NOT NULL AS is_there
        FROM (SELECT h.frame, h.object_id, min(h.id) AS first_id, max(h.id) AS last_id
              FROM changes c JOIN mask_history h ON h.change_id = c.id
              WHERE c.video_id = :video AND c.id > :handed AND c.stage = 'review'
              GROUP BY h.frame, h.object_id) place
        JOIN mask_history first ON first.id = place.first_id
        LEFT JOIN mask_history past ON past.id = first.previous_id
        JOIN mask_history made ON made.id = place.last_id
        JOIN changes ON changes.id = made.change_id JOIN people ON people.id = changes.person_id
        WHERE ({PIXELS.format(row="past")}) IS NOT ({PIXELS.format(row="made")})
        ORDER BY place.object_id, place.frame"""), {"video": video_id, "handed": handed[0].snapshot.change_id})
    kinds = {(False, True): "added", (True, True): "changed", (True, False): "removed"}
    return [
        Correction(object_id, start, stop, kind, person)
        for (object_id, kind, person), group in groupby(
            rows, key=lambda row: (row.object_id, kinds[bool(row.was), bool(row.is_there)], row.person))
        for start, stop in ledger.runs_of(row.frame for row in group)
    ]


def edited(session: Session, video_id: int) -> dict[int, list[tuple[int, int]]]:
    """{object id: [(start, stop)]} of the masks that are there now and were made while the video was in review."""
    rows = session.execute(text("""
        SELECT masks.object_id, masks.frame FROM changes c JOIN mask_history h ON h.change_id = c.id
        JOIN masks ON masks.video_id = h.video_id AND masks.frame = h.frame AND masks.object_id = h.object_id
          AND masks.pixels_id = h.id
        WHERE c.video_id = :video AND c.stage = 'review' ORDER BY masks.object_id, masks.frame"""), {"video": video_id})
    return {object_id: ledger.runs_of(row.frame for row in group)
            for object_id, group in groupby(rows, key=lambda row: row.object_id)}


def now_of(session: Session, video_id: int) -> Snapshot:
    """A video as it is."""
    change = session.scalar(select(func.max(tables.Change.id)))
    return Snapshot(video_id, change or 0, ledger.newest(session))


def frames_of(session: Session, snapshot: Snapshot) -> list[int]:
    """The frames of a snapshot that have a mask with pixels which is no candidate, ascending."""
    return list(session.scalars(text(f"SELECT DISTINCT h.frame {_PAST} AND {_SHOWN} ORDER BY h.frame"),
                                {"video": snapshot.video_id, "history": snapshot.history}))


def masks_of(session: Session, snapshot: Snapshot, frames: Sequence[int]) -> dict[int, list[PastMask]]:
    """{frame: its masks with pixels that are no candidates} of a snapshot, on these frames. Raises NotFound (video)."""
    video, there = videos.get(session, snapshot.video_id), objects_of(session, snapshot)
    query = text(f"""
        SELECT h.frame, h.object_id, h.author_id, p.created_at, p.rle {_PAST} AND {_SHOWN} AND h.frame IN :frames
        ORDER BY h.frame, h.object_id""").bindparams(bindparam("frames", expanding=True))
    found: dict[int, list[PastMask]] = {frame: [] for frame in frames}
    values = {"video": video.id, "history": snapshot.history, "frames": list(frames)}
    for frame, object_id, author_id, made_at, blob in session.execute(query, values):
        if object_id in there:
            rle = Rle.from_blob(blob, video.height, video.width)
            found[frame].append(PastMask(object_id, there[object_id], author_id, made_at, rle))
    return found


def objects_of(session: Session, snapshot: Snapshot) -> dict[int, int]:
    """{object id: label id} of the objects that there were: later edits of them are unwound."""
    video_id, change_id = snapshot.video_id, snapshot.change_id
    found = {row.id: {"deleted": row.deleted, "label_id": row.label_id} for row in session.scalars(
        select(tables.Object).where(tables.Object.video_id == video_id))}
    later = session.execute(
        select(tables.Change.id, tables.Change.kind, tables.Change.data)
        .where(tables.Change.video_id == video_id, tables.Change.id > change_id).order_by(tables.Change.id.desc())
    ).all()
    for _, kind, data in later:
        edits, undone = _edits_of(session, kind, data)
        for edit in edits if undone else reversed(edits):
            found[edit["object"]].update(edit["after" if undone else "before"])
    return {object_id: facts["label_id"] for object_id, facts in found.items() if not facts["deleted"]}


def _edits_of(session: Session, kind: str, data: dict[str, Any]) -> tuple[Sequence[dict[str, Any]], bool]:
    """The object edits a change did, and whether it undid them."""
    if kind not in ("undo", "redo"):
        return data.get("objects", []), False
    return session.get_one(tables.Change, data["of"]).data.get("objects", []), kind == "undo"

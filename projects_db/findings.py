"""What temporal checks found, and what people said of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from backend.errors import NotFound
from projects_db import tables
from projects_db.tables import now


@dataclass(frozen=True)
class NewFinding:
    """What a check found; as `backend.quality.checks.Finding`."""

    kind: str
    object_id: int
    other_id: int | None
    frame: int
    start: int
    stop: int
    score: float
    sentence: str

    @property
    def key(self) -> tuple[Any, ...]:
        """Two checks that find the same thing find it with the same key."""
        return self.kind, self.object_id, self.other_id, self.frame


@dataclass(frozen=True)
class StoredFinding(NewFinding):
    """One that is stored: `status` "open", "dismissed" or "fixed"."""

    id: int
    video_id: int
    status: str


def store(session: Session, video_id: int, found: Iterable[NewFinding]) -> list[StoredFinding]:
    """Take over what a check found: those are the open ones now.

    One that was dismissed stays so while the masks it is about are the same; open ones that are found no more are
    fixed.

    Returns:
        The open ones, surest first.
    """
    wanted = {one.key: one for one in found}
    revisions = _revisions(session, video_id, wanted.values())
    row = tables.Finding
    for old in session.scalars(select(row).where(row.video_id == video_id, row.status != "fixed")):
        key = (old.kind, old.object_id, old.other_id, old.frame)
        again = wanted.get(key)
        if again is None or revisions[key] != (old.revision, old.detail["other_revision"]):
            if old.status == "open":
                old.status = "fixed"
        elif old.status == "open":
            old.score = again.score
            del wanted[key]
        else:
            del wanted[key]
    for key, new in wanted.items():
        revision, other = revisions[key]
        detail = {"start": new.start, "stop": new.stop, "sentence": new.sentence, "other_revision": other}
        session.add(row(video_id=video_id, object_id=new.object_id, other_id=new.other_id, frame=new.frame,
                        kind=new.kind, score=new.score, detail=detail, revision=revision, created_at=now()))
    session.flush()
    return of_video(session, video_id, "open")


def of_video(session: Session, video_id: int, status: str | None = None) -> list[StoredFinding]:
    """Findings of objects that are not deleted, surest first; of one status or all."""
    row = tables.Finding
    gone = select(tables.Object.id).where(tables.Object.video_id == video_id, tables.Object.deleted.is_(True))
    query = select(row).where(row.video_id == video_id, row.object_id.not_in(gone))
    query = query.where(row.other_id.is_(None) | row.other_id.not_in(gone))
    if status is not None:
        query = query.where(row.status == status)
    return [_view(one) for one in session.scalars(query.order_by(row.score.desc(), row.frame, row.id))]


def get(session: Session, finding_id: int) -> StoredFinding:
    """Raises NotFound."""
    return _view(_row(session, finding_id))


def set_status(session: Session, finding_id: int, person_id: int, status: str) -> StoredFinding:
    """Dismiss one, or open it again. Raises NotFound."""
    row = _row(session, finding_id)
    row.status, row.decided_by = status, person_id
    session.flush()
    return _view(row)


def _revisions(session: Session, video_id: int, found: Iterable[NewFinding]) -> dict[tuple[Any, ...], tuple[int, int]]:
    """Key -> revisions of the mask it is about and of the other object's; 0 for none."""
    kept = list(found)
    places = sorted({(f.frame, one) for f in kept for one in (f.object_id, f.other_id) if one is not None})
    there: dict[tuple[int, int | None], int] = {}
    for at in range(0, len(places), 500):  # SQLite bounds the parameters of a statement
        some = places[at : at + 500]
        query = select(tables.Mask.frame, tables.Mask.object_id, tables.Mask.revision).where(
            tables.Mask.video_id == video_id, tuple_(tables.Mask.frame, tables.Mask.object_id).in_(some))
        there.update({(frame, one): revision for frame, one, revision in session.execute(query)})
    return {f.key: (there.get((f.frame, f.object_id), 0), there.get((f.frame, f.other_id), 0)) for f in kept}


def _row(session: Session, finding_id: int) -> tables.Finding:
    row = session.get(tables.Finding, finding_id)
    if row is None:
        raise NotFound("no_such_finding", f"There is no finding {finding_id}.", "Load the page again.")
    return row


def _view(row: tables.Finding) -> StoredFinding:
    detail = row.detail
    return StoredFinding(row.kind, row.object_id, row.other_id, row.frame, detail["start"], detail["stop"], row.score,
                         detail["sentence"], row.id, row.video_id, row.status)

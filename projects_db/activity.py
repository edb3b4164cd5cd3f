"""How much people work on which object, by the hour, and what comes of it: what the report of work is made from.

Pages say how long a person was active and what they gave; what they made is counted from the history of masks. An owner
may switch the logging off for the whole workplace.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, distinct, func, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from backend.errors import NotFound
from projects_db import tables
from projects_db.tables import now

NO_OBJECT = 0
"""None was selected."""
_SETTING = "activity"
_NOT_DRAWN = ("run", "import", "undo", "redo")


class Spent(NamedTuple):
    """What a person put into one object: active seconds, prompts given, corrections of masks that were there."""

    seconds: float
    clicks: int
    corrections: int


@dataclass
class Work:
    """What one person put into one object of one video, and what came of it, in some period.

    Attributes:
        made: frames whose mask they made by hand or with prompts.
        tracked: frames whose mask a run of theirs made.
        masks: frames with either.
        verified: frames they verified.
        models: of those runs, by name.
    """

    person_id: int
    person: str
    project_id: int
    project: str
    video_id: int
    video: str
    object_id: int
    object: str
    label: str
    seconds: float = 0.0
    clicks: int = 0
    corrections: int = 0
    made: int = 0
    tracked: int = 0
    masks: int = 0
    verified: int = 0
    models: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The Work of docs/http.md."""
        return asdict(self)


def is_logged(session: Session) -> bool:
    """Whether work is logged here; it is unless an owner has switched it off."""
    row = session.get(tables.Setting, _SETTING)
    return row is None or bool(row.value["logged"])


def set_logged(session: Session, logged: bool) -> None:
    """Switch the logging on or off for the whole workplace; what was logged stays."""
    session.merge(tables.Setting(name=_SETTING, value={"logged": logged}))
    session.flush()


def add(session: Session, person_id: int, video_id: int, spent: Mapping[int, Spent]) -> bool:
    """Add to what a person has put into objects this hour.

    Args:
        spent: by object id; `NO_OBJECT` for work with none selected.

    Returns:
        False where nothing is logged; then nothing was added.

    Raises:
        NotFound: an object is not in the video.
    """
    if not is_logged(session):
        return False
    known = set(session.scalars(select(tables.Object.id).where(tables.Object.video_id == video_id)))
    if strange := spent.keys() - known - {NO_OBJECT}:
        raise NotFound("no_such_object", f"There is no object {min(strange)} in this video.",
                       "Somebody may have deleted it; load the page again.")
    table = tables.Activity
    for object_id, one in spent.items():
        row = insert(table).values(person_id=person_id, video_id=video_id, object_id=object_id, hour=now()[:13],
                                   **one._asdict())
        session.execute(row.on_conflict_do_update(set_={
            name: getattr(table, name) + getattr(row.excluded, name) for name in Spent._fields}))
    return True


def report(
    session: Session, since: str, until: str, *, person_id: int | None = None, project_id: int | None = None,
) -> list[Work]:
    """What people did from `since` until before `until` (times as in the tables; what was logged goes by whole hours),
    by person, video and object. Masks of changes that were undone do not count."""
    spent, change = tables.Activity, tables.Change
    of_spent = [spent.hour >= since[:13], spent.hour < until[:13]]
    of_changes = [change.created_at >= since, change.created_at < until, change.undone.is_(False)]
    if person_id is not None:
        of_spent.append(spent.person_id == person_id)
        of_changes.append(change.person_id == person_id)
    found: dict[tuple[int, int, int], dict[str, Any]] = {}
    for row in session.execute(_spent(of_spent)).mappings():
        found.setdefault((row["person_id"], row["video_id"], row["object_id"]), {}).update(row)
    for row in session.execute(_made(of_changes)).mappings():
        if any(row[name] for name in ("masks", "verified")):
            found.setdefault((row["person_id"], row["video_id"], row["object_id"]), {}).update(
                row, models=sorted((row["models"] or "").split(",")) if row["models"] else [])
    return _named(session, found, project_id)


def _spent(where: list[ColumnElement[bool]]) -> Any:
    table = tables.Activity
    place = (table.person_id, table.video_id, table.object_id)
    totals = (func.sum(getattr(table, name)).label(name) for name in Spent._fields)
    return select(*place, *totals).where(*where).group_by(*place)


def _made(where: list[ColumnElement[bool]]) -> Any:
    row, change, run = tables.MaskHistory, tables.Change, tables.Run
    shown = and_(row.rle.is_not(None), row.state != "absent")
    drawn = and_(shown, row.source == "human", row.restores_id.is_(None), change.kind.not_in(_NOT_DRAWN))
    tracked = and_(shown, change.kind == "run")
    verified = and_(change.kind == "verify", row.state == "verified")
    place = (change.person_id, row.video_id, row.object_id)
    return (
        select(*place, *(func.count(distinct(case((kind, row.frame)))).label(name) for name, kind in (
            ("made", drawn), ("tracked", tracked), ("masks", drawn | tracked), ("verified", verified))),
            func.group_concat(distinct(case((tracked, run.model)))).label("models"))
        .join(change, change.id == row.change_id).outerjoin(run, run.id == row.run_id).where(*where).group_by(*place)
    )


def _named(session: Session, found: dict[tuple[int, int, int], dict[str, Any]], project_id: int | None) -> list[Work]:
    """With the names of what they are about, sorted by these."""
    people = {one.id: one.name for one in session.execute(select(tables.Person.id, tables.Person.name))}
    query = select(tables.Video.id, tables.Video.name, tables.Project.id.label("project_id"),
                   tables.Project.name.label("project"))
    query = query.join(tables.Project, tables.Project.id == tables.Video.project_id)
    if project_id is not None:
        query = query.where(tables.Project.id == project_id)
    videos = {one.id: one for one in session.execute(query)}
    named = select(tables.Object.id, tables.Object.name, tables.Label.name.label("label"))
    named = named.join(tables.Label, tables.Label.id == tables.Object.label_id)
    objects = {one.id: one for one in session.execute(named.where(tables.Object.video_id.in_(videos)))}
    made = []
    for (person_id, video_id, object_id), facts in found.items():
        if video := videos.get(video_id):
            thing = objects.get(object_id)
            work = Work(person_id, people[person_id], video.project_id, video.project, video_id, video.name, object_id,
                        thing.name if thing else "", thing.label if thing else "")
            for name, value in facts.items():
                setattr(work, name, value)
            made.append(work)
    return sorted(made, key=lambda one: (one.person, one.project, one.video, one.object, one.object_id))

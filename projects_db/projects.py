"""Projects and their label schemas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from backend.errors import BadInput, Conflict, NotFound
from projects_db import palette, people, spans, tables
from projects_db.tables import now

_DEMO = "demo"
"""The setting that names the project of `mark_demo`."""


@dataclass(frozen=True)
class Label:
    """A category of a project's schema. `attributes` as `tables.Label` has them."""

    id: int
    project_id: int
    name: str
    colour: str
    is_thing: bool
    hotkey: str | None
    attributes: list[Any]


@dataclass(frozen=True)
class NewLabel:
    """A label to be made; without a colour it gets one that the project uses least."""

    name: str
    colour: str | None = None
    is_thing: bool = True
    hotkey: str | None = None
    attributes: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class Project:
    """A project, with the role of whoever asked (None where nobody did) and how much is in it."""

    id: int
    name: str
    created_at: str
    role: str | None
    videos: int
    labels: int


def create(session: Session, name: str, labels: Sequence[NewLabel], owner_id: int) -> Project:
    """A new project, owned by `owner_id`. Raises BadInput, Conflict (name taken, label named twice)."""
    row = tables.Project(name=_free_name(session, name), created_at=now())
    session.add(row)
    session.flush()
    for label in labels:
        add_label(session, row.id, label)
    people.set_role(session, row.id, owner_id, "owner")
    return get(session, row.id, owner_id)


def get(session: Session, project_id: int, person_id: int | None = None) -> Project:
    """Raises NotFound."""
    row = session.get(tables.Project, project_id)
    if row is None:
        raise NotFound("no_such_project", f"There is no project {project_id}.",
                       "Check the address, or load the list of projects again.")
    role = None if person_id is None else people.role_of(session, person_id, project_id)
    return Project(
        row.id, row.name, row.created_at, role,
        _count(session, tables.Video, project_id), _count(session, tables.Label, project_id),
    )


def everything(session: Session) -> list[Project]:
    """All projects, by name."""
    return [get(session, i) for i in session.scalars(select(tables.Project.id).order_by(tables.Project.name)).all()]


def everything_for(session: Session, person_id: int) -> list[Project]:
    """The projects a person is in, by name."""
    ids = session.scalars(select(tables.Project.id).order_by(tables.Project.name)).all()
    return [project for i in ids if (project := get(session, i, person_id)).role is not None]


def mark_demo(session: Session, project_id: int) -> None:
    """This is the project that the project directory began with."""
    session.merge(tables.Setting(name=_DEMO, value={"project": project_id}))
    session.flush()


def is_demo(session: Session, project_id: int) -> bool:
    """Whether the project directory began with this project."""
    row = session.get(tables.Setting, _DEMO)
    return row is not None and row.value["project"] == project_id


def rename(session: Session, project_id: int, name: str) -> Project:
    """Raises BadInput, Conflict (name taken), NotFound."""
    project = get(session, project_id)
    if name.strip() != project.name:
        session.get_one(tables.Project, project_id).name = _free_name(session, name)
        session.flush()
    return get(session, project_id)


def labels(session: Session, project_id: int) -> list[Label]:
    """The label schema, in the order it was made."""
    query = select(tables.Label).where(tables.Label.project_id == project_id).order_by(tables.Label.id)
    return [_label(row) for row in session.scalars(query)]


def label(session: Session, label_id: int) -> Label:
    """Raises NotFound."""
    return _label(_label_row(session, label_id))


def add_label(session: Session, project_id: int, new: NewLabel) -> Label:
    """Raises BadInput, Conflict (name or hotkey taken), NotFound."""
    get(session, project_id)
    there = labels(session, project_id)
    colour = new.colour or palette.least_used(other.colour for other in there)
    new = _checked(replace(new, colour=colour), there)
    row = tables.Label(project_id=project_id, **vars(new))
    session.add(row)
    session.flush()
    return _label(row)


def change_label(session: Session, label_id: int, **fields: Any) -> Label:
    """Change any of name, colour, is_thing, hotkey, attributes. Raises BadInput, Conflict, NotFound."""
    row = _label_row(session, label_id)
    others = [other for other in labels(session, row.project_id) if other.id != label_id]
    old = NewLabel(row.name, row.colour, row.is_thing, row.hotkey, row.attributes)
    try:
        new = replace(old, **fields)
    except TypeError as error:
        raise BadInput("unknown_field", f"A label has no such field: {error}.",
                       "See docs/http.md for the fields there are.") from error
    for name, value in vars(_checked(new, others)).items():
        setattr(row, name, value)
    session.flush()
    return _label(row)


def delete_label(session: Session, label_id: int) -> None:
    """Raises BadInput while objects use it (deleted ones count: undo may bring them back), NotFound."""
    row = _label_row(session, label_id)
    query = select(func.count()).select_from(tables.Object).where(tables.Object.label_id == label_id)
    if used := session.scalar(query):
        raise BadInput("label_in_use", f"{used} objects have the label {row.name}, deleted ones included.",
                       "Give them another label first.", objects=used)
    # Hidden ground truth scores masks, and names their label only where there still is one.
    session.execute(update(tables.GoldMask).where(tables.GoldMask.label_id == label_id).values(label_id=None))
    session.delete(row)
    session.flush()


def _count(session: Session, table: type[tables.Video] | type[tables.Label], project_id: int) -> int:
    return session.scalar(select(func.count()).select_from(table).where(table.project_id == project_id)) or 0


def _free_name(session: Session, name: str) -> str:
    name = name.strip()
    if not 0 < len(name) <= 200:
        raise BadInput("bad_name", "The name of a project has 1 to 200 characters.", "Choose another name.")
    if session.scalar(select(tables.Project.id).where(tables.Project.name == name)):
        raise Conflict("name_taken", f"There is already a project called {name}.", "Choose another name.")
    return name


def _checked(new: NewLabel, others: Sequence[Label]) -> NewLabel:
    name, hotkey = new.name.strip(), new.hotkey or None
    if not 0 < len(name) <= 100:
        raise BadInput("bad_name", "The name of a label has 1 to 100 characters.", "Choose another name.")
    if hotkey is not None and (len(hotkey) != 1 or not hotkey.isprintable()):
        raise BadInput("bad_hotkey", "The hotkey of a label is one character.", "Choose a letter or a digit.")
    for other in others:
        if other.name == name:
            raise Conflict("label_exists", f"There is already a label {name}.", "Choose another name.")
        if hotkey is not None and other.hotkey == hotkey:
            raise Conflict("hotkey_taken", f"The key {hotkey} already belongs to {other.name}.", "Choose another key.")
    for attribute in new.attributes:
        if not _is_attribute(attribute):
            raise BadInput("bad_attribute", "This is no attribute of a label.",
                           'Give {"name": "...", "values": ["...", ...]}, and "over_time" if it changes.')
        if attribute.get("over_time") and attribute["name"] in spans.FLAGS:
            raise BadInput("bad_attribute", f"Every object can be {attribute['name']} on some frames, whatever its "
                           "label.", "Give the attribute another name.")
    attributes = [{key: value for key, value in one.items() if value is not False} for one in new.attributes]
    return replace(new, name=name, hotkey=hotkey, colour=palette.checked(new.colour or ""), attributes=attributes)


def _is_attribute(value: Any) -> bool:
    return (
        isinstance(value, dict) and value.keys() - {"over_time"} == {"name", "values"}
        and isinstance(value["name"], str) and isinstance(value.get("over_time", False), bool)
        and isinstance(value["values"], list) and all(isinstance(v, str) for v in value["values"])
    )


def _label_row(session: Session, label_id: int) -> tables.Label:
    row = session.get(tables.Label, label_id)
    if row is None:
        raise NotFound("no_such_label", f"There is no label {label_id}.", "Load the list of labels again.")
    return row


def _label(row: tables.Label) -> Label:
    return Label(row.id, row.project_id, row.name, row.colour, row.is_thing, row.hotkey, list(row.attributes))

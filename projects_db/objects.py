"""Objects: one identity through one video. Making, changing and deleting one is part of a change, so undo knows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from backend.errors import BadInput, Conflict, Locked, NotFound
from projects_db import palette, projects, tables, videos
from projects_db import spans as timed
from projects_db.changes import Change
from projects_db.spans import Span
from projects_db.tables import now

FIELDS = ("label_id", "name", "colour", "locked", "attributes")
"""What `patch` may change."""


@dataclass(frozen=True)
class Object:
    """An object; `version` is raised by every change of it, undo included. `spans` as `tables.Object` has them."""

    id: int
    video_id: int
    label_id: int
    name: str
    colour: str
    locked: bool
    attributes: dict[str, Any]
    spans: list[dict[str, Any]]
    version: int
    deleted: bool

    def as_json(self) -> dict[str, Any]:
        """The Object of docs/http.md."""
        return dict(vars(self))


def create(
    session: Session, change: Change, label_id: int, name: str | None = None, colour: str | None = None,
    attributes: dict[str, Any] | None = None, spans: Sequence[Span] = (),
) -> Object:
    """A new object; without a name it is called after its label ("car 3"). Raises BadInput (label, colour, spans, ...).
    """
    label = _label_of(session, change.video_id, label_id)
    used = session.execute(
        select(tables.Object.colour, tables.Object.label_id).where(tables.Object.video_id == change.video_id)).all()
    number = sum(row.label_id == label_id for row in used) + 1
    row = tables.Object(
        video_id=change.video_id, label_id=label_id, name=_name(name or f"{label.name} {number}"),
        colour=palette.checked(colour) if colour else palette.least_used(c for c, _ in used),
        attributes=_attributes(label, attributes or {}), spans=_spans(session, change.video_id, label, spans),
        created_by=change.person_id, created_at=now(),
    )
    session.add(row)
    session.flush()
    _note(session, change, row.id, {"deleted": True}, {"deleted": False})
    return _view(row)


def get(session: Session, object_id: int) -> Object:
    """Deleted ones too. Raises NotFound."""
    return _view(_row(session, object_id))


def of_video(session: Session, video_id: int, *, deleted: bool = False) -> list[Object]:
    """The objects of a video in the order they were made, with the deleted ones on request."""
    query = select(tables.Object).where(tables.Object.video_id == video_id).order_by(tables.Object.id)
    if not deleted:
        query = query.where(tables.Object.deleted.is_(False))
    return [_view(row) for row in session.scalars(query)]


def patch(session: Session, change: Change, object_id: int, version: int, **fields: Any) -> Object:
    """Change any of `FIELDS`.

    Args:
        version: the one the author saw.

    Raises:
        Conflict: it has changed since; `details` has `theirs` (the object) and `yours` (the fields).
        BadInput: unknown field, label or attribute value. NotFound: deleted, or of another video.
    """
    row = _there(session, change, object_id)
    _check_version(row, version, fields)
    return _set(session, change, row, _checked(session, row, fields))


def delete(session: Session, change: Change, object_id: int, version: int) -> Object:
    """Delete an object; its masks stay in the database and come back with undo. Raises as `patch`, and Locked."""
    row = _there(session, change, object_id)
    _check_version(row, version, {"deleted": True})
    check_unlocked(session, change, object_id)
    return _set(session, change, row, {"deleted": True})


def expect(session: Session, change: Change, object_id: int, version: int) -> Object:
    """The object, where it is as its author saw it. Raises Conflict, NotFound as `patch`."""
    row = _there(session, change, object_id)
    _check_version(row, version, {})
    return _view(row)


def check_unlocked(session: Session, change: Change, object_id: int) -> None:
    """Raises Locked, NotFound."""
    row = _there(session, change, object_id)
    if row.locked:
        raise Locked("object_locked", f"{row.name} is locked.", "Unlock it in the list of objects.")


def label_of(session: Session, object_id: int) -> projects.Label:
    """Its label. Raises NotFound."""
    return projects.label(session, _row(session, object_id).label_id)


def spans_of(session: Session, object_id: int) -> list[Span]:
    """What holds on some of its frames. Raises NotFound."""
    return timed.read(_row(session, object_id).spans)


def set_spans(session: Session, change: Change, object_id: int, wanted: Sequence[Span]) -> None:
    """Replace the spans of an object; nothing is noted where they are the same. Raises BadInput, NotFound."""
    row = _there(session, change, object_id)
    settled = _spans(session, row.video_id, label_of(session, object_id), wanted)
    if settled != row.spans:
        _set(session, change, row, {"spans": settled})


def set_attributes(session: Session, change: Change, object_id: int, wanted: dict[str, Any]) -> None:
    """Replace the attributes of an object; nothing is noted where they are the same. Raises BadInput, NotFound."""
    row = _there(session, change, object_id)
    if wanted != row.attributes:
        _set(session, change, row, _checked(session, row, {"attributes": wanted}))


def edited(session: Session, change: Change) -> list[Object]:
    """The objects that a change has made or changed, as they are now."""
    edits = session.get_one(tables.Change, change.id).data.get("objects", [])
    return [get(session, object_id) for object_id in dict.fromkeys(edit["object"] for edit in edits)]


def go_back(session: Session, edits: Sequence[dict[str, Any]]) -> list[Object]:
    """Undo the object edits of a change. For `undo`. Raises Conflict where somebody built on them."""
    for edit in edits:
        if edit["before"] == {"deleted": True}:
            _check_no_masks(session, _row(session, edit["object"]))
    return [_swap(session, edit["object"], edit["after"], edit["before"]) for edit in reversed(edits)]


def go_forward(session: Session, edits: Sequence[dict[str, Any]]) -> list[Object]:
    """Redo them. For `undo`. Raises Conflict where somebody built on their absence."""
    return [_swap(session, edit["object"], edit["before"], edit["after"]) for edit in edits]


def _check_no_masks(session: Session, row: tables.Object) -> None:
    if session.scalar(select(tables.Mask.frame).where(tables.Mask.object_id == row.id).limit(1)) is not None:
        raise Conflict("built_on", f"{row.name} has masks by now.", "Delete the object if it is to go.",
                       theirs=_view(row).as_json(), yours={"deleted": True})


def _swap(session: Session, object_id: int, expected: dict[str, Any], wanted: dict[str, Any]) -> Object:
    row = _row(session, object_id)
    if any(getattr(row, name) != value for name, value in expected.items()):
        raise Conflict("built_on", f"Somebody changed {row.name} after you.", "Change it by hand.",
                       theirs=_view(row).as_json(), yours=wanted)
    for name, value in wanted.items():
        setattr(row, name, value)
    row.version += 1
    session.flush()
    return _view(row)


def _set(session: Session, change: Change, row: tables.Object, fields: dict[str, Any]) -> Object:
    before = {name: getattr(row, name) for name in fields}
    for name, value in fields.items():
        setattr(row, name, value)
    row.version += 1
    session.flush()
    _note(session, change, row.id, before, fields)
    return _view(row)


def _note(session: Session, change: Change, object_id: int, before: dict[str, Any], after: dict[str, Any]) -> None:
    row = session.get_one(tables.Change, change.id)
    row.data.setdefault("objects", []).append({"object": object_id, "before": before, "after": after})
    flag_modified(row, "data")


def _check_version(row: tables.Object, version: int, fields: dict[str, Any]) -> None:
    if row.version != version:
        raise Conflict("object_changed", f"Somebody changed {row.name} before you.", "Look at it and do yours again.",
                       theirs=_view(row).as_json(), yours=fields)


def _checked(session: Session, row: tables.Object, fields: dict[str, Any]) -> dict[str, Any]:
    if unknown := fields.keys() - set(FIELDS):
        raise BadInput("unknown_field", f"An object has no field {min(unknown)} that can be changed.",
                       "See docs/http.md for the fields there are.")
    checked = dict(fields)
    label = _label_of(session, row.video_id, fields.get("label_id", row.label_id))
    if "name" in fields:
        checked["name"] = _name(fields["name"])
    if "colour" in fields:
        checked["colour"] = palette.checked(fields["colour"])
    if "attributes" in fields:
        checked["attributes"] = _attributes(label, fields["attributes"])
    elif label.id != row.label_id:  # what the new label has no place for could not be exported and read again
        checked["attributes"] = {name: value for name, value in row.attributes.items() if _fits(label, name, value)}
    if label.id != row.label_id:
        checked["spans"] = timed.to_json(timed.allowed(timed.read(row.spans), label.attributes))
    return checked


def _label_of(session: Session, video_id: int, label_id: int) -> projects.Label:
    project_id = videos.get(session, video_id).project_id
    for label in projects.labels(session, project_id):
        if label.id == label_id:
            return label
    raise BadInput("unknown_label", f"There is no label {label_id} in this project.", "Choose one of its labels.")


def _attributes(label: projects.Label, values: dict[str, Any]) -> dict[str, Any]:
    for name, value in values.items():
        if not _fits(label, name, value):
            raise BadInput("bad_attribute", f"{label.name} has no attribute {name} with the value {value!r}.",
                           "Choose one of the label's values.")
    return dict(values)


def _fits(label: projects.Label, name: str, value: Any) -> bool:
    return any(one["name"] == name and value in one["values"] for one in label.attributes)


def _spans(session: Session, video_id: int, label: projects.Label, wanted: Sequence[Span]) -> list[dict[str, Any]]:
    """Spans as they are stored. Raises BadInput: a name or value the label does not have, or frames outside."""
    settled = timed.joined(wanted)
    fitting = timed.allowed(settled, label.attributes)
    if strange := [one for one in settled if one not in fitting]:
        raise BadInput("bad_span", f"{label.name} has nothing called {strange[0].name} with the value "
                       f"{strange[0].value!r} that changes over time.", "Choose one of the label's values.")
    video = videos.get(session, video_id)
    for one in settled:
        videos.check_frames(video, one.start, one.stop)
    return timed.to_json(settled)


def _name(name: str) -> str:
    if not 0 < len(name.strip()) <= 200:
        raise BadInput("bad_name", "The name of an object has 1 to 200 characters.", "Choose another name.")
    return name.strip()


def _there(session: Session, change: Change, object_id: int) -> tables.Object:
    """The row, of an object of this video that is not deleted. Raises NotFound."""
    row = _row(session, object_id)
    if row.deleted or row.video_id != change.video_id:
        raise NotFound("no_such_object", f"There is no object {object_id} in this video.",
                       "Somebody may have deleted it; load the page again.")
    return row


def _row(session: Session, object_id: int) -> tables.Object:
    row = session.get(tables.Object, object_id)
    if row is None:
        raise NotFound("no_such_object", f"There is no object {object_id}.",
                       "Somebody may have deleted it; load the page again.")
    return row


def _view(row: tables.Object) -> Object:
    return Object(row.id, row.video_id, row.label_id, row.name, row.colour, row.locked, dict(row.attributes),
                  list(row.spans), row.version, row.deleted)

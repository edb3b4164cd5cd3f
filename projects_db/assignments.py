"""Work given to people: which frames of which video, to annotate or to review, and until when.

An assignment says who is expected to do something. It locks nobody out: whoever may change a video may change any of
its frames.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from backend.errors import BadInput, Conflict, NotFound
from projects_db import people, tables, videos
from projects_db.tables import TASKS, now

TASK_ROLES = {"annotate": "annotator", "review": "reviewer"}
"""The least role of somebody who is given a task."""


@dataclass(frozen=True)
class Assignment:
    """Frames start <= f < stop of a video, for one person; `due` is a day ("2024-05-01"), `done_at` null while open."""

    id: int
    project_id: int
    project: str
    video_id: int
    video: str
    stage: str
    start: int
    stop: int
    person_id: int
    person: str
    task: str
    due: str | None
    note: str
    done_at: str | None
    created_at: str

    def as_json(self) -> dict[str, Any]:
        """The Assignment of docs/http.md."""
        return asdict(self)


def give(
    session: Session, given_by: int, video_ids: Sequence[int], person_ids: Sequence[int], task: str, *,
    start: int = 0, stop: int | None = None, every: int | None = None, due: str | None = None, note: str = "",
) -> list[Assignment]:
    """Deal videos of one project, whole or cut into ranges, out to people in turn.

    Args:
        task: "annotate" or "review".
        start, stop: the frames of each video that are given; `stop` None: to its end.
        every: cut them into ranges of so many frames; None: one range a video.
        due: a day, "2024-05-01".

    Raises:
        BadInput: an unknown task, no day, frames outside a video, somebody whose role is not enough for the task.
        Conflict: somebody has the same open work already. NotFound.
    """
    _check(task, due, every)
    ranges = [
        (video, at, end) for video in (videos.get(session, video_id) for video_id in video_ids)
        for at, end in _cut(video, start, video.frame_count if stop is None else stop, every)
    ]
    if not ranges or not person_ids:
        raise BadInput("nothing_to_assign", "No video or no person is chosen.", "Choose at least one of each.")
    made = []
    for number, (video, at, end) in enumerate(ranges):
        person_id = person_ids[number % len(person_ids)]
        _check_person(session, person_id, video.project_id, task)
        row = tables.Assignment(
            video_id=video.id, start=at, stop=end, person_id=person_id, task=task, due=due, note=note.strip(),
            created_by=given_by, created_at=now(),
        )
        _check_new(session, row)
        session.add(row)
        session.flush()
        made.append(get(session, row.id))
    return made


def get(session: Session, assignment_id: int) -> Assignment:
    """Raises NotFound."""
    found = _select(session, tables.Assignment.id == assignment_id)
    if not found:
        raise NotFound("no_such_assignment", f"There is no assignment {assignment_id}.", "Load the list again.")
    return found[0]


def of_project(session: Session, project_id: int) -> list[Assignment]:
    """All of a project: open ones first, by due day, then as `of_person`."""
    return _select(session, tables.Video.project_id == project_id)


def of_video(session: Session, video_id: int) -> list[Assignment]:
    """All of a video, ordered as `of_project`."""
    return _select(session, tables.Assignment.video_id == video_id)


def of_person(session: Session, person_id: int) -> list[Assignment]:
    """What a person was given in the projects they are still in: open first, by due day, those without one last."""
    found = _select(session, tables.Assignment.person_id == person_id)
    return [one for one in found if people.role_of(session, person_id, one.project_id)]


def patch(session: Session, assignment_id: int, **fields: Any) -> Assignment:
    """Change any of person_id, start, stop, due, note and done. Raises as `give`."""
    row = session.get(tables.Assignment, assignment_id)
    if row is None:
        raise NotFound("no_such_assignment", f"There is no assignment {assignment_id}.", "Load the list again.")
    video = videos.get(session, row.video_id)
    if "done" in fields:
        row.done_at = (row.done_at or now()) if fields.pop("done") else None
    for name, value in fields.items():
        setattr(row, name, value)
    _check(row.task, row.due, None)
    videos.check_frames(video, row.start, row.stop)
    if "person_id" in fields:
        _check_person(session, row.person_id, video.project_id, row.task)
    session.flush()
    return get(session, row.id)


def delete(session: Session, assignment_id: int) -> None:
    """Take it back. Raises NotFound."""
    get(session, assignment_id)
    session.delete(session.get_one(tables.Assignment, assignment_id))
    session.flush()


def _cut(video: videos.Video, start: int, stop: int, every: int | None) -> list[tuple[int, int]]:
    videos.check_frames(video, start, stop)
    step = every or stop - start
    return [(at, min(at + step, stop)) for at in range(start, stop, step)]


def _check(task: str, due: str | None, every: int | None) -> None:
    if task not in TASKS:
        raise BadInput("unknown_task", f"There is no task {task!r}.", f"Choose one of {', '.join(TASKS)}.")
    if every is not None and every < 1:
        raise BadInput("bad_range", "A range has at least one frame.", "Give the number of frames a range has.")
    if due is None:
        return
    try:
        date.fromisoformat(due)
    except ValueError as error:
        raise BadInput("bad_day", f"{due} is no day.", 'Write the day as "2024-05-01".') from error


def _check_person(session: Session, person_id: int, project_id: int, task: str) -> None:
    person, needed = people.get(session, person_id), TASK_ROLES[task]
    if not people.may(people.role_of(session, person_id, project_id), needed):
        raise BadInput("cannot_do_this", f"{person.name} cannot be given this: it takes the role {needed}.",
                       "Give them that role on the People page, or choose somebody else.")


def _check_new(session: Session, row: tables.Assignment) -> None:
    there = tables.Assignment
    same = select(there.id).where(
        there.video_id == row.video_id, there.person_id == row.person_id, there.task == row.task,
        there.start == row.start, there.stop == row.stop, there.done_at.is_(None))
    if session.scalar(same) is not None:
        raise Conflict("assigned_already", f"{people.get(session, row.person_id).name} has this work already.",
                       "Change that assignment, or choose other frames.")


def _select(session: Session, where: ColumnElement[bool]) -> list[Assignment]:
    one, video = tables.Assignment, tables.Video
    query = (
        select(one.id, video.project_id, tables.Project.name, one.video_id, video.name, video.stage, one.start,
               one.stop, one.person_id, tables.Person.name, one.task, one.due, one.note, one.done_at, one.created_at)
        .join(video, video.id == one.video_id).join(tables.Project, tables.Project.id == video.project_id)
        .join(tables.Person, tables.Person.id == one.person_id).where(where)
        .order_by(one.done_at.is_not(None), one.due.is_(None), one.due, one.video_id, one.start, one.id)
    )
    return [Assignment(*tuple(row)) for row in session.execute(query)]

"""How well the people of a project agree: measured as a job, kept as sums, read as tables.

The sums are kept by basis, video, person and label, so that every table (and what one person may see of it) is a
grouping of the same cells.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from app.identity import Access
from app.jobs import Job
from app.services.datasets import progress_of
from app.workplace import Workplace
from backend.quality.agreement import Comparer, Instance, Pair, Tally, spread
from projects_db import agreement, assignments, people, projects, stages, videos
from projects_db.agreement import BASES, Comparison, Shape
from projects_db.formats.dataset import Progress

MOST_FRAMES = 100
"""Of a video whose every frame could be compared, so many are, evenly spread. Ground truth is compared in full."""
CHUNK = 10
"""Frames read at a time."""
TABLES = ("people", "labels", "videos", "histogram", "gold")
COUNTS = ("instances", "missing", "extra", "wrong_labels", "identity_errors", "J", "F")
COLUMNS = {
    "people": ("basis", "person", *COUNTS), "labels": ("basis", "label", *COUNTS),
    "videos": ("basis", "video", *COUNTS),
    "histogram": ("basis", "from_J", "to_J", "instances"), "gold": ("video_id", "video", "frame", "person", *COUNTS),
}
Cell = tuple[str, int, int | None, int | None]
"""(basis, video id, person id, label id)."""


def start(workplace: Workplace, access: Access) -> Job:
    """Measure the agreement of a project and keep it in place of the last report."""

    def work(job: Job) -> None:
        with workplace.db.read() as session:
            report = _measure(session, access.project_id, progress_of(job))
        with workplace.db.write() as session:
            agreement.keep_report(session, access.project_id, report)
        job.message = f"{sum(cell['tally']['instances'] for cell in report['cells'])} instances compared."

    return workplace.jobs.start(Job("agreement", access.project_id), work)


def read(session: Session, access: Access) -> dict[str, Any]:
    """The last report as tables. Annotators get their own part of it, without the ground truth frame by frame."""
    kept = agreement.report(session, access.project_id)
    own = access.role == "annotator"
    if kept is None:
        return {"at": None, "notes": [], "own": own, "bases": [], "gold": []}
    names = _Names(session, access.project_id)
    cells = [(one["cell"], Tally(**one["tally"])) for one in kept["cells"]
             if one["cell"][1] in names.videos and (not own or one["cell"][2] == access.person.id)]
    bases = [_basis(names, basis, [(cell, tally) for cell, tally in cells if cell[0] == basis],
                    None if own else kept["frames"][basis], own=own) for basis in BASES]
    frames = [] if own else [_gold_row(names, one) for one in kept["gold"] if one["video_id"] in names.videos]
    return {"at": kept["at"], "notes": [] if own else kept["notes"], "own": own,
            "bases": [one for one in bases if one["total"]["instances"]], "gold": frames}


def rows(report: dict[str, Any], table: str) -> list[dict[str, Any]]:
    """One of `TABLES` of what `read` gives, over all bases."""
    if table == "gold":
        return list(report["gold"])
    if table == "histogram":
        return [{"basis": one["basis"], "from_J": i / len(one["histogram"]), "to_J": (i + 1) / len(one["histogram"]),
                 "instances": count} for one in report["bases"] for i, count in enumerate(one["histogram"])]
    return [{"basis": one["basis"], **row} for one in report["bases"] for row in one[table]]


def _measure(session: Session, project_id: int, progress: Progress) -> dict[str, Any]:
    plans, notes = agreement.comparisons(session, project_id)
    cells: dict[Cell, Tally] = defaultdict(Tally)
    gold: list[dict[str, Any]] = []
    frames = {basis: [0, 0] for basis in BASES}
    for number, plan in enumerate(plans):
        progress(number / len(plans), f"comparing {plan.video.name}")
        chosen = list(plan.frames) if plan.basis == "gold" else spread(plan.frames, MOST_FRAMES)
        compared = 0
        for frame, person, pairs in _compared(session, plan, chosen):
            compared += 1
            progress(number / len(plans), f"comparing {plan.video.name}, frame {frame}")
            by_person: dict[int | None, Tally] = defaultdict(Tally)
            for pair in pairs:
                whose = pair.given.person if pair.given else person
                cells[plan.basis, plan.video.id, whose, pair.label].add(pair)
                by_person[whose].add(pair)
            if plan.basis == "gold":
                gold += [{"video_id": plan.video.id, "frame": frame, "person_id": whose, "tally": asdict(tally)}
                         for whose, tally in by_person.items()]
        frames[plan.basis][0] += compared
        frames[plan.basis][1] += len(plan.frames)
    return {"notes": notes, "frames": frames, "gold": gold,
            "cells": [{"cell": list(cell), "tally": asdict(tally)} for cell, tally in cells.items()]}


def _compared(
    session: Session, plan: Comparison, frames: list[int]
) -> Iterable[tuple[int, int | None, list[Pair]]]:
    """(frame, whose a missing instance is, pairs), frame by frame."""
    comparer, work = Comparer(), assignments.of_video(session, plan.video.id)
    handed = stages.hand_ins(session, plan.video.id)
    for start_at in range(0, len(frames), CHUNK):
        for frame, truth, given in agreement.sides(session, plan, frames[start_at:start_at + CHUNK]):
            person = agreement.responsible(work, frame, given, handed[0].person_id if handed else None)
            yield frame, person, comparer.frame([_instance(one) for one in truth], [_instance(one) for one in given])


def _instance(one: Shape) -> Instance:
    return Instance(one.rle, one.object_id, one.label_id, one.person_id)


class _Names:
    """What the ids of a report are called now; a label or person that is gone has none."""

    def __init__(self, session: Session, project_id: int) -> None:
        self.people = {one.id: one.name for one in people.everyone(session)}
        self.labels = {one.id: one.name for one in projects.labels(session, project_id)}
        self.videos = {one.id: one.name for one in videos.of_project(session, project_id)}


def _basis(
    names: _Names, basis: str, cells: list[tuple[Any, Tally]], frames: list[int] | None, *, own: bool
) -> dict[str, Any]:
    def table(key: str, name_of: Callable[[Any], str | None]) -> list[dict[str, Any]]:
        found: dict[str | None, Tally] = defaultdict(Tally)
        for cell, tally in cells:
            found[name_of(cell)] += tally
        ordered = sorted(found, key=lambda name: (name is None, name))
        return [{key: name, **_row(basis, found[name])} for name in ordered]

    total = sum((tally for _, tally in cells), Tally())
    return {
        "basis": basis, "frames": frames and frames[0], "of_frames": frames and frames[1], "total": _row(basis, total),
        "histogram": list(total.bins), "people": table("person", lambda cell: names.people.get(cell[2])),
        "labels": table("label", lambda cell: names.labels.get(cell[3])),
        "videos": [] if own else table("video", lambda cell: names.videos[cell[1]]),
    }


def _row(basis: str, tally: Tally) -> dict[str, Any]:
    """The counts of `COUNTS`. Ground truth frames know of no identity over time, so of no error in it."""
    return {"instances": tally.instances, "missing": tally.missing, "extra": tally.extra,
            "wrong_labels": tally.wrong_label, "identity_errors": None if basis == "gold" else tally.switches,
            "J": tally.j, "F": tally.f}


def _gold_row(names: _Names, one: dict[str, Any]) -> dict[str, Any]:
    return {"video_id": one["video_id"], "video": names.videos[one["video_id"]], "frame": one["frame"],
            "person": names.people.get(one["person_id"]), **_row("gold", Tally(**one["tally"]))}

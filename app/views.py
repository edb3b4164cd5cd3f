"""What leaves as JSON, in the shapes of docs/http.md; never a database row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from backend.models.registry import Availability
from backend.tracking import search
from backend.tracking.plan import Plan
from projects_db.masks import Written
from projects_db.people import Member, Person
from projects_db.projects import Label, Project
from projects_db.review import Thread
from projects_db.runs import Run
from projects_db.videos import Progress, Video


def person(one: Person) -> dict[str, Any]:
    """A person, as owners see them."""
    return {"id": one.id, "name": one.name, "is_owner": one.is_owner, "active": one.active,
            "has_password": one.has_password}


def label(one: Label) -> dict[str, Any]:
    """A label."""
    return {"id": one.id, "name": one.name, "colour": one.colour, "is_thing": one.is_thing, "hotkey": one.hotkey,
            "attributes": one.attributes}


def project(one: Project) -> dict[str, Any]:
    """A project in a list."""
    return {"id": one.id, "name": one.name, "role": one.role, "videos": one.videos, "labels": one.labels}


def whole_project(one: Project, labels: Sequence[Label], members: Sequence[Member]) -> dict[str, Any]:
    """A project with its label schema and people."""
    return {**project(one), "labels": [label(each) for each in labels], "members": [asdict(each) for each in members]}


def video(one: Video, progress: Progress) -> dict[str, Any]:
    """A video; where its file lies stays here."""
    return {"id": one.id, "project_id": one.project_id, "hash": one.hash, "name": one.name, "width": one.width,
            "height": one.height, "frame_count": one.frame_count, "duration": one.duration, "stage": one.stage,
            "stage_version": one.stage_version, "copy": one.copy_number, "objects": progress.objects,
            "verified": progress.share, "created_at": one.created_at}


def model(one: Availability) -> dict[str, Any]:
    """A model: what it can do, and what is missing before it can be used."""
    spec = one.spec
    return {"name": spec.name, "title": spec.title, "version": spec.version, "licence": spec.licence,
            "permits": spec.permits, "prompts": sorted(spec.prompts), "tasks": sorted(spec.tasks),
            "searches": sorted(search.kinds(spec)),
            "own_searches": sorted(spec.searches), "ready": one.ready, "missing": one.missing}


def run(one: Run, seconds_left: float | None = None) -> dict[str, Any]:
    """A run."""
    plan = Plan.from_json(one.plan)
    left = {} if seconds_left is None else {"seconds_left": round(seconds_left, 1)}
    return {"id": one.id, "video_id": one.video_id, "model": one.model, "status": one.status, "total": one.total,
            "done": one.done, "message": one.message, "objects": list(plan.objects), "scope": plan.scope,
            "frame": plan.frame, "notes": list(plan.notes), "created_at": one.created_at,
            "finished_at": one.finished_at, "verdict": one.verdict, **left}


def written(one: Written) -> dict[str, Any]:
    """What a write of masks did."""
    return {"items": [item.as_json() for item in one.items], "changed": one.changed, "stale": one.stale}


def thread(one: Thread) -> dict[str, Any]:
    """A thread with its comments."""
    return {"id": one.id, "video_id": one.video_id, "frame": one.frame, "object_id": one.object_id, "x": one.x,
            "y": one.y, "resolved": one.resolved,
            "comments": [{"id": each.id, "person": each.person, "text": each.text, "created_at": each.created_at}
                         for each in one.comments]}

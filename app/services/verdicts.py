"""What a person makes of a run: accept it, or roll it back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from app.identity import Access
from app.services import annotate
from app.workplace import Workplace
from projects_db import changes, runs, verdicts


def replaced(workplace: Workplace, run_id: int) -> dict[str, Any]:
    """What a run replaced that is still as it made it."""
    with workplace.db.read() as session:
        return asdict(verdicts.replaced(session, run_id))


def accept(workplace: Workplace, run_id: int) -> dict[str, Any]:
    """Say that a run is right, and tell everybody. Raises as `projects_db.verdicts.accept`."""
    with workplace.db.write() as session:
        run = verdicts.accept(session, run_id)
    workplace.runs.publish(run)
    return workplace.runs.view(run)


def roll_back(workplace: Workplace, access: Access, run_id: int) -> dict[str, Any]:
    """Bring back what a run replaced, as one change. Raises as `projects_db.verdicts.roll_back`."""
    with workplace.db.write() as session:
        written = verdicts.roll_back(session, run_id, access.person.id)
        run = runs.get(session, run_id)
        undo, redo = changes.available(session, run.video_id, access.person.id)
    workplace.runs.publish(run)
    return {**annotate.tell(workplace, access, run.video_id, written, ()), "undo": undo, "redo": redo}

"""What a new, empty project directory starts with, so that there is something to click on."""

from __future__ import annotations

from app.errors import log
from app.jobs import Job
from app.services.imports import add_video
from app.workplace import Workplace
from backend.errors import ThroughlineError
from projects_db import people, projects
from projects_db.projects import NewLabel

LABELS = (NewLabel("animal", hotkey="a"), NewLabel("person", hotkey="p"), NewLabel("thing", hotkey="t"))


def make_demo(workplace: Workplace) -> None:
    """Make the project "Demo" with the demo video, where there is one to import and no project yet."""
    clip = workplace.settings.demo
    if clip is None:
        return
    with workplace.db.write() as session:
        owner = next((person for person in people.everyone(session) if person.is_owner), None)
        if owner is None or projects.everything_for(session, owner.id):
            return
        project = projects.create(session, "Demo", LABELS, owner.id)
        projects.mark_demo(session, project.id)
    try:
        add_video(workplace, Job("import", project.id), clip, clip.name, project.id, "copy")
    except ThroughlineError as error:
        log.warning("the demo video was not imported: %s", error)

"""Who does what until when: the table of a project's videos with the people on them, and what one video's page says."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from app import views
from app.identity import Access
from projects_db import assignments, copies, review, stages, videos
from projects_db.videos import Video


def visible(session: Session, access: Access, there: list[Video]) -> list[Video]:
    """Of a project's videos those that this person is to know of: annotators of a blind copy not the other ones."""
    if access.role != "annotator":
        return there
    hidden = copies.hidden_from(session, access.person.id, access.project_id)
    return [video for video in there if video.id not in hidden]


def queue(session: Session, access: Access) -> list[dict[str, Any]]:
    """Every video of a project, in the order they came in, with its progress, open threads and work."""
    work = defaultdict(list)
    for one in assignments.of_project(session, access.project_id):
        work[one.video_id].append(one.as_json())
    seen = {video.id for video in visible(session, access, videos.of_project(session, access.project_id))}
    found = [one for one in review.queue(session, access.project_id, stage=None) if one.video.id in seen]
    progress = videos.progress(session, [one.video.id for one in found])
    return [
        {"video": views.video(one.video, progress[one.video.id]), "waiting": one.waiting,
         "open_threads": one.open_threads, "assignments": work[one.video.id]}
        for one in found
    ]


def of_video(session: Session, access: Access, video_id: int) -> dict[str, Any]:
    """The work on a video: who has which frames, who handed it in, and what its reviewers changed since."""
    video = videos.get(session, video_id)
    handed = stages.hand_ins(session, video_id)[-1:]
    return {
        "assignments": [one.as_json() for one in assignments.of_video(session, video_id)],
        "handed_in": {"person_id": handed[0].person_id, "person": handed[0].person, "at": handed[0].at}
        if handed else None,
        "may_take_back": stages.may_take_back(session, video, access.person.id),
        "corrections": [asdict(one) for one in stages.corrections(session, video_id)],
    }

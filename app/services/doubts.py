"""What a reviewer looks at first."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy.orm import Session

from app import views
from app.identity import Access
from app.services.work import visible
from backend.quality.doubt import MaskFact, doubts_of
from projects_db import masks, review, videos
from projects_db.database import Database
from projects_db.masks import MaskItem


def queue(db: Database, access: Access) -> list[dict[str, Any]]:
    """The videos of a project in stage review, most doubtful first."""
    with db.read() as session:
        seen = {video.id for video in visible(session, access, videos.of_project(session, access.project_id))}
        waiting = [one for one in review.queue(session, access.project_id) if one.video.id in seen]
        progress = videos.progress(session, [one.video.id for one in waiting])
        worst = {one.video.id: _doubts(session, one.video.id, unverified=True)[:1] for one in waiting}
    found = [
        {"video": views.video(one.video, progress[one.video.id]), "waiting": one.waiting,
         "open_threads": one.open_threads, "worst": worst[one.video.id][0]["doubt"] if worst[one.video.id] else 0.0}
        for one in waiting
    ]
    return sorted(found, key=lambda one: -one["worst"])


def worst(db: Database, video_id: int, limit: int, *, unverified: bool) -> list[dict[str, Any]]:
    """The most doubtful masks of a video, worst first.

    Args:
        unverified: only masks that nobody has verified or made by hand.
    """
    with db.read() as session:
        return _doubts(session, video_id, unverified=unverified)[:limit]


def _doubts(session: Session, video_id: int, *, unverified: bool) -> list[dict[str, Any]]:
    by_object: dict[int, list[MaskItem]] = defaultdict(list)
    for item in masks.in_range(session, video_id, 0, videos.get(session, video_id).frame_count):
        by_object[item.object_id].append(item)
    found = []
    for object_id, items in by_object.items():
        doubts = doubts_of([MaskFact(item.frame, item.rle, item.score) for item in items if item.rle])
        for item, doubt in zip(items, doubts, strict=True):
            if not (unverified and (item.state == "verified" or item.source == "human")):
                found.append({"frame": item.frame, "object_id": object_id, "doubt": round(doubt.doubt, 4),
                              "reasons": list(doubt.reasons)})
    return sorted(found, key=lambda one: -one["doubt"])

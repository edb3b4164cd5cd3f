"""Review: stages and threads."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from app import views
from app.identity import Access, AtWorkplace, member_by, video_member
from app.schemas import NewComment, NewThread, StageChange, ThreadChange
from app.workplace import Workplace
from projects_db import review, videos
from projects_db.review import Thread

router = APIRouter(prefix="/api")

VideoMember = Annotated[Access, Depends(video_member("annotator"))]
ThreadMember = Annotated[Access, Depends(member_by(
    lambda session, thread_id: videos.get(session, review.thread(session, thread_id).video_id).project_id,
    "thread", "annotator",
))]


@router.post("/videos/{video_id:int}/stage")
def set_stage(video_id: int, body: StageChange, access: VideoMember, workplace: AtWorkplace) -> dict[str, Any]:
    """Move a video to another stage; who may depends on the move."""
    with workplace.db.write() as session:
        video = review.set_stage(session, video_id, access.person.id, body.stage, body.stage_version)
    moved = {"stage": video.stage, "stage_version": video.stage_version}
    workplace.events.publish(video_id, "stage", moved)
    return moved


@router.get("/videos/{video_id:int}/threads")
def list_threads(video_id: int, access: VideoMember, workplace: AtWorkplace) -> list[dict[str, Any]]:
    """The threads of a video."""
    with workplace.db.read() as session:
        return [views.thread(thread) for thread in review.threads(session, video_id)]


@router.post("/videos/{video_id:int}/threads")
def open_thread(video_id: int, body: NewThread, access: VideoMember, workplace: AtWorkplace) -> dict[str, Any]:
    """Pin a comment to a place."""
    with workplace.db.write() as session:
        thread = review.open_thread(session, video_id, access.person.id, **body.model_dump())
    return _told(workplace, thread)


@router.post("/threads/{thread_id:int}/comments")
def add_comment(thread_id: int, body: NewComment, access: ThreadMember, workplace: AtWorkplace) -> dict[str, Any]:
    """Reply."""
    with workplace.db.write() as session:
        thread = review.add_comment(session, thread_id, access.person.id, body.text)
    return _told(workplace, thread)


@router.patch("/threads/{thread_id:int}")
def resolve_thread(
    thread_id: int, body: ThreadChange, access: ThreadMember, workplace: AtWorkplace
) -> dict[str, Any]:
    """Resolve a thread, or open it again."""
    with workplace.db.write() as session:
        thread = review.set_resolved(session, thread_id, body.resolved)
    return _told(workplace, thread)


def _told(workplace: Workplace, thread: Thread) -> dict[str, Any]:
    told = views.thread(thread)
    workplace.events.publish(thread.video_id, "thread", told)
    return told

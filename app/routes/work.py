"""Work: assignments, the queue of a project, what a video's page says about it. Tables also as CSV."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session

from app import views
from app.csv_reply import TableFormat, csv_reply
from app.identity import Access, AtWorkplace, SignedIn, member_by, project_member, video_member
from app.schemas_review import AssignmentChange, NewAssignments
from app.services import work
from app.workplace import Workplace
from backend.errors import Forbidden, NotFound
from projects_db import assignments, people, review, videos
from projects_db.assignments import Assignment

router = APIRouter(prefix="/api")

Member = Annotated[Access, Depends(project_member("annotator"))]
Reviewer = Annotated[Access, Depends(project_member("reviewer"))]
VideoMember = Annotated[Access, Depends(video_member("annotator"))]


def _project_of(session: Session, assignment_id: int) -> int:
    return assignments.get(session, assignment_id).project_id


AssignmentMember = Annotated[Access, Depends(member_by(_project_of, "assignment", "annotator"))]
AssignmentReviewer = Annotated[Access, Depends(member_by(_project_of, "assignment", "reviewer"))]
ASSIGNMENT_COLUMNS = ("id", "project", "video_id", "video", "stage", "task", "person", "start", "stop", "due",
                      "done_at", "note", "created_at")
QUEUE_COLUMNS = ("video_id", "video", "stage", "frames", "objects", "masks_to_verify", "verified_share",
                 "open_comments", "people", "due")
THREAD_COLUMNS = ("id", "video_id", "video", "frame", "object_id", "x", "y", "resolved", "person", "at", "text",
                  "replies")


@router.get("/me/assignments")
def my_work(person: SignedIn, workplace: AtWorkplace) -> list[dict[str, Any]]:
    """What one was given, in every project: open first, by due day."""
    with workplace.db.read() as session:
        return [one.as_json() for one in assignments.of_person(session, person.id)]


@router.get("/projects/{project_id:int}/assignments")
def list_assignments(access: Member, workplace: AtWorkplace, format: TableFormat = "json") -> Any:
    """The assignments of a project; annotators see their own."""
    with workplace.db.read() as session:
        found = assignments.of_project(session, access.project_id)
    seen = [one.as_json() for one in found if access.role != "annotator" or one.person_id == access.person.id]
    return seen if format == "json" else csv_reply("assignments", ASSIGNMENT_COLUMNS, seen)


@router.post("/projects/{project_id:int}/assignments")
def give_assignments(body: NewAssignments, access: Reviewer, workplace: AtWorkplace) -> list[dict[str, Any]]:
    """Deal videos or ranges of them out to people."""
    with workplace.db.write() as session:
        for video_id in body.videos:
            if videos.get(session, video_id).project_id != access.project_id:
                raise NotFound("no_such_video", f"There is no video {video_id} in this project.",
                               "Load the list of videos again.")
        made = assignments.give(
            session, access.person.id, body.videos, body.people, body.task, start=body.start, stop=body.stop,
            every=body.every, due=body.due, note=body.note)
    workplace.forget_access()
    return _told(workplace, made)


@router.patch("/assignments/{assignment_id:int}")
def change_assignment(
    assignment_id: int, body: AssignmentChange, access: AssignmentMember, workplace: AtWorkplace
) -> dict[str, Any]:
    """Change it; whose work it is may say that it is done, or not yet."""
    fields = body.changes()
    with workplace.db.write() as session:
        own = assignments.get(session, assignment_id).person_id == access.person.id and fields.keys() <= {"done"}
        if not (own or people.may(access.role, "reviewer")):
            raise Forbidden("role", "Only a reviewer changes work, and only its own person says that it is done.",
                            "Ask a reviewer of the project.")
        changed = assignments.patch(session, assignment_id, **fields)
    return _told(workplace, [changed])[0]


@router.delete("/assignments/{assignment_id:int}")
def delete_assignment(assignment_id: int, access: AssignmentReviewer, workplace: AtWorkplace) -> dict[str, Any]:
    """Take it back."""
    with workplace.db.write() as session:
        gone = assignments.get(session, assignment_id)
        assignments.delete(session, assignment_id)
    _told(workplace, [gone])
    return {}


@router.get("/projects/{project_id:int}/queue")
def project_queue(access: Member, workplace: AtWorkplace, format: TableFormat = "json") -> Any:
    """Every video with its stage, progress, comments and people."""
    with workplace.db.read() as session:
        found = work.queue(session, access)
    return found if format == "json" else csv_reply("queue", QUEUE_COLUMNS, (_queue_row(one) for one in found))


@router.get("/projects/{project_id:int}/threads")
def project_threads(access: Member, workplace: AtWorkplace, format: TableFormat = "json") -> Any:
    """The comments of every video of a project."""
    with workplace.db.read() as session:
        there = work.visible(session, access, videos.of_project(session, access.project_id))
        found = [{**views.thread(one), "video": video.name}
                 for video in there for one in review.threads(session, video.id)]
    return found if format == "json" else csv_reply("comments", THREAD_COLUMNS, (_thread_row(one) for one in found))


@router.get("/videos/{video_id:int}/work")
def video_work(video_id: int, access: VideoMember, workplace: AtWorkplace) -> dict[str, Any]:
    """Who has which frames, who handed it in, and what its reviewers changed."""
    with workplace.db.read() as session:
        return work.of_video(session, access, video_id)


def _told(workplace: Workplace, changed: list[Assignment]) -> list[dict[str, Any]]:
    for video_id in {one.video_id for one in changed}:
        workplace.events.publish(video_id, "work", {})
    return [one.as_json() for one in changed]


def _queue_row(one: dict[str, Any]) -> dict[str, Any]:
    video, open_work = one["video"], [each for each in one["assignments"] if not each["done_at"]]
    return {
        "video_id": video["id"], "video": video["name"], "stage": video["stage"], "frames": video["frame_count"],
        "objects": video["objects"], "masks_to_verify": one["waiting"], "verified_share": video["verified"],
        "open_comments": one["open_threads"],
        "people": "; ".join(f"{each['person']} ({each['task']} {each['start']}-{each['stop'] - 1})"
                            for each in open_work),
        "due": min((each["due"] for each in open_work if each["due"]), default=None),
    }


def _thread_row(one: dict[str, Any]) -> dict[str, Any]:
    first, *replies = one["comments"]
    return {**one, "person": first["person"], "at": first["created_at"], "text": first["text"],
            "replies": "\n".join(f"{each['person']}: {each['text']}" for each in replies)}

"""Runs, and the live events of a video."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sse_starlette import EventSourceResponse

from app.identity import Access, AtWorkplace, SignedIn, access, member_by, user_of, video_member
from app.schemas import NewRun
from app.services import verdicts
from backend.errors import NotFound
from projects_db import runs, videos

router = APIRouter(prefix="/api")

check_video = video_member("annotator")
Annotator = Annotated[Access, Depends(check_video)]
RunMember = Annotated[Access, Depends(member_by(
    lambda session, run_id: videos.get(session, runs.get(session, run_id).video_id).project_id, "run", "annotator",
))]
HEARTBEAT_SECONDS = 15


@router.post("/runs")
def start_run(body: NewRun, person: SignedIn, workplace: AtWorkplace) -> dict[str, Any]:
    """Plan and queue a run."""
    with workplace.db.read() as session:
        access(session, person, videos.get(session, body.video_id).project_id, "annotator", "video")
    return workplace.runs.start(
        body.video_id, person.id, chosen=body.objects, scope=body.scope, frame=body.frame, start=body.start,
        stop=body.stop, model=body.model, across_cuts=body.across_cuts,
    )


@router.get("/runs/{run_id:int}")
def get_run(run_id: int, access: RunMember, workplace: AtWorkplace) -> dict[str, Any]:
    """How a run stands."""
    with workplace.db.read() as session:
        return workplace.runs.view(runs.get(session, run_id))


@router.post("/runs/{run_id:int}/cancel")
def cancel_run(run_id: int, access: RunMember, workplace: AtWorkplace) -> dict[str, Any]:
    """Stop it; finished frames stay."""
    return workplace.runs.cancel(run_id)


@router.post("/runs/{run_id:int}/resume")
def resume_run(run_id: int, access: RunMember, workplace: AtWorkplace) -> dict[str, Any]:
    """Go on with what is left."""
    return workplace.runs.resume(run_id, access.person.id)


@router.get("/runs/{run_id:int}/replaced")
def get_replaced(run_id: int, access: RunMember, workplace: AtWorkplace) -> dict[str, Any]:
    """What it replaced."""
    return verdicts.replaced(workplace, run_id)


@router.post("/runs/{run_id:int}/accept")
def accept_run(run_id: int, access: RunMember, workplace: AtWorkplace) -> dict[str, Any]:
    """Its result is right."""
    return verdicts.accept(workplace, run_id)


@router.post("/runs/{run_id:int}/roll-back")
def roll_back_run(run_id: int, access: RunMember, workplace: AtWorkplace) -> dict[str, Any]:
    """Bring back what it replaced."""
    return verdicts.roll_back(workplace, access, run_id)


@router.get("/videos/{video_id:int}/events")
async def events(video_id: int, access: Annotator, workplace: AtWorkplace, request: Request) -> EventSourceResponse:
    """Server-sent events of a video, as long as the person may see it."""

    def may() -> bool:
        person = user_of(request)
        try:
            return person is not None and bool(check_video(request, person, workplace))
        except NotFound:
            return False

    return EventSourceResponse(
        workplace.events.stream(video_id, access.person.name, may), ping=HEARTBEAT_SECONDS,
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )

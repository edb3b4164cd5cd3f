"""How good the masks are: hidden ground truth, blind copies, how far people agree. Mostly for reviewers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session

from app import views
from app.csv_reply import TableFormat, csv_reply
from app.identity import Access, AtWorkplace, SignedIn, access, project_member, video_member
from app.schemas import PathToken
from app.schemas_review import FrameChoice, NewGold
from app.services import agreement, annotate
from projects_db import copies, gold, videos
from projects_db.changes import Change
from projects_db.masks import Written

router = APIRouter(prefix="/api")

Member = Annotated[Access, Depends(project_member("annotator"))]
Reviewer = Annotated[Access, Depends(project_member("reviewer"))]
VideoReviewer = Annotated[Access, Depends(video_member("reviewer"))]


@router.get("/videos/{video_id:int}/gold")
def list_gold(video_id: int, access: VideoReviewer, workplace: AtWorkplace) -> dict[str, Any]:
    """The ground-truth frames of a video's content."""
    with workplace.db.read() as session:
        return _frames(session, video_id)


@router.post("/videos/{video_id:int}/gold")
def keep_gold(video_id: int, body: NewGold, access: VideoReviewer, workplace: AtWorkplace) -> dict[str, Any]:
    """Keep the verified ones of these frames as hidden ground truth; on request their masks go from the video."""

    def keep_and_clear(session: Session, change: Change) -> Written:
        return gold.clear(session, change, gold.keep(session, video_id, access.person.id, body.frames))

    if body.clear:
        annotate.apply(workplace, access, video_id, "clear", keep_and_clear)
    else:
        with workplace.db.write() as session:
            gold.keep(session, video_id, access.person.id, body.frames)
    with workplace.db.read() as session:
        return _frames(session, video_id)


@router.delete("/videos/{video_id:int}/gold")
def forget_gold(video_id: int, body: FrameChoice, access: VideoReviewer, workplace: AtWorkplace) -> dict[str, Any]:
    """These frames are ground truth no more."""
    with workplace.db.write() as session:
        gold.forget(session, video_id, body.frames)
        return _frames(session, video_id)


@router.post("/videos/{video_id:int}/copies")
def make_copy(video_id: int, access: VideoReviewer, workplace: AtWorkplace) -> dict[str, Any]:
    """A blind copy of a video, to be annotated by somebody else."""
    with workplace.db.write() as session:
        made = copies.make(session, video_id)
        progress = videos.progress(session, [made.id])[made.id]
    return views.video(made, progress)


@router.post("/projects/{project_id:int}/agreement")
def measure_agreement(access: Reviewer, workplace: AtWorkplace) -> dict[str, Any]:
    """Measure it anew."""
    return {"agreement": agreement.start(workplace, access).id}


@router.get("/agreements/{agreement_id}")
def get_measurement(agreement_id: PathToken, person: SignedIn, workplace: AtWorkplace) -> dict[str, Any]:
    """How far a measurement is."""
    job = workplace.jobs.get(agreement_id, "agreement")
    with workplace.db.read() as session:
        access(session, person, job.project_id, "reviewer", "agreement")
    return job.view()


@router.get("/projects/{project_id:int}/agreement")
def read_agreement(
    access: Member, workplace: AtWorkplace, format: TableFormat = "json",
    table: Literal["people", "labels", "videos", "histogram", "gold"] = "people",
) -> Any:
    """What was measured last; annotators read of themselves. `table` is for CSV."""
    with workplace.db.read() as session:
        report = agreement.read(session, access)
    if format == "json":
        return report
    return csv_reply(f"agreement-{table}", agreement.COLUMNS[table], agreement.rows(report, table))


def _frames(session: Session, video_id: int) -> dict[str, Any]:
    found = gold.frames(session, videos.get(session, video_id))
    return {"frames": [vars(one) for one in found]}

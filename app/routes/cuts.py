"""Cuts of a video."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from app.identity import Access, AtWorkplace, video_member
from app.schemas_objects import CutChange
from backend.errors import BadInput, Unavailable
from projects_db import videos

router = APIRouter(prefix="/api/videos/{video_id:int}")


@router.post("/cuts")
def change_cut(
    video_id: int, body: CutChange, access: Annotated[Access, Depends(video_member("annotator"))],
    workplace: AtWorkplace,
) -> dict[str, Any]:
    """Say that a shot begins on a frame, or that none does. Masks stay as they are, so there is nothing to undo."""
    with workplace.db.write() as session:
        video = videos.get(session, video_id)
        videos.check_open(video)
        videos.check_frames(video, body.frame, body.frame + 1)
        if body.frame == 0:
            raise BadInput("first_frame", "The first frame begins a shot anyway.", "Choose a later frame.")
        if video.cuts is None:
            raise Unavailable("cuts_not_known", "The cuts of this video are still being looked for.",
                              "Try again in a moment.")
        others = {cut for cut in video.cuts if cut != body.frame}
        video = videos.set_cuts(session, video_id, [*others, *([body.frame] if body.cut else [])])
    told = workplace.cuts.view(video)
    workplace.events.publish(video_id, "cuts", told)
    return told

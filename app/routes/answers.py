"""Questions about objects of a video, and what models answered."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from app.identity import Access, AtWorkplace, video_member
from app.schemas_words import Ask
from app.services import answers as service
from projects_db import answers, videos

router = APIRouter(prefix="/api/videos/{video_id:int}/answers")

Annotator = Annotated[Access, Depends(video_member("annotator"))]


@router.get("")
def get_answers(video_id: int, access: Annotator, workplace: AtWorkplace) -> list[dict[str, Any]]:
    """All of a video, oldest first."""
    with workplace.db.read() as session:
        return [asdict(one) for one in answers.of_video(session, videos.get(session, video_id).id)]


@router.post("")
def ask(video_id: int, body: Ask, access: Annotator, workplace: AtWorkplace) -> dict[str, Any]:
    """Ask; the answer is kept."""
    return service.ask(workplace, access, video_id, body.frame, body.objects, body.question, body.within, body.model)


@router.delete("/{answer_id:int}")
def delete_answer(video_id: int, answer_id: int, access: Annotator, workplace: AtWorkplace) -> dict[str, Any]:
    """Delete an answer."""
    service.delete(workplace, video_id, answer_id)
    return {}

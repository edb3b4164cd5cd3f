"""Masks of a video: read them, prompt for them, find what has none, draw, change states of ranges, undo and redo."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from app.identity import Access, AtWorkplace, video_member
from app.json_reply import json_reply
from app.schemas import (
    Absent,
    FrameRange,
    HandMask,
    HandMasks,
    MaskBase,
    NewObject,
    NewPrompts,
    Preview,
    QueryFrame,
    QueryId,
    Verify,
    WithdrawPrompts,
)
from app.schemas_words import Discover
from app.services import annotate, discovery
from app.services.annotate import HandDrawn
from backend.errors import BadInput
from projects_db import changes, masks, objects, prompts, undo, videos

router = APIRouter(prefix="/api/videos/{video_id:int}")

Annotator = Annotated[Access, Depends(video_member("annotator"))]
LONGEST_RANGE = 200
"""Frames of masks in one reply."""


def check_range(start: int, stop: int) -> None:
    """Raises BadInput: no frames, or too many for one reply."""
    if not 0 < stop - start <= LONGEST_RANGE:
        raise BadInput("bad_range", f"Frames {start} to {stop} (not included) are no range of 1 to {LONGEST_RANGE}.",
                       "Ask for fewer frames at a time.")


@router.get("/masks")
def get_masks(
    video_id: int, start: QueryFrame, stop: QueryFrame, access: Annotator, workplace: AtWorkplace
) -> Response:
    """Mask items of a range."""
    check_range(start, stop)
    with workplace.db.read() as session:
        items = masks.in_range(session, video_id, start, stop)
    return json_reply({"items": [item.as_json() for item in items]})


@router.get("/frames/{frame:int}/prompts")
def get_prompts(video_id: int, frame: int, access: Annotator, workplace: AtWorkplace) -> dict[str, Any]:
    """The prompts of a frame."""
    with workplace.db.read() as session:
        videos.check_frames(videos.get(session, video_id), frame, frame + 1)
        stored = prompts.on_frame(session, video_id, frame)
    return {"prompts": [{"id": one.id, "object_id": one.object_id, "data": one.data} for one in stored]}


@router.post("/frames/{frame:int}/prompts")
def add_prompts(
    video_id: int, frame: int, body: NewPrompts, access: Annotator, workplace: AtWorkplace
) -> dict[str, Any]:
    """Prompts; the model makes the mask."""
    new = [*([body.prompt] if body.prompt else []), *body.prompts]
    return annotate.add_prompts(workplace, access, video_id, frame, body.target, new, base=body.base,
                                model=body.model, replaces=body.replaces)


@router.delete("/frames/{frame:int}/prompts")
def withdraw_prompts(
    video_id: int, frame: int, body: WithdrawPrompts, access: Annotator, workplace: AtWorkplace
) -> dict[str, Any]:
    """Take prompts back."""
    return annotate.withdraw_prompts(workplace, access, video_id, frame, body.object_id, prompt_id=body.prompt_id,
                                     base=body.base, model=body.model)


@router.post("/preview")
def preview(video_id: int, body: Preview, access: Annotator, workplace: AtWorkplace) -> dict[str, Any]:
    """What prompts would make."""
    return annotate.preview(workplace, video_id, body.frame, body.object_id, body.prompts, body.model)


@router.post("/discover")
def discover(video_id: int, body: Discover, access: Annotator, workplace: AtWorkplace) -> dict[str, Any]:
    """Candidates on a frame."""
    return discovery.discover(workplace, video_id, body.frame, body.query, body.model, body.within)


@router.post("/frames/{frame:int}/masks")
def put_masks(
    video_id: int, frame: int, body: HandMasks, access: Annotator, workplace: AtWorkplace
) -> dict[str, Any]:
    """Masks by hand, of objects that are there and of new ones, as one change."""
    return annotate.put_masks(workplace, access, video_id, frame, [_drawn(one.target, one) for one in body.masks])


@router.put("/frames/{frame:int}/masks/{object_id:int}")
def put_mask(
    video_id: int, frame: int, object_id: int, body: HandMask, access: Annotator, workplace: AtWorkplace
) -> dict[str, Any]:
    """A mask by hand."""
    return annotate.put_masks(workplace, access, video_id, frame, [_drawn(object_id, body)])


@router.delete("/frames/{frame:int}/masks/{object_id:int}")
def remove_mask(
    video_id: int, frame: int, object_id: int, body: MaskBase, access: Annotator, workplace: AtWorkplace
) -> dict[str, Any]:
    """Remove a mask."""
    return annotate.remove_mask(workplace, access, video_id, frame, object_id, base=body.base)


def _drawn(target: int | NewObject, body: HandMask) -> HandDrawn:
    return HandDrawn(target, body.rle.model_dump() if body.rle else None, body.polygons, body.base)


@router.post("/clear")
def clear(video_id: int, body: FrameRange, access: Annotator, workplace: AtWorkplace) -> dict[str, Any]:
    """Delete the masks of a range that nobody verified or made."""
    return annotate.apply(workplace, access, video_id, "clear", lambda session, change: masks.clear(
        session, change, body.objects, body.start, body.stop))


@router.post("/verify")
def verify(video_id: int, body: Verify, access: Annotator, workplace: AtWorkplace) -> dict[str, Any]:
    """Verify a range, or take that back."""
    kind = "verify" if body.verified else "unverify"
    return annotate.apply(workplace, access, video_id, kind, lambda session, change: masks.verify(
        session, change, body.objects, body.start, body.stop, body.verified))


@router.post("/absent")
def absent(video_id: int, body: Absent, access: Annotator, workplace: AtWorkplace) -> dict[str, Any]:
    """Say that objects are not on the frames of a range, or take that back."""
    if not body.objects:
        raise BadInput("no_objects", "No object is named.", "Name the objects that are absent.")
    chosen = body.objects
    return annotate.apply(workplace, access, video_id, "absent", lambda session, change: masks.absent(
        session, change, chosen, body.start, body.stop, body.absent))


@router.post("/undo")
def undo_last(video_id: int, access: Annotator, workplace: AtWorkplace) -> dict[str, Any]:
    """Undo one's own last change."""
    return annotate.step_back(workplace, access, video_id, undo.undo)


@router.post("/redo")
def redo_last(video_id: int, access: Annotator, workplace: AtWorkplace) -> dict[str, Any]:
    """Redo what one undid last."""
    return annotate.step_back(workplace, access, video_id, undo.redo)


@router.get("/history")
def get_history(
    video_id: int, frame: QueryFrame, object_id: QueryId, access: Annotator, workplace: AtWorkplace
) -> list[dict[str, Any]]:
    """What happened to one mask, newest first."""
    with workplace.db.read() as session:
        videos.check_frames(videos.get(session, video_id), frame, frame + 1)
        objects.get(session, object_id)
        past = changes.history(session, video_id, frame, object_id)
    return [{"revision": one.revision, "author": one.author, "at": one.at, "source": one.source, "state": one.state,
             "kind": one.kind, "run_id": one.run_id} for one in past]


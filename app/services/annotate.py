"""What a person does to masks: prompts that a model turns into a mask, masks by hand, states of ranges, undo, redo.

Each is one transaction; a model works before it begins, and the conflict is looked for inside it. The reply to the
person and the event to everybody else say the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app import views
from app.identity import Access
from app.workplace import Workplace
from backend.errors import BadInput
from backend.masks import Rle
from backend.models import registry
from backend.models.pool import SessionKey
from backend.models.seam import Segment
from backend.prompts import MaskPrompt, check_inside, prompt_adapter
from backend.tracking.plan import prompt_hash
from projects_db import changes, masks, prompts, videos
from projects_db.changes import Change
from projects_db.masks import MaskItem, MaskWrite, Written
from projects_db.prompts import StoredPrompt
from projects_db.undo import Undone
from projects_db.videos import Video

Reply = dict[str, Any]
NO_OBJECT = 0
"""The id of an object that is not there yet; the database counts from 1."""


@dataclass(frozen=True)
class _Place:
    """One object on one frame: its mask and the prompts that count, as they were when the person asked."""

    video: Video
    mask: MaskItem
    stored: list[StoredPrompt]

    def standing(self, without: int | None = None) -> list[Any]:
        """The prompts that make up the mask: those from the last given mask on."""
        return _from_last_mask([prompt_adapter.validate_python(one.data) for one in self.stored if one.id != without])

    def with_new(self, new: Sequence[Any]) -> tuple[list[Any], list[Any]]:
        """(what is to be stored, everything the model is given). Raises BadInput where a prompt does not fit the frame.

        A mask that was not made from the prompts of its frame (tracked, imported, drawn) is what the new prompts
        correct: it goes before them as a prompt, so that the mask can always be made anew from stored prompts.
        """
        for prompt in new:
            check_inside(prompt, self.video.height, self.video.width)
        standing, start = self.standing(), []
        if self.mask.rle is not None and self.mask.area and self.mask.prompt_hash != _hash(standing):
            start = [MaskPrompt.of(self.mask.rle)]
        given = [*start, *new]
        return given, _from_last_mask([*standing, *given])


def add_prompts(
    workplace: Workplace, access: Access, video_id: int, frame: int, object_id: int, new: Sequence[Any], *,
    base: int, model: str | None,
) -> Reply:
    """Prompts on a frame: the model makes the mask of everything given there.

    Raises:
        BadInput: no prompt, one outside the frame, one of a kind the model does not take, or nothing is found there.
        Conflict, Locked, NotFound: as `masks.write`.
    """
    if not new:
        raise BadInput("no_prompt", "There is no prompt in this request.", 'Give "prompt" or "prompts".')
    place = _read(workplace, video_id, frame, object_id)
    given, everything = place.with_new(new)
    segment, model_ms = _segment(workplace, place.video, frame, object_id, everything, model)
    if not segment.mask.any():
        raise BadInput("nothing_found", "The model finds no object there.",
                       "Click in the middle of the object, or draw a box around it.")

    def write(session: Session, change: Change) -> Written:
        prompts.add(session, change, frame, object_id, [_as_json(prompt) for prompt in given])
        return masks.write(session, change, [_made(frame, object_id, segment, base, everything)])

    return {**apply(workplace, access, video_id, "prompt", write), "model_ms": model_ms}


def withdraw_prompts(
    workplace: Workplace, access: Access, video_id: int, frame: int, object_id: int, *, prompt_id: int | None, base: int
) -> Reply:
    """Take back one prompt or all of them; the mask is made anew from what is left, or removed with the last.

    Raises: as `add_prompts`, and NotFound where there is no such prompt.
    """
    place = _read(workplace, video_id, frame, object_id)
    left = place.standing(without=prompt_id) if prompt_id is not None else []
    made, model_ms = MaskWrite(frame, object_id, None, base), 0.0
    if len(left) == 1 and isinstance(left[0], MaskPrompt):
        # Back to the mask that was corrected: a run made it, so it is no barrier.
        made = MaskWrite(frame, object_id, left[0].rle(), base, source="model", prompt_hash=_hash(left))
    elif left:
        segment, model_ms = _segment(workplace, place.video, frame, object_id, left, None)
        made = _made(frame, object_id, segment, base, left)

    def write(session: Session, change: Change) -> Written:
        prompts.withdraw(session, change, frame, object_id, prompt_id)
        return masks.write(session, change, [made])

    return {**apply(workplace, access, video_id, "prompt", write), "model_ms": model_ms}


def preview(
    workplace: Workplace, video_id: int, frame: int, object_id: int | None, new: Sequence[Any], model: str | None
) -> Reply:
    """The mask that prompts would make; nothing is stored. Raises BadInput."""
    place = _read(workplace, video_id, frame, object_id or NO_OBJECT)
    _, everything = place.with_new(new)
    segment, _ = _segment(workplace, place.video, frame, object_id or NO_OBJECT, everything, model)
    return {"rle": Rle.from_mask(segment.mask).as_json(), "score": segment.score}


def put_mask(
    workplace: Workplace, access: Access, video_id: int, frame: int, object_id: int, *,
    rle: dict[str, Any] | None, polygons: Sequence[Sequence[float]] | None, base: int,
) -> Reply:
    """A mask by hand. Raises BadInput (neither or both of `rle` and `polygons`, wrong size), and as `masks.write`."""
    if (rle is None) == (polygons is None):
        raise BadInput("one_mask", 'A mask is given as "rle" or as "polygons".', "Give one of them.")
    with workplace.db.read() as session:
        video = videos.get(session, video_id)
    mask = (Rle.from_json(rle, height=video.height, width=video.width) if rle is not None
            else Rle.from_polygons(polygons or [], video.height, video.width))
    return apply(workplace, access, video_id, "mask", lambda session, change: masks.write(
        session, change, [MaskWrite(frame, object_id, mask, base)]))


def remove_mask(
    workplace: Workplace, access: Access, video_id: int, frame: int, object_id: int, *, base: int
) -> Reply:
    """Remove the mask of a frame, whoever made it, and the prompts behind it. Raises as `masks.write`."""

    def write(session: Session, change: Change) -> Written:
        if prompts.on_frame(session, video_id, frame, object_id):
            prompts.withdraw(session, change, frame, object_id)
        return masks.write(session, change, [MaskWrite(frame, object_id, None, base)])

    return apply(workplace, access, video_id, "mask", write)


def apply(
    workplace: Workplace, access: Access, video_id: int, kind: str, write: Callable[[Session, Change], Written]
) -> Reply:
    """One change in one transaction, told to everybody who has the video open.

    Args:
        write: does it; what it raises undoes all of it.
    """
    with workplace.db.write() as session:
        change = changes.begin(session, video_id, access.person.id, kind)
        written = write(session, change)
        undo, redo = changes.available(session, video_id, access.person.id)
    told = views.written(written)
    publish(workplace, video_id, told, access.person.id)
    return {"change_id": written.change_id, **told, "undo": undo, "redo": redo}


def step_back(
    workplace: Workplace, access: Access, video_id: int, step: Callable[[Session, int, int], Undone]
) -> Reply:
    """`projects_db.undo.undo` or `redo`, told to everybody. Raises as these."""
    with workplace.db.write() as session:
        done = step(session, video_id, access.person.id)
        undo, redo = changes.available(session, video_id, access.person.id)
    told = views.written(done.written)
    publish(workplace, video_id, told, access.person.id)
    for one in done.objects:
        workplace.events.publish(video_id, "object", one.as_json())
    return {"change_id": done.written.change_id, "kind": done.kind, **told,
            "objects": [one.as_json() for one in done.objects], "frame": done.frame, "undo": undo, "redo": redo}


def publish(workplace: Workplace, video_id: int, told: dict[str, Any], person_id: int) -> None:
    """Tell every page of the video which masks changed."""
    workplace.events.publish(video_id, "masks", {**told, "by": person_id})


def _read(workplace: Workplace, video_id: int, frame: int, object_id: int) -> _Place:
    with workplace.db.read() as session:
        video = videos.get(session, video_id)
        videos.check_open(video)
        videos.check_frames(video, frame, frame + 1)
        return _Place(video, masks.get(session, video_id, frame, object_id),
                      prompts.on_frame(session, video_id, frame, object_id))


def _from_last_mask(given: list[Any]) -> list[Any]:
    """The prompts that count for a mask: a given mask replaces everything before it."""
    starts = [i for i, prompt in enumerate(given) if isinstance(prompt, MaskPrompt)]
    return given[starts[-1]:] if starts else given


def _segment(
    workplace: Workplace, video: Video, frame: int, object_id: int, given: Sequence[Any], model_name: str | None
) -> tuple[Segment, float]:
    """The model's mask, and how long that took in milliseconds. Raises BadInput, NotFound, Unavailable."""
    name = model_name or registry.DEFAULT
    spec = registry.spec(name)
    if strange := {prompt.kind for prompt in given} - spec.prompts:
        raise BadInput("prompt_not_taken", f"{spec.title} does not take a {min(strange)}.",
                       f"It takes: {', '.join(sorted(spec.prompts))}.")
    started = time.perf_counter()
    model = registry.load(name)
    frames = workplace.library.shared_reader(video.hash)
    with workplace.sessions.session(SessionKey(video.hash, name, "click"), lambda: model.open(frames)) as session:
        segment = session.segment(frame, {object_id: given})[object_id]
    return segment, round((time.perf_counter() - started) * 1000, 1)


def _made(frame: int, object_id: int, segment: Segment, base: int, given: Sequence[Any]) -> MaskWrite:
    return MaskWrite(frame, object_id, Rle.from_mask(segment.mask), base, score=segment.score, prompt_hash=_hash(given))


def _hash(given: Sequence[Any]) -> str:
    return prompt_hash([_as_json(prompt) for prompt in given], {})


def _as_json(prompt: Any) -> dict[str, Any]:
    return prompt_adapter.dump_python(prompt, mode="json")

"""What a person does to masks: prompts that a model turns into a mask, masks by hand, states of ranges, undo, redo.

Each is one transaction; a model works before it begins, and the conflict is looked for inside it. The reply to the
person and the event to everybody else say the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app import views
from app.identity import Access
from app.schemas import NewObject
from app.workplace import Workplace
from backend.errors import BadInput
from backend.masks import Rle
from backend.models import registry
from backend.models.seam import Segment
from backend.prompts import MaskPrompt, Point, Scribble, check_inside, prompt_adapter
from backend.tracking.plan import prompt_hash
from projects_db import changes, masks, objects, prompts, videos
from projects_db.changes import Change
from projects_db.masks import MaskItem, MaskWrite, Written
from projects_db.objects import Object
from projects_db.prompts import StoredPrompt
from projects_db.undo import Undone
from projects_db.videos import Video

Reply = dict[str, Any]
NO_OBJECT = 0
"""The id of an object that is not there yet; the database counts from 1."""


@dataclass(frozen=True)
class _Place:
    """One object on one frame: its mask and the prompts that count, as they were when the person asked; and what was
    pointed at as other objects there, as negative prompts."""

    video: Video
    mask: MaskItem
    stored: list[StoredPrompt]
    others: list[Any]

    def standing(self, without: int | None = None) -> list[Any]:
        """The prompts that make up the mask: those from the last given mask on."""
        return _from_last_mask([prompt_adapter.validate_python(one.data) for one in self.stored if one.id != without])

    def with_new(self, new: Sequence[Any], without: int | None = None) -> tuple[list[Any], list[Any]]:
        """(what is to be stored, everything the model is given). Raises BadInput where a prompt does not fit the frame.

        A mask that was not made from the prompts of its frame (tracked, imported, drawn) is what the new prompts
        correct: it goes before them as a prompt, so that the mask can always be made anew from stored prompts.

        Args:
            without: the id of a prompt that the new ones take the place of.
        """
        for prompt in new:
            check_inside(prompt, self.video.height, self.video.width)
        standing, start = self.standing(), []
        if self.mask.rle is not None and self.mask.area and self.mask.prompt_hash != _hash(standing):
            start = [MaskPrompt.of(self.mask.rle)]
        given = [*start, *new]
        return given, _from_last_mask([*self.standing(without), *given])

    def among_others(self, given: Sequence[Any]) -> list[Any]:
        """Prompts of this object after those that tell it from the others; a given mask stays the first."""
        first = int(isinstance(given[0], MaskPrompt))
        return [*given[:first], *self.others, *given[first:]]


@dataclass(frozen=True)
class HandDrawn:
    """A mask that a person made or accepted; `rle` (COCO, unchecked) or `polygons` (flat lists x, y, ...).

    Attributes:
        target: its object's id, or what the new object is to be.
        base: as `MaskWrite.base`.
    """

    target: int | NewObject
    rle: dict[str, Any] | None
    polygons: Sequence[Sequence[float]] | None
    base: int

    def mask(self, video: Video) -> Rle:
        """The mask, checked. Raises BadInput: neither or both given, malformed, or of another size."""
        if (self.rle is None) == (self.polygons is None):
            raise BadInput("one_mask", 'A mask is given as "rle" or as "polygons".', "Give one of them.")
        if self.rle is not None:
            return Rle.from_json(self.rle, height=video.height, width=video.width)
        return Rle.from_polygons(self.polygons or [], video.height, video.width)


def add_prompts(
    workplace: Workplace, access: Access, video_id: int, frame: int, target: int | NewObject, new: Sequence[Any], *,
    base: int, model: str | None, replaces: int | None = None,
) -> Reply:
    """Prompts on a frame: the model makes the mask of everything given there.

    Args:
        target: the object's id, or what the new object is to be, which the same change makes.
        replaces: the id of a prompt of that object on the frame that is withdrawn in the same change: it was moved.

    Raises:
        BadInput: no prompt, one outside the frame, one of a kind the model does not take, or nothing is found there.
        Conflict, Locked, NotFound: as `masks.write`; NotFound also where there is no prompt to replace.
    """
    if not new:
        raise BadInput("no_prompt", "There is no prompt in this request.", 'Give "prompt" or "prompts".')
    place = _read(workplace, video_id, frame, target if isinstance(target, int) else NO_OBJECT)
    given, everything = place.with_new(new, replaces)
    segment, model_ms = _segment(workplace, place, frame, everything, model)
    if not segment.mask.any():
        raise BadInput("nothing_found", "The model finds no object there.",
                       "Click in the middle of the object, or draw a box around it.")

    def write(session: Session, change: Change) -> Written:
        object_id = _there(session, change, target)
        if replaces is not None:
            prompts.withdraw(session, change, frame, object_id, replaces)
        prompts.add(session, change, frame, object_id, [_as_json(prompt) for prompt in given])
        return masks.write(session, change, [_made(frame, object_id, segment, base, everything)])

    return {**apply(workplace, access, video_id, "prompt", write), "model_ms": model_ms}


def withdraw_prompts(
    workplace: Workplace, access: Access, video_id: int, frame: int, object_id: int, *, prompt_id: int | None,
    base: int, model: str | None,
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
        segment, model_ms = _segment(workplace, place, frame, left, model)
        made = _made(frame, object_id, segment, base, left)

    def write(session: Session, change: Change) -> Written:
        prompts.withdraw(session, change, frame, object_id, prompt_id)
        return masks.write(session, change, [made])

    return {**apply(workplace, access, video_id, "prompt", write), "model_ms": model_ms}


def preview(
    workplace: Workplace, video_id: int, frame: int, object_id: int | None, new: Sequence[Any], model: str | None
) -> Reply:
    """The mask that prompts would make; nothing is stored.

    It gives way: it takes the session of clicks, so that the click that follows finds the frame encoded, but only while
    nobody uses it or waits for it.

    Raises:
        BadInput: as `add_prompts`. Unavailable: the model is at work.
    """
    place = _read(workplace, video_id, frame, object_id or NO_OBJECT)
    _, everything = place.with_new(new)
    segment, _ = _segment(workplace, place, frame, everything, model, wait=False)
    return {"rle": Rle.from_mask(segment.mask).as_json(), "score": segment.score}


def put_masks(
    workplace: Workplace, access: Access, video_id: int, frame: int, drawn: Sequence[HandDrawn]
) -> Reply:
    """Masks by hand on a frame, as one change: all of them or none. Raises as `HandDrawn.mask` and `masks.write`."""
    with workplace.db.read() as session:
        video = videos.get(session, video_id)
    rles = [one.mask(video) for one in drawn]

    def write(session: Session, change: Change) -> Written:
        return masks.write(session, change, [
            MaskWrite(frame, _there(session, change, one.target), rle, one.base)
            for one, rle in zip(drawn, rles, strict=True)
        ])

    return apply(workplace, access, video_id, "mask", write)


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

    A request that comes again, because its answer was lost on the way, is answered again and not done again.

    Args:
        write: does it; what it raises undoes all of it.
    """
    data = {"key": access.key} if access.key else None
    with workplace.db.write() as session:
        change = changes.by_key(session, video_id, access.person.id, access.key) if access.key else None
        if change is None:
            change = changes.begin(session, video_id, access.person.id, kind, data)
            written = write(session, change)
        else:
            written = masks.written_by(session, change)
        edited = objects.edited(session, change)
        undo, redo = changes.available(session, video_id, access.person.id)
    return {**tell(workplace, access, video_id, written, edited), "undo": undo, "redo": redo}


def step_back(
    workplace: Workplace, access: Access, video_id: int, step: Callable[[Session, int, int], Undone]
) -> Reply:
    """`projects_db.undo.undo` or `redo`, told to everybody. Raises as these."""
    with workplace.db.write() as session:
        done = _again(session, access, video_id) or step(session, video_id, access.person.id)
        if access.key:
            changes.set_key(session, done.written.change_id, access.key)
        undo, redo = changes.available(session, video_id, access.person.id)
    if done.run:
        workplace.runs.publish(done.run)
    if done.tracks:
        workplace.events.publish(video_id, "tracks", {})
    return {**tell(workplace, access, video_id, done.written, done.objects), "kind": done.kind, "frame": done.frame,
            "undo": undo, "redo": redo}


def _again(session: Session, access: Access, video_id: int) -> Undone | None:
    """What a step back or forth that comes again did the first time; None where it has not come before."""
    earlier = changes.by_key(session, video_id, access.person.id, access.key) if access.key else None
    return None if earlier is None else Undone(earlier.kind, masks.written_by(session, earlier), (), None)


def tell(
    workplace: Workplace, access: Access, video_id: int, written: Written, edited: Sequence[Object]
) -> Reply:
    """Tell every page of the video what changed, objects first: a page draws masks of objects it knows."""
    told, things = views.written(written), [one.as_json() for one in edited]
    for one in things:
        workplace.events.publish(video_id, "object", one)
    workplace.events.publish(video_id, "masks", {**told, "by": access.person.id})
    return {"change_id": written.change_id, **told, "objects": things}


def _there(session: Session, change: Change, target: int | NewObject) -> int:
    """The id of an object, which is made now if it is a new one."""
    if isinstance(target, int):
        return target
    return objects.create(session, change, target.label_id, target.name, target.colour).id


def _read(workplace: Workplace, video_id: int, frame: int, object_id: int) -> _Place:
    with workplace.db.read() as session:
        video = videos.get(session, video_id)
        videos.check_open(video)
        videos.check_frames(video, frame, frame + 1)
        there = prompts.on_frame(session, video_id, frame)
        living = {one.id for one in objects.of_video(session, video_id)}
        return _Place(video, masks.get(session, video_id, frame, object_id),
                      [one for one in there if one.object_id == object_id],
                      _as_negatives(one for one in there if one.object_id in living - {object_id}))


def _as_negatives(stored: Iterable[StoredPrompt]) -> list[Any]:
    """Positive points and strokes of other objects, as what is no part of this one."""
    given = [prompt_adapter.validate_python(one.data) for one in stored]
    return [one.model_copy(update={"positive": False}) for one in given
            if isinstance(one, Point | Scribble) and one.positive]


def _from_last_mask(given: list[Any]) -> list[Any]:
    """The prompts that count for a mask: a given mask replaces everything before it."""
    starts = [i for i, prompt in enumerate(given) if isinstance(prompt, MaskPrompt)]
    return given[starts[-1]:] if starts else given


def _segment(
    workplace: Workplace, place: _Place, frame: int, given: Sequence[Any], model: str | None, *, wait: bool = True
) -> tuple[Segment, float]:
    """The model's mask, and how long that took in milliseconds.

    Raises BadInput, NotFound, Unavailable (also where the model is at work and `wait` is false).
    """
    spec = registry.choose(model, "segment", {prompt.kind for prompt in given})
    if spec.heeds_others:
        given = place.among_others(given)
    started = time.perf_counter()
    with workplace.session(place.video.hash, spec.name, "click", wait=wait) as session:
        segment = session.segment(frame, {NO_OBJECT: given})[NO_OBJECT]  # whose the prompts are changes nothing
    return segment, round((time.perf_counter() - started) * 1000, 1)


def _made(frame: int, object_id: int, segment: Segment, base: int, given: Sequence[Any]) -> MaskWrite:
    return MaskWrite(frame, object_id, Rle.from_mask(segment.mask), base, score=segment.score, prompt_hash=_hash(given))


def _hash(given: Sequence[Any]) -> str:
    return prompt_hash([_as_json(prompt) for prompt in given], {})


def _as_json(prompt: Any) -> dict[str, Any]:
    return prompt_adapter.dump_python(prompt, mode="json")

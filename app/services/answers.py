"""Questions about objects: a model with language answers in words, and perhaps with masks, which are candidates."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from app.identity import Access
from app.services import discovery
from app.workplace import Workplace
from backend.errors import BadInput, NotFound
from backend.masks import BoolMask
from backend.models import registry
from backend.models.seam import Candidate
from backend.prompts import Question
from projects_db import answers, masks, objects, videos
from projects_db.objects import Object
from projects_db.videos import Video

SHOWN_FRAMES = 16
"""Frames of an object whose masks a model is given; language models look at about as many of a video."""

LONGEST = 4000
"""Characters of a question with its objects."""


def ask(
    workplace: Workplace, access: Access, video_id: int, frame: int, named: Sequence[int], question: str,
    within: range | None, model: str | None,
) -> dict[str, Any]:
    """Ask about objects, and keep the answer with them. Masks that come with it are candidates: nothing is stored of
    them.

    Args:
        frame: the one on the screen.
        named: ids of the objects.
        question: as a person writes it; objects may be called by their name in brackets ("[dog 1]").
        within: frames that the model may look at; None: all.
        model: its name; None: the default.

    Raises:
        BadInput: the model does not talk, or an object has no mask there.
        NotFound, Locked, Unavailable.
    """
    spec = registry.choose(model, "answer", ["question"])
    with workplace.db.read() as session:
        video = videos.get(session, video_id)
        videos.check_open(video)
        videos.check_frames(video, frame, frame + 1)
        if within is not None:
            videos.check_frames(video, within.start, within.stop)
        things = _objects_of(session, video_id, named)
        shown = {one.id: _masks_of(session, video, one, frame, within) for one in things}
    text = by_ids(question.strip(), things)
    if len(text) > LONGEST:
        raise BadInput("question_too_long", f"With its objects the question has {len(text)} characters; {LONGEST} are "
                       "allowed.", "Make it shorter.")
    started = time.perf_counter()
    with workplace.session(video.hash, spec.name, "discover") as session_of_model:
        said = session_of_model.answer(Question(text=text), shown, within)
    model_ms = round((time.perf_counter() - started) * 1000, 1)
    found = [Candidate(one, frame=said.frame) for one in said.segments]
    shown_by = discovery.shown_already(workplace, video_id, frame, found)
    kept_words, new = _pointed_at(said.text.strip(), found, shown_by)
    with workplace.db.write() as session:
        kept = answers.add(session, video_id, [one.id for one in things], frame=frame, question=text,
                           text=kept_words, model=spec.name, person_id=access.person.id)
    told = asdict(kept)
    workplace.events.publish(video_id, "answer", told)
    return {"answer": told, "candidates": discovery.views_of(workplace, video_id, frame, new), "model_ms": model_ms}


def delete(workplace: Workplace, video_id: int, answer_id: int) -> None:
    """Delete an answer, on every page. Raises NotFound."""
    with workplace.db.write() as session:
        answers.delete(session, video_id, answer_id)
    workplace.events.publish(video_id, "answer", {"id": answer_id, "deleted": True})


def by_ids(question: str, things: Sequence[Object]) -> str:
    """The question with every object called by its id in brackets, as models take it; those it does not name stand
    before it."""
    numbered = re.sub(r"\[([^\]]+)\]", lambda found: _number(found[1], things), question)
    unnamed = [f"[{one.id}]" for one in things if f"[{one.id}]" not in numbered]
    return f"{' '.join(unnamed)}: {numbered}" if unnamed else numbered


def _pointed_at(
    text: str, found: Sequence[Candidate], shown_by: Sequence[int | None]
) -> tuple[str, list[Candidate]]:
    """The candidates that are new, and the text with "(mask 2)" as their numbers have it: an object that is known
    already is called by its id, a mask without pixels "(no mask)"."""
    new: list[Candidate] = []
    names = {}
    for n, (one, known) in enumerate(zip(found, shown_by, strict=True), 1):
        if not one.segment.mask.any():
            names[n] = "(no mask)"
        elif known is not None:
            names[n] = f"[{known}]"
        else:
            new.append(one)
            names[n] = f"(mask {len(new)})"
    return re.sub(r"\(mask (\d+)\)", lambda at: names.get(int(at[1]), at[0]), text), new


def _objects_of(session: Session, video_id: int, named: Sequence[int]) -> list[Object]:
    living = {one.id: one for one in objects.of_video(session, video_id)}
    for one in named:
        if one not in living:
            raise NotFound("no_such_object", f"There is no object {one} in this video.", "It may have been deleted.")
    return [living[one] for one in dict.fromkeys(named)]


def _number(name: str, things: Iterable[Object]) -> str:
    found = next((one.id for one in things if one.name.lower() == name.strip().lower()), name)
    return f"[{found}]"


def _masks_of(
    session: Session, video: Video, thing: Object, frame: int, within: range | None
) -> dict[int, BoolMask]:
    """The object on at most `SHOWN_FRAMES` frames spread evenly, the one on the screen among them where it has a mask
    there."""
    frames = [one for one in masks.frames_with_pixels(session, thing.id) if within is None or one in within]
    if not frames:
        raise BadInput("no_mask_to_show", f"{thing.name} has no mask on these frames.",
                       "Make one, or choose another range.")
    if len(frames) > SHOWN_FRAMES:
        last = len(frames) - 1
        spread = {frames[round(i * last / (SHOWN_FRAMES - 1))] for i in range(SHOWN_FRAMES)}
        frames = sorted(spread | ({frame} & set(frames)))
    found = masks.at(session, video.id, [(one, thing.id) for one in frames])
    return {item.frame: item.rle.to_mask() for item in sorted(found, key=lambda one: one.frame) if item.rle is not None}

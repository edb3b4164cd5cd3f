"""Candidates: what else a model finds on a frame. Nothing is stored until a person accepts one, as a mask by hand."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.workplace import Workplace
from backend.masks import Rle, iou
from backend.models import registry, seam
from backend.models.seam import Candidate
from backend.prompts import Categories, Expression
from backend.tracking.runner import nearest_barriers
from projects_db import masks, objects, videos

Known = dict[int, dict[int, Rle]]
"""{frame: {object: mask}}, the farthest frame first."""

SAME = 0.5
"""Masks that overlap more (intersection over union) show one object."""


def discover(
    workplace: Workplace, video_id: int, frame: int, query: Categories | Expression | None, model: str | None,
    within: range | None = None,
) -> dict[str, Any]:
    """Objects on a frame that have no mask there, best first. A model that looks at more frames may find them on
    another one.

    The session is not the one that clicks use: a person goes on clicking while the model looks.

    Args:
        query: what to look for; None: everything.
        model: its name; None: the default.
        within: frames that a model with language may look at; None: all.

    Raises:
        BadInput: the model cannot find objects, or does not take such a query. Locked: the video is accepted.
        NotFound, Unavailable.
    """
    spec = registry.choose(model, "discover", [query.kind] if query else [])
    with workplace.db.read() as session:
        video = videos.get(session, video_id)
        videos.check_open(video)
        videos.check_frames(video, frame, frame + 1)
        if within is not None:
            videos.check_frames(video, within.start, within.stop)
    started = time.perf_counter()
    with workplace.session(video.hash, spec.name, "discover") as model_session:
        found = fresh(workplace, video_id, model_session, frame, query, within)
    model_ms = round((time.perf_counter() - started) * 1000, 1)
    return {"candidates": [view_of(one, frame) for one in found], "model_ms": model_ms}


def fresh(
    workplace: Workplace, video_id: int, session: seam.Session, frame: int, query: Categories | Expression | None,
    within: range | None,
) -> list[Candidate]:
    """What a session finds on a frame and has no mask there, best first; nothing is empty. The session is left as it
    was found."""
    with workplace.db.read() as stored:
        known = _known(stored, video_id, frame)
    found = [one for one in _look(session, frame, known, query, within) if one.segment.mask.any()]
    return without_known(workplace, video_id, frame, found)


def views_of(workplace: Workplace, video_id: int, asked: int, found: Sequence[Candidate]) -> list[dict[str, Any]]:
    """Candidates as JSON, without those that have a mask on their frame already.

    Args:
        asked: the frame of those that do not say which they are on.
    """
    return [view_of(one, asked) for one in without_known(workplace, video_id, asked, found)]


def without_known(workplace: Workplace, video_id: int, asked: int, found: Sequence[Candidate]) -> list[Candidate]:
    """Candidates that no mask on their frame shows already. Args: as `views_of`."""
    shown = shown_already(workplace, video_id, asked, found)
    return [one for one, known in zip(found, shown, strict=True) if known is None]


def shown_already(
    workplace: Workplace, video_id: int, asked: int, found: Sequence[Candidate]
) -> list[int | None]:
    """For each candidate the object whose mask on its frame shows the same; None where none does. Args: as `views_of`.

    A model judges that by masks of its own, which may differ.
    """
    with workplace.db.read() as session:
        there = {at: _on_frame(session, video_id, at) for at in {_frame_of(one, asked) for one in found}}
    return [_same(one, there[_frame_of(one, asked)]) for one in found]


def view_of(one: Candidate, asked: int) -> dict[str, Any]:
    """A candidate as JSON. Args: as `views_of`."""
    rle = Rle.from_mask(one.segment.mask)
    return {"rle": rle.as_json(), "box": list(rle.box), "score": one.segment.score, "object_id": one.object,
            "category": one.category, "frame": _frame_of(one, asked)}


def _known(session: Session, video_id: int, frame: int) -> Known:
    """What the model is to know: the masks on the frame, and of objects without one there their nearest barriers.

    An object that a person called absent on the frame is left out: it must not be offered as found again.
    """
    places = [(frame, item.object_id) for item in masks.in_range(session, video_id, frame, frame + 1) if item.area]
    here = {object_id for _, object_id in places}
    for one in objects.of_video(session, video_id):
        barriers = masks.barriers(session, one.id)
        if one.id not in here and frame not in barriers:
            places += [(near, one.id) for near in nearest_barriers(barriers, frame, frame)]
    known: Known = defaultdict(dict)
    for item in masks.at(session, video_id, places):
        if item.rle is not None:
            known[item.frame][item.object_id] = item.rle
    return dict(sorted(known.items(), key=lambda one: -abs(one[0] - frame)))


def _look(
    session: seam.Session, frame: int, known: Known, query: Categories | Expression | None, within: range | None
) -> list[Candidate]:
    """Ask a session that is left as it was found."""
    try:
        for near, there in known.items():
            session.remember(near, {object_id: rle.to_mask() for object_id, rle in there.items()})
        return session.discover(frame, query, within)
    finally:
        session.forget({object_id for there in known.values() for object_id in there})


def _frame_of(one: Candidate, asked: int) -> int:
    return asked if one.frame is None else one.frame


def _on_frame(session: Session, video_id: int, frame: int) -> dict[int, Rle]:
    found = masks.in_range(session, video_id, frame, frame + 1)
    return {item.object_id: item.rle for item in found if item.rle is not None and item.area}


def _same(one: Candidate, there: Mapping[int, Rle]) -> int | None:
    if one.object in there:
        return one.object
    rle = Rle.from_mask(one.segment.mask)
    return next((object_id for object_id, other in there.items() if iou(rle, other) > SAME), None)

"""Do a task on one video: through the model seam, and through nothing else."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import cast

import numpy as np

from backend.masks import BoolMask
from backend.models.seam import Boxed, Candidate, Categorized, Detecting, Model, Segment, Session, Sighting
from backend.prompts import Box, Categories, Expression
from backend.tasks.found import XYWH, Found, Spot, Video
from backend.tasks.table import BenchmarkTask
from backend.tracking import search

Progress = Callable[[int], None]
"""Called with the number of frames that are done."""

Corners = tuple[float, float, float, float]
"""A box as x0, y0, x1, y1 in continuous pixels."""

EVERY = 5
"""A model that tracks and has no search of its own looks for what is new on every so-manieth frame."""


@dataclass(frozen=True)
class Told:
    """What a model is told about one video.

    Attributes:
        categories: names; None: everything it knows.
        expressions: id -> text.
        starts: frame -> objects whose mask is given on it; masks are bool, shape (height, width).
        box: of the one object, on the first frame.
        labels: object -> category, for models that follow better where they know it.
    """

    categories: tuple[str, ...] | None = None
    expressions: Mapping[str, str] = field(default_factory=dict)
    starts: Mapping[int, Mapping[int, BoolMask]] = field(default_factory=dict)
    box: XYWH | None = None
    labels: Mapping[int, str] = field(default_factory=dict)


def perform(task: BenchmarkTask, model: Model, video: Video, told: Told, progress: Progress) -> list[Found]:
    """Do the task; memory grows with the run-length codes of what is found, and with nothing else.

    Raises:
        BadInput: as the model's session does.
        Unavailable: a frame that cannot be decoded: unlike a run of the tool, a benchmark is not to step over it.
    """
    session = model.open(video.frames)
    try:
        if task.search is not None:
            return _searched(task, model, session, video, told, progress)
        if task.on_frames:
            return list(_frame_by_frame(task, model, session, video, told, progress))
        if model.spec.heeds_categories and told.labels:
            cast(Categorized, session).categorize(told.labels)
        return _followed(model, session, video, told, progress)
    finally:
        session.close()


def _searched(
    task: BenchmarkTask, model: Model, session: Session, video: Video, told: Told, progress: Progress
) -> list[Found]:
    if task.told == "categories":
        return _search(task, model, session, _categories(told), video, progress)
    found: list[Found] = []
    for key, text in told.expressions.items():
        of_one = _search(task, model, session, Expression(text=text), video, progress)
        found += [replace(one, number=len(found) + n, expression=key) for n, one in enumerate(of_one, 1)]
    return found


def _search(
    task: BenchmarkTask, model: Model, session: Session, query: search.Query, video: Video, progress: Progress
) -> list[Found]:
    kind = search.kind_for(model.spec, query, task.search)
    every = EVERY if "track" in model.spec.tasks else 1
    under_way = search.begin(model, session, video.frames, kind, query, video.within, every=every)
    spots: dict[int, dict[int, Spot]] = {}
    with closing(cast(Generator[Sighting], iter(under_way))) as sightings:
        for sighting in sightings:
            for track, segment in sighting.segments.items():
                if _is_there(segment):
                    spots.setdefault(track, {})[sighting.frame] = Spot.of(segment)
            progress(sighting.frame - video.within.start + 1)
    kept = ((spots[track], one) for track, one in sorted(under_way.tracks().items()) if track in spots)
    return [Found(n, there, one.scores, one.thing) for n, (there, one) in enumerate(kept, 1)]


def _frame_by_frame(
    task: BenchmarkTask, model: Model, session: Session, video: Video, told: Told, progress: Progress
) -> Iterator[Found]:
    number = 0
    for frame in video.within:
        for key, candidate in _candidates(task, model, session, frame, told):
            number += 1
            spot = Spot.of(candidate.segment)
            yield Found(number, {frame: spot}, {candidate.category or "": spot.score}, expression=key)
        progress(frame - video.within.start + 1)


def _candidates(
    task: BenchmarkTask, model: Model, session: Session, frame: int, told: Told
) -> Iterator[tuple[str, Candidate]]:
    """(id of the expression, what was found); of an expression the best one alone."""
    alone, categories = range(frame, frame + 1), _categories(told)
    if task.told == "categories":
        if model.spec.detects and categories is not None:
            detecting = cast(Detecting, session)
            yield from (("", one) for one in detecting.detect(frame, categories))
        else:
            yield from (("", one) for one in session.discover(frame, categories, alone))
    for key, text in told.expressions.items():
        yield from ((key, one) for one in session.discover(frame, Expression(text=text), alone)[:1])


def _followed(model: Model, session: Session, video: Video, told: Told, progress: Progress) -> list[Found]:
    """Objects whose first mask is given are tracked from it, each from its own frame on. One whose box is given is
    tracked by it where the model can, else by the mask that the model sees in it."""
    box = None if told.box is None else (*told.box[:2], told.box[0] + told.box[2], told.box[1] + told.box[3])
    by_box = model.spec.follows_boxes
    starts = told.starts if box is None else {video.within.start: {
        1: _filled(video, box) if by_box else _mask_in(session, video, box)}}
    spots: dict[int, dict[int, Spot]] = {}
    for frame in video.within:
        seen = dict(session.track(frame)) if spots else {}
        for one, mask in starts.get(frame, {}).items():
            seen[one] = Segment(mask, 1.0, box=box)
            spots[one] = {}
        if frame in starts and box is not None and by_box:
            cast(Boxed, session).remember_boxes(frame, {1: box})
        elif frame in starts:
            session.remember(frame, starts[frame])
        for one, segment in seen.items():
            if _is_there(segment):
                spots[one][frame] = Spot.of(segment)
        progress(frame - video.within.start + 1)
    return [Found(one, there) for one, there in sorted(spots.items())]


def _mask_in(session: Session, video: Video, box: Corners) -> BoolMask:
    """What the model sees in the box; the whole of it where it sees nothing."""
    x0, y0, x1, y1 = box
    first = session.segment(video.within.start, {1: [Box(x0=x0, y0=y0, x1=x1, y1=y1)]})[1].mask
    return first if first.any() else _filled(video, box)


def _filled(video: Video, box: Corners) -> BoolMask:
    x0, y0, x1, y1 = (max(0, round(side)) for side in box)
    mask = np.zeros(video.shape, bool)
    mask[y0:y1, x0:x1] = True
    return mask


def _categories(told: Told) -> Categories | None:
    return None if told.categories is None else Categories(names=list(told.categories))


def _is_there(segment: Segment) -> bool:
    return segment.present and (segment.box is not None or bool(segment.mask.any()))

"""Whose masks these are: merge objects, split one at a frame, swap two from a frame on. Each is part of one change.

Masks and prompts are given to another object as they are: state, source, score and author stay, no pixels are copied,
and nothing turns stale (decision 0006). Only where two merged objects both have pixels on a frame is a new mask made.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from backend.errors import BadInput, Conflict
from backend.masks import union
from backend.tracking.plan import Plan
from projects_db import ledger, masks, objects, prompts, tables, videos
from projects_db import spans as timed
from projects_db.changes import Change
from projects_db.masks import MaskItem, Written
from projects_db.objects import Object

Overlap = Literal["union", "keep", "refuse"]
"""What a merge does on frames where both have pixels: both together, those of the first object, or nothing at all."""

BATCH = 200
"""Frames whose masks are in memory at a time while they are united."""
_GIVES_WAY = "(there.revision IS NULL OR (there.area = 0 AND masks.area > 0))"
"""A mask of the source goes where the target has none, or is absent and the source is not."""


def shared_frames(session: Session, video_id: int, object_id: int) -> dict[int, int]:
    """{other object: frames on which both have pixels}, for the objects of the video that are not deleted."""
    mine, theirs = aliased(tables.Mask), aliased(tables.Mask)
    query = (
        select(theirs.object_id, func.count())
        .join(mine, (mine.video_id == theirs.video_id) & (mine.frame == theirs.frame))
        .where(mine.video_id == video_id, mine.object_id == object_id, mine.area > 0, theirs.area > 0)
        .group_by(theirs.object_id)
    )
    counts = {row[0]: row[1] for row in session.execute(query)}
    return {one.id: counts.get(one.id, 0) for one in objects.of_video(session, video_id) if one.id != object_id}


def merge(
    session: Session, change: Change, target: int, sources: Sequence[int], overlap: Overlap = "union",
) -> Written:
    """Give everything of `sources` to `target` and delete them. What the target says of itself stands; attributes and
    spans it lacks are taken over where its label has them.

    Raises:
        BadInput: an object twice or none to merge; with "refuse" where two have pixels on one frame.
        Conflict: a run is under way on one of them.
        Locked, NotFound: as `masks.write`.
    """
    if not sources or len({target, *sources}) < 1 + len(sources):
        raise BadInput("bad_merge", "A merge takes two or more different objects.", "Choose another object.")
    video = _begin(session, change, [target, *sources])
    first = ledger.newest(session)
    for source in sources:
        step = ledger.newest(session)
        if overlap != "keep":
            _unite(session, change, target, source, refuse=overlap == "refuse")
        ledger.append_moved(session, change, source, target, _GIVES_WAY)
        _move_prompts(session, change, target, source, keep=overlap == "keep")
        _take_over(session, change, target, source)
        ledger.apply(session, change, step)
        there = objects.get(session, source)
        objects.delete(session, change, source, there.version)
    return masks.finish(session, change, first, video, since=first)


def split(session: Session, change: Change, object_id: int, frame: int) -> tuple[Written, Object]:
    """From `frame` on another object, of the same label, has the masks, prompts and spans.

    Returns:
        (what was written, the new object).

    Raises:
        BadInput: nothing on one side of the frame. Conflict: a run is under way on it. Locked, NotFound.
    """
    video = _begin(session, change, [object_id])
    videos.check_frames(video, frame, frame + 1)
    old, spans = objects.get(session, object_id), objects.spans_of(session, object_id)
    if not (_has_pixels(session, object_id, 0, frame) and _has_pixels(session, object_id, frame, video.frame_count)):
        raise BadInput("nothing_to_split", f"{old.name} has masks on one side of frame {frame} only.",
                       "Go to the first frame of what is to be another object.")
    new = objects.create(session, change, old.label_id, None, None, old.attributes,
                         timed.between(spans, frame, video.frame_count))
    first = ledger.newest(session)
    ledger.append_moved(session, change, object_id, new.id, "masks.frame >= :frame", frame=frame)
    ledger.append_state(session, change, None, "masks.object_id = :object_id AND masks.frame >= :frame",
                        object_id=object_id, frame=frame)
    prompts.move(session, change, _given(session, change, object_id, frame, video.frame_count), new.id)
    objects.set_spans(session, change, object_id, timed.between(spans, 0, frame))
    return masks.finish(session, change, first, video, since=first), new


def swap(session: Session, change: Change, one: int, other: int, start: int, stop: int) -> Written:
    """Exchange masks, prompts and spans of two objects on frames start <= f < stop.

    Raises:
        BadInput: one object twice, frames outside, or neither has a mask there.
        Conflict: a run is under way on one of them. Locked, NotFound.
    """
    if one == other:
        raise BadInput("bad_swap", "An object cannot be swapped with itself.", "Choose two objects.")
    video = _begin(session, change, [one, other])
    videos.check_frames(video, start, stop)
    first, limits = ledger.newest(session), {"start": start, "stop": stop}
    inside = "masks.frame >= :start AND masks.frame < :stop"
    given = {o: _given(session, change, o, start, stop) for o in (one, other)}
    spans = {o: objects.spans_of(session, o) for o in (one, other)}
    for source, target in ((one, other), (other, one)):
        ledger.append_moved(session, change, source, target, inside, **limits)
        ledger.append_state(
            session, change, None, f"masks.object_id = :source AND {inside} AND NOT EXISTS (SELECT 1 FROM masks m "
            "WHERE m.video_id = masks.video_id AND m.frame = masks.frame AND m.object_id = :target)",
            source=source, target=target, **limits)
        prompts.move(session, change, given[source], target)
        outside = [*timed.between(spans[target], 0, start), *timed.between(spans[target], stop, video.frame_count)]
        _set_fitting(session, change, target, [*outside, *timed.between(spans[source], start, stop)])
    if ledger.newest(session) == first:
        raise BadInput("nothing_to_do", "Neither object has a mask there.", "Choose other frames or objects.")
    return masks.finish(session, change, first, video, since=first)


def _begin(session: Session, change: Change, object_ids: Sequence[int]) -> videos.Video:
    """The video, where these objects may be written. Raises Conflict, Locked, NotFound."""
    video = videos.get(session, change.video_id)
    ledger.check_writable(session, video, object_ids)
    active = select(tables.Run).where(tables.Run.video_id == video.id, tables.Run.status.in_(("queued", "running")))
    for run in session.scalars(active):
        if busy := set(Plan.from_json(run.plan).objects).intersection(object_ids):
            raise Conflict("run_active", f"A run is under way on {objects.get(session, min(busy)).name}.",
                           "Wait for it, or cancel it.")
    return video


def _unite(session: Session, change: Change, target: int, source: int, *, refuse: bool) -> None:
    """Append the masks of both together, on the frames where both have pixels."""
    mine, theirs = aliased(tables.Mask), aliased(tables.Mask)
    frames = session.scalars(
        select(mine.frame).join(theirs, (mine.video_id == theirs.video_id) & (mine.frame == theirs.frame))
        .where(mine.video_id == change.video_id, mine.object_id == target, theirs.object_id == source, mine.area > 0,
               theirs.area > 0).order_by(mine.frame)).all()
    if frames and refuse:
        names = [objects.get(session, one).name for one in (target, source)]
        raise BadInput("share_frames", f"{names[0]} and {names[1]} are both on frame {frames[0]}: they are not one "
                       "object before and after a cut.", "Merge them, and choose what becomes of such frames.",
                       frames=len(frames))
    for begin in range(0, len(frames), BATCH):
        places = [(frame, one) for frame in frames[begin : begin + BATCH] for one in (target, source)]
        both = masks.at(session, change.video_id, places)
        pairs = zip(both[::2], both[1::2], strict=True)
        ledger.append(session, change, [_united(change, one, other) for one, other in pairs])


def _united(change: Change, one: MaskItem, other: MaskItem) -> dict[str, Any]:
    """The history row of two masks together: no surer than the less sure one, and a barrier where one of them was."""
    assert one.rle is not None and other.rle is not None
    rle, states, scores = union([one.rle, other.rle]), {one.state, other.state}, [one.score, other.score]
    state = next((s for s in ("candidate", "stale", "tracked") if s in states), "verified")
    source = next((s for s in ("human", "import") if s in (one.source, other.source)), "model")
    return {
        "frame": one.frame, "object_id": one.object_id, "previous_id": one.revision, "area": rle.area, "state": state,
        "source": source, "score": min((s for s in scores if s is not None), default=None),
        # Prompts of neither made it, so that a correction starts from these pixels. A model had part in it: its licence
        # is told in exports.
        "prompt_hash": None, "run_id": one.run_id or other.run_id, "author_id": change.person_id, "rle": rle.as_blob(),
    }


def _move_prompts(session: Session, change: Change, target: int, source: int, *, keep: bool) -> None:
    """Prompts go with their masks; on frames where the target's mask is kept they stay behind."""
    given = prompts.of_objects(session, change.video_id, [source])
    if keep:
        query = select(tables.Mask.frame).where(tables.Mask.video_id == change.video_id,
                                                tables.Mask.object_id == target, tables.Mask.area > 0)
        kept = set(session.scalars(query))
        given = [one for one in given if one.frame not in kept]
    prompts.move(session, change, given, target)


def _take_over(session: Session, change: Change, target: int, source: int) -> None:
    """Attributes and spans of the source that the target lacks."""
    mine, theirs = objects.get(session, target), objects.get(session, source)
    if mine.label_id == theirs.label_id:
        objects.set_attributes(session, change, target, {**theirs.attributes, **mine.attributes})
    _set_fitting(session, change, target, [*objects.spans_of(session, source), *objects.spans_of(session, target)])


def _set_fitting(session: Session, change: Change, object_id: int, wanted: Sequence[timed.Span]) -> None:
    """Those of the spans that the object's label has a place for."""
    label = objects.label_of(session, object_id)
    objects.set_spans(session, change, object_id, timed.allowed(wanted, label.attributes))


def _has_pixels(session: Session, object_id: int, start: int, stop: int) -> bool:
    mask = tables.Mask
    return session.scalar(select(mask.frame).where(
        mask.object_id == object_id, mask.frame >= start, mask.frame < stop, mask.area > 0).limit(1)) is not None


def _given(session: Session, change: Change, object_id: int, start: int, stop: int) -> list[prompts.StoredPrompt]:
    return [one for one in prompts.of_objects(session, change.video_id, [object_id]) if start <= one.frame < stop]

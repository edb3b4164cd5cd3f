"""Masks: read them, and write them as part of a change.

A write names, for each mask, the revision its author saw (`base`), so that two people on one object meet a conflict and
never overwrite each other silently. Runs and imports name none: they take what is there, barriers excepted.

Whatever makes, changes or removes a barrier turns the model masks between its neighbouring barriers stale, in the same
change. Verifying does not: it changes no pixel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from backend.errors import BadInput, Conflict
from backend.masks import Rle
from projects_db import changes, ledger, tables, videos
from projects_db.changes import Change
from projects_db.ledger import Span

MANY = 500
"""A change of more places than this lists none of its items, only where they are (`Written.changed`)."""


@dataclass(frozen=True)
class MaskItem:
    """The mask of an object on a frame as it is now; `rle` None and `revision` 0: there is none."""

    frame: int
    object_id: int
    revision: int = 0
    rle: Rle | None = None
    area: int = 0
    state: str | None = None
    source: str | None = None
    score: float | None = None
    author_id: int | None = None
    run_id: int | None = None
    prompt_hash: str | None = None
    edited_in: str | None = None
    """The stage the video was in when the pixels were made."""

    def as_json(self) -> dict[str, Any]:
        """The mask item of docs/http.md; `box` is (x, y, width, height) in pixels."""
        return {
            "frame": self.frame, "object_id": self.object_id, "revision": self.revision,
            "rle": self.rle and self.rle.as_json(), "area": self.area, "box": self.rle and list(self.rle.box),
            "state": self.state, "source": self.source, "score": self.score, "author": self.author_id,
            "run_id": self.run_id, "edited_in": self.edited_in,
        }


@dataclass(frozen=True)
class MaskWrite:
    """A mask to store.

    Attributes:
        rle: the pixels; None removes the mask.
        base: revision the author saw there, 0 for none. None (runs, imports): any, but a barrier stays as it is.
        state: "tracked", "candidate", "stale" or, from an import, "verified"; the first two become "absent" where the
            mask is empty.
        source: "human" makes the place a barrier, whoever computed the pixels.
        score: what the model said, 0..1.
    """

    frame: int
    object_id: int
    rle: Rle | None
    base: int | None
    state: str = "tracked"
    source: str = "human"
    score: float | None = None
    run_id: int | None = None
    prompt_hash: str | None = None


@dataclass(frozen=True)
class Written:
    """What a change did.

    Attributes:
        items: the changed masks as they are now; empty where there are more than `MANY`.
        changed: where they are, whatever their number.
        stale: where masks turned stale; their pixels are the same.
        skipped: (frame, object id) of barriers left alone.
    """

    change_id: int
    items: tuple[MaskItem, ...] = ()
    changed: tuple[Span, ...] = ()
    stale: tuple[Span, ...] = ()
    skipped: tuple[tuple[int, int], ...] = ()


def in_range(
    session: Session, video_id: int, start: int, stop: int, objects: Sequence[int] | None = None,
) -> list[MaskItem]:
    """Masks of objects that are not deleted on frames start <= f < stop, by frame and object. Raises NotFound."""
    query = _current(video_id).where(tables.Mask.frame >= start, tables.Mask.frame < stop)
    if objects is not None:
        query = query.where(tables.Mask.object_id.in_(objects))
    return _items(session, video_id, query)


def get(session: Session, video_id: int, frame: int, object_id: int) -> MaskItem:
    """The mask at one place; revision 0 where there is none. Raises NotFound (video)."""
    return at(session, video_id, [(frame, object_id)])[0]


def at(session: Session, video_id: int, places: Sequence[tuple[int, int]]) -> list[MaskItem]:
    """The masks at (frame, object id) places, in that order; revision 0 where there is none. Raises NotFound."""
    query = _current(video_id).where(tuple_(tables.Mask.frame, tables.Mask.object_id).in_(places))
    found = {(item.frame, item.object_id): item for item in _items(session, video_id, query)}
    return [found.get(place, MaskItem(*place)) for place in places]


def barriers(session: Session, object_id: int) -> list[int]:
    """Frames of an object that are verified or made by a human, ascending."""
    return ledger.barriers(session, object_id)


def frames_with_pixels(session: Session, object_id: int) -> list[int]:
    """Frames on which an object has a mask that is not empty, ascending."""
    row = tables.Mask
    return list(session.scalars(
        select(row.frame).where(row.object_id == object_id, row.area > 0).order_by(row.frame)))


def write(session: Session, change: Change, writes: Sequence[MaskWrite]) -> Written:
    """Store masks. All of them or, if one is refused, none.

    Raises:
        Conflict: somebody changed a mask since its author saw it; `details` has `theirs` and `yours` as mask items.
        Locked: the video is accepted or an object locked.
        BadInput: a frame outside the video, a mask of another size, one place twice.
        NotFound: an object is deleted or of another video.
    """
    video = videos.get(session, change.video_id)
    ledger.check_writable(session, video, {item.object_id for item in writes})
    _check(video, writes)
    there = _heads(session, video.id, writes)
    rows, skipped = [], []
    for item in writes:
        head = there.get((item.frame, item.object_id))
        if item.base is None and head is not None and head.barrier:
            skipped.append((item.frame, item.object_id))
            continue
        if item.base is not None and item.base != (head.revision if head else 0):
            raise _conflict(session, video.id, item)
        if item.rle is not None or head is not None:
            rows.append(_row(change, item, head))
    first = ledger.newest(session)
    if rows:
        ledger.append(session, change, rows)
    return finish(session, change, first, video, skipped)


def verify(
    session: Session, change: Change, objects: Sequence[int] | None, start: int, stop: int, verified: bool = True,
) -> Written:
    """Verify the masks of a range (start <= frame < stop; None: every object that is not locked), or take that back.

    An absence is verified as an empty mask; candidates are left out, for nobody has accepted them. Raises as `write`,
    and BadInput where there is nothing to do.
    """
    state, where = (
        ("'verified'", "masks.state IN ('tracked', 'stale', 'absent')") if verified
        else ("CASE WHEN masks.area THEN 'tracked' ELSE 'absent' END", "masks.state = 'verified'")
    )
    return _restate(session, change, objects, start, stop, state, where)


def clear(session: Session, change: Change, objects: Sequence[int] | None, start: int, stop: int) -> Written:
    """Remove the masks of a range that are neither verified nor made by a human. Raises as `verify`."""
    return _restate(session, change, objects, start, stop, None, f"NOT {ledger.BARRIER.format(row='masks')}")


def absent(
    session: Session, change: Change, objects: Sequence[int], start: int, stop: int, is_absent: bool = True,
) -> Written:
    """Say that objects are not on the frames of a range, or take that back. Verified masks are left alone (`skipped`).

    Raises as `verify`."""
    if not is_absent:
        where = "masks.state = 'absent' AND masks.source = 'human'"
        return _restate(session, change, objects, start, stop, None, where)
    video = videos.get(session, change.video_id)
    videos.check_frames(video, start, stop)
    empty = Rle.empty(video.height, video.width)
    places = [MaskWrite(frame, o, empty, None) for o in dict.fromkeys(objects) for frame in range(start, stop)]
    there = _heads(session, video.id, places)
    heads = [(place, there.get((place.frame, place.object_id))) for place in places]
    kept = [(p.frame, p.object_id) for p, head in heads if head and head.state == "verified"]
    todo = [
        MaskWrite(p.frame, p.object_id, empty, head.revision if head else 0) for p, head in heads
        if head is None or (head.state != "verified" and (head.state, head.source) != ("absent", "human"))
    ]
    if not todo:
        raise _nothing_to_do()
    written = write(session, change, todo)
    return Written(change.id, written.items, written.changed, written.stale, tuple(kept))


def finish(
    session: Session, change: Change, first: int, video: videos.Video, skipped: Sequence[tuple[int, int]] = (),
    since: int = 0,
) -> Written:
    """End a step whose rows were appended after history row `first`; only masks made after `since` turn stale. For this
    package only."""
    changed, stale = ledger.settle(session, change, first, video.frame_count, since)
    return Written(change.id, _few(session, video.id, changed), tuple(changed), tuple(stale), tuple(skipped))


def written_by(session: Session, change: Change) -> Written:
    """What a change of earlier wrote, as it is now; its stale masks are among `changed`."""
    changed = ledger.written_by(session, change)
    return Written(change.id, _few(session, change.video_id, changed), tuple(changed))


def _few(session: Session, video_id: int, changed: Sequence[Span]) -> tuple[MaskItem, ...]:
    """The masks of these places, none where they are many."""
    if sum(stop - start for _, start, stop in changed) > MANY:
        return ()
    return tuple(at(session, video_id, [(f, o) for o, start, stop in changed for f in range(start, stop)]))


def _restate(
    session: Session, change: Change, objects: Sequence[int] | None, start: int, stop: int, state: str | None,
    where: str,
) -> Written:
    video = videos.get(session, change.video_id)
    videos.check_frames(video, start, stop)
    if objects is None:
        query = select(tables.Object.id).where(
            tables.Object.video_id == video.id, tables.Object.deleted.is_(False), tables.Object.locked.is_(False))
        objects = list(session.scalars(query))
    ledger.check_writable(session, video, objects)
    first = ledger.newest(session)
    ledger.append_state(
        session, change, state,
        f"masks.object_id IN :objects AND masks.frame >= :start AND masks.frame < :stop AND {where}",
        objects=list(objects), start=start, stop=stop,
    )
    written = finish(session, change, first, video)
    if not written.changed:
        raise _nothing_to_do()
    return written


def _nothing_to_do() -> BadInput:
    return BadInput("nothing_to_do", "Nothing in this range would change.", "Choose other frames or objects.")


@dataclass(frozen=True)
class _Head:
    revision: int
    state: str
    source: str

    @property
    def barrier(self) -> bool:
        return self.state == "verified" or self.source == "human"


def _heads(session: Session, video_id: int, writes: Sequence[MaskWrite]) -> dict[tuple[int, int], _Head]:
    """What is there now at each place, without pixels."""
    if not writes:
        return {}
    mask, frames = tables.Mask, [item.frame for item in writes]
    query = select(mask.frame, mask.object_id, mask.revision, mask.state, mask.source).where(
        mask.video_id == video_id, mask.frame >= min(frames), mask.frame <= max(frames),
        mask.object_id.in_({item.object_id for item in writes}),
    )
    return {(row.frame, row.object_id): _Head(row.revision, row.state, row.source) for row in session.execute(query)}


def _check(video: videos.Video, writes: Sequence[MaskWrite]) -> None:
    if len({(item.frame, item.object_id) for item in writes}) < len(writes):
        raise BadInput("place_twice", "Two masks of one object on one frame.", "Give one mask an object and frame.")
    for item in writes:
        videos.check_frames(video, item.frame, item.frame + 1)
        if item.rle and (item.rle.height, item.rle.width) != (video.height, video.width):
            raise BadInput(
                "wrong_mask_size",
                f"The mask is {item.rle.width}x{item.rle.height} but the frame is {video.width}x{video.height}.",
                "Draw or export the mask at the size of the video.",
            )


def _row(change: Change, item: MaskWrite, head: _Head | None) -> dict[str, Any]:
    place = {"frame": item.frame, "object_id": item.object_id, "previous_id": head.revision if head else None}
    if item.rle is None:
        facts = ("state", "source", "score", "run_id", "prompt_hash", "author_id", "rle")
        return {**place, "area": 0, **dict.fromkeys(facts)}
    area = item.rle.area
    return {
        **place, "area": area, "state": item.state if area or item.state in ("stale", "verified") else "absent",
        "source": item.source, "score": item.score, "run_id": item.run_id, "prompt_hash": item.prompt_hash,
        "author_id": change.person_id, "rle": item.rle.as_blob(),
    }


def _conflict(session: Session, video_id: int, item: MaskWrite) -> Conflict:
    theirs = get(session, video_id, item.frame, item.object_id)
    past = changes.history(session, video_id, item.frame, item.object_id)
    who = past[0].author if past else "Somebody"
    yours = MaskItem(item.frame, item.object_id, item.base or 0, item.rle, item.rle.area if item.rle else 0,
                     item.state, item.source, item.score)
    return Conflict(
        "mask_changed", f"{who} changed this mask on frame {item.frame} before you.",
        "Look at both and keep one.", theirs=theirs.as_json(), yours=yours.as_json(),
    )


def _current(video_id: int) -> Any:
    deleted = select(tables.Object.id).where(tables.Object.video_id == video_id, tables.Object.deleted.is_(True))
    mask, pixels = tables.Mask, tables.MaskHistory
    return (
        select(mask.frame, mask.object_id, mask.revision, pixels.rle, mask.area, mask.state, mask.source, mask.score,
               mask.author_id, mask.run_id, mask.prompt_hash, tables.Change.stage)
        .join(pixels, pixels.id == mask.pixels_id).join(tables.Change, tables.Change.id == pixels.change_id)
        .where(mask.video_id == video_id, mask.object_id.not_in(deleted)).order_by(mask.frame, mask.object_id)
    )


def _items(session: Session, video_id: int, query: Any) -> list[MaskItem]:
    video = videos.get(session, video_id)
    return [
        MaskItem(frame, object_id, revision, Rle.from_blob(rle, video.height, video.width), *rest)
        for frame, object_id, revision, rle, *rest in session.execute(query)
    ]

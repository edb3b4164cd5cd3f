"""Whose masks these are: merge, split and swap objects as one change, and which objects may be one and the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.identity import Access
from app.schemas_objects import SeenObject
from app.services.annotate import Reply, apply
from app.workplace import Workplace
from backend.appearance import Histogram, colours_of, likeness
from projects_db import identities, masks, objects, timeline, videos
from projects_db import spans as timed
from projects_db.changes import Change
from projects_db.identities import Overlap
from projects_db.masks import Written
from projects_db.spans import Span

LOOKED_AT = 4
"""Possible partners whose colours are compared; each costs a frame that is decoded."""


@dataclass(frozen=True)
class Partner:
    """An object that another one may be the same as.

    Attributes:
        shared: frames on which both have pixels.
        gap: frames between them; 0 where they touch or are there by turns.
        cut: the first frame of the later shot where a cut lies between them; else None.
        likeness: of their colours, 0..1; None where it was not looked at.
    """

    object_id: int
    same_label: bool
    shared: int
    gap: int
    cut: int | None
    likeness: float | None = None


def merge(
    workplace: Workplace, access: Access, video_id: int, seen: Sequence[SeenObject], overlap: Overlap
) -> Reply:
    """Merge all into the first. Raises as `identities.merge`, and Conflict where one has changed."""

    def write(session: Session, change: Change) -> Written:
        target, *sources = _expected(session, change, seen)
        return identities.merge(session, change, target, sources, overlap)

    return apply(workplace, access, video_id, "merge", write)


def split(workplace: Workplace, access: Access, video_id: int, seen: SeenObject, frame: int) -> Reply:
    """Split one at a frame. Raises as `identities.split`, and Conflict where it has changed."""

    def write(session: Session, change: Change) -> Written:
        (object_id,) = _expected(session, change, [seen])
        return identities.split(session, change, object_id, frame)[0]

    return apply(workplace, access, video_id, "split", write)


def swap(
    workplace: Workplace, access: Access, video_id: int, seen: Sequence[SeenObject], start: int, stop: int | None
) -> Reply:
    """Swap two from `start` on. Raises as `identities.swap`, and Conflict where one has changed."""

    def write(session: Session, change: Change) -> Written:
        one, other = _expected(session, change, seen)
        end = videos.get(session, video_id).frame_count if stop is None else stop
        return identities.swap(session, change, one, other, start, end)

    return apply(workplace, access, video_id, "swap", write)


def set_span(
    workplace: Workplace, access: Access, video_id: int, chosen: Sequence[int], name: str, value: str | None,
    start: int, stop: int,
) -> Reply:
    """Say what holds of objects on start <= frame < stop; None: nothing of this name. Nobody's other frames change.

    Raises:
        BadInput: frames outside, or a value that a label does not have. Locked, NotFound.
    """

    def write(session: Session, change: Change) -> Written:
        video = videos.get(session, video_id)
        videos.check_frames(video, start, stop)
        for one in dict.fromkeys(chosen):
            objects.check_unlocked(session, change, one)
            left = timed.without(objects.spans_of(session, one), name, start, stop)
            objects.set_spans(session, change, one, [*left, *([Span(name, start, stop, value)] if value else [])])
        return Written(change.id)

    return apply(workplace, access, video_id, "spans", write)


def partners(workplace: Workplace, video_id: int, object_id: int) -> list[dict[str, Any]]:
    """The other objects of the video, the likeliest to be the same first. Raises NotFound."""
    with workplace.db.read() as session:
        video = videos.get(session, video_id)
        mine = objects.get(session, object_id)
        shared = identities.shared_frames(session, video_id, object_id)
        labels = {one.id: one.label_id for one in objects.of_video(session, video_id)}
        frames = {o: [p.frame for p in series if p.area]
                  for o, series in timeline.places(session, video_id).items()}
    ends = {o: (found[0], found[-1]) for o, found in frames.items() if found}
    found = [_partner(object_id, o, labels[o] == mine.label_id, shared[o], ends, video.cuts or ()) for o in shared]
    found.sort(key=_rank)
    looked = [one for one in found if not one.shared and one.object_id in ends and object_id in ends][:LOOKED_AT]
    alike = _compared(workplace, video, object_id, [one.object_id for one in looked], ends)
    found = [Partner(**{**asdict(one), "likeness": alike.get(one.object_id)}) for one in found]
    return [asdict(one) for one in sorted(found, key=_rank)]


def _expected(session: Session, change: Change, seen: Sequence[SeenObject]) -> list[int]:
    return [objects.expect(session, change, one.id, one.version).id for one in seen]


def _partner(
    mine: int, other: int, same_label: bool, shared: int, ends: dict[int, tuple[int, int]], cuts: Sequence[int],
) -> Partner:
    if mine not in ends or other not in ends:
        return Partner(other, same_label, shared, 0, None)
    left, right = _facing(ends[mine], ends[other])
    cut = next((cut for cut in cuts if left < cut <= right), None)
    return Partner(other, same_label, shared, max(0, right - left - 1), cut)


def _facing(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    """(last frame of the earlier, first frame of the later) of two (first, last)."""
    earlier, later = sorted((one, other))
    return earlier[1], later[0]


def _rank(one: Partner) -> tuple[bool, bool, bool, int, float]:
    """Never on one frame, of one label, beyond a cut, close in time (as powers of two: some frames more or less say
    little), alike."""
    return one.shared > 0, not one.same_label, one.cut is None, one.gap.bit_length(), -(one.likeness or 0.0)


def _compared(
    workplace: Workplace, video: videos.Video, mine: int, others: Sequence[int], ends: dict[int, tuple[int, int]],
) -> dict[int, float]:
    """{other object: likeness} of the colours on the frames where they face each other."""
    seen: dict[tuple[int, int], Histogram] = {}

    def colours(object_id: int, frame: int) -> Histogram:
        if (object_id, frame) not in seen:
            with workplace.db.read() as session:
                rle = masks.get(session, video.id, frame, object_id).rle
            assert rle is not None, "its ends have pixels"
            seen[object_id, frame] = colours_of(workplace.library.shared_reader(video.hash)[frame], rle.to_mask())
        return seen[object_id, frame]

    found = {}
    for other in others:
        left, right = _facing(ends[mine], ends[other])
        earlier, later = (mine, other) if ends[mine] < ends[other] else (other, mine)
        found[other] = round(likeness(colours(earlier, left), colours(later, right)), 3)
    return found

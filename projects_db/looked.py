"""Which frames of a video people have had on the screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from projects_db import tables, videos

Range = tuple[int, int]
"""Frames start <= f < stop."""


def of_person(session: Session, video_id: int, person_id: int) -> list[Range]:
    """What one person has looked at, ascending and disjoint."""
    row = session.get(tables.Looked, (video_id, person_id))
    return [(start, stop) for start, stop in row.ranges] if row else []


def of_everybody(session: Session, video_id: int) -> list[Range]:
    """What anybody has looked at, ascending and disjoint."""
    rows = session.scalars(select(tables.Looked.ranges).where(tables.Looked.video_id == video_id))
    return merged((start, stop) for ranges in rows for start, stop in ranges)


def add(session: Session, video_id: int, person_id: int, ranges: Sequence[Range]) -> list[Range]:
    """Add to what a person has looked at; no change of the annotations, so an accepted video takes it too.

    Raises:
        BadInput: frames that the video does not have. NotFound: no such video.
    """
    video = videos.get(session, video_id)
    for start, stop in ranges:
        videos.check_frames(video, start, stop)
    row = session.get(tables.Looked, (video_id, person_id))
    if row is None:
        row = tables.Looked(video_id=video_id, person_id=person_id, ranges=[])
        session.add(row)
    row.ranges = [list(one) for one in merged([*((a, b) for a, b in row.ranges), *ranges])]
    session.flush()
    return [(start, stop) for start, stop in row.ranges]


def merged(ranges: Iterable[Range]) -> list[Range]:
    """Ranges sorted, and joined where they touch.

    Example:
        >>> merged([(4, 6), (0, 2), (2, 4), (8, 9)])
        [(0, 6), (8, 9)]
    """
    found: list[Range] = []
    for start, stop in sorted(ranges):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], stop))
        else:
            found.append((start, stop))
    return found

"""The one way masks change: history rows are appended, and `masks` is made to agree with the newest of each place.

Everything here works on the rows of one step: those a change appended after history row `first`. It is SQL because a
step may hold every frame of a video: a mask that only turns stale or verified moves no pixels through Python, and its
history row names the row that has them. For this package only.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import TextClause, bindparam, select, text
from sqlalchemy.orm import Session

from backend.errors import Locked, NotFound
from projects_db import tables, videos
from projects_db.changes import Change
from projects_db.tables import now

Span = tuple[int, int, int]
"""(object id, start, stop): frames start <= f < stop of an object."""

BARRIER = "({row}.state = 'verified' OR {row}.source = 'human')"
"""A mask no run may change; NULL, so not true, where there is no row."""
IS_BARRIER = text(BARRIER.format(row="masks"))

_FACTS = "area, state, source, score, run_id, prompt_hash, author_id"
_COPIED = ", ".join(f"{{row}}.{name.strip()}" for name in _FACTS.split(","))
PIXELS = "CASE WHEN {row}.state IS NOT NULL THEN coalesce({row}.pixels_id, {row}.id) END"
"""The history row that holds the pixels of this one."""
TOKEN = "CASE WHEN {row}.state IS NULL THEN 0 ELSE coalesce({row}.restores_id, {row}.id) END"
"""What a history row amounts to: 0 for no mask, else the ordinary row that made it, however often it came back."""


def check_writable(session: Session, video: videos.Video, object_ids: Iterable[int]) -> None:
    """Every write of masks passes here.

    Raises:
        Locked: the video is accepted, or an object is locked.
        NotFound: an object is deleted or of another video.
    """
    videos.check_open(video)
    wanted = set(object_ids)
    query = select(tables.Object.id, tables.Object.name, tables.Object.locked).where(
        tables.Object.video_id == video.id, tables.Object.deleted.is_(False))
    found = {row.id: row for row in session.execute(query) if row.id in wanted}
    if missing := wanted - found.keys():
        raise NotFound("no_such_object", f"There is no object {min(missing)} in {video.name}.",
                       "Somebody may have deleted it; load the page again.")
    for row in found.values():
        if row.locked:
            raise Locked("object_locked", f"{row.name} is locked.", "Unlock it in the list of objects.")


def newest(session: Session) -> int:
    """Id of the newest history row, 0 for none."""
    return session.execute(text("SELECT coalesce(max(id), 0) FROM mask_history")).scalar_one()


def touched_since(session: Session, video_id: int, row: int) -> set[int]:
    """Ids of the objects of a video that have history rows after this one: few, so they are found by their ids (+)."""
    query = text("SELECT DISTINCT object_id FROM mask_history WHERE id > :row AND +video_id = :video_id")
    return set(session.execute(query, {"row": row, "video_id": video_id}).scalars())


def append(session: Session, change: Change, rows: Sequence[dict[str, Any]]) -> None:
    """Append history rows with pixels of their own (or, with `state` None, removals).

    Each row has the keys previous_id, frame, object_id, area, state, source, score, run_id, prompt_hash, author_id and
    rle.
    """
    session.execute(
        text(f"""
            INSERT INTO mask_history (change_id, video_id, created_at, previous_id, frame, object_id, {_FACTS}, rle)
            VALUES (:change_id, :video_id, :created_at, :previous_id, :frame, :object_id, :area, :state, :source,
                    :score, :run_id, :prompt_hash, :author_id, :rle)"""),
        [{**row, "change_id": change.id, "video_id": change.video_id, "created_at": now()} for row in rows],
    )


def append_state(session: Session, change: Change, state: str | None, where: str, **values: Any) -> None:
    """Append a row for every current mask of the video that `where` picks: the same mask in another state.

    Args:
        state: an SQL expression over `masks`; None removes the masks.
        where: an SQL condition over `masks`.
        values: of the parameters in both; a list fills an `IN`.
    """
    columns = (
        f"masks.area, {state}, masks.source, masks.score, masks.run_id, masks.prompt_hash, masks.author_id, "
        "masks.pixels_id"
        if state else "0, NULL, NULL, NULL, NULL, NULL, NULL, NULL"
    )
    statement = text(f"""
        INSERT INTO mask_history (change_id, video_id, created_at, previous_id, frame, object_id, {_FACTS}, pixels_id)
        SELECT :change_id, :video_id, :created_at, masks.revision, masks.frame, masks.object_id, {columns}
        FROM masks WHERE masks.video_id = :video_id AND {where}
        ORDER BY masks.object_id, masks.frame""")
    session.execute(
        _expanding(statement, values),
        {**values, "change_id": change.id, "video_id": change.video_id, "created_at": now()},
    )


def append_moved(session: Session, change: Change, source: int, target: int, where: str, **values: Any) -> None:
    """Append a row for every current mask of object `source` that `where` picks: the same mask, but of `target`.

    Args:
        where: an SQL condition over `masks` (of the source) and `there` (of the target on that frame, or NULLs).
        values: of the parameters in it.
    """
    session.execute(text(f"""
        INSERT INTO mask_history (change_id, video_id, created_at, previous_id, frame, object_id, {_FACTS}, pixels_id)
        SELECT :change_id, masks.video_id, :created_at, there.revision, masks.frame, :target,
               {_COPIED.format(row="masks")}, masks.pixels_id
        FROM masks LEFT JOIN masks there ON there.video_id = masks.video_id AND there.frame = masks.frame
             AND there.object_id = :target
        WHERE masks.video_id = :video_id AND masks.object_id = :source AND {where}
        ORDER BY masks.frame"""),
        {**values, "change_id": change.id, "video_id": change.video_id, "created_at": now(), "source": source,
         "target": target})


def settle(
    session: Session, change: Change, first: int, frame_count: int, since: int = 0,
) -> tuple[list[Span], list[Span]]:
    """End a step: make `masks` agree with the rows appended after `first`, then turn stale what was made from barriers
    that this step changed.

    Args:
        since: only masks made after this history row turn stale.

    Returns:
        (places changed, places turned stale).
    """
    apply(session, change, first)
    changed = newest(session)
    step = {"change_id": change.id, "first": first}
    stretches = _stretches_to_doubt(session, "new.change_id = :change_id AND new.id > :first", step, frame_count)
    for object_id, start, stop in stretches:
        # A mask that another person's change turned stale gets a row of this change too: their undo must then not call
        # it current again.
        append_state(
            session, change, "'stale'",
            "masks.object_id = :object_id AND masks.frame >= :start AND masks.frame < :stop AND masks.source = 'model' "
            "AND masks.revision > :since AND masks.revision <= :first AND (masks.state IN ('tracked', 'absent') "
            "OR (masks.state = 'stale' AND :person_id <> (SELECT made.person_id FROM changes made JOIN mask_history h "
            "ON h.change_id = made.id WHERE h.id = masks.revision)))",
            object_id=object_id, start=start, stop=stop, first=first, since=since, person_id=change.person_id,
        )
    if stretches:
        apply(session, change, changed)
    return _spans(session, change, first, changed), _spans(session, change, changed, newest(session))


def apply(session: Session, change: Change, first: int) -> None:
    """Make `masks` agree with the rows that the change appended after history row `first`."""
    step = {"change_id": change.id, "first": first}
    session.execute(text("""
        DELETE FROM masks WHERE (video_id, frame, object_id) IN (
            SELECT video_id, frame, object_id FROM mask_history
            WHERE change_id = :change_id AND id > :first AND state IS NULL)"""), step)
    updates = ", ".join(f"{name} = excluded.{name}" for name in ("revision", *_FACTS.split(", "), "pixels_id"))
    session.execute(text(f"""
        INSERT INTO masks (video_id, frame, object_id, revision, {_FACTS}, pixels_id)
        SELECT new.video_id, new.frame, new.object_id, new.id, {_COPIED.format(row="new")},
               {PIXELS.format(row="new")}
        FROM mask_history new WHERE new.change_id = :change_id AND new.id > :first AND new.state IS NOT NULL
        ON CONFLICT (video_id, frame, object_id) DO UPDATE SET {updates}"""), step)


def changed_barriers_since(
    session: Session, video_id: int, change_id: int, objects: Sequence[int], frame_count: int,
) -> list[Span]:
    """Where masks are stale that a run makes now, begun as this change: around barriers that others changed since."""
    newer = (
        "new.change_id IN (SELECT id FROM changes WHERE id > :change_id AND +video_id = :video_id AND kind <> 'run') "
        "AND new.object_id IN :objects"
    )
    values = {"video_id": video_id, "change_id": change_id, "objects": list(objects)}
    return _stretches_to_doubt(session, newer, values, frame_count)


def _stretches_to_doubt(session: Session, where: str, values: dict[str, Any], frame_count: int) -> list[Span]:
    """Frames between the barriers on either side of each barrier whose pixels were made, changed or removed by the
    history rows `new` that `where` picks."""
    touched: dict[int, list[int]] = defaultdict(list)
    query = text(f"""
        SELECT DISTINCT new.object_id, new.frame
        FROM mask_history new LEFT JOIN mask_history old ON old.id = new.previous_id
        WHERE {where} AND ({BARRIER.format(row="new")} OR {BARRIER.format(row="old")})
          AND {PIXELS.format(row="new")} IS NOT {PIXELS.format(row="old")}
        ORDER BY new.object_id, new.frame""")
    for object_id, frame in session.execute(_expanding(query, values), values):
        touched[object_id].append(frame)
    return [
        (object_id, start, stop)
        for object_id, frames in touched.items()
        for start, stop in stretches_around(frames, barriers(session, object_id), frame_count)
    ]


def barriers(session: Session, object_id: int) -> list[int]:
    """Frames of an object that no run may change, ascending."""
    query = select(tables.Mask.frame).where(tables.Mask.object_id == object_id, IS_BARRIER).order_by(tables.Mask.frame)
    return list(session.scalars(query))


def stretches_around(frames: Sequence[int], barriers: Sequence[int], frame_count: int) -> list[tuple[int, int]]:
    """[start, stop) between the neighbouring barriers of each frame, joined where they touch; all ascending.

    Example:
        >>> stretches_around([5, 6], [2, 5, 6, 9], 20)
        [(3, 9)]
    """
    joined: list[tuple[int, int]] = []
    for frame in frames:
        before, after = bisect_left(barriers, frame), bisect_right(barriers, frame)
        start = barriers[before - 1] + 1 if before else 0
        stop = barriers[after] if after < len(barriers) else frame_count
        if joined and start <= joined[-1][1]:
            start, stop = joined[-1][0], max(stop, joined.pop()[1])
        joined.append((start, stop))
    return joined


def written_by(session: Session, change: Change) -> list[Span]:
    """All that a change has written, stale masks included."""
    return _spans(session, change, 0, newest(session))


def _spans(session: Session, change: Change, first: int, last: int) -> list[Span]:
    query = text("""
        SELECT DISTINCT object_id, frame FROM mask_history
        WHERE change_id = :change_id AND id > :first AND id <= :last ORDER BY object_id, frame""")
    places = session.execute(query, {"change_id": change.id, "first": first, "last": last})
    return [
        (object_id, start, stop)
        for object_id, group in groupby(places, key=lambda place: place[0])
        for start, stop in runs_of(frame for _, frame in group)
    ]


def runs_of(frames: Iterable[int]) -> list[tuple[int, int]]:
    """Ascending frames as [start, stop) of consecutive ones.

    Example:
        >>> runs_of([1, 2, 5])
        [(1, 3), (5, 6)]
    """
    found: list[tuple[int, int]] = []
    for frame in frames:
        if found and found[-1][1] == frame:
            found[-1] = (found[-1][0], frame + 1)
        else:
            found.append((frame, frame + 1))
    return found


def _expanding(statement: TextClause, values: dict[str, Any]) -> TextClause:
    lists: list[Any] = [bindparam(name, expanding=True) for name, value in values.items() if isinstance(value, list)]
    return statement.bindparams(*lists)

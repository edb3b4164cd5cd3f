"""What can be compared with what in a project, to say how well its people agree: masks against hidden ground truth,
blind copies against the original, and what was handed in against what was accepted.

Only work that was handed in counts (or, against ground truth, a range whose person said that it is done): nobody is
scored on what they have not finished, and nobody learns from a score which frame it came from.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy.orm import Session

from backend.masks import Rle
from projects_db import assignments, gold, stages, tables, videos
from projects_db.assignments import Assignment
from projects_db.stages import HandIn, Snapshot
from projects_db.tables import now
from projects_db.videos import Video

BASES = ("gold", "copies", "accepted")


@dataclass(frozen=True)
class Comparison:
    """Two sides of the same frames; `video` is the one whose people are scored.

    Attributes:
        basis: one of `BASES`.
        truth: what it is measured against; None: the ground truth.
        frames: where either side has masks, ascending.
        since: frame -> when it became ground truth, of those kept from this very video: older masks made it.
    """

    basis: str
    video: Video
    truth: Snapshot | None
    given: Snapshot
    frames: tuple[int, ...]
    since: dict[int, str]


@dataclass(frozen=True)
class Shape:
    """A mask of one side; `object_id` None where ground truth knows of no identity over time."""

    rle: Rle
    object_id: int | None
    label_id: int | None
    person_id: int | None


def comparisons(session: Session, project_id: int) -> tuple[list[Comparison], list[str]]:
    """(what there is to compare, sentences on what cannot be compared yet). Reads no pixels."""
    found, notes = [], []
    there = sorted(videos.of_project(session, project_id), key=lambda video: (video.hash, video.copy_number))
    for _, group in groupby(there, key=lambda video: video.hash):
        original, *others = group
        for video in (original, *others):
            handed = stages.hand_ins(session, video.id)
            found += _against_gold(session, video, handed)
            if video.stage == "accepted" and handed:
                found.append(_of_snapshots(session, "accepted", video, stages.now_of(session, video.id), handed[0]))
            if video is original:
                continue
            if handed and original.stage != "annotate":
                found.append(_of_snapshots(session, "copies", video, stages.now_of(session, original.id), handed[0]))
            else:
                late = video if not handed else original
                notes.append(f"{video.name} is not compared with {original.name} yet: {late.name} is not handed in.")
    return found, notes


def sides(
    session: Session, one: Comparison, frames: Sequence[int]
) -> Iterator[tuple[int, list[Shape], list[Shape]]]:
    """(frame, the truth, what was given) of some frames of a comparison."""
    given = stages.masks_of(session, one.given, frames)
    if one.truth is not None:
        truth = {frame: [_shape(mask) for mask in there]
                 for frame, there in stages.masks_of(session, one.truth, frames).items()}
    else:
        truth = {frame: [Shape(mask.rle, None, mask.label_id, None) for mask in there]
                 for frame, there in gold.masks_of(session, one.video).items()}
    for frame in frames:
        if all(mask.made_at > one.since.get(frame, "") for mask in given[frame]):
            yield frame, truth[frame], [_shape(mask) for mask in given[frame]]


def responsible(work: Sequence[Assignment], frame: int, given: Sequence[Shape], handed_in_by: int | None) -> int | None:
    """Whose a missing instance is: who was given the frame, else who made most masks of it, else who handed it in."""
    for one in work:
        if one.task == "annotate" and one.start <= frame < one.stop:
            return one.person_id
    authors = [shape.person_id for shape in given if shape.person_id is not None]
    return max(authors, key=authors.count) if authors else handed_in_by


def keep_report(session: Session, project_id: int, report: dict[str, Any]) -> None:
    """Keep a report, JSON-able, in place of the last one; its time is added as `at`."""
    session.merge(tables.Setting(name=_name(project_id), value={**report, "at": now()}))
    session.flush()


def report(session: Session, project_id: int) -> dict[str, Any] | None:
    """The last report of a project, None before the first."""
    row = session.get(tables.Setting, _name(project_id))
    return row.value if row else None


def _name(project_id: int) -> str:
    return f"agreement/{project_id}"


def _of_snapshots(session: Session, basis: str, video: Video, truth: Snapshot, handed: HandIn) -> Comparison:
    frames = {*stages.frames_of(session, truth), *stages.frames_of(session, handed.snapshot)}
    return Comparison(basis, video, truth, handed.snapshot, tuple(sorted(frames)), {})


def _against_gold(session: Session, video: Video, handed: Sequence[HandIn]) -> list[Comparison]:
    """The ground-truth frames of a video, each against the first work finished on it (of what was kept from this very
    video: finished after that)."""
    since, done = gold.kept_at(session, video), [
        one for one in assignments.of_video(session, video.id) if one.task == "annotate" and one.done_at]
    groups: dict[Snapshot, list[int]] = defaultdict(list)
    for kept in gold.frames(session, video):
        frame, after = kept.frame, since.get(kept.frame, "")
        first = next((one.snapshot for one in handed if one.at > after), None)
        if first is None and any(one.start <= frame < one.stop and (one.done_at or "") > after for one in done):
            first = stages.now_of(session, video.id)
        if first is not None:
            groups[first].append(frame)
    return [Comparison("gold", video, None, snapshot, tuple(frames), since) for snapshot, frames in groups.items()]


def _shape(mask: stages.PastMask) -> Shape:
    return Shape(mask.rle, mask.object_id, mask.label_id, mask.author_id)

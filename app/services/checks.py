"""Temporal checks of a video, as a job: read the masks as they were when it began, store what is found."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import Any

from sqlalchemy.orm import Session

from app.identity import Access
from app.jobs import Job
from app.workplace import Workplace
from backend.errors import Cancelled
from backend.quality.checks import Mark, check
from projects_db import findings, masks, videos
from projects_db.findings import NewFinding, StoredFinding
from projects_db.masks import MaskItem

CHUNK = 50
"""Frames read at once; some checks come back to a few earlier ones."""


class StoredMasks:
    """The masks of a video as `backend.quality.checks.Masks`, in one unchanging state of the database."""

    def __init__(self, session: Session, video: videos.Video) -> None:
        self.height, self.width = video.height, video.width
        self._session, self._video = session, video
        self._chunks: dict[int, dict[int, dict[int, Mark]]] = {}

    def __len__(self) -> int:
        return self._video.frame_count

    def __getitem__(self, frame: int) -> Mapping[int, Mark]:
        chunk = frame // CHUNK
        if chunk not in self._chunks:
            while len(self._chunks) > 2:
                del self._chunks[next(iter(self._chunks))]
            self._chunks[chunk] = self._read(chunk)
        return self._chunks[chunk].get(frame, {})

    def _read(self, chunk: int) -> dict[int, dict[int, Mark]]:
        found: dict[int, dict[int, Mark]] = {}
        for item in masks.in_range(self._session, self._video.id, chunk * CHUNK, (chunk + 1) * CHUNK):
            if item.state != "candidate":
                found.setdefault(item.frame, {})[item.object_id] = _mark(item)
        return found


def _mark(item: MaskItem) -> Mark:
    assert item.rle is not None, "a mask that is there has pixels, or none of them"
    by_human = item.source == "human"
    return Mark(item.rle, settled=item.state == "verified" or (by_human and not item.area), human=by_human)


def start(workplace: Workplace, access: Access, video_id: int) -> Job:
    """Check a video; where that goes on already, the job that does it. Raises NotFound."""
    known = workplace.jobs.running("check", video_id=video_id)
    if known:
        return known
    with workplace.db.read() as session:
        video = videos.get(session, video_id)

    def work(job: Job) -> None:
        found = _check(workplace, video, job)
        with workplace.db.write() as session:
            opened = findings.store(session, video_id, found)
        job.message = f"{len(opened)} open findings."
        workplace.events.publish(video_id, "findings", {})

    return workplace.jobs.start(Job("check", access.project_id, video.name, result={"video_id": video_id}), work)


def _check(workplace: Workplace, video: videos.Video, job: Job) -> list[NewFinding]:
    def progress(done: int, total: int) -> None:
        if job.cancelled.is_set():
            raise Cancelled("cancelled", "The check was cancelled.", "Start it again.")
        job.report(done / total, f"frame {done} of {total}")

    with workplace.db.read() as session, closing(workplace.library.reader(video.hash)) as frames:
        found = check(StoredMasks(session, video), frames, progress)
    return [NewFinding(one.kind, one.object, one.other, one.frame, one.start, one.stop, one.score, one.sentence)
            for one in found]


def of_video(workplace: Workplace, video_id: int, status: str | None) -> list[dict[str, Any]]:
    """The findings of a video, surest first."""
    with workplace.db.read() as session:
        return [view(one) for one in findings.of_video(session, video_id, status)]


def decide(workplace: Workplace, access: Access, finding_id: int, status: str) -> dict[str, Any]:
    """Dismiss a finding or open it again, and tell everybody who has the video open. Raises NotFound."""
    with workplace.db.write() as session:
        one = findings.set_status(session, finding_id, access.person.id, status)
    workplace.events.publish(one.video_id, "findings", {})
    return view(one)


def view(one: StoredFinding) -> dict[str, Any]:
    """A finding as JSON."""
    return {"id": one.id, "kind": one.kind, "object_id": one.object_id, "other_id": one.other_id, "frame": one.frame,
            "start": one.start, "stop": one.stop, "score": round(one.score, 4), "sentence": one.sentence,
            "status": one.status}

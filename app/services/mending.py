"""Masks of a range mended as one change, by a job: thousands of masks take longer than a request may.

Mending says nothing about whether a mask is right, so what a model made stays the model's and may be made anew, and
what somebody verified is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.identity import Access
from app.jobs import Job
from app.schemas_mend import Mend
from app.services import annotate
from app.workplace import Workplace
from backend.errors import Cancelled
from backend.masks import Rle
from backend.mending import check_size, mend
from projects_db import masks, objects, videos
from projects_db.masks import MaskItem, MaskWrite

CHUNK = 50
"""Frames read at once."""


def start(workplace: Workplace, access: Access, video_id: int, wish: Mend) -> Job:
    """Mend the masks of a range of frames; without objects those of all that are not locked.

    The job's result counts masks: `mended`, `verified` (left alone) and `vanishing` (left alone, as nothing would be
    left of them). It fails as `masks.write` raises, and then nothing was changed.

    Raises:
        BadInput: no such range, or a size that the operation cannot have.
        Locked: the video is accepted.
    """
    check_size(wish.operation, wish.size)
    with workplace.db.read() as session:
        video = videos.get(session, video_id)
        videos.check_open(video)
        videos.check_frames(video, wish.start, wish.stop)
        chosen = wish.objects
        if chosen is None:
            chosen = [one.id for one in objects.of_video(session, video_id) if not one.locked]

    def work(job: Job) -> None:
        writes: list[MaskWrite] = []
        job.result = {"mended": 0, "verified": 0, "vanishing": 0}
        for item in _items(workplace, job, video_id, chosen, wish):
            if item.state == "verified":
                job.result["verified"] += 1
            elif item.rle is not None and item.area:
                before = item.rle.to_mask()
                after = mend(before, wish.operation, wish.size)
                if not after.any():
                    job.result["vanishing"] += 1
                elif (before != after).any():
                    writes.append(_write(item, Rle.from_mask(after)))
        if writes:
            annotate.apply(workplace, access, video_id, "mend",
                           lambda session, change: masks.write(session, change, writes))
        job.result["mended"] = len(writes)

    return workplace.jobs.start(Job("mend", access.project_id, video.name), work)


def _items(workplace: Workplace, job: Job, video_id: int, chosen: list[int], wish: Mend) -> Iterator[MaskItem]:
    for first in range(wish.start, wish.stop, CHUNK):
        with workplace.db.read() as session:
            found = masks.in_range(session, video_id, first, min(first + CHUNK, wish.stop), chosen)
        for item in found:
            if job.cancelled.is_set():
                raise Cancelled("cancelled", "Mending was cancelled.", "Nothing was changed; start it again.")
            yield item
        job.report((first - wish.start) / (wish.stop - wish.start), f"frame {first}")


def _write(item: MaskItem, rle: Rle) -> MaskWrite:
    """The same mask with other pixels. They are not what its prompts made, so the next prompt starts from them."""
    return MaskWrite(item.frame, item.object_id, rle, item.revision, state=item.state or "tracked",
                     source=item.source or "model", score=item.score, run_id=item.run_id)

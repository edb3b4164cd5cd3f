"""Proposals over a video: candidates on every k-th frame and where shots begin, each object proposed once, as a job."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from app.identity import Access
from app.jobs import Job
from app.services import discovery
from app.workplace import Workplace
from backend.errors import Cancelled, Unavailable
from backend.masks import BoolMask, Rle, iou
from backend.models import flow, registry, seam
from backend.models.seam import Candidate
from backend.prompts import Categories, Expression
from projects_db import videos
from projects_db.videos import Video

STILL = 0.3
"""Overlap (intersection over union) from which a candidate is one that was proposed on an earlier frame: less than on
one frame, because it has moved since."""


@dataclass
class _Proposed:
    """One that was proposed in this shot. `mask`: where it was seen last, or is by now as far as `flow` can tell."""

    category: str | None
    mask: BoolMask


def start(
    workplace: Workplace, access: Access, video_id: int, query: Categories | Expression | None, model: str | None,
    every: int, within: range | None,
) -> Job:
    """Look over a video, or over some of its frames.

    Args:
        query: what to look for; None: everything.
        every: look on every so-manieth frame, and on the first of each shot.

    Returns:
        The job; `result` has {"found": n} and, once it ended in whatever way, {"candidates": [as JSON]}.

    Raises:
        BadInput, NotFound, Locked: as `discovery.discover`.
    """
    spec = registry.choose(model, "discover", [query.kind] if query else [])
    with workplace.db.read() as session:
        video = videos.get(session, video_id)
        videos.check_open(video)
        frames = within or range(video.frame_count)
        videos.check_frames(video, frames.start, frames.stop)

    def work(job: Job) -> None:
        found: list[dict[str, Any]] = []  # not as arrays: there may be thousands
        looked = frames_to_look(frames, every, video.cuts or ())
        try:
            for one in _search(workplace, video, spec.name, query, looked, job):
                found.append(discovery.view_of(one, frames.start))
                job.result["found"] = len(found)
        finally:
            job.result["candidates"] = found
        job.message = f"{len(found)} found on {len(looked)} frames."

    about = {"video_id": video_id, "found": 0}
    return workplace.jobs.start(Job("proposal", access.project_id, video.name, result=about), work)


def frames_to_look(frames: range, every: int, cuts: Iterable[int]) -> list[int]:
    """Every k-th of these frames and those among them that begin a shot, ascending."""
    return sorted({*frames[::every], *(cut for cut in cuts if cut in frames)})


def _search(
    workplace: Workplace, video: Video, model: str, query: Categories | Expression | None, looked: Sequence[int],
    job: Job,
) -> Iterator[Candidate]:
    earlier: list[_Proposed] = []
    last = 0
    with closing(workplace.library.reader(video.hash)) as pictures, \
            workplace.session(video.hash, model, f"proposal {job.id}") as session:
        try:
            for n, frame in enumerate(looked):
                if job.cancelled.is_set():
                    raise Cancelled("cancelled", "The search was cancelled.", "Start it again.")
                job.report(n / len(looked), f"frame {frame}")
                if not _can_be_seen(pictures, frame):
                    continue
                if any(last < cut <= frame for cut in video.cuts or ()):
                    earlier = []
                elif earlier:
                    _carry(pictures, earlier, last, frame)
                last = frame
                found = discovery.fresh(workplace, video.id, session, frame, query, range(frame, frame + 1))
                yield from without_repeats(found, earlier, frame)
        finally:
            workplace.sessions.drop(purpose=f"proposal {job.id}")


def _can_be_seen(pictures: seam.Frames, frame: int) -> bool:
    """Whether a frame can be decoded; as in a run, one that cannot is stepped over."""
    try:
        pictures[frame]
    except Unavailable:
        return False
    return True


def _carry(pictures: seam.Frames, earlier: Sequence[_Proposed], before: int, frame: int) -> None:
    """Move what was proposed to where it is on this frame."""
    session = flow.load().open(pictures)
    try:
        session.remember(before, {n: one.mask for n, one in enumerate(earlier)})
        for n, segment in session.track(frame).items():
            if segment.mask.any():
                earlier[n].mask = segment.mask
    finally:
        session.close()


def without_repeats(found: Iterable[Candidate], earlier: list[_Proposed], frame: int) -> Iterator[Candidate]:
    """Candidates of a frame that were not proposed before, with that frame; `earlier` is brought up to date."""
    before = list(earlier)
    for one in found:
        mask = one.segment.mask
        same = max((other for other in before if other.category == one.category),
                   key=lambda other: _overlap(mask, other.mask), default=None)
        if same is not None and _overlap(mask, same.mask) > STILL:
            same.mask = mask
            before.remove(same)
        else:
            earlier.append(_Proposed(one.category, mask))
            yield Candidate(one.segment, one.category, one.object, frame if one.frame is None else one.frame)


def _overlap(one: BoolMask, other: BoolMask) -> float:
    return iou(Rle.from_mask(one), Rle.from_mask(other))


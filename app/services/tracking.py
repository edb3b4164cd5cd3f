"""Runs: planned from the database, carried out by one worker thread a model, committed frame by frame.

A run never blocks a click: it has a reader and a model session of its own, and the database between two frames.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy.orm import Session

from app import views
from app.errors import log
from app.events import Broker
from app.library import Library
from backend.errors import Locked, NotFound, ThroughlineError, as_told
from backend.masks import BoolMask, Rle
from backend.models import registry
from backend.models.seam import Categorized
from backend.tracking import runner
from backend.tracking.plan import Plan, Scope, make_plan, prompt_hash
from backend.tracking.runner import Made
from projects_db import masks, objects, prompts, runs, timeline, videos
from projects_db.database import Database
from projects_db.runs import Run, RunMask


@dataclass(eq=False)
class _Work:
    """A run that is queued or under way in this server."""

    stop: threading.Event = field(default_factory=threading.Event)
    cancelled: bool = False
    started_at: float | None = None
    done_before: int = 0


class RunManager:
    """The runs of a server. Any thread."""

    def __init__(self, db: Database, library: Library, events: Broker) -> None:
        self._db = db
        self._library = library
        self._events = events
        self._lock = threading.Lock()
        self._workers: dict[str, ThreadPoolExecutor] = {}
        self._works: dict[int, _Work] = {}
        self._closing = False

    def start(
        self, video_id: int, person_id: int, *, chosen: Sequence[int] | None, scope: Scope, frame: int,
        start: int | None, stop: int | None, model: str | None, across_cuts: bool = False,
    ) -> dict[str, Any]:
        """Plan a run, store it and queue it.

        Args:
            chosen: the objects; None: every object that is not locked.
            start, stop: only frames start <= f < stop.
            across_cuts: also from one shot into the next.

        Raises:
            BadInput: nothing to track, a bad range, or a model that cannot track.
            NotFound, Locked, Unavailable.
        """
        spec = registry.choose(model, "track")
        registry.load(spec.name)  # what is missing is said now, and not by a run that fails
        with self._db.write() as session:
            video = videos.get(session, video_id)
            ids = _objects_of(session, video_id, chosen)
            plan = make_plan(timeline.for_plan(session, video_id, ids), scope, frame, frame_count=video.frame_count,
                             start=start or 0, stop=stop, cuts=() if across_cuts else video.cuts or ())
            run = runs.create(
                session, video_id, person_id, model=spec.name, model_version=spec.version, plan=plan.to_json(),
                prompt_hash=_seen(session, video_id, plan.objects), total=plan.total, objects=plan.objects,
            )
        return self._queue(run)

    def resume(self, run_id: int, person_id: int) -> dict[str, Any]:
        """Go on with what is left of a run that has ended, with the model it was begun with.

        Raises:
            Unavailable: that model cannot be used now; the run stays as it is.
            BadInput, Conflict, Locked, NotFound.
        """
        with self._db.read() as session:
            model = runs.get(session, run_id).model
        registry.load(model)
        with self._db.write() as session:
            run = runs.get(session, run_id)
            whole = Plan.from_json(run.plan)
            _objects_of(session, run.video_id, whole.objects)
            left = whole.remaining(runs.done_frames(session, run_id))
            run = runs.resume(session, run_id, person_id, plan=left.to_json(), total=left.total,
                              prompt_hash=_seen(session, run.video_id, left.objects))
        return self._queue(run)

    def cancel(self, run_id: int) -> dict[str, Any]:
        """Stop after the frame that is being made; every finished frame stays. No error for a run that has ended."""
        work = self._works.get(run_id)
        if work is not None:
            work.cancelled = True
            work.stop.set()
        with self._db.write() as session:
            run = runs.get(session, run_id)
            if run.status in runs.ACTIVE:
                run = runs.set_status(session, run_id, "cancelled")
        self.publish(run)
        return self.view(run)

    def view(self, run: Run) -> dict[str, Any]:
        """A run as JSON, with an estimate of what is left while it runs."""
        work = self._works.get(run.id)
        left = None
        if run.status == "running" and work and work.started_at and run.done > work.done_before:
            each = (time.monotonic() - work.started_at) / (run.done - work.done_before)
            left = each * (run.total - run.done)
        return views.run(run, left)

    def close(self) -> None:
        """Stop every run after the frame it is at; they can be resumed when a server starts again."""
        self._closing = True
        for work in list(self._works.values()):
            work.stop.set()
        for worker in self._workers.values():
            worker.shutdown(wait=True, cancel_futures=True)

    def _queue(self, run: Run) -> dict[str, Any]:
        work = _Work(done_before=run.done)
        with self._lock:
            self._works[run.id] = work
            worker = self._workers.setdefault(run.model, ThreadPoolExecutor(1, thread_name_prefix=f"run-{run.model}"))
        self.publish(run)
        worker.submit(self._work, run.id, work).add_done_callback(lambda future: self._ended(run.id, work, future))
        return self.view(run)

    def _work(self, run_id: int, work: _Work) -> None:
        """In the worker's thread: carry out one run."""
        work.started_at = time.monotonic()
        with self._db.write() as session:
            if work.stop.is_set() or runs.get(session, run_id).status != "queued":
                return
            run = runs.set_status(session, run_id, "running")
            video = videos.get(session, run.video_id)
            plan = Plan.from_json(run.plan)
            barriers = {o: masks.barriers(session, o) for o in plan.objects}
            labels = {o: objects.label_of(session, o).name for o in plan.objects}
        self.publish(run)
        model = registry.load(run.model)
        with self._library.reader(video.hash) as frames:
            session_of_run = model.open(frames)
            try:
                if model.spec.heeds_categories:
                    cast(Categorized, session_of_run).categorize(labels)
                steps = runner.run(plan, session_of_run, self._mask_of(run.video_id), barriers)
                self._commit_each(run, steps, work)
            finally:
                session_of_run.close()

    def _commit_each(self, run: Run, steps: Iterator[tuple[int, dict[int, Made]]], work: _Work) -> None:
        for frame, segments in steps:
            if work.stop.is_set():
                return
            made = {o: RunMask(Rle.from_mask(one.mask), one.score, one.half) for o, one in segments.items()}
            with self._db.write() as session:
                if work.stop.is_set():  # looked at within the transaction: a run that is resumed begins after this one
                    return
                written = runs.write_frame(session, run.id, frame, made)
                run = runs.get(session, run.id)
            self._events.publish(run.video_id, "masks", {**views.written(written), "by": run.person_id})
            self.publish(run)

    def _mask_of(self, video_id: int) -> runner.MaskOf:
        def mask_of(object_id: int, frame: int) -> BoolMask | None:
            with self._db.read() as session:
                rle = masks.get(session, video_id, frame, object_id).rle
            return None if rle is None else rle.to_mask()

        return mask_of

    def _ended(self, run_id: int, work: _Work, future: Future[None]) -> None:
        """Note how a run ended, whatever ended it."""
        error = None if future.cancelled() else future.exception()
        if error is not None:
            error = as_told(error)
        status, message = "done", ""
        if self._closing:
            status, message = "interrupted", "Throughline was stopped during this run."
        elif isinstance(error, ThroughlineError):
            status, message = "failed", str(error)
        elif error is not None:
            log.error("run %s broke", run_id, exc_info=error)
            status = "failed"
            message = f"Something broke in the server (run {run_id}); its output says what. Choose another model."
        with self._lock:
            if self._works.get(run_id) is work:
                del self._works[run_id]
        if work.cancelled:
            return  # `cancel` has noted it, and the run may have been resumed before this worker noticed
        with self._db.write() as session:
            run = runs.get(session, run_id)
            if run.status in runs.ACTIVE:
                run = runs.set_status(session, run_id, status, message)
        self.publish(run)

    def publish(self, run: Run) -> None:
        """Tell every page of the video how a run stands."""
        self._events.publish(run.video_id, "run", self.view(run))


def _objects_of(session: Session, video_id: int, chosen: Collection[int] | None) -> list[int]:
    """Ids of the objects to track: those chosen, or all that are not locked. Raises NotFound, Locked."""
    there = {one.id: one for one in objects.of_video(session, video_id)}
    if chosen is None:
        return [one.id for one in there.values() if not one.locked]
    if missing := set(chosen) - there.keys():
        raise NotFound("no_such_object", f"There is no object {min(missing)} in this video.",
                       "Somebody may have deleted it; load the page again.")
    if locked := [there[i].name for i in chosen if there[i].locked]:
        raise Locked("object_locked", f"{locked[0]} is locked.", "Unlock it in the list of objects.")
    return list(chosen)


def _seen(session: Session, video_id: int, ids: Sequence[int]) -> str:
    """The fingerprint of the prompts and barriers a run sees."""
    given = [[one.object_id, one.frame, one.data] for one in prompts.of_objects(session, video_id, ids)]
    return prompt_hash(given, {i: masks.barriers(session, i) for i in ids})

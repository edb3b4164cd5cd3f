"""Work that takes longer than a request: imports, exports and checks, with progress and cancel."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from app.errors import log
from backend.errors import NotFound, ThroughlineError, as_told

KEPT_SECONDS = 24 * 3600
"""How long a finished job can be asked about."""


@dataclass(eq=False)
class Job:
    """One piece of work. Only its worker writes `progress`, `message` and `result`.

    Attributes:
        kind: "import", "export", "check", ...
        title: what people call what comes out of it.
        status: "running", "done", "failed" or "cancelled".
        progress: 0..1.
        result: what the work is about, added to the job's view.
        error: of a failed job, in the shape of docs/http.md.
    """

    kind: str
    project_id: int
    title: str = ""
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    status: str = "running"
    progress: float = 0.0
    message: str = "waiting"
    result: dict[str, Any] = field(default_factory=dict)
    error: dict[str, str] | None = None
    finished_at: float | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)

    def report(self, progress: float, message: str | None = None) -> None:
        """Say how far the work is (0..1), and what it is doing."""
        self.progress = min(1.0, max(0.0, progress))
        if message is not None:
            self.message = message

    def view(self) -> dict[str, Any]:
        """As JSON."""
        error = {"error": self.error} if self.error else {}
        return {"id": self.id, "status": self.status, "progress": round(self.progress, 4), "message": self.message,
                **error, **self.result}


class Jobs:
    """The jobs of a server; two run at a time, the others wait."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="job")
        self._jobs: dict[str, Job] = {}

    def start(self, job: Job, work: Callable[[Job], None]) -> Job:
        """Queue `work`. It raises ThroughlineError where it cannot go on, and looks at `job.cancelled` often."""
        now = time.monotonic()
        for old in list(self._jobs.values()):
            if old.finished_at is not None and now - old.finished_at > KEPT_SECONDS:
                self._jobs.pop(old.id, None)
        self._jobs[job.id] = job
        self._pool.submit(work, job).add_done_callback(lambda future: _finish(job, future))
        return job

    def get(self, job_id: str, kind: str) -> Job:
        """The job of this id and kind. Raises NotFound."""
        job = self._jobs.get(job_id)
        if job is None or job.kind != kind:
            raise NotFound(f"no_such_{kind}", f"There is no such {kind}.",
                           "Start it again: it may have ended with an earlier server.")
        return job

    def running(self, kind: str, **about: Any) -> Job | None:
        """The job of this kind that goes on or waits and whose `result` says this, if there is one."""
        return next((job for job in list(self._jobs.values()) if job.kind == kind and job.status == "running"
                     and about.items() <= job.result.items()), None)

    def close(self) -> None:
        """Cancel everything and wait for it."""
        for job in self._jobs.values():
            job.cancelled.set()
        self._pool.shutdown(wait=True, cancel_futures=True)


def _finish(job: Job, future: Future[None]) -> None:
    """Note how the work ended, whatever ended it."""
    error = None if future.cancelled() else future.exception()
    job.finished_at = time.monotonic()
    if job.cancelled.is_set():
        job.status = "cancelled"
    elif error is None:
        job.progress, job.status = 1.0, "done"
    else:
        job.error = _as_json(job, error)
        job.status = "failed"


def _as_json(job: Job, error: BaseException) -> dict[str, str]:
    error = as_told(error)
    if isinstance(error, ThroughlineError):
        return {"error": error.code, "message": error.message, "remedy": error.remedy}
    log.error("job %s (%s) broke", job.id, job.kind, exc_info=error)
    return {"error": "internal", "message": f"Something broke in the server (job {job.id[:8]}).",
            "remedy": "Look for this number in the server's output and report it."}

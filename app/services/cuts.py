"""Looking for cuts in the background: one video at a time, when it came in or is opened and nobody has looked yet."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from app.errors import log
from app.events import Broker
from app.library import Library
from backend.errors import ThroughlineError
from backend.video.cuts import find_cuts
from projects_db import videos
from projects_db.database import Database


class CutFinder:
    """Any thread. What was looked at is stored, so that a server that ends before looks again when it is back."""

    def __init__(self, db: Database, library: Library, events: Broker) -> None:
        self._db, self._library, self._events = db, library, events
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="cuts")
        self._lock = threading.Lock()
        self._progress: dict[str, float] = {}
        """Content hash -> share of what is looked through or waits."""
        self._closing = threading.Event()

    def look(self, video: videos.Video) -> None:
        """Look for the cuts of a video, unless that was done or goes on."""
        if video.cuts is not None or self._closing.is_set():
            return
        with self._lock:
            if video.hash in self._progress:
                return
            self._progress[video.hash] = 0.0
            self._worker.submit(self._look, video.hash).add_done_callback(lambda done: self._ended(video.hash, done))

    def view(self, video: videos.Video) -> dict[str, Any]:
        """{"cuts": frames, or null while they are looked for; "looked": the share looked through}."""
        share = 1.0 if video.cuts is not None else self._progress.get(video.hash, 0.0)
        return {"cuts": video.cuts, "looked": round(share, 3)}

    def close(self) -> None:
        """Stop looking."""
        self._closing.set()
        self._worker.shutdown(wait=True, cancel_futures=True)

    def _look(self, content_hash: str) -> None:
        def progress(share: float) -> None:
            self._progress[content_hash] = share
            self._tell(content_hash)

        with self._library.reader(content_hash) as pictures:
            cuts = find_cuts(pictures, progress, self._closing.is_set)
        if cuts is None:
            return
        with self._db.write() as session:
            for video in videos.with_hash(session, content_hash):
                if video.cuts is None:
                    videos.set_cuts(session, video.id, cuts)
        self._tell(content_hash)

    def _tell(self, content_hash: str) -> None:
        with self._db.read() as session:
            found = videos.with_hash(session, content_hash)
        for video in found:
            self._events.publish(video.id, "cuts", self.view(video))

    def _ended(self, content_hash: str, done: Future[None]) -> None:
        """A video that is gone or cannot be read has no cuts until it is opened again."""
        with self._lock:
            self._progress.pop(content_hash, None)
        error = None if done.cancelled() else done.exception()
        if isinstance(error, ThroughlineError | OSError):
            log.warning("cuts were not looked for: %s", error)
        elif error is not None:
            log.error("looking for cuts broke", exc_info=error)

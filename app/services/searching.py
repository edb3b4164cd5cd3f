"""Searches over a video: one at a time by a worker thread, what is found committed every few frames.

As a run, a search has a reader and a model session of its own: it never blocks a click.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor

from app.errors import log
from app.events import Broker
from app.library import Library
from backend.errors import NotFound, ThroughlineError, as_told
from backend.masks import Rle
from backend.models import registry
from backend.models.seam import Search as Sightings
from backend.models.seam import SearchKind
from backend.prompts import prompt_adapter
from backend.tracking import search as searching
from backend.tracking.search import Overlaps, Query
from projects_db import found, searches, videos
from projects_db.database import Database
from projects_db.searches import Conclusion, Search, SeenMask

FRAMES_EACH = 20
SECONDS_EACH = 2.0
"""What is found is committed after so many frames, or so many seconds, whichever comes first."""


class SearchManager:
    """The searches of a server. Any thread."""

    def __init__(self, db: Database, library: Library, events: Broker) -> None:
        self._db = db
        self._library = library
        self._events = events
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="search")
        self._stops: dict[int, threading.Event] = {}
        self._closing = False

    def start(
        self, video_id: int, person_id: int, query: Query, *, kind: SearchKind | None, model: str | None, every: int,
        within: range | None,
    ) -> Search:
        """Store a search and queue it.

        Args:
            query: what to look for; None: everything.
            kind: None: what the query asks for.
            every: a model without a search of its own looks for what is new on every so-manieth frame.
            within: the frames; None: all.

        Raises:
            BadInput: bad frames, or a model that cannot find this. NotFound, Locked, Unavailable.
        """
        spec = registry.spec(model or registry.DEFAULT)
        kind = searching.kind_for(spec, query, kind)
        registry.load(spec.name)  # what is missing is said now, and not by a search that fails
        with self._db.write() as session:
            frames = within or range(videos.get(session, video_id).frame_count)
            search = searches.create(
                session, video_id, person_id, model=spec.name, model_version=spec.version, kind=kind,
                query=None if query is None else query.model_dump(mode="json"), frames=frames, every=every)
        stop = self._stops[search.id] = threading.Event()
        self._publish(search)
        future = self._worker.submit(self._work, search.id, kind, stop)
        future.add_done_callback(lambda ended: self._ended(search.id, stop, ended))
        return search

    def cancel(self, search_id: int) -> Search:
        """Stop after the frame that is looked at; what was found waits to be judged. No error for one that has ended.
        """
        if (stop := self._stops.get(search_id)) is not None:
            stop.set()
        with self._db.write() as session:
            search = searches.get(session, search_id)
            if search.status in searches.ACTIVE:
                search = searches.set_status(session, search_id, "cancelled")
        self._publish(search)
        return search

    def close(self) -> None:
        """Stop the one under way; what it found is kept."""
        self._closing = True
        for stop in list(self._stops.values()):
            stop.set()
        self._worker.shutdown(wait=True, cancel_futures=True)

    def _work(self, search_id: int, kind: SearchKind, stop: threading.Event) -> None:
        """In the worker's thread: carry out one search."""
        with self._db.write() as session:
            if stop.is_set():
                return
            search = searches.set_status(session, search_id, "running")
            video = videos.get(session, search.video_id)
        self._publish(search)
        model = registry.load(search.model)
        with self._library.reader(video.hash) as frames:
            session_of_search = model.open(frames)
            try:
                query = None if search.query is None else prompt_adapter.validate_python(search.query)
                begun = searching.begin(model, session_of_search, frames, kind, query, range(search.start, search.stop),
                                        every=search.every, cuts=video.cuts or ())
                self._commit_each(search, begun, stop)
            finally:
                session_of_search.close()

    def _commit_each(self, search: Search, begun: Sightings, stop: threading.Event) -> None:
        overlaps = Overlaps()
        seen: list[SeenMask] = []
        done = written = search.start
        committed = time.monotonic()
        try:
            for sighting in begun:
                if stop.is_set():
                    return
                here = {number: Rle.from_mask(one.mask) for number, one in sighting.segments.items() if one.mask.any()}
                seen += [SeenMask(sighting.frame, n, rle, sighting.segments[n].score) for n, rle in here.items()]
                with self._db.read() as session:
                    overlaps.add(here, found.shown_on(session, search.video_id, sighting.frame, search.id))
                done = sighting.frame + 1
                if done - written >= FRAMES_EACH or time.monotonic() - committed > SECONDS_EACH:
                    self._commit(search, done, seen, begun, overlaps)
                    seen, written, committed = [], done, time.monotonic()
            done = search.stop
        finally:  # what was found before a failure is found
            self._commit(search, done, seen, begun, overlaps)

    def _commit(
        self, search: Search, done: int, seen: list[SeenMask], begun: Sightings, overlaps: Overlaps
    ) -> None:
        concluded = {n: Conclusion(one.scores, one.thing) for n, one in begun.tracks().items()}
        with self._db.write() as session:
            if searches.get(session, search.id).status not in searches.ACTIVE:
                return  # cancelled meanwhile: what waits may have been judged
            search = searches.write(session, search.id, done - search.start, seen, concluded, overlaps.known())
        self._publish(search)

    def _ended(self, search_id: int, stop: threading.Event, future: Future[None]) -> None:
        """Note how a search ended, whatever ended it."""
        self._stops.pop(search_id, None)
        error = None if future.cancelled() else future.exception()
        if error is not None:
            error = as_told(error)
        status, message = "done", ""
        if self._closing:
            status, message = "interrupted", "Throughline was stopped during this search."
        elif isinstance(error, ThroughlineError):
            status, message = "failed", str(error)
        elif error is not None:
            log.error("search %s broke", search_id, exc_info=error)
            status = "failed"
            message = f"Something broke in the server (search {search_id}); its output says what. Choose another model."
        try:
            with self._db.write() as session:
                search = searches.get(session, search_id)
                if search.status in searches.ACTIVE:
                    search = searches.set_status(session, search_id, status, message)
        except NotFound:
            return  # the video was deleted meanwhile
        self._publish(search)

    def _publish(self, search: Search) -> None:
        """Tell every page of the video how a search stands, and with that what it found."""
        self._events.publish(search.video_id, "search", search.as_json())

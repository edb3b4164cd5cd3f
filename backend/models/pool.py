"""Open sessions, bounded in number.

A click and a run on the same video use different sessions (another `purpose`), so that neither waits for the other.
The pool's own lock is held for dictionary work only, never while a model computes.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from backend.errors import Unavailable
from backend.models.seam import Session


class SessionKey(NamedTuple):
    """Which session: of which video (content hash), of which model (registry name), and what for ("click", "run 7",
    ...)."""

    video: str
    model: str
    purpose: str


@dataclass
class _Entry:
    lock: threading.Lock = field(default_factory=threading.Lock)
    session: Session | None = None
    users: int = 0
    """Threads that hold or wait for the session."""
    keep: bool = True


class SessionPool:
    """At most `limit` idle-or-busy sessions; the least recently used idle one is closed first.

    Busy sessions are never closed: with more than `limit` of them the pool is over its limit until one is given
    back.

    Example:
        with pool.session(SessionKey(video_hash, "flow", "click"), lambda: model.open(frames)) as session:
            session.segment(frame, prompts)
    """

    def __init__(self, limit: int = 4) -> None:
        if limit < 1:
            raise ValueError("a pool holds at least one session")
        self._limit = limit
        self._entries: OrderedDict[SessionKey, _Entry] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def session(self, key: SessionKey, open: Callable[[], Session], *, wait: bool = True) -> Iterator[Session]:
        """The session of this key for one thread at a time; opened with `open` where there is none.

        Raises:
            Unavailable: it is in use, or others wait for it, and `wait` is false.
        """
        with self._lock:
            entry = self._entries.setdefault(key, _Entry())
            if entry.users and not wait:
                raise Unavailable("model_busy", "The model is at work.", "Try again in a moment.")
            self._entries.move_to_end(key)
            entry.users += 1
        try:
            with entry.lock:
                if entry.session is None:
                    entry.session = open()
                yield entry.session
        finally:
            with self._lock:
                entry.users -= 1
                idle = self._take_surplus()
            _close(idle)

    def drop(self, *, video: str | None = None, purpose: str | None = None) -> None:
        """Close the sessions of a video or purpose (all of them without either); busy ones when they are given
        back."""
        with self._lock:
            for key, entry in self._entries.items():
                if video in (None, key.video) and purpose in (None, key.purpose):
                    entry.keep = False
            idle = self._take_surplus()
        _close(idle)

    def __len__(self) -> int:
        """Sessions that are open or being opened."""
        with self._lock:
            return len(self._entries)

    def _take_surplus(self) -> list[_Entry]:
        """Remove idle entries that were dropped or never opened, then the least recently used beyond the limit."""
        taken = []
        for key, entry in list(self._entries.items()):
            unwanted = not entry.keep or entry.session is None
            if entry.users == 0 and (unwanted or len(self._entries) > self._limit):
                taken.append(self._entries.pop(key))
        return taken


def _close(entries: list[_Entry]) -> None:
    for entry in entries:
        if entry.session is not None:
            entry.session.close()

"""Live events of a video, from any thread to every page that has it open."""

from __future__ import annotations

import asyncio
import json
import secrets
import threading
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from sse_starlette import ServerSentEvent
from starlette.concurrency import run_in_threadpool

QUEUE_LIMIT = 500
"""Events a page may lag behind. One that lags more is cut off: it connects again and reads the present state, which is
less than what it missed."""


ASK_AGAIN_SECONDS = 10.0
"""How long a stream goes on before it is asked again whether its person may still have it."""


@dataclass(eq=False)
class _Listener:
    name: str
    loop: asyncio.AbstractEventLoop
    queue: asyncio.Queue[ServerSentEvent | None] = field(default_factory=lambda: asyncio.Queue(QUEUE_LIMIT))

    def offer(self, event: ServerSentEvent | None) -> None:
        """In the loop's thread: queue an event; None, or one too many, ends the stream."""
        if event is None or self.queue.full():
            while not self.queue.empty():
                self.queue.get_nowait()
            event = None
        self.queue.put_nowait(event)


_NOTHING = ServerSentEvent()


class Broker:
    """Who has which video open, and what to tell them."""

    def __init__(self) -> None:
        self.server_id = secrets.token_hex(8)
        self._lock = threading.Lock()
        self._listeners: dict[int, set[_Listener]] = defaultdict(set)
        self._closed = False
        self._asked_from = 0.0

    def publish(self, video_id: int, event: str, data: Any) -> None:
        """Tell every page that has this video open. Returns at once; any thread."""
        with self._lock:
            listeners = list(self._listeners.get(video_id, ()))
        if listeners:
            self._send(listeners, _event(event, data))

    def people(self, video_id: int) -> list[str]:
        """Names of those who have the video open."""
        with self._lock:
            return sorted({listener.name for listener in self._listeners.get(video_id, ())})

    async def stream(self, video_id: int, name: str, may: Callable[[], bool]) -> AsyncIterator[ServerSentEvent]:
        """The events of a video for one page of person `name`, until it goes away or the server stops.

        Args:
            may: whether the person may still see the video. Asked in a thread, at times and after `ask_again`; the
                stream ends where they may not.
        """
        listener = _Listener(name, asyncio.get_running_loop())
        with self._lock:
            if self._closed:
                return
            self._listeners[video_id].add(listener)
        self._announce(video_id)
        try:
            yield _event("hello", {"server": self.server_id, "people": self.people(video_id)})
            async for event in self._allowed(listener, may):
                yield event
        finally:
            with self._lock:
                self._listeners[video_id].discard(listener)
                if not self._listeners[video_id]:
                    del self._listeners[video_id]
            self._announce(video_id)

    def ask_again(self) -> None:
        """Access may have changed: no stream sends anything more before it has asked whether it may."""
        self._asked_from = time.monotonic()

    async def _allowed(self, listener: _Listener, may: Callable[[], bool]) -> AsyncIterator[ServerSentEvent]:
        asked = time.monotonic()
        while True:
            try:
                event = await asyncio.wait_for(listener.queue.get(), ASK_AGAIN_SECONDS)
            except TimeoutError:
                event = _NOTHING
            if event is None:
                return
            now = time.monotonic()
            if asked <= self._asked_from or now - asked >= ASK_AGAIN_SECONDS:
                if not await run_in_threadpool(may):
                    return
                asked = now
            if event is not _NOTHING:
                yield event

    def close(self) -> None:
        """End every stream."""
        with self._lock:
            self._closed = True
            listeners = [listener for group in self._listeners.values() for listener in group]
        self._send(listeners, None)

    def _announce(self, video_id: int) -> None:
        self.publish(video_id, "people", {"people": self.people(video_id)})

    @staticmethod
    def _send(listeners: list[_Listener], event: ServerSentEvent | None) -> None:
        for listener in listeners:
            if not listener.loop.is_closed():
                listener.loop.call_soon_threadsafe(listener.offer, event)


def _event(name: str, data: Any) -> ServerSentEvent:
    return ServerSentEvent(json.dumps(data, separators=(",", ":")), event=name)

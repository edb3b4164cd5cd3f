"""Live events: from worker threads to every page that has the video open."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sse_starlette import ServerSentEvent

from app import events
from app.events import QUEUE_LIMIT, Broker


def run(page: Coroutine[Any, Any, None]) -> None:
    """In a thread of its own: the browser of other tests keeps an event loop in the main one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, page).result()


def always() -> bool:
    return True


async def following(stream: AsyncIterator[ServerSentEvent]) -> tuple[str, dict]:
    event = await asyncio.wait_for(anext(stream), 5)
    return event.event, json.loads(event.data)


def test_events_of_another_thread_arrive_in_order() -> None:
    async def page() -> None:
        broker = Broker()
        stream = broker.stream(7, "ann", always)
        assert await following(stream) == ("hello", {"server": broker.server_id, "people": ["ann"]})
        assert await following(stream) == ("people", {"people": ["ann"]})
        worker = threading.Thread(target=lambda: [broker.publish(7, "run", {"done": i}) for i in range(50)])
        worker.start()
        assert [(await following(stream))[1]["done"] for _ in range(50)] == list(range(50))
        worker.join()

    run(page())


def test_only_pages_of_the_video_hear_of_it_and_see_who_is_there() -> None:
    async def page() -> None:
        broker = Broker()
        ann, bob, eve = (
            broker.stream(1, "ann", always), broker.stream(1, "bob", always), broker.stream(2, "eve", always))
        for stream in (ann, bob, eve):
            await following(stream)
        broker.publish(1, "stage", {"stage": "review"})
        seen = [await following(ann) for _ in range(3)]
        assert [data.get("people") for _, data in seen] == [["ann"], ["ann", "bob"], None]
        assert (await following(eve))[1] == {"people": ["eve"]}
        await bob.aclose()
        assert await following(ann) == ("people", {"people": ["ann"]})
        assert broker.people(1) == ["ann"]

    run(page())


def test_a_page_that_lags_is_cut_off_and_costs_no_memory() -> None:
    async def page() -> None:
        broker = Broker()
        stream = broker.stream(1, "ann", always)
        await following(stream)
        for i in range(QUEUE_LIMIT + 50):
            broker.publish(1, "run", {"done": i})
        with pytest.raises(StopAsyncIteration):
            for _ in range(QUEUE_LIMIT + 50):
                await following(stream)
        assert broker.people(1) == []

    run(page())


def test_closing_ends_every_stream() -> None:
    async def page() -> None:
        broker = Broker()
        stream = broker.stream(1, "ann", always)
        await following(stream)
        broker.close()
        with pytest.raises(StopAsyncIteration):
            while True:
                await following(stream)

    run(page())


def test_a_stream_ends_once_its_person_may_not_see_the_video(monkeypatch: pytest.MonkeyPatch) -> None:
    async def page() -> None:
        broker, allowed = Broker(), threading.Event()
        allowed.set()
        stream = broker.stream(1, "ann", allowed.is_set)
        await following(stream)
        await following(stream)
        broker.ask_again()
        broker.publish(1, "run", {"done": 1})
        assert await following(stream) == ("run", {"done": 1})
        allowed.clear()
        broker.ask_again()
        broker.publish(1, "run", {"done": 2})
        with pytest.raises(StopAsyncIteration):
            await following(stream)
        monkeypatch.setattr(events, "ASK_AGAIN_SECONDS", 0.01)  # also where nothing happens
        silent = broker.stream(1, "ann", allowed.is_set)
        with pytest.raises(StopAsyncIteration):
            for _ in range(3):
                await following(silent)
        assert broker.people(1) == []

    run(page())

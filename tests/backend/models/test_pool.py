"""The session pool: bounded, one thread a session, no waiting for others."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from backend.errors import Unavailable
from backend.models import registry
from backend.models.pool import SessionKey, SessionPool
from backend.models.seam import Session
from tests.moving_shapes import Shapes


class Opener:
    """Opens real sessions and counts what was opened and closed."""

    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes
        self.opened = 0
        self.closed: list[Session] = []

    def __call__(self) -> Session:
        session = registry.load("flow").open(self.shapes.frames)
        self.opened += 1
        close: Callable[[], None] = session.close

        def count() -> None:
            self.closed.append(session)
            close()

        session.close = count  # type: ignore[method-assign]
        return session


def key(video: str = "a", purpose: str = "click") -> SessionKey:
    return SessionKey(video, "flow", purpose)


@pytest.fixture
def opener(shapes: Shapes) -> Opener:
    return Opener(shapes)


def test_a_session_is_opened_once_and_kept(opener: Opener) -> None:
    pool = SessionPool()
    with pool.session(key(), opener) as one:
        pass
    with pool.session(key(), opener) as other:
        assert other is one
    assert opener.opened == 1


def test_the_least_recently_used_is_closed(opener: Opener) -> None:
    pool = SessionPool(limit=2)
    made = {}
    for video in ("a", "b", "a", "c"):
        with pool.session(key(video), opener) as session:
            made[video] = session
    assert opener.closed == [made["b"]]
    assert len(pool) == 2


def test_a_busy_session_is_not_closed(opener: Opener) -> None:
    pool = SessionPool(limit=1)
    with pool.session(key("a"), opener) as busy:
        with pool.session(key("b"), opener):
            assert len(pool) == 2
        assert busy not in opener.closed
        pool.drop(video="a")
        assert busy not in opener.closed
    assert busy in opener.closed


def test_dropping_by_video_and_purpose(opener: Opener) -> None:
    pool = SessionPool(limit=9)
    for video in ("a", "b"):
        for purpose in ("click", "run 1"):
            with pool.session(key(video, purpose), opener):
                pass
    pool.drop(purpose="run 1")
    assert len(pool) == 2
    pool.drop(video="a")
    assert len(pool) == 1
    pool.drop()
    assert len(pool) == 0
    assert len(opener.closed) == 4


def test_one_thread_at_a_time_and_a_run_does_not_block_clicks(opener: Opener) -> None:
    pool = SessionPool()
    entered = threading.Event()

    def second() -> None:
        with pool.session(key(purpose="run 1"), opener):
            entered.set()

    with pool.session(key(purpose="run 1"), opener):
        waiting = threading.Thread(target=second)
        waiting.start()
        with pool.session(key(purpose="click"), opener) as click:
            assert click is not None
        assert not entered.wait(0.2)
    waiting.join(timeout=10)
    assert entered.is_set()
    assert opener.opened == 2


def test_a_failure_to_open_leaves_no_trace(opener: Opener) -> None:
    pool = SessionPool()

    def fail() -> Session:
        raise OSError("no memory")

    with pytest.raises(OSError, match="no memory"), pool.session(key(), fail):
        pass
    assert len(pool) == 0
    with pool.session(key(), opener):
        pass
    assert opener.opened == 1


def test_who_does_not_wait_is_refused_while_the_session_is_in_use(opener: Opener) -> None:
    pool = SessionPool()
    with (pool.session(key(), opener), pytest.raises(Unavailable, match="at work"),
          pool.session(key(), opener, wait=False)):
        raise AssertionError("it was lent twice")
    with pool.session(key(), opener, wait=False):
        pass
    assert opener.opened == 1

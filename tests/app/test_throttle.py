"""Slowing down password guessing."""

from app.security import Throttle


def test_waits_double_after_the_free_failures_and_end_with_a_success() -> None:
    now = 1000.0
    throttle = Throttle(free=3, clock=lambda: now)
    for _ in range(3):
        assert throttle.wait("ann") == 0
        throttle.failed("ann")
    assert throttle.wait("ann") == 1
    throttle.failed("ann")
    throttle.failed("ann")
    assert throttle.wait("ann") == 4
    assert throttle.wait("bob") == 0
    now += 4
    assert throttle.wait("ann") == 0
    throttle.succeeded("ann")
    throttle.failed("ann")
    assert throttle.wait("ann") == 0


def test_the_wait_has_an_end() -> None:
    throttle = Throttle(free=1, clock=lambda: 0.0)
    for _ in range(2000):
        throttle.failed("ann")
    assert throttle.wait("ann") == Throttle.LONGEST

"""Corners of the flow model that other models need not share."""

from __future__ import annotations

import numpy as np

from backend.models.registry import load
from tests.moving_shapes import Pictures


def test_an_object_thinner_than_a_pixel_of_the_small_copy_is_not_lost() -> None:
    picture = np.full((720, 1280, 3), 90, np.uint8)
    picture[300:420, 600] = 250
    mask = np.zeros((720, 1280), bool)
    mask[300:420, 600] = True
    session = load("flow").open(Pictures([picture] * 3))
    session.remember(0, {1: mask})
    for frame in (1, 2):
        segment = session.track(frame)[1]
        assert segment.present
        assert (segment.mask & mask).sum() > 0.5 * mask.sum()


def test_memory_does_not_grow_with_frames() -> None:
    """What a session holds after many frames is what it held after few: views, flows and masks are bounded."""
    picture = np.random.default_rng(2).integers(0, 255, (48, 64, 3), dtype=np.uint8)
    session = load("flow").open(Pictures([picture] * 60))
    mask = np.zeros((48, 64), bool)
    mask[10:30, 10:30] = True
    held = []
    for frame in range(59):
        session.remember(frame, {1: mask})
        session.track(frame + 1)
        held.append((len(session._memory[1].trusted), len(session._views._views._values),
                     len(session._views._flows._values)))
    assert held[20] == held[-1]

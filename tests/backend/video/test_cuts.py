"""Cuts: found where pictures of another scene begin, and not where things move, shake or flash."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from backend.video.cuts import SHORTEST, find_cuts
from tests.moving_shapes import Pictures

SIZE = 120, 160


def scene(seed: int, hues: tuple[int, int]) -> np.ndarray:
    """A wide textured picture (uint8, RGB) of some colours, to look at a part of."""
    noise = np.random.default_rng(seed)
    picture = np.empty((SIZE[0], 4 * SIZE[1], 3), np.uint8)
    for channel, (low, high) in enumerate(((hues[0], hues[1]), (90, 200), (40, 240))):
        rough = noise.uniform(low, high, (12, 64)).astype(np.float32)
        picture[..., channel] = cv2.resize(rough, (4 * SIZE[1], SIZE[0]), interpolation=cv2.INTER_CUBIC).clip(0, 255)
    return cv2.cvtColor(picture, cv2.COLOR_HSV2RGB)


def shot(wide: np.ndarray, count: int, speed: int) -> list[np.ndarray]:
    """The camera goes to the right by `speed` pixels a frame, and back."""
    room = wide.shape[1] - SIZE[1]
    at = [abs((speed * t) % (2 * room) - room) for t in range(count)]
    noise = np.random.default_rng(count)
    return [np.clip(wide[:, x:x + SIZE[1]] + noise.normal(0, 3, (*SIZE, 3)), 0, 255).astype(np.uint8) for x in at]


RED, BLUE = scene(1, (0, 25)), scene(2, (100, 130))


def test_cuts_between_scenes_are_found_at_their_frame() -> None:
    pictures = [*shot(RED, 20, 2), *shot(BLUE, 12, 9), *shot(RED, 30, 1)]
    shares: list[float] = []
    assert find_cuts(Pictures(pictures), shares.append) == [20, 32]
    assert shares == [0.0, 25 / 62, 50 / 62]


@pytest.mark.parametrize("speed", [0, 3, 40])
def test_motion_is_no_cut(speed: int) -> None:
    assert find_cuts(Pictures(shot(RED, 60, speed))) == []


def test_a_flash_is_no_cut() -> None:
    pictures = shot(RED, 40, 2)
    pictures[20] = np.full_like(pictures[20], 255)
    assert find_cuts(Pictures(pictures)) == []


def test_a_frame_that_cannot_be_decoded_is_passed_over() -> None:
    pictures = [*shot(RED, 20, 2), *shot(BLUE, 20, 2)]
    assert find_cuts(Pictures(pictures, broken=frozenset({7, 8, 30}))) == [20]
    assert find_cuts(Pictures(pictures, broken=frozenset({20}))) == [21], "the first frame that can be seen"


def test_the_first_and_the_last_frames_are_judged_too() -> None:
    pictures = [*shot(RED, SHORTEST, 2), *shot(BLUE, 30, 2), *shot(RED, 1, 0)]
    assert find_cuts(Pictures(pictures)) == [SHORTEST, SHORTEST + 30]


def test_it_can_be_cancelled_and_a_still_has_no_cut() -> None:
    assert find_cuts(Pictures(shot(RED, 9, 2)), cancelled=lambda: True) is None
    assert find_cuts(Pictures(shot(RED, 1, 0))) == []

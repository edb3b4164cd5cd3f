"""Two masks made into one."""

from __future__ import annotations

import numpy as np
import pytest

from backend.masks import BoolMask
from backend.models.seam import Segment
from backend.tracking.meeting import DISTRUST, meet


def bar(start: int, stop: int, width: int = 60) -> BoolMask:
    mask = np.zeros((20, width), bool)
    mask[5:15, start:stop] = True
    return mask


def met(left: BoolMask, right: BoolMask, along: float, scores: tuple[float, float] = (0.8, 0.4)) -> Segment:
    return meet({1: Segment(left, scores[0])}, {1: Segment(right, scores[1])}, {1: along})[1]


@pytest.mark.parametrize(("along", "end"), [(0.0, 30), (0.25, 31), (0.5, 34), (0.75, 37), (1.0, 38)])
def test_the_outline_lies_between_the_two_by_nearness(along: float, end: int) -> None:
    """Both begin on column 10; the one ends at 30 and the other at 38."""
    mask = met(bar(10, 30), bar(10, 38), along).mask
    assert abs(int(np.flatnonzero(mask[10]).max()) + 1 - end) <= 1
    assert np.flatnonzero(mask[10]).min() == 10


def test_equal_masks_stay_and_keep_their_mean_score() -> None:
    made = met(bar(10, 30), bar(10, 30), 0.25)
    assert np.array_equal(made.mask, bar(10, 30)) and made.present
    assert made.score == pytest.approx(0.75 * 0.8 + 0.25 * 0.4)


def test_a_score_is_lowered_where_the_sides_differ() -> None:
    assert met(bar(10, 30), bar(10, 50), 0.5).score == pytest.approx(0.6 * 0.5**DISTRUST)


@pytest.mark.parametrize(("along", "expected"), [(0.4, (0, 20)), (0.6, (40, 60))])
def test_between_two_different_things_is_nothing(along: float, expected: tuple[int, int]) -> None:
    made = met(bar(0, 20), bar(40, 60), along)
    assert np.array_equal(made.mask, bar(*expected)) and made.score == 0


def test_an_absence_holds_on_its_own_side() -> None:
    gone = np.zeros((20, 60), bool)
    assert np.array_equal(met(bar(10, 30), gone, 0.4).mask, bar(10, 30))
    assert not met(bar(10, 30), gone, 0.6).present
    assert met(gone, gone, 0.5, (0.9, 0.9)).score == pytest.approx(0.9)


def test_a_mask_may_fill_the_frame() -> None:
    everything = np.ones((20, 60), bool)
    assert met(everything, everything, 0.5).mask.all()
    assert met(everything, bar(0, 40), 0.1).mask.any()


def test_objects_do_not_overlap() -> None:
    """From the left the border between the two is on column 20, from the right on 30 or 40."""
    left = {1: Segment(bar(0, 20), 0.9), 2: Segment(bar(20, 60), 0.9)}
    right = {1: Segment(bar(0, 40), 0.9), 2: Segment(bar(30, 60), 0.9)}
    made = meet(left, right, {1: 0.5, 2: 0.5})
    assert not (made[1].mask & made[2].mask).any()
    assert made[1].mask[10, 20] and made[2].mask[10, 29], "each gave up the ends that are nearer the other's middle"


def test_of_no_object_there_is_nothing_to_merge() -> None:
    assert meet({}, {}, {}) == {}

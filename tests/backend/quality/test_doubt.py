"""Doubt rises where a mask is wrong, and its reasons say why."""

from __future__ import annotations

import numpy as np
import pytest

from backend.masks import Rle
from backend.quality.doubt import Doubt, MaskFact, doubts_of


def square(x: int, side: int = 20) -> Rle:
    mask = np.zeros((60, 200), dtype=bool)
    mask[10:10 + side, x:x + side] = True
    return Rle.from_mask(mask)


def lane(*masks: Rle, score: float | None = 1.0) -> list[Doubt]:
    return doubts_of([MaskFact(frame, mask, score) for frame, mask in enumerate(masks)])


def test_a_steady_sure_object_is_not_doubted() -> None:
    assert lane(*[square(10)] * 5) == [Doubt(frame, 0.0, ()) for frame in range(5)]


def test_a_low_score_is_doubt() -> None:
    one, other = doubts_of([MaskFact(0, square(0), 0.2), MaskFact(1, square(0), 0.9)])
    assert one.doubt == pytest.approx(0.8) and one.reasons == ("low score",)
    assert other.doubt == pytest.approx(0.1) and other.reasons == ()


def test_a_mask_without_a_score_is_judged_by_its_neighbours_alone() -> None:
    assert [one.doubt for one in lane(*[square(10)] * 3, score=None)] == [0, 0, 0]


def test_a_sudden_change_of_area() -> None:
    """A square of half the side has a quarter of the area; the frames on both sides of the change are named."""
    doubts = lane(square(10), square(10), square(10, 10), square(10, 10))
    assert ["area jump" in one.reasons for one in doubts] == [False, True, True, False]
    assert doubts[0].doubt == 0


def test_an_object_that_jumps_aside_disagrees() -> None:
    doubts = lane(*[square(10)] * 4, square(100), *[square(10)] * 4)
    assert [one.frame for one in doubts if one.reasons == ("disagrees with neighbour",)] == [3, 4, 5]
    assert max(doubts, key=lambda one: one.doubt).frame in (3, 4, 5)


def test_even_fast_motion_is_no_doubt_but_a_change_of_it_is() -> None:
    """Steps of 6 of 20 pixels overlap by 14/26 every time; a step of 18 by 1/19."""
    xs = [0, 6, 12, 18, 36, 42, 48]
    doubts = lane(*[square(x) for x in xs])
    fall = 1 - (2 / 38) / (14 / 26)
    assert [one.doubt for one in doubts] == pytest.approx([0, 0, 0, fall, fall, 0, 0])


def test_an_object_that_vanishes_whole_is_doubted_and_a_rest_that_leaves_is_not() -> None:
    gone = lane(*[square(10)] * 4, Rle.empty(60, 200))
    assert gone[3].reasons == gone[4].reasons == ("area jump",)
    leaves = lane(*[square(10)] * 4, Rle.empty(60, 200), square(10, 3), Rle.empty(60, 200))
    assert leaves[6].reasons == ()


def test_frames_apart_are_no_neighbours() -> None:
    one, other = doubts_of([MaskFact(0, square(0), 1.0), MaskFact(2, square(100, 5), 1.0)])
    assert one.doubt == other.doubt == 0


def test_parts_add_up_without_passing_one() -> None:
    doubts = doubts_of([MaskFact(0, square(0), 0.5), MaskFact(1, square(100, 10), 0.5)])
    assert [one.doubt for one in doubts] == [1.0, 1.0]
    assert doubts[0].reasons == ("disagrees with neighbour", "area jump")


def test_nothing_and_one_mask() -> None:
    assert doubts_of([]) == []
    assert doubts_of([MaskFact(5, Rle.empty(60, 200), 0.9)])[0].doubt == pytest.approx(0.1)

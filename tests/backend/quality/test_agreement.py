"""Matching against scipy's; agreement against what can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from backend.masks import Rle
from backend.quality.agreement import Comparer, Instance, Tally, contour_of, spread, tallied
from backend.quality.contour import contour_accuracy
from backend.quality.matching import best_pairs

HEIGHT, WIDTH = 60, 90


def box(x: int, y: int, w: int = 20, h: int = 20) -> Rle:
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[y : y + h, x : x + w] = True
    return Rle.from_mask(mask)


@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (2, 6), (7, 3), (12, 12), (0, 4), (4, 0)])
def test_pairs_are_the_best_there_are(shape: tuple[int, int]) -> None:
    random = np.random.default_rng(sum(shape))
    for density in (1.0, 0.3):
        for _ in range(30):
            scores = random.random(shape) * (random.random(shape) < density)
            pairs = best_pairs(scores)
            assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
            rows, columns = linear_sum_assignment(-scores)
            assert sum(scores[pair] for pair in pairs) == pytest.approx(scores[rows, columns].sum())


def test_instances_without_a_partner_count_nothing() -> None:
    truth = [Instance(box(0, 0), label=1), Instance(box(40, 0), label=1), Instance(box(0, 40), label=2)]
    given = [Instance(box(40, 0), label=3), Instance(box(10, 0), label=1), Instance(box(70, 40), label=2)]
    pairs = Comparer().frame(truth, given)
    assert [(pair.truth and truth.index(pair.truth), pair.given and given.index(pair.given)) for pair in pairs] == [
        (0, 1), (1, 0), (2, None), (None, 2)]
    assert [pair.j for pair in pairs] == [pytest.approx(1 / 3), 1.0, 0.0, 0.0]
    assert [pair.wrong_label for pair in pairs] == [False, True, False, False]
    tally = tallied(pairs)
    assert (tally.instances, tally.missing, tally.extra, tally.wrong_label) == (4, 1, 1, 1)
    assert tally.j == pytest.approx((1 / 3 + 1) / 4)
    assert tally.bins == (2, 0, 0, 1, 0, 0, 0, 0, 0, 1)
    assert tally + Tally() == tally
    assert Comparer().frame([], []) == [] and Tally().j is None


def test_an_identity_that_switches_is_an_error_each_time_it_does() -> None:
    left, right = box(0, 0), box(50, 0)
    truth = [Instance(left, identity=1), Instance(right, identity=2)]
    same = [Instance(left, identity=10), Instance(right, identity=20)]
    swapped = [Instance(left, identity=20), Instance(right, identity=10)]
    comparer = Comparer()
    switches = [sum(pair.switched for pair in comparer.frame(truth, given))
                for given in (same, [], same, swapped, swapped, same)]
    assert switches == [0, 0, 0, 2, 0, 2]


@pytest.mark.parametrize("other", [(10, 8), (0, 0), (69, 39), (70, 40), (35, 0)])
def test_f_on_a_part_of_the_frame_is_f_on_all_of_it(other: tuple[int, int]) -> None:
    a, b = box(12, 10), box(*other)
    for one, two in ((a, b), (b, a), (box(68, 38), b), (a, Rle.empty(HEIGHT, WIDTH)), (b, box(other[0] + 1, other[1]))):
        assert contour_of(one, two) == pytest.approx(contour_accuracy(one.to_mask(), two.to_mask()))


def test_frames_are_spread_evenly() -> None:
    assert spread(range(5, 8), 4) == [5, 6, 7]
    found = spread(range(1000), 100)
    assert (len(set(found)), found[0], found[-1]) == (100, 0, 999)

"""Where to look next, on lanes whose answer is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from backend.quality.next_frame import NAMED_FAR, Advice, Seen, advise

OBJECT = 3


def lane(scores: Sequence[float], barriers: Sequence[int] = (0,), areas: dict[int, int] | None = None) -> list[Seen]:
    return [Seen(frame, None if frame in barriers else score, (areas or {}).get(frame, 100), frame in barriers)
            for frame, score in enumerate(scores)]


def frames_of(found: list[Advice]) -> list[int]:
    return [one.frame for one in found]


def test_a_low_score_is_looked_at_first_and_said() -> None:
    scores = [0.95] * 30
    scores[20] = 0.1
    first, *_ = advise([(OBJECT, lane(scores, [0, 29]))], 3)
    assert (first.frame, first.object, first.reasons) == (20, OBJECT, ("low score",))


def test_a_stretch_of_doubtful_frames_is_worth_more_than_one_that_is_worse() -> None:
    """A correction carries: the middle of ten middling masks mends more than the single worst one."""
    scores = [0.95] * 60
    scores[10] = 0.3
    scores[35:46] = [0.7] * 11
    assert frames_of(advise([(OBJECT, lane(scores, [0, 25, 59]))], 2)) == [40, 10]


def test_where_all_is_alike_it_is_the_middle_of_the_longest_stretch() -> None:
    first, = advise([(OBJECT, lane([0.9] * 61, [0, 20, 60]))], 1)
    assert first.frame == 40
    assert first.reasons == ("far from a barrier",) and NAMED_FAR <= 40 - 20


def test_advised_frames_are_spread_and_fall_in_gain() -> None:
    scores = [0.9] * 100
    scores[50:54] = [0.2] * 4
    found = advise([(OBJECT, lane(scores, [0, 99]))], 5)
    gains = [one.gain for one in found]
    assert gains == sorted(gains, reverse=True)
    assert min(np.diff(sorted(frames_of(found)))) > 3


def test_barriers_are_never_advised_and_all_others_are_in_the_end() -> None:
    found = advise([(OBJECT, lane([0.9] * 12, [0, 5, 6, 11]))], 100)
    assert sorted(frames_of(found)) == [1, 2, 3, 4, 7, 8, 9, 10]
    assert advise([(OBJECT, lane([0.9] * 3, [0, 1, 2])), (4, [])], 5) == []


def test_a_barrier_hides_what_lies_behind_it() -> None:
    """The same bad frames: on one side of a barrier they add up, on two they do not."""
    scores = [0.95] * 41
    scores[19] = scores[21] = 0.2
    together, = advise([(OBJECT, lane(scores, [0, 40]))], 1)
    apart, = advise([(OBJECT, lane(scores, [0, 20, 40]))], 1)
    assert apart.gain < 0.7 * together.gain


def test_a_jump_in_area_counts_and_is_said() -> None:
    scores = [0.9] * 21
    first, = advise([(OBJECT, lane(scores, [0, 20], {7: 10}))], 1)
    assert first.frame in (6, 7, 8) and first.reasons == ("area jump",)


def test_what_is_stale_is_called_so() -> None:
    old = [Seen(0, None, 9, barrier=True), Seen(1, 0.9, 9, stale=True), Seen(2, None, 9, barrier=True)]
    assert [one.reasons for one in advise([(OBJECT, old)], 1)] == [("stale",)]


def test_frames_without_a_mask_are_no_neighbours_and_are_not_advised() -> None:
    sparse = [Seen(frame, 0.5, 100) for frame in (3, 500, 501, 502, 90_000)]
    found = advise([(OBJECT, sparse)], 10)
    assert sorted(frames_of(found)) == [3, 500, 501, 502, 90_000]
    assert found[0].frame == 501


def test_objects_are_ordered_together() -> None:
    bad, good = [0.95, 0.2, 0.95, 0.95], [0.95, 0.95, 0.6, 0.95]
    found = advise([(1, lane(good, [0, 3])), (2, lane(bad, [0, 3]))], 2)
    assert [(one.object, one.frame) for one in found] == [(2, 1), (1, 2)]


@pytest.mark.parametrize("score", [-0.5, 1.5])
def test_scores_out_of_range_do_no_harm(score: float) -> None:
    first, = advise([(OBJECT, lane([0.9, score, 0.9]))], 1)
    assert 0 <= first.gain <= 3

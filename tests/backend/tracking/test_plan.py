"""Which frames a run computes."""

import json
import random
from bisect import bisect_right
from typing import Any

import pytest

from backend.errors import BadInput
from backend.tracking.plan import SCOPES, Meeting, ObjectFrames, Plan, Stretch, make_plan, prompt_hash


def plan(*objects: ObjectFrames, scope: str, frame: int = 0, frame_count: int = 100, **limits: Any) -> Plan:
    return make_plan(objects, scope, frame, frame_count=frame_count, **limits)  # type: ignore[arg-type]


def lanes(made: Plan) -> list[tuple[int, int, int]]:
    """(seed, first, last) of each stretch."""
    return [(s.seed_frame, s.first, s.last) for s in made.stretches]


def test_forward_runs_to_the_end_and_backward_to_the_beginning() -> None:
    one = ObjectFrames(1, barriers=[10], masks=[10])
    assert lanes(plan(one, scope="forward", frame=10)) == [(10, 11, 99)]
    assert lanes(plan(one, scope="backward", frame=10)) == [(10, 9, 0)]
    assert lanes(plan(one, scope="both", frame=10)) == [(10, 11, 99), (10, 9, 0)]
    assert plan(one, scope="both", frame=10).total == 99


def test_a_run_goes_on_from_the_barrier_it_passes() -> None:
    one = ObjectFrames(1, barriers=[10, 20, 21, 99], masks=[10, 20, 21, 99])
    assert lanes(plan(one, scope="forward", frame=10)) == [(10, 11, 19), (21, 22, 98)]
    assert lanes(plan(one, scope="backward", frame=99)) == [(99, 98, 22), (20, 19, 11), (10, 9, 0)]


def test_to_barrier_stops_there_and_comes_back() -> None:
    one = ObjectFrames(1, barriers=[10, 20], masks=[10, 20])
    made = plan(one, scope="to_barrier", frame=10)
    assert lanes(made) == [(10, 11, 19), (20, 19, 11)]
    assert made.meetings == (Meeting(1, 11, 19, 10, 20),) and made.total == 18
    assert lanes(plan(one, scope="to_barrier", frame=20)) == [(20, 21, 99)]
    absent_there = ObjectFrames(1, barriers=[10, 20], masks=[10])
    assert lanes(plan(absent_there, scope="to_barrier", frame=10)) == [(10, 11, 19)]


def test_one_step_needs_the_mask_that_is_seen() -> None:
    one = ObjectFrames(1, barriers=[10, 12], masks=[10, 11, 12], stale=[11])
    assert lanes(plan(one, scope="one_forward", frame=12)) == [(12, 13, 13)]
    assert lanes(plan(one, scope="one_backward", frame=10)) == [(10, 9, 9)]
    for scope, frame in (("one_forward", 11), ("one_forward", 50), ("one_backward", 13)):
        with pytest.raises(BadInput) as error:
            plan(one, scope=scope, frame=frame)
        assert error.value.code == "nothing_to_track"


def test_a_frame_without_mask_starts_from_the_nearest_and_says_so() -> None:
    one = ObjectFrames(7, barriers=[10], masks=[10, 11, 12, 30])
    made = plan(one, scope="forward", frame=20)
    assert lanes(made) == [(12, 13, 99)]
    assert made.notes == ("Object 7 starts from frame 12, because it has no mask on frame 20.",)
    assert lanes(plan(one, scope="backward", frame=20)) == [(30, 29, 11), (10, 9, 0)]
    assert lanes(plan(one, scope="both", frame=25))[0] == (30, 31, 99)


def test_an_outdated_mask_is_no_start_while_there_is_another() -> None:
    one = ObjectFrames(1, barriers=[10], masks=range(10, 40), stale=range(11, 40))
    made = plan(one, scope="forward", frame=20)
    assert lanes(made) == [(10, 11, 99)]
    assert "out of date" in made.notes[0]
    assert lanes(plan(ObjectFrames(1, masks=[20], stale=[20]), scope="forward", frame=20)) == [(20, 21, 99)]


def test_nothing_is_tracked_from_or_through_a_human_absence() -> None:
    one = ObjectFrames(1, barriers=[10, 50, 60], masks=[10, 60])
    assert lanes(plan(one, scope="forward", frame=10)) == [(10, 11, 49), (60, 61, 99)]
    assert lanes(plan(one, scope="forward", frame=55)) == [(60, 61, 99)]
    with pytest.raises(BadInput):
        plan(ObjectFrames(1, barriers=[10, 50], masks=[10]), scope="forward", frame=70)


def test_stale_frames_come_from_both_sides() -> None:
    masks = range(10, 51)
    one = ObjectFrames(1, barriers=[10, 50], masks=masks, stale=range(11, 50))
    assert lanes(plan(one, scope="stale")) == [(10, 11, 49), (50, 49, 11)]
    # Stale are 20 to 24 and 35: what has no mask on the way there is filled.
    some = ObjectFrames(1, barriers=[10, 50], masks=[10, 50, *range(20, 25), 35], stale=[*range(20, 25), 35])
    made = plan(some, scope="stale")
    assert lanes(made) == [(10, 11, 35), (50, 49, 20)]
    assert made.meetings == (Meeting(1, 20, 35, 10, 50),)
    left_only = ObjectFrames(1, barriers=[10], masks=range(10, 41), stale=range(11, 41))
    assert lanes(plan(left_only, scope="stale")) == [(10, 11, 40)]
    right_only = ObjectFrames(1, barriers=[50], masks=masks, stale=range(10, 50))
    assert lanes(plan(right_only, scope="stale")) == [(50, 49, 10)]


def test_stale_frames_beside_an_up_to_date_mask_start_from_it() -> None:
    one = ObjectFrames(1, barriers=[10], masks=range(10, 41), stale=range(21, 41))
    assert lanes(plan(one, scope="stale")) == [(20, 21, 40)]
    with pytest.raises(BadInput) as error:
        plan(ObjectFrames(1, masks=[5, 6], stale=[5, 6]), scope="stale")
    assert error.value.code == "nothing_to_track"
    assert error.value.remedy


def test_a_range_is_kept_to() -> None:
    one = ObjectFrames(1, barriers=[10], masks=[10, 30])
    assert lanes(plan(one, scope="forward", frame=10, start=5, stop=20)) == [(10, 11, 19)]
    assert lanes(plan(one, scope="both", frame=10, start=5, stop=20)) == [(10, 11, 19), (10, 9, 5)]
    assert lanes(plan(one, scope="forward", frame=2, start=11, stop=20)) == [(10, 11, 19)]
    with pytest.raises(BadInput):
        plan(one, scope="forward", frame=12, start=12, stop=20)


def test_tracking_stops_at_a_cut_and_goes_on_from_masks_behind_it() -> None:
    one = ObjectFrames(1, barriers=[10, 60], masks=[10, 60])
    made = plan(one, scope="forward", frame=10, cuts=[40, 80])
    assert lanes(made) == [(10, 11, 39), (60, 61, 79)]
    assert made.notes == ("Tracking stops at the cut on frame 40.", "Tracking stops at the cut on frame 80.")
    assert lanes(plan(one, scope="backward", frame=60, cuts=[40, 80])) == [(60, 59, 40), (10, 9, 0)]
    assert lanes(plan(one, scope="forward", frame=10)) == [(10, 11, 59), (60, 61, 99)], "unless told otherwise"
    assert lanes(plan(one, scope="to_barrier", frame=60, cuts=[60])) == [(60, 61, 99)], "a cut begins a shot"
    for scope, frame, cut in (("one_forward", 10, 11), ("one_backward", 60, 60), ("backward", 10, 10)):
        with pytest.raises(BadInput, match=f"the cut on frame {cut} is in the way") as error:
            plan(one, scope=scope, frame=frame, cuts=[cut])
        assert "across cuts" in error.value.remedy


def test_no_mask_beyond_a_cut_is_a_start() -> None:
    one = ObjectFrames(1, masks=[10])
    with pytest.raises(BadInput) as error:
        plan(one, scope="forward", frame=50, cuts=[40])
    assert error.value.code == "nothing_to_track"


def test_stale_frames_come_from_their_own_shot() -> None:
    one = ObjectFrames(1, barriers=[10, 50], masks=range(10, 51), stale=range(11, 50))
    assert lanes(plan(one, scope="stale", cuts=[20])) == [(10, 11, 19), (50, 49, 20)]
    assert lanes(plan(one, scope="stale", cuts=[20, 40])) == [(10, 11, 19), (50, 49, 40)]
    assert lanes(plan(one, scope="stale", cuts=[45])) == [(10, 11, 44), (50, 49, 45)]


@pytest.mark.parametrize(("code", "limits"), [
    ("unknown_scope", {"scope": "sideways"}), ("frame_outside", {"scope": "forward", "frame": 100}),
    ("frame_outside", {"scope": "forward", "frame": -1}), ("bad_range", {"scope": "forward", "start": 9, "stop": 9}),
    ("bad_range", {"scope": "forward", "stop": 101}), ("nothing_to_track", {"scope": "forward", "frame": 99}),
])
def test_bad_requests_are_refused(code: str, limits: dict[str, int]) -> None:
    with pytest.raises(BadInput) as error:
        plan(ObjectFrames(1, barriers=[99], masks=[99]), **limits)  # type: ignore[arg-type]
    assert error.value.code == code


def test_what_is_done_is_not_done_again() -> None:
    whole = plan(ObjectFrames(1, [10], [10]), ObjectFrames(2, [90], [90]), scope="both", frame=10)
    left = whole.remaining({1: [11, 12, 13, 50, 9], 2: range(91)})
    assert left.stretches == (Stretch(1, 14, 49, 1), Stretch(1, 51, 99, 1), Stretch(1, 8, 0, -1), Stretch(2, 91, 99, 1))
    assert left.total == whole.total - 95
    everything = {s.object: range(100) for s in whole.stretches}
    assert whole.remaining(everything).total == 0


def test_what_is_left_of_two_sides_goes_on_from_where_they_met() -> None:
    whole = plan(ObjectFrames(1, [10, 50], range(10, 51), range(11, 50)), scope="stale")
    left = whole.remaining({1: range(31, 50)})
    assert lanes(left) == [(10, 11, 30), (31, 30, 11)]
    assert left.meetings == (Meeting(1, 11, 30, 10, 31),)
    # A frame between became a barrier.
    assert lanes(whole.remaining({1: [30]})) == [(10, 11, 29), (30, 31, 49), (50, 49, 31), (30, 29, 11)]
    assert whole.remaining({1: [30]}).meetings == (Meeting(1, 11, 29, 10, 30), Meeting(1, 31, 49, 30, 50))


def test_plans_survive_json() -> None:
    made = plan(ObjectFrames(1, [10, 50], [10]), ObjectFrames(2, masks=[3]), scope="both", frame=20)
    assert Plan.from_json(json.loads(json.dumps(made.to_json()))) == made


def random_object(rng: random.Random, number: int) -> ObjectFrames:
    frames = range(30)
    barriers = {f for f in frames if rng.random() < rng.choice([0.05, 0.3])}
    masks = {f for f in frames if rng.random() < 0.6}
    return ObjectFrames(number, barriers, masks, {f for f in masks - barriers if rng.random() < 0.7})


def test_every_plan_keeps_the_rules() -> None:
    rng = random.Random(0)
    made = 0
    for _ in range(4000):
        objects = [random_object(rng, n) for n in (1, 2)]
        start = rng.randrange(29)
        stop = rng.randrange(start + 1, 31)
        cuts = sorted(rng.sample(range(1, 30), rng.choice([0, 0, 1, 4])))
        try:
            one = make_plan(objects, rng.choice(SCOPES), rng.randrange(30), frame_count=30, start=start, stop=stop,
                            cuts=cuts)
        except BadInput as error:
            assert error.code == "nothing_to_track"
            continue
        made += 1
        for lane in objects:
            mine = [s for s in one.stretches if s.object == lane.object]
            computed = [f for s in mine for f in s.frames]
            for way in (1, -1):
                there = [f for s in mine if s.step == way for f in s.frames]
                assert len(there) == len(set(there)), "no frame is computed twice on one way"
            met = [f for m in one.meetings if m.object == lane.object for f in range(m.low, m.high + 1)]
            assert sorted(computed) == sorted([*set(computed), *met]), "what both ways compute is known"
            assert not met or one.scope in ("stale", "to_barrier")
            assert not set(computed) & set(lane.barriers), "a barrier is never computed"
            assert all(start <= f < stop for f in computed), "nothing outside the range is computed"
            assert all(s.seed_frame in lane.masks for s in mine), "tracking starts from a mask"
            assert all(s.frames for s in mine)
            shots = [{bisect_right(cuts, f) for f in (s.seed_frame, *s.frames)} for s in mine]
            assert all(len(shot) == 1 for shot in shots), "nothing is tracked across a cut"
            assert not {s.seed_frame for s in mine} & set(computed), "no seed is computed by the same run"
            if one.scope == "stale":
                assert not {s.seed_frame for s in mine} & set(lane.stale)
                assert not set(computed) & (set(lane.masks) - set(lane.stale)), "up-to-date masks stay"
    assert made > 1000


def test_prompt_hash_is_stable_and_sees_every_change() -> None:
    prompts, barriers = [[1, 4, {"kind": "point", "x": 1.0, "y": 2.0}]], {2: [[7, 31]], 1: [[4, 30]]}
    same = prompt_hash([[1, 4, {"y": 2.0, "x": 1.0, "kind": "point"}]], {1: [[4, 30]], 2: [[7, 31]]})
    assert prompt_hash(prompts, barriers) == same
    assert len({same, prompt_hash([], barriers), prompt_hash(prompts, {1: [[4, 30]]}),
                prompt_hash(prompts, {**barriers, 2: [[7, 32]]})}) == 4

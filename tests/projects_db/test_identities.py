"""Merge, split and swap: whose masks, prompts and spans are whose; exact undo; nothing turns stale."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from backend.errors import BadInput, Conflict, Locked, NotFound, ThroughlineError
from backend.masks import union
from backend.tracking.plan import Plan, Stretch
from projects_db import changes, identities, masks, objects, projects, prompts, runs
from projects_db import spans as timed
from projects_db.masks import MaskWrite
from projects_db.spans import Span
from tests.projects_db.test_undo import check_ledger
from tests.projects_db.world import FRAMES, World, a_mask

POINT = {"kind": "point", "x": 3.0, "y": 4.0, "positive": True}


def act(world: World, kind: str, do: Callable[..., Any], *args: Any, person: int | None = None) -> Any:
    with world.db.write() as session:
        return do(session, changes.begin(session, world.video, person or world.ann, kind), *args)


def click(world: World, frame: int, seed: int, object_id: int) -> None:
    with world.db.write() as session:
        change = changes.begin(session, world.video, world.ann, "prompt")
        prompts.add(session, change, frame, object_id, [{**POINT, "x": float(seed)}])
        masks.write(session, change, [MaskWrite(frame, object_id, a_mask(seed), 0, score=0.9)])


def everything(world: World) -> tuple[Any, ...]:
    """All that undo has to bring back: masks, prompts and objects, but for revisions and versions."""
    with world.db.read() as session:
        there = objects.of_video(session, world.video)
        given = prompts.of_objects(session, world.video, [one.id for one in there])
        return (
            world.facts(), [(one.frame, one.object_id, one.data["x"]) for one in given],
            [{**one.as_json(), "version": 0} for one in there],
        )


def exactly_undone(world: World, before: tuple[Any, ...]) -> None:
    """Undo brings `before` back, redo what was, and undo again."""
    after = everything(world)
    assert after != before
    world.undo(world.ann)
    assert everything(world) == before
    world.redo(world.ann)
    assert everything(world) == after
    check_ledger(world)
    world.undo(world.ann)
    assert everything(world) == before
    world.redo(world.ann)


def clicked(world: World, object_id: int) -> list[tuple[int, float]]:
    with world.db.read() as session:
        return [(one.frame, one.data["x"]) for one in prompts.of_objects(session, world.video, [object_id])]


def rles(world: World, object_id: int) -> dict[int, object]:
    return {frame: fact[0] for (frame, owner), fact in world.facts().items() if owner == object_id}


@pytest.fixture
def two(world: World) -> World:
    """The car is prompted on 0 and tracked to 19; the dog prompted on 10 and 30, tracked to 39, verified on 35."""
    click(world, 0, 100, world.car)
    world.track(world.ann, 1, 20, seed=0)
    click(world, 10, 200, world.dog)
    world.track(world.ann, 11, 30, seed=300, object_id=world.dog)
    click(world, 30, 201, world.dog)
    world.track(world.ann, 31, 40, seed=300, object_id=world.dog)
    with world.db.write() as session:
        masks.verify(session, changes.begin(session, world.video, world.ann, "verify"), [world.dog], 35, 36)
    return world


def test_merge_unites_where_both_are_and_moves_the_rest(two: World) -> None:
    before, (car, dog) = everything(two), (rles(two, two.car), rles(two, two.dog))
    states = two.states(two.dog)
    written = act(two, "merge", identities.merge, two.car, [two.dog])
    now = rles(two, two.car)
    for frame in range(40):
        both = [one[frame] for one in (car, dog) if frame in one]
        assert now[frame] == (both[0] if len(both) == 1 else union(both)), frame
    assert two.states()[:40] == "T" + "t" * 9 + states[10:40], "stale where the dog was, and the rest is as it was"
    assert (written.changed, written.stale) == (((two.car, 10, 40),), ())
    assert clicked(two, two.car) == [(0, 100.0), (10, 200.0), (30, 201.0)]
    with two.db.read() as session:
        assert [one.id for one in objects.of_video(session, two.video)] == [two.car]
    assert not rles(two, two.dog)
    exactly_undone(two, before)


def test_merge_may_keep_what_the_first_has(two: World) -> None:
    before, (car, dog) = everything(two), (rles(two, two.car), rles(two, two.dog))
    act(two, "merge", identities.merge, two.car, [two.dog], "keep")
    assert rles(two, two.car) == {**dog, **car}
    assert clicked(two, two.car) == [(0, 100.0), (30, 201.0)]
    exactly_undone(two, before)


def test_a_union_is_no_surer_than_its_parts(world: World) -> None:
    world.track(world.ann, 0, 2, seed=0)
    world.verify(world.ann, 0, 2)
    world.track(world.ann, 0, 2, seed=50, object_id=world.dog)
    world.draw(world.ann, 1, seed=60, object_id=world.dog)
    act(world, "merge", identities.merge, world.car, [world.dog])
    facts = world.facts()
    assert [facts[f, world.car][2:4] for f in (0, 1)] == [("stale", "model"), ("tracked", "human")]
    assert facts[0, world.car][6] is not None, "the run that made it, for the licence of its model"


def test_absence_gives_way_to_pixels(world: World) -> None:
    world.draw(world.ann, 1, seed=1)
    world.draw(world.ann, 5, seed=2, object_id=world.dog)
    act(world, "absent", masks.absent, [world.car], 4, 8)
    act(world, "absent", masks.absent, [world.dog], 0, 4)
    act(world, "merge", identities.merge, world.car, [world.dog])
    assert world.states()[:9] == "ATAAATAA."
    assert rles(world, world.car)[5] == a_mask(2)


def test_several_are_merged_in_one_step(world: World) -> None:
    third = act(world, "object", objects.create, world.label).id
    for frame, object_id in ((0, world.car), (1, world.dog), (2, third), (1, third)):
        world.draw(world.ann, frame, seed=10 * frame + object_id, object_id=object_id)
    before = everything(world)
    act(world, "merge", identities.merge, world.car, [world.dog, third])
    assert rles(world, world.car) == {
        0: a_mask(world.car), 1: union([a_mask(10 + world.dog), a_mask(10 + third)]), 2: a_mask(20 + third)}
    exactly_undone(world, before)


def test_linking_refuses_objects_that_are_on_one_frame(two: World) -> None:
    before = everything(two)
    with pytest.raises(BadInput, match="both on frame 10") as caught:
        act(two, "merge", identities.merge, two.car, [two.dog], "refuse")
    assert caught.value.details["frames"] == 10
    assert everything(two) == before
    with two.db.read() as session:
        assert identities.shared_frames(session, two.video, two.car) == {two.dog: 10}


def test_split_gives_the_later_part_to_a_new_object(two: World) -> None:
    act(two, "spans", objects.set_spans, two.dog, [Span("occluded", 20, 35, timed.YES)])
    before, dog = everything(two), rles(two, two.dog)
    written, new = act(two, "split", identities.split, two.dog, 30)
    assert (new.name, new.label_id) == ("car 3", two.label)
    assert rles(two, two.dog) == {f: one for f, one in dog.items() if f < 30}
    assert rles(two, new.id) == {f: one for f, one in dog.items() if f >= 30}
    assert two.states(new.id)[30:40] == "TttttVtttt" and not written.stale
    assert (clicked(two, two.dog), clicked(two, new.id)) == ([(10, 200.0)], [(30, 201.0)])
    with two.db.read() as session:
        assert objects.spans_of(session, two.dog) == [Span("occluded", 20, 30, timed.YES)]
        assert objects.spans_of(session, new.id) == [Span("occluded", 30, 35, timed.YES)]
    exactly_undone(two, before)


@pytest.mark.parametrize("frame", [0, 10, 40])
def test_a_split_needs_masks_on_both_sides(two: World, frame: int) -> None:
    with pytest.raises(BadInput, match="one side"):
        act(two, "split", identities.split, two.dog, frame)


@pytest.mark.parametrize(("start", "stop"), [(12, FRAMES), (12, 33)])
def test_swap_exchanges_a_range_and_nothing_else(two: World, start: int, stop: int) -> None:
    act(two, "spans", objects.set_spans, two.car, [Span("occluded", 5, 15, timed.YES)])
    act(two, "spans", objects.set_spans, two.dog, [Span("truncated", 14, 50, timed.YES)])
    before, (car, dog) = everything(two), (rles(two, two.car), rles(two, two.dog))
    written = act(two, "swap", identities.swap, two.car, two.dog, start, stop)

    def mixed(mine: dict[int, Any], other: dict[int, Any]) -> dict[int, Any]:
        return {**{f: one for f, one in mine.items() if not start <= f < stop},
                **{f: one for f, one in other.items() if start <= f < stop}}

    assert (rles(two, two.car), rles(two, two.dog)) == (mixed(car, dog), mixed(dog, car))
    assert not written.stale
    assert clicked(two, two.car) == [(0, 100.0), (30, 201.0)]
    with two.db.read() as session:
        assert timed.at(objects.spans_of(session, two.dog), 13) == {"occluded": "yes"}
        assert timed.at(objects.spans_of(session, two.car), 13) == {}
        assert timed.at(objects.spans_of(session, two.car), stop - 1 if stop < 50 else 49) == {"truncated": "yes"}
    exactly_undone(two, before)
    act(two, "swap", identities.swap, two.car, two.dog, start, stop)
    assert (rles(two, two.car), rles(two, two.dog)) == (car, dog), "twice is as before"


def test_undo_makes_stale_only_what_was_tracked_from_moved_masks(two: World) -> None:
    """Bob tracks from a mask that the car got by the merge: where the merge is undone, his masks have no ground."""
    states = two.states()
    act(two, "merge", identities.merge, two.car, [two.dog])
    two.track(two.bob, 40, 45, seed=400)
    two.undo(two.ann)
    assert two.states()[:45] == states[:40] + "sssss"


def test_refused_where_it_may_not_be(two: World) -> None:
    before = everything(two)
    tries: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
        (identities.merge, (two.car, [two.dog])), (identities.merge, (two.dog, [two.car])),
        (identities.split, (two.dog, 30)), (identities.swap, (two.dog, two.car, 0, 20)),
    ]

    def all_refused(error: type[ThroughlineError], code: str) -> None:
        for do, args in tries:
            with pytest.raises(error) as caught:
                act(two, "merge", do, *args)
            assert caught.value.code == code

    plan = Plan("forward", 40, (Stretch(two.dog, 41, 50, 1),)).to_json()
    with two.db.write() as session:
        run = runs.create(session, two.video, two.bob, model="flow", model_version="1", plan=plan, prompt_hash="p",
                          total=9, objects=[two.dog]).id
    all_refused(Conflict, "run_active")
    with two.db.write() as session:
        runs.set_status(session, run, "done")
    version = act(two, "object", lambda s, c: objects.patch(s, c, two.dog, 1, locked=True)).version
    all_refused(Locked, "object_locked")
    act(two, "object", lambda s, c: objects.delete(
        s, c, two.dog, objects.patch(s, c, two.dog, version, locked=False).version))
    all_refused(NotFound, "no_such_object")
    two.undo(two.ann)
    two.undo(two.ann)
    assert everything(two) == before
    with pytest.raises(BadInput):
        act(two, "merge", identities.merge, two.car, [two.car])
    with pytest.raises(BadInput):
        act(two, "swap", identities.swap, two.car, two.dog, 50, 60)


def test_a_merge_somebody_built_on_cannot_be_undone(two: World) -> None:
    act(two, "merge", identities.merge, two.car, [two.dog])
    two.draw(two.bob, 33, seed=1)
    before = everything(two)
    with pytest.raises(Conflict, match="Bob"):
        two.undo(two.ann)
    assert everything(two) == before


def test_another_label_takes_what_it_has_no_place_for_in_one_step(world: World) -> None:
    pose = {"name": "pose", "values": ["up", "down"], "over_time": True}
    with world.db.write() as session:
        first = projects.change_label(session, world.label, attributes=[
            pose, {"name": "size", "values": ["big"], "over_time": False}])
        other = projects.add_label(session, world.project, projects.NewLabel("bike")).id
    assert first.attributes == [pose, {"name": "size", "values": ["big"]}]
    wanted = [Span("pose", 0, 9, "up"), Span("truncated", 2, 4, timed.YES)]
    act(world, "spans", objects.set_spans, world.car, wanted)
    act(world, "object", lambda s, c: objects.patch(s, c, world.car, 2, attributes={"size": "big"}))
    before = everything(world)
    changed = act(world, "object", lambda s, c: objects.patch(s, c, world.car, 3, label_id=other))
    assert (changed.attributes, changed.spans) == ({}, [wanted[1].as_json()])
    exactly_undone(world, before)


@pytest.mark.parametrize("wanted", [
    Span("pose", 0, 9, "up"), Span("occluded", 0, 9, "no"), Span("occluded", 50, FRAMES + 1, "yes"),
])
def test_a_span_the_label_has_no_place_for_is_refused(world: World, wanted: Span) -> None:
    with pytest.raises(BadInput):
        act(world, "spans", objects.set_spans, world.car, [wanted])


def test_a_flag_is_no_attribute_over_time(world: World) -> None:
    for flag in timed.FLAGS:
        with world.db.write() as session, pytest.raises(BadInput, match="whatever its"):
            projects.change_label(session, world.label, attributes=[{"name": flag, "values": [], "over_time": True}])

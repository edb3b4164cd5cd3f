"""Undo and redo: exact, per person, across restarts, and refused where somebody built on it."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from backend.errors import BadInput, Conflict, ThroughlineError
from projects_db import changes, masks, objects, prompts, runs
from projects_db.database import Database
from projects_db.masks import MaskWrite
from projects_db.runs import RunMask
from tests.projects_db.world import FRAMES, World, a_mask, make_world, new_run

Action = Callable[[], object]
POINT = {"kind": "point", "x": 3.0, "y": 4.0, "positive": True}


def click(world: World, person: int, frame: int, seed: int) -> None:
    """A prompt and the mask it made, as one change."""
    with world.db.write() as session:
        change = changes.begin(session, world.video, person, "prompt")
        base = masks.get(session, world.video, frame, world.car).revision
        prompts.add(session, change, frame, world.car, [{**POINT, "x": float(seed)}])
        masks.write(session, change, [MaskWrite(frame, world.car, a_mask(seed), base, score=0.9)])


def clicked(world: World, frame: int) -> list[float]:
    with world.db.read() as session:
        return [p.data["x"] for p in prompts.on_frame(session, world.video, frame)]


def test_undo_and_redo_bring_back_every_fact(world: World) -> None:
    world.track(world.ann, 0, 20, seed=0)
    world.verify(world.bob, 3, 5)
    before = world.facts()
    world.draw(world.ann, 10, seed=99)
    after = world.facts()
    assert after != before
    undone = world.undo(world.ann)
    assert (undone.kind, undone.frame) == ("mask", 10)
    assert undone.written.changed == ((world.car, 5, 20),)
    assert world.facts() == before
    world.redo(world.ann)
    assert world.facts() == after


def test_undo_survives_a_restart(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    world.draw(world.ann, 1, seed=1)
    first = world.facts()
    world.draw(world.ann, 1, seed=2)
    second = world.facts()
    world.undo(world.ann)
    world.db.close()
    world.db = Database.open(tmp_path)
    assert world.facts() == first
    world.redo(world.ann)
    assert world.facts() == second
    world.undo(world.ann)
    world.undo(world.ann)
    assert world.facts() == {}
    world.db.close()


def test_each_person_undoes_their_own(world: World) -> None:
    world.draw(world.ann, 1, seed=1)
    world.draw(world.bob, 40, seed=2)
    world.undo(world.ann)
    assert list(world.facts()) == [(40, world.car)]
    with pytest.raises(BadInput, match="nothing to redo"):
        world.redo(world.bob)
    world.undo(world.bob)
    assert world.facts() == {}
    with pytest.raises(BadInput, match="nothing to undo"):
        world.undo(world.bob)


def test_refused_where_somebody_built_on_it(world: World) -> None:
    world.draw(world.ann, 1, seed=1)
    theirs = world.draw(world.bob, 1, seed=2).items[0]
    before = world.facts()
    with pytest.raises(Conflict, match="Bob") as caught:
        world.undo(world.ann)
    assert caught.value.details["theirs"] == theirs.as_json()
    assert world.facts() == before
    world.undo(world.bob)
    world.undo(world.ann)  # what was built on it is gone again
    assert world.facts() == {}


def test_refused_where_somebody_verified_what_it_would_change(world: World) -> None:
    world.track(world.ann, 0, 10, seed=0)
    world.verify(world.bob, 4, 5)
    with pytest.raises(Conflict, match="Bob"):
        world.undo(world.ann)
    assert world.states()[:10] == "ttttVttttt"


def test_a_new_change_clears_redo_for_good(world: World) -> None:
    for seed in (1, 2):
        world.draw(world.ann, 1, seed=seed)
    world.undo(world.ann)
    world.draw(world.ann, 2, seed=3)
    with pytest.raises(BadInput, match="nothing to redo"):
        world.redo(world.ann)
    world.undo(world.ann)
    world.redo(world.ann)  # the new one, not the cleared one
    assert [frame for frame, _ in world.facts()] == [1, 2]
    with pytest.raises(BadInput, match="nothing to redo"):
        world.redo(world.ann)


def test_prompts_follow_their_change(world: World) -> None:
    click(world, world.ann, 5, seed=1)
    click(world, world.ann, 5, seed=2)
    assert clicked(world, 5) == [1.0, 2.0]
    world.undo(world.ann)
    assert clicked(world, 5) == [1.0]
    world.redo(world.ann)
    with world.db.write() as session:
        change = changes.begin(session, world.video, world.ann, "prompt")
        first, _ = prompts.on_frame(session, world.video, 5)
        prompts.withdraw(session, change, 5, world.car, first.id)
    assert clicked(world, 5) == [2.0]
    world.undo(world.ann)
    assert clicked(world, 5) == [1.0, 2.0]
    world.redo(world.ann)
    assert clicked(world, 5) == [2.0]


def test_undo_of_a_whole_run_and_not_while_it_is_under_way(world: World) -> None:
    world.draw(world.ann, 0, seed=5)
    before = world.facts()
    with world.db.write() as session:
        run = new_run(session, world, world.ann, 9)
    for frame in range(1, 10):
        with world.db.write() as session:
            runs.write_frame(session, run, frame, {world.car: RunMask(a_mask(frame), 0.5)})
    with pytest.raises(Conflict, match="under way"):
        world.undo(world.ann)
    with world.db.write() as session:
        runs.set_status(session, run, "cancelled")
    after = world.facts()
    world.undo(world.ann)
    assert world.facts() == before
    world.redo(world.ann)
    assert world.facts() == after


def test_a_correction_made_during_a_run_can_be_undone(world: World) -> None:
    """The run's frames that came in after it stay; those it turned stale are current again."""
    with world.db.write() as session:
        run = new_run(session, world, world.ann, 20)
    for frame in range(20):
        if frame == 10:
            world.draw(world.ann, 5, seed=99)
        with world.db.write() as session:
            runs.write_frame(session, run, frame, {world.car: RunMask(a_mask(frame), 0.5)})
    with world.db.write() as session:
        runs.set_status(session, run, "done")
    assert world.states()[:20] == "sssssT" + "s" * 14
    world.undo(world.ann)
    assert world.facts()[5, world.car][0] == a_mask(5)
    assert world.states()[:20] == "t" * 10 + "s" * 10


def test_undoing_a_correction_others_tracked_from_turns_their_masks_stale(world: World) -> None:
    world.draw(world.ann, 0, seed=1)
    world.track(world.bob, 1, 10, seed=0)
    world.undo(world.ann)
    assert world.states()[:10] == "." + "s" * 9


def test_a_mask_two_people_made_stale_stays_so_when_one_undoes(world: World) -> None:
    world.track(world.ann, 0, 20, seed=0)
    world.draw(world.ann, 0, seed=1)
    world.draw(world.bob, 19, seed=2)
    with pytest.raises(Conflict, match="Bob"):
        world.undo(world.ann)
    assert world.states()[:20] == "T" + "s" * 18 + "T"


def test_objects_are_made_changed_and_deleted_by_changes(world: World) -> None:
    with world.db.write() as session:
        made = objects.create(session, changes.begin(session, world.video, world.ann, "object"), world.label)
    with world.db.write() as session:
        change = changes.begin(session, world.video, world.ann, "object")
        renamed = objects.patch(session, change, made.id, made.version, name="lorry")
    world.draw(world.ann, 2, seed=1, object_id=made.id)
    with world.db.write() as session:
        change = changes.begin(session, world.video, world.ann, "object")
        objects.delete(session, change, made.id, renamed.version)
    assert world.facts() == {}
    undone = world.undo(world.ann)
    assert [(o.id, o.deleted) for o in undone.objects] == [(made.id, False)]
    assert list(world.facts()) == [(2, made.id)]
    world.redo(world.ann)
    assert world.facts() == {}
    for _ in range(4):
        undone = world.undo(world.ann)
    assert [(o.name, o.deleted) for o in undone.objects] == [("car 3", True)]
    for _ in range(3):
        world.redo(world.ann)
    with world.db.read() as session:
        assert objects.get(session, made.id).name == "lorry"
    assert list(world.facts()) == [(2, made.id)]


def test_undo_of_an_object_somebody_uses_or_changed_is_refused(world: World) -> None:
    with world.db.write() as session:
        made = objects.create(session, changes.begin(session, world.video, world.ann, "object"), world.label)
    world.draw(world.bob, 2, seed=1, object_id=made.id)
    with pytest.raises(Conflict, match="has masks by now"):
        world.undo(world.ann)
    with world.db.write() as session:
        change = changes.begin(session, world.video, world.ann, "object")
        objects.patch(session, change, made.id, 1, colour="#112233")
    with world.db.write() as session:
        change = changes.begin(session, world.video, world.bob, "object")
        objects.patch(session, change, made.id, 2, colour="#445566")
    with pytest.raises(Conflict, match="changed"):
        world.undo(world.ann)


def check_ledger(world: World) -> None:
    """`masks` is what the newest history row of each place says, pixels included."""
    newest = """
        SELECT h.video_id, h.frame, h.object_id, h.id, h.area, h.state, h.source, h.score, h.run_id, h.prompt_hash,
               h.author_id, coalesce(h.rle, p.rle)
        FROM mask_history h LEFT JOIN mask_history p ON p.id = h.pixels_id
        WHERE h.state IS NOT NULL AND h.id = (SELECT max(id) FROM mask_history l WHERE l.video_id = h.video_id
                                              AND l.frame = h.frame AND l.object_id = h.object_id)"""
    with world.db.read() as session:
        now = session.execute(text("SELECT video_id, frame, object_id, revision, area, state, source, score, run_id, "
                                   "prompt_hash, author_id, (SELECT rle FROM mask_history WHERE id = masks.pixels_id) "
                                   "FROM masks")).all()
        assert sorted(map(tuple, now)) == sorted(map(tuple, session.execute(text(newest)).all()))


def ordinary_change(world: World, dice: random.Random, person: int) -> tuple[Action, range]:
    """Something a person may do, and the frames it is meant for."""
    start = dice.randrange(FRAMES)
    stop = min(FRAMES, start + dice.randrange(1, 15))
    seed, kind = dice.randrange(1000), dice.choice(["draw", "click", "track", "verify", "unverify", "absent", "clear"])

    def ranged() -> object:
        with world.db.write() as session:
            change = changes.begin(session, world.video, person, kind)
            action = masks.absent if kind == "absent" else masks.clear
            return action(session, change, [world.car], start, stop)

    actions: dict[str, tuple[Action, range]] = {
        "draw": (lambda: world.draw(person, start, seed), range(start, start + 1)),
        "click": (lambda: click(world, person, start, seed), range(start, start + 1)),
        "track": (lambda: world.track(person, start, stop, seed), range(0)),
        "verify": (lambda: world.verify(person, start, stop), range(start, stop)),
        "unverify": (lambda: world.verify(person, start, stop, False), range(start, stop)),
        "absent": (ranged, range(start, stop)),
        "clear": (ranged, range(0)),
    }
    return actions[kind]


@pytest.mark.parametrize("seed", range(4))
def test_random_work_of_two_people(tmp_path: Path, seed: int) -> None:
    """Whatever two people do: barriers change only where somebody means them, undo after a change and redo after that
    are exact, a refusal changes nothing, and undoing everything in turn leaves an empty video."""
    dice = random.Random(seed)
    world = make_world(tmp_path)
    exact = 0
    for _ in range(45):
        person = dice.choice((world.ann, world.bob))
        before, barred = world.facts(), world.states()
        if dice.random() < 0.25:
            action, meant = partial(dice.choice((world.undo, world.redo)), person), range(FRAMES)
        else:
            action, meant = ordinary_change(world, dice, person)
        try:
            action()
        except ThroughlineError:
            assert world.facts() == before
            continue
        check_ledger(world)
        after = world.facts()
        for frame in set(range(FRAMES)) - set(meant):
            if barred[frame].isupper():
                assert after[frame, world.car] == before[frame, world.car]
        if len(meant) < FRAMES and dice.random() < 0.5:
            world.undo(person)
            assert world.facts() == before
            world.redo(person)
            assert world.facts() == after
            check_ledger(world)
            exact += 1
    assert exact > 5
    world.db.close()


def test_one_person_can_go_all_the_way_back_and_forth(tmp_path: Path) -> None:
    dice = random.Random(7)
    world = make_world(tmp_path)
    steps = [world.facts()]
    while len(steps) < 20:
        action, _ = ordinary_change(world, dice, world.ann)
        try:
            action()
        except BadInput:
            continue
        steps.append(world.facts())
    for expected in reversed(steps[:-1]):
        world.undo(world.ann)
        assert world.facts() == expected
    assert world.facts() == {}
    for expected in steps[1:]:
        world.redo(world.ann)
        assert world.facts() == expected
    check_ledger(world)
    world.db.close()

"""Runs are accepted or rolled back: what they replaced comes back, and what somebody did since stays."""

from __future__ import annotations

import pytest

from backend.errors import BadInput, Conflict, Locked
from projects_db import changes, masks, objects, runs, verdicts
from projects_db.masks import Written
from tests.projects_db.world import World, a_mask, new_run


def roll_back(world: World, run: int, person: int | None = None) -> Written:
    with world.db.write() as session:
        return verdicts.roll_back(session, run, person or world.ann)


def verdict(world: World, run: int) -> str | None:
    with world.db.read() as session:
        return runs.get(session, run).verdict


def pixels(world: World, *frames: int) -> list[object]:
    with world.db.read() as session:
        return [masks.get(session, world.video, frame, world.car).rle for frame in frames]


def test_what_was_there_comes_back_and_what_is_new_goes(world: World) -> None:
    world.track(world.ann, 0, 6, seed=0)
    before = world.facts()
    run = world.track(world.bob, 3, 9, seed=20)
    after = world.facts()
    with world.db.read() as session:
        summary = verdicts.replaced(session, run)
    assert (summary.masks, summary.new) == (3, 3)
    assert summary.iou is not None and 0 < summary.iou < 1
    written = roll_back(world, run)
    assert world.facts() == before
    assert written.changed == ((world.car, 3, 9),)
    assert verdict(world, run) == "rolled back"
    # one step of whoever did it, undone and redone, the verdict with it
    world.undo(world.ann)
    assert (world.facts(), verdict(world, run)) == (after, None)
    world.redo(world.ann)
    assert (world.facts(), verdict(world, run)) == (before, "rolled back")


def test_barriers_and_later_work_stay(world: World) -> None:
    world.track(world.ann, 0, 12, seed=0)
    run = world.track(world.ann, 0, 12, seed=20)
    world.verify(world.bob, 2, 3)
    world.draw(world.bob, 5, seed=40)  # which makes the run's masks up to the verified one stale
    later = world.track(world.bob, 8, 10, seed=60)
    roll_back(world, run)
    assert pixels(world, 1, 2, 4, 5, 8, 11) == [a_mask(1), a_mask(22), a_mask(4), a_mask(40), a_mask(68), a_mask(11)]
    assert world.states()[:12] == "ttVssTssttss"
    roll_back(world, later)  # any run, and not only the last; what it replaced is that of the run before
    assert pixels(world, 8) == [a_mask(28)]


def test_the_agreement_is_that_of_what_was_replaced(world: World) -> None:
    world.track(world.ann, 0, 6, seed=0)
    run = world.track(world.ann, 0, 6, seed=0)
    with world.db.read() as session:
        assert verdicts.replaced(session, run).iou == 1.0
    first = world.track(world.ann, 20, 26, seed=0)
    with world.db.read() as session:
        summary = verdicts.replaced(session, first)
    assert (summary.masks, summary.new, summary.iou) == (0, 6, None)


def test_an_accepted_run_can_still_be_rolled_back_and_a_rolled_back_one_not_accepted(world: World) -> None:
    world.track(world.ann, 0, 4, seed=0)
    run = world.track(world.ann, 0, 4, seed=20)
    with world.db.write() as session:
        assert verdicts.accept(session, run).verdict == "accepted"
    roll_back(world, run)
    with pytest.raises(Conflict), world.db.write() as session:
        verdicts.accept(session, run)
    with pytest.raises(Conflict):
        roll_back(world, run)


def test_what_cannot_be_rolled_back(world: World) -> None:
    with world.db.write() as session:
        active = new_run(session, world, world.ann, 5)
    with pytest.raises(Conflict):
        roll_back(world, active)
    with world.db.write() as session:
        runs.set_status(session, active, "cancelled")
    run = world.track(world.ann, 0, 2, seed=0)
    before = world.facts()
    with world.db.write() as session:
        objects.patch(session, changes.begin(session, world.video, world.ann, "object"), world.car, 1, locked=True)
    with pytest.raises(Locked):
        roll_back(world, run)
    with world.db.write() as session:
        objects.patch(session, changes.begin(session, world.video, world.ann, "object"), world.car, 2, locked=False)
    assert world.facts() == before
    world.verify(world.bob, 0, 2)
    with pytest.raises(BadInput):
        roll_back(world, run)
    assert verdict(world, run) is None

"""Runs in the database: statuses, resuming, and what a plan is made from; the timeline."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.errors import BadInput, Conflict, Locked
from backend.tracking.plan import ObjectFrames
from projects_db import changes, ledger, masks, objects, prompts, review, runs, timeline
from projects_db.database import Database
from projects_db.masks import MaskWrite
from projects_db.runs import RunMask
from tests.projects_db.world import World, a_mask, make_world, new_run


def test_a_run_under_way_is_interrupted_by_a_restart_and_can_be_resumed(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    with world.db.write() as session:
        run = new_run(session, world, world.ann, 5)
        runs.write_frame(session, run, 0, {world.car: RunMask(a_mask(0), 0.5)})
    world.db.close()
    world.db = Database.open(tmp_path)
    with world.db.write() as session:
        stopped = runs.get(session, run)
        assert (stopped.status, stopped.done, stopped.total) == ("interrupted", 1, 5)
        assert stopped.finished_at
        with pytest.raises(Locked):
            runs.write_frame(session, run, 1, {world.car: RunMask(a_mask(1), 0.5)})
        resumed = runs.resume(session, run, world.bob, plan={"left": 4}, total=4, prompt_hash="q")
        assert (resumed.status, resumed.done, resumed.total, resumed.plan) == ("queued", 1, 5, {"left": 4})
        with pytest.raises(Conflict):
            runs.resume(session, run, world.bob, plan={}, total=4, prompt_hash="q")
        for frame in range(1, 5):
            runs.write_frame(session, run, frame, {world.car: RunMask(a_mask(frame), 0.5)})
        runs.set_status(session, run, "done")
    world.undo(world.bob)  # what was resumed is a step of its own
    assert world.states()[:5] == "t...."
    world.undo(world.ann)
    assert world.facts() == {}
    world.db.close()


def test_a_run_of_nothing_or_on_a_locked_object_is_refused(world: World) -> None:
    with pytest.raises(BadInput), world.db.write() as session:
        new_run(session, world, world.ann, 0)
    with world.db.write() as session:
        objects.patch(session, changes.begin(session, world.video, world.ann, "object"), world.car, 1, locked=True)
    with pytest.raises(Locked), world.db.write() as session:
        new_run(session, world, world.ann, 4)
    with world.db.read() as session:
        assert runs.of_video(session, world.video) == []


def test_stale_frames_of_a_run_are_not_done(world: World) -> None:
    run = world.track(world.ann, 0, 6, seed=0)
    world.verify(world.bob, 4, 5)
    world.draw(world.ann, 2, seed=9)
    with world.db.read() as session:
        assert runs.done_frames(session, run) == {world.car: [2, 4, 5]}


def test_what_a_plan_is_made_from(world: World) -> None:
    world.track(world.ann, 0, 6, seed=0)
    world.verify(world.bob, 4, 5)
    with world.db.write() as session:
        masks.absent(session, changes.begin(session, world.video, world.ann, "absent"), [world.car], 2, 3)
    with world.db.read() as session:
        car, dog = timeline.for_plan(session, world.video)
        assert timeline.for_plan(session, world.video, [world.dog]) == [dog]
    assert car == ObjectFrames(world.car, barriers=[2, 4], masks=[0, 1, 3, 4, 5], stale=[0, 1, 3])
    assert dog == ObjectFrames(world.dog, barriers=[], masks=[], stale=[])


def test_timeline(world: World) -> None:
    world.track(world.ann, 0, 6, seed=0)
    world.verify(world.bob, 4, 5)
    with world.db.write() as session:
        run = new_run(session, world, world.ann, 3)
        for frame in (10, 11, 20):
            runs.write_frame(session, run, frame, {world.dog: RunMask(a_mask(frame), 0.2)})
        change = changes.begin(session, world.video, world.ann, "prompt")
        prompts.add(session, change, 2, world.car, [{"kind": "point", "x": 1, "y": 1}] * 2)
        masks.write(session, change, [MaskWrite(2, world.car, a_mask(4), masks.get(session, world.video, 2, world.car)
                                                .revision, score=0.1)])
        thread = review.open_thread(session, world.video, world.bob, frame=2, text="Look")
    with world.db.read() as session:
        newest = ledger.newest(session)
        assert timeline.timeline(session, world.video).as_json() == {
            "objects": {
                world.car: [(0, 2, "stale", "model"), (2, 3, "tracked", "human"), (3, 4, "stale", "model"),
                            (4, 5, "verified", "model"), (5, 6, "tracked", "model")],
                world.dog: [(10, 12, "tracked", "model"), (20, 21, "tracked", "model")],
            },
            "low": {world.dog: [(10, 12), (20, 21)]},
            "prompts": {world.car: [2]},
            "threads": [(2, thread.id, False, None)], "edited": {}, "version": newest,
        }


def test_the_timeline_reads_no_pixels(world: World) -> None:
    """Its query is answered by an index alone."""
    with world.db.read() as session:
        connection = session.connection()
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT object_id, frame, state, source, score, area FROM masks "
            "WHERE object_id IN (1, 2) ORDER BY object_id, frame").all()
    assert any("COVERING INDEX masks_by_object" in str(step) for step in plan)

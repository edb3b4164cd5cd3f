"""What the timeline is read from: changed lanes alone, scores in buckets, frames looked at."""

import numpy as np
import pytest

from backend.errors import BadInput, NotFound
from projects_db import changes, looked, objects, prompts, runs, timeline
from projects_db.runs import RunMask
from tests.projects_db.world import FRAMES, World, a_mask, new_run


def test_only_lanes_that_changed_since_are_read_again(world: World) -> None:
    world.draw(world.ann, 3, seed=1)
    world.draw(world.ann, 3, seed=1, object_id=world.dog)
    with world.db.read() as session:
        before = timeline.timeline(session, world.video)
        assert timeline.timeline(session, world.video, before.version).objects == {}
    world.draw(world.ann, 5, seed=2, object_id=world.dog)
    world.undo(world.ann)
    with world.db.read() as session:
        whole = timeline.timeline(session, world.video)
        changed = timeline.timeline(session, world.video, before.version)
        assert changed.objects == {world.dog: whole.objects[world.dog]}
        assert timeline.timeline(session, world.video, whole.version + 1).objects == whole.objects


def test_prompted_frames_are_sorted_and_named_once(world: World) -> None:
    with world.db.write() as session:
        for frame in (9, 2, 9):
            change = changes.begin(session, world.video, world.ann, "prompt")
            prompts.add(session, change, frame, world.car, [{"kind": "point", "x": 1, "y": 1}])
        assert prompts.frames_of(session, world.video, [world.car, world.dog]) == {world.car: [2, 9]}


def test_a_bucket_has_its_lowest_score(world: World) -> None:
    random = np.random.default_rng(3)
    given = {frame: float(score) for frame, score in enumerate(random.uniform(0, 1, 50).round(3)) if frame % 7}
    areas = {}
    with world.db.write() as session:
        run = new_run(session, world, world.ann, len(given))
        for frame, score in given.items():
            mask = a_mask(frame)
            areas[frame] = mask.area
            runs.write_frame(session, run, frame, {world.car: RunMask(mask, score)})
    with world.db.read() as session:
        width, found = timeline.scores(session, world.video, world.car, 4, 54, 8)
        assert width == 7  # 50 frames in 8 buckets at the most
        for bucket in found:
            inside = [frame for frame in given if bucket.frame <= frame < min(bucket.frame + width, 54)]
            assert bucket.score == min(given[frame] for frame in inside)
            assert bucket.area == pytest.approx(sum(areas[frame] for frame in inside) / len(inside))
        assert [bucket.frame for bucket in found] == [*range(4, 50, 7)]
        assert timeline.scores(session, world.video, world.car, 0, 7, 1000)[0] == 1
        with pytest.raises(BadInput):
            timeline.scores(session, world.video, world.car, 0, FRAMES + 1, 10)
        with pytest.raises(NotFound):
            timeline.scores(session, world.video, 99, 0, FRAMES, 10)


def test_a_mask_by_hand_has_no_score(world: World) -> None:
    world.draw(world.ann, 3, seed=1)
    with world.db.read() as session:
        assert [one.score for one in timeline.scores(session, world.video, world.car, 0, FRAMES, 60)[1]] == [None]


def test_frames_looked_at_are_joined_and_each_persons_own(world: World) -> None:
    with world.db.write() as session:
        looked.add(session, world.video, world.ann, [(10, 12), (0, 3)])
        assert looked.add(session, world.video, world.ann, [(3, 5), (11, 14)]) == [(0, 5), (10, 14)]
        looked.add(session, world.video, world.bob, [(4, 8)])
    with world.db.read() as session:
        assert looked.of_person(session, world.video, world.ann) == [(0, 5), (10, 14)]
        assert looked.of_person(session, world.video, world.bob) == [(4, 8)]
        assert looked.of_everybody(session, world.video) == [(0, 8), (10, 14)]
    for ranges in ([(5, 5)], [(58, 61)]):
        with world.db.write() as session, pytest.raises(BadInput):
            looked.add(session, world.video, world.ann, ranges)


def test_objects_without_masks_have_an_empty_lane(world: World) -> None:
    with world.db.write() as session:
        change = changes.begin(session, world.video, world.ann, "object")
        made = objects.create(session, change, world.label).id
        assert timeline.timeline(session, world.video).objects == {world.car: [], world.dog: [], made: []}

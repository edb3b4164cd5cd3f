"""Work given to people, hand-ins and what reviewers change, blind copies, hidden ground truth."""

from __future__ import annotations

import pytest

from backend.errors import BadInput, Conflict, Forbidden, NotFound
from projects_db import (
    assignments,
    changes,
    copies,
    gold,
    masks,
    objects,
    people,
    review,
    stages,
    tables,
    timeline,
    undo,
    videos,
)
from tests.projects_db.world import FRAMES, World, a_mask


@pytest.fixture
def eve(world: World) -> int:
    """An annotator of the project."""
    with world.db.write() as session:
        person = people.create(session, "Eve").id
        people.set_role(session, world.project, person, "annotator")
    return person


def hand_in(world: World, person: int) -> None:
    with world.db.write() as session:
        review.set_stage(session, world.video, person, "review", videos.get(session, world.video).stage_version)


def test_a_long_video_is_dealt_out_in_ranges(world: World, eve: int) -> None:
    with world.db.write() as session:
        made = assignments.give(
            session, world.ann, [world.video], [eve, world.bob], "annotate", every=25, due="2030-01-04")
        assert [(one.person, one.start, one.stop) for one in made] == [("Eve", 0, 25), ("Bob", 25, 50), ("Eve", 50, 60)]
        later, = assignments.give(session, world.ann, [world.video], [eve], "annotate", start=5, stop=9)
        first, = assignments.give(session, world.ann, [world.video], [eve], "annotate", due="2029-12-31")
        done = assignments.patch(session, made[0].id, done=True)
        assert done.done_at is not None
        assert [one.id for one in assignments.of_person(session, eve)] == [first.id, made[2].id, later.id, made[0].id]
        assert assignments.patch(session, made[0].id, done=False).done_at is None
        moved = assignments.patch(session, later.id, person_id=world.bob, stop=12, note=" sharp edges ", due=None)
        assert (moved.person, moved.stop) == ("Bob", 12)
        assignments.delete(session, later.id)
        with pytest.raises(NotFound):
            assignments.get(session, later.id)
        people.remove_member(session, world.project, eve)
        assert assignments.of_person(session, eve) == []


def test_work_that_cannot_be_given(world: World, eve: int) -> None:
    with world.db.write() as session:
        stranger = people.create(session, "Stranger").id
        for video, person, task, more in (
            (world.video, stranger, "annotate", {}), (world.video, eve, "review", {}), (world.video, eve, "paint", {}),
            (world.video, eve, "annotate", {"due": "2030-02-30"}), (world.video, eve, "annotate", {"stop": FRAMES + 1}),
            (world.video, eve, "annotate", {"start": 4, "stop": 4}),
        ):
            with pytest.raises(BadInput):
                assignments.give(session, world.ann, [video], [person], task, **more)  # type: ignore[arg-type]
        assignments.give(session, world.ann, [world.video], [eve], "annotate")
        with pytest.raises(Conflict):
            assignments.give(session, world.ann, [world.video], [eve], "annotate")


def test_who_handed_in_takes_back_until_the_review_began(world: World, eve: int) -> None:
    world.track(eve, 0, 4, seed=0)
    hand_in(world, eve)
    with world.db.write() as session:
        video = videos.get(session, world.video)
        assert stages.may_take_back(session, video, eve)
        assert not stages.may_take_back(session, video, world.bob)
        assert review.set_stage(session, world.video, eve, "annotate", 2).stage == "annotate"
    hand_in(world, eve)
    world.verify(world.bob, 0, 2)
    with pytest.raises(Forbidden), world.db.write() as session:
        review.set_stage(session, world.video, eve, "annotate", 4)
    with world.db.write() as session:
        review.set_stage(session, world.video, world.bob, "annotate", 4)
    hand_in(world, eve)
    with world.db.write() as session:
        review.open_thread(session, world.video, world.bob, frame=1, text="Look")
        assert not stages.may_take_back(session, videos.get(session, world.video), eve)
        assert [one.person for one in stages.hand_ins(session, world.video)] == ["Eve"] * 3


def test_moving_a_video_is_no_step_of_undo(world: World, eve: int) -> None:
    world.draw(eve, 0, seed=1)
    hand_in(world, eve)
    assert world.undo(eve).kind == "mask"


def test_what_a_reviewer_changed_is_told(world: World, eve: int) -> None:
    world.track(eve, 0, 6, seed=0)
    world.draw(eve, 2, seed=30, object_id=world.dog)
    hand_in(world, eve)
    world.verify(world.bob, 0, 1)  # no pixel changes
    world.draw(world.bob, 3, seed=20)
    world.draw(world.bob, 4, seed=21)
    world.draw(world.bob, 9, seed=22)
    with world.db.write() as session:
        change = changes.begin(session, world.video, world.bob, "mask")
        base = masks.get(session, world.video, 2, world.dog).revision
        masks.write(session, change, [masks.MaskWrite(2, world.dog, None, base)])
    with world.db.read() as session:
        assert [tuple(vars(one).values()) for one in stages.corrections(session, world.video)] == [
            (world.car, 3, 5, "changed", "Bob"), (world.car, 9, 10, "added", "Bob"),
            (world.dog, 2, 3, "removed", "Bob")]
        assert timeline.timeline(session, world.video).edited == {world.car: [(3, 5), (9, 10)]}
        made = {one.frame: one.edited_in for one in masks.in_range(session, world.video, 0, 10, [world.car])}
    assert made == {0: "annotate", 1: "annotate", 2: "annotate", 3: "review", 4: "review", 5: "annotate", 9: "review"}
    world.undo(world.bob)
    world.undo(world.bob)
    with world.db.read() as session:  # what was taken back is no correction
        assert stages.edited(session, world.video) == {world.car: [(3, 5)]}
        assert [one.start for one in stages.corrections(session, world.video)] == [3]


def test_a_video_as_it_was_handed_in(world: World, eve: int) -> None:
    world.track(eve, 0, 3, seed=0)
    world.draw(eve, 1, seed=9, object_id=world.dog)
    hand_in(world, eve)
    world.draw(world.bob, 1, seed=20)
    with world.db.write() as session:
        change = changes.begin(session, world.video, world.bob, "object")
        objects.delete(session, change, world.dog, 1)
        undo.undo(session, world.video, world.bob)
        change = changes.begin(session, world.video, world.bob, "object")
        objects.delete(session, change, world.dog, objects.get(session, world.dog).version)
        objects.create(session, change, world.label, "late")
        handed = stages.hand_ins(session, world.video)[0].snapshot
        now = stages.now_of(session, world.video)
        assert stages.frames_of(session, handed) == stages.frames_of(session, now) == [0, 1, 2]
        then, later = (
            {frame: [(one.object_id, one.author_id, one.rle) for one in there]
             for frame, there in stages.masks_of(session, snapshot, [0, 1, 9]).items()} for snapshot in (handed, now))
    assert then == {0: [(world.car, eve, a_mask(0))],
                    1: [(world.car, eve, a_mask(1)), (world.dog, eve, a_mask(9))], 9: []}
    assert later == {0: then[0], 1: [(world.car, world.bob, a_mask(20))], 9: []}


def test_blind_copies_are_apart_and_hidden_from_each_others_people(world: World, eve: int) -> None:
    with world.db.write() as session:
        one, two = (copies.make(session, world.video) for _ in range(2))
        assert [(video.name, video.copy_number, video.hash) for video in (one, two)] == [
            ("a.mp4 (copy 1)", 1, "c0ffee"), ("a.mp4 (copy 2)", 2, "c0ffee")]
        assert objects.of_video(session, one.id) == [] and len(objects.of_video(session, world.video)) == 2
        assert copies.hidden_from(session, eve, world.project) == set()
        assignments.give(session, world.ann, [one.id], [eve], "annotate")
        assert copies.hidden_from(session, eve, world.project) == {world.video, two.id}
        assert copies.hidden_from(session, world.bob, world.project) == set()


def test_ground_truth_is_kept_aside_and_follows_the_content(world: World, eve: int) -> None:
    world.track(world.ann, 0, 6, seed=0)
    world.draw(world.ann, 2, seed=9, object_id=world.dog)
    with pytest.raises(BadInput), world.db.write() as session:
        gold.keep(session, world.video, world.bob, [2])
    world.verify(world.bob, 0, 4)
    world.draw(world.ann, 3, seed=30, object_id=world.dog)  # a second mask of frame 3 that nobody has verified
    with world.db.write() as session:
        video = videos.get(session, world.video)
        assert gold.keep(session, world.video, world.bob, range(0, 6, 1)) == [0, 1, 2]
        assert gold.keep(session, world.video, world.bob, [2]) == [2]  # again: replaced, not doubled
        assert [(one.frame, one.masks, one.person) for one in gold.frames(session, video)] == [
            (0, 1, "Bob"), (1, 1, "Bob"), (2, 2, "Bob")]
        assert [(one.label_id, one.rle) for one in gold.masks_of(session, video)[2]] == [
            (world.label, a_mask(2)), (world.label, a_mask(9))]
        change = changes.begin(session, world.video, world.bob, "clear")
        written = gold.clear(session, change, [1, 2])
        assert {(item.frame, item.object_id) for item in written.items} == {
            (1, world.car), (2, world.car), (2, world.dog)}
        gold.forget(session, world.video, [0])
        copy = copies.make(session, world.video)
        videos.delete(session, world.video)  # the ground truth stays with the copy
        assert sorted(gold.masks_of(session, copy)) == [1, 2]
        videos.delete(session, copy.id)
        assert session.query(tables.GoldMask).count() == 0

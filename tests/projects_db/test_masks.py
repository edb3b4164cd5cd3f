"""Writing masks: conflicts, barriers, staleness, and what is refused."""

from __future__ import annotations

import pytest

from backend.errors import BadInput, Conflict, Locked, NotFound
from backend.masks import Rle
from projects_db import changes, masks, objects, review, runs
from projects_db.masks import MaskWrite
from projects_db.runs import RunMask
from tests.projects_db.world import FRAMES, HEIGHT, WIDTH, World, a_mask, new_run


def test_a_mask_comes_back_as_it_went_in(world: World) -> None:
    item, = world.draw(world.ann, 7, seed=3).items
    assert (item.rle, item.area, item.state, item.source, item.author_id) == (
        a_mask(3), a_mask(3).area, "tracked", "human", world.ann)
    with world.db.read() as session:
        assert masks.get(session, world.video, 7, world.car) == item
        assert masks.in_range(session, world.video, 0, 7) == []
    assert item.as_json()["box"] == list(a_mask(3).box)


def test_two_people_on_one_mask_meet_a_conflict_that_shows_both(world: World) -> None:
    seen = world.draw(world.ann, 7, seed=1).items[0].revision
    theirs = world.draw(world.bob, 7, seed=2, base=seen).items[0]
    with pytest.raises(Conflict, match="Bob") as caught:
        world.draw(world.ann, 7, seed=3, base=seen)
    details = caught.value.details
    assert details["theirs"] == theirs.as_json()
    assert details["yours"]["rle"] == a_mask(3).as_json()
    assert world.draw(world.ann, 7, seed=3, base=details["theirs"]["revision"]).items[0].rle == a_mask(3)


def test_a_removed_mask_has_revision_0_again(world: World) -> None:
    seen = world.draw(world.ann, 7, seed=1).items[0].revision
    with world.db.write() as session:
        change = changes.begin(session, world.video, world.bob, "mask")
        item, = masks.write(session, change, [MaskWrite(7, world.car, None, seen)]).items
    assert (item.revision, item.rle) == (0, None)
    with pytest.raises(Conflict):
        world.draw(world.ann, 7, seed=2, base=seen)
    assert world.draw(world.ann, 7, seed=2, base=0).items


def test_an_empty_mask_means_absent(world: World) -> None:
    with world.db.write() as session:
        change = changes.begin(session, world.video, world.ann, "mask")
        item, = masks.write(session, change, [MaskWrite(7, world.car, Rle.empty(HEIGHT, WIDTH), 0)]).items
    assert (item.state, item.area) == ("absent", 0)


def test_a_correction_turns_stale_what_lies_between_its_neighbouring_barriers(world: World) -> None:
    world.draw(world.ann, 0, seed=0)
    world.track(world.ann, 1, 30, seed=100)
    world.verify(world.bob, 10, 12)
    world.draw(world.ann, 25, seed=9)
    before = world.facts()
    assert world.states() == "T" + "t" * 9 + "VV" + "s" * 13 + "T" + "s" * 4 + "." * 30
    written = world.draw(world.ann, 5, seed=50)
    assert world.states() == "T" + "s" * 4 + "T" + "s" * 4 + "VV" + "s" * 13 + "T" + "s" * 4 + "." * 30
    assert written.changed == ((world.car, 5, 6),)
    assert written.stale == ((world.car, 1, 5), (world.car, 6, 10))
    after = world.facts()
    for frame in (0, 10, 11, 25):
        assert after[frame, world.car] == before[frame, world.car]
    assert all(after[f, world.car][0] == before[f, world.car][0] for f in range(30) if f != 5)


def test_only_the_object_itself_turns_stale(world: World) -> None:
    world.track(world.ann, 0, 10, seed=0)
    world.track(world.ann, 0, 10, seed=0, object_id=world.dog)
    world.draw(world.ann, 5, seed=9)
    assert world.states(world.dog)[:10] == "t" * 10


def test_removing_a_barrier_turns_its_neighbours_stale(world: World) -> None:
    seen = world.draw(world.ann, 5, seed=1).items[0].revision
    world.track(world.ann, 6, 10, seed=0)
    with world.db.write() as session:
        change = changes.begin(session, world.video, world.ann, "mask")
        masks.write(session, change, [MaskWrite(5, world.car, None, seen)])
    assert world.states()[4:11] == "..ssss."


def test_verifying_changes_no_pixel_and_turns_nothing_stale(world: World) -> None:
    world.track(world.ann, 0, 10, seed=0)
    before = world.facts()
    written = world.verify(world.bob, 3, 5)
    assert world.states()[:10] == "tttVVttttt"
    assert not written.stale and len(written.items) == 2
    world.verify(world.bob, 0, 10, verified=False)
    assert world.facts() == before


def test_verifying_an_absence_and_taking_it_back(world: World) -> None:
    with world.db.write() as session:
        masks.absent(session, changes.begin(session, world.video, world.ann, "absent"), [world.car], 3, 6)
    assert world.states()[2:7] == ".AAA."
    world.verify(world.bob, 0, 10)
    assert world.states()[2:7] == ".VVV."
    world.verify(world.bob, 0, 10, verified=False)
    assert world.states()[2:7] == ".AAA."


def test_absent_leaves_verified_masks_alone_and_can_be_taken_back(world: World) -> None:
    world.track(world.ann, 0, 10, seed=0)
    world.verify(world.bob, 4, 5)
    with world.db.write() as session:
        written = masks.absent(session, changes.begin(session, world.video, world.ann, "absent"), [world.car], 3, 6)
    assert written.skipped == ((4, world.car),)
    assert world.states()[:10] == "sssAVAssss"
    with world.db.write() as session:
        masks.absent(session, changes.begin(session, world.video, world.ann, "absent"), [world.car], 0, 10, False)
    assert world.states()[:10] == "sss.V.ssss"


def test_clear_removes_neither_verified_nor_human_masks(world: World) -> None:
    world.draw(world.ann, 0, seed=0)
    world.track(world.ann, 1, 10, seed=0)
    world.verify(world.bob, 4, 5)
    with world.db.write() as session:
        written = masks.clear(session, changes.begin(session, world.video, world.ann, "clear"), None, 0, 8)
    assert world.states()[:10] == "T...V...tt"
    assert all(item.rle is None and item.revision == 0 for item in written.items)


def test_where_nothing_would_change(world: World) -> None:
    with pytest.raises(BadInput, match="Nothing"):
        world.verify(world.ann, 0, 10)
    with world.db.read() as session:
        assert changes.history(session, world.video, 0, world.car) == []
        assert changes.available(session, world.video, world.ann) == (True, False)  # only the objects themselves


@pytest.mark.parametrize(("frame", "rle", "code"), [
    (FRAMES, a_mask(1), "frame_out_of_range"), (-1, a_mask(1), "frame_out_of_range"),
    (0, Rle.empty(HEIGHT, WIDTH + 1), "wrong_mask_size"),
])
def test_masks_that_do_not_fit_the_video(world: World, frame: int, rle: Rle, code: str) -> None:
    with pytest.raises(BadInput) as caught, world.db.write() as session:
        change = changes.begin(session, world.video, world.ann, "mask")
        masks.write(session, change, [MaskWrite(3, world.car, a_mask(0), 0), MaskWrite(frame, world.car, rle, 0)])
    assert caught.value.code == code
    assert world.facts() == {}


def test_one_place_twice_is_refused(world: World) -> None:
    with pytest.raises(BadInput), world.db.write() as session:
        change = changes.begin(session, world.video, world.ann, "mask")
        masks.write(session, change, [MaskWrite(3, world.car, a_mask(n), 0) for n in range(2)])


def test_locked_objects_deleted_objects_and_accepted_videos_refuse_masks(world: World) -> None:
    world.draw(world.ann, 1, seed=1)
    with world.db.write() as session:
        change = changes.begin(session, world.video, world.ann, "object")
        locked = objects.patch(session, change, world.car, 1, locked=True)
        objects.delete(session, change, world.dog, 1)
    with pytest.raises(Locked):
        world.draw(world.ann, 1, seed=2)
    with pytest.raises(NotFound):
        world.draw(world.ann, 1, seed=2, object_id=world.dog)
    with world.db.write() as session:
        change = changes.begin(session, world.video, world.ann, "object")
        objects.patch(session, change, world.car, locked.version, locked=False)
        review.set_stage(session, world.video, world.ann, "review", 1)
        review.set_stage(session, world.video, world.ann, "accepted", 2)
    for attempt in (lambda: world.draw(world.ann, 1, seed=2), lambda: world.undo(world.ann),
                    lambda: world.verify(world.ann, 0, 5)):
        with pytest.raises(Locked):
            attempt()
    with world.db.write() as session:
        review.set_stage(session, world.video, world.ann, "annotate", 3)
    world.draw(world.ann, 1, seed=2)


def test_a_run_leaves_alone_what_became_a_barrier_while_it_worked(world: World) -> None:
    world.track(world.ann, 0, 4, seed=0)
    with world.db.write() as session:
        run = new_run(session, world, world.ann, 8)
    world.verify(world.bob, 1, 2)
    world.draw(world.bob, 2, seed=77)
    before = world.facts()
    for frame in range(4):
        with world.db.write() as session:
            made = {world.car: RunMask(a_mask(frame + 40), 0.5), world.dog: RunMask(a_mask(frame), 0.5)}
            written = runs.write_frame(session, run, frame, made)
        assert written.skipped == (((frame, world.car),) if frame in (1, 2) else ())
    after = world.facts()
    assert [after[f, world.car] == before[f, world.car] for f in range(4)] == [False, True, True, False]
    with world.db.read() as session:
        assert runs.get(session, run).done == 8
        # The car's frame 3 lies behind Bob's new barrier, so it is stale and has to be done again.
        assert runs.done_frames(session, run) == {world.car: [0, 1, 2], world.dog: [0, 1, 2, 3]}


def test_what_a_run_makes_from_barriers_that_changed_meanwhile_is_stale(world: World) -> None:
    """Only up to the neighbouring barriers, only of that object, and not where somebody merely verified."""
    world.draw(world.bob, 8, seed=1)
    with world.db.write() as session:
        run = new_run(session, world, world.ann, 24)
    for frame in range(12):
        if frame == 2:
            world.verify(world.bob, 1, 2)
            world.draw(world.bob, 5, seed=2)
        with world.db.write() as session:
            runs.write_frame(session, run, frame, {o: RunMask(a_mask(frame), 0.5) for o in (world.car, world.dog)})
    assert world.states()[:12] == "tVsssTssTttt"
    assert world.states(world.dog)[:12] == "tVtttttttttt"


def test_history_tells_who_did_what(world: World) -> None:
    world.track(world.ann, 3, 4, seed=0)
    world.verify(world.bob, 3, 4)
    with world.db.read() as session:
        past = changes.history(session, world.video, 3, world.car)
    assert [(h.author, h.kind, h.state) for h in past] == [("Bob", "verify", "verified"), ("Ann", "run", "tracked")]


def test_a_large_change_lists_places_not_items(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.track(world.ann, 0, 10, seed=0)
    monkeypatch.setattr(masks, "MANY", 5)
    written = world.verify(world.bob, 0, 10)
    assert written.items == () and written.changed == ((world.car, 0, 10),)

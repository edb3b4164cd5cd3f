"""What people put into objects, and what came of it."""

import pytest

from backend.errors import NotFound
from projects_db import activity
from projects_db.activity import Spent, Work
from tests.projects_db.world import World


def beat(world: World, person: int, **spent: Spent) -> bool:
    """What a page says of a person: by the name of the object, `none` for no object."""
    with world.db.write() as session:
        return activity.add(session, person, world.video,
                            {getattr(world, name, activity.NO_OBJECT): one for name, one in spent.items()})


def report(world: World, since: str = "0", until: str = "9", **only: int) -> dict[tuple[str, str], Work]:
    with world.db.read() as session:
        return {(one.person, one.object): one for one in activity.report(session, since, until, **only)}


def test_beats_add_up_by_person_and_object(world: World) -> None:
    assert beat(world, world.ann, car=Spent(20.5, 2, 1), none=Spent(3, 0, 0))
    assert beat(world, world.ann, car=Spent(10, 1, 0))
    assert beat(world, world.bob, car=Spent(7, 0, 1))
    found = report(world)
    assert {place: (one.seconds, one.clicks, one.corrections) for place, one in found.items()} == {
        ("Ann", "car"): (30.5, 3, 1), ("Ann", ""): (3, 0, 0), ("Bob", "car"): (7, 0, 1)}
    assert (found["Ann", "car"].video, found["Ann", "car"].project, found["Ann", "car"].label) == (
        "a.mp4", "Street", "car")


def test_masks_are_counted_once_a_frame_whatever_was_done_to_them(world: World) -> None:
    for frame, seed in ((3, 1), (3, 2), (4, 3)):  # frame 3 was drawn twice
        world.draw(world.ann, frame, seed)
    world.track(world.ann, 10, 15, 5)
    world.verify(world.bob, 10, 12)
    world.draw(world.bob, 20, 7)
    found = report(world)
    ann, bob = found["Ann", "car"], found["Bob", "car"]
    assert (ann.made, ann.tracked, ann.masks, ann.verified, ann.models) == (2, 5, 7, 0, ["flow"])
    assert (bob.made, bob.tracked, bob.masks, bob.verified, bob.models) == (1, 0, 1, 2, [])


def test_what_was_undone_does_not_count_and_what_was_redone_does(world: World) -> None:
    world.draw(world.ann, 3, 1)
    world.draw(world.ann, 4, 2)
    world.undo(world.ann)
    assert report(world)["Ann", "car"].made == 1
    world.redo(world.ann)
    assert report(world)["Ann", "car"].made == 2
    world.undo(world.ann)
    world.undo(world.ann)
    assert report(world) == {}


def test_a_period_a_person_and_a_project_bound_the_report(world: World) -> None:
    beat(world, world.ann, car=Spent(5, 1, 0))
    beat(world, world.bob, dog=Spent(6, 1, 0))
    world.draw(world.ann, 3, 1)
    assert report(world, until="2020-01-01T00:00:00.000Z") == {}
    assert report(world, since="2999-01-01T00:00:00.000Z") == {}
    assert set(report(world, person_id=world.bob)) == {("Bob", "dog")}
    assert set(report(world, project_id=world.project)) == {("Ann", "car"), ("Bob", "dog")}
    assert report(world, project_id=world.project + 1) == {}


def test_nothing_is_added_where_an_owner_switched_it_off(world: World) -> None:
    beat(world, world.ann, car=Spent(5, 1, 0))
    with world.db.write() as session:
        activity.set_logged(session, False)
    assert not beat(world, world.ann, car=Spent(9, 9, 9))
    assert report(world)["Ann", "car"].seconds == 5
    with world.db.write() as session:
        activity.set_logged(session, True)
    assert beat(world, world.ann, car=Spent(1, 0, 0))


def test_an_object_of_another_video_is_refused(world: World) -> None:
    with pytest.raises(NotFound), world.db.write() as session:
        activity.add(session, world.ann, world.video, {world.car: Spent(1, 0, 0), 999: Spent(1, 0, 0)})
    assert report(world) == {}

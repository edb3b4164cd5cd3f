"""What searches found: stored as it comes, and what is left of it after a kill."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from backend.errors import Conflict, NotFound
from projects_db import changes, found, searches
from projects_db.database import Database
from projects_db.found import Labels
from projects_db.searches import Conclusion, SeenMask
from tests.projects_db.world import World, a_mask


def begun(world: World) -> int:
    with world.db.write() as session:
        search = searches.create(session, world.video, world.ann, model="m", model_version="1", kind="vis", query=None,
                                 frames=range(8), every=1)
        return searches.set_status(session, search.id, "running").id


def seen(world: World, search: int, frames: range, known: Collection[int] = ()) -> None:
    """Three tracks: a dog, the sky, and one of which the model does not say that it is something."""
    masks = [SeenMask(frame, number, a_mask(number), 0.5 + frame / 100) for frame in frames for number in range(3)]
    concluded = {0: Conclusion({"dog": 0.9, "cat": 0.2}, True), 1: Conclusion({"sky": 0.4}, False)}
    with world.db.write() as session:
        searches.write(session, search, frames.stop, masks, concluded, known)


def waiting(world: World) -> list[found.Track]:
    with world.db.read() as session:
        return found.of_video(session, world.video)


def reject(world: World, tracks: list[int]) -> None:
    with world.db.write() as session:
        found.reject(session, changes.begin(session, world.video, world.ann, "reject"), tracks)


def test_what_was_written_before_a_kill_waits_after_it(world: World) -> None:
    seen(world, begun(world), range(3))
    (search,) = {one.search_id for one in waiting(world)}
    seen(world, search, range(3, 5), known=[1])
    world.db.close()
    with Database.open(world.db.directory) as db:
        with db.read() as session:
            (one,) = searches.of_video(session, world.video)
            assert (one.status, one.done, one.known) == ("interrupted", 5, 1)
            (dog,) = found.of_video(session, world.video)
            assert (dog.category, dog.first, dog.last, dog.frames, dog.best) == ("dog", 0, 4, 5, 4)
            assert len(found.masks_of(session, world.video, 0, 8)) == 5, "of the others nothing is left"
        with db.write() as session:
            change = changes.begin(session, world.video, world.ann, "run")
            _, (label,) = found.accept(session, change, [dog.id], Labels(None, makes_new=True))
            assert (label.name, label.is_thing) == ("dog", True)


def test_a_search_forgets_earlier_ones_of_which_nothing_waits(world: World) -> None:
    first = begun(world)
    seen(world, first, range(2))
    with world.db.write() as session:
        searches.set_status(session, first, "done")
    begun(world)
    dog, sky = waiting(world)
    reject(world, [dog.id])
    begun(world)
    assert waiting(world) == [sky]
    reject(world, [sky.id])
    begun(world)
    with world.db.read() as session, pytest.raises(NotFound):
        searches.get(session, first)
    assert world.undo(world.ann).tracks and waiting(world) == [], "what was forgotten does not come back"


def test_what_cannot_be_judged(world: World) -> None:
    seen(world, begun(world), range(2))
    dog, _ = waiting(world)
    with pytest.raises(Conflict, match="under way"):
        reject(world, [dog.id])
    with pytest.raises(NotFound):
        reject(world, [99])


def test_a_search_knows_what_other_searches_found(world: World) -> None:
    first, second = begun(world), begun(world)
    seen(world, first, range(2))
    with world.db.read() as session:
        others = found.shown_on(session, world.video, 1, but=second)
        assert set(others) == {("track", one.id) for one in waiting(world)}
        assert found.shown_on(session, world.video, 1, but=first) == {}

"""Versions: what was there before a run, what it made, what a person drew, what a blind copy holds."""

from __future__ import annotations

import pytest

from backend.errors import NotFound
from backend.masks import Rle
from projects_db import changes, copies, masks, objects, versions
from projects_db.masks import MaskWrite
from tests.projects_db.world import World, a_mask


def pixels(world: World, version: str, start: int = 0, stop: int = 20) -> dict[int, Rle | None]:
    """{frame: mask of the car}."""
    with world.db.read() as session:
        found = versions.in_range(session, world.video, versions.get(session, world.video, version), start, stop)
    return {item.frame: item.rle for item in found if item.object_id == world.car}


def test_before_a_run_and_what_it_made(world: World) -> None:
    world.track(world.ann, 0, 4, seed=0)
    world.draw(world.bob, 2, seed=50)
    run = world.track(world.ann, 0, 6, seed=20)
    world.draw(world.ann, 5, seed=70)
    assert pixels(world, f"before-{run}") == {0: a_mask(0), 1: a_mask(1), 2: a_mask(50), 3: a_mask(3)}
    assert pixels(world, f"run-{run}") == {frame: a_mask(20 + frame) for frame in (0, 1, 3, 4, 5)}
    assert pixels(world, f"person-{world.bob}") == {2: a_mask(50)}
    assert pixels(world, f"person-{world.ann}") == {5: a_mask(70)}
    assert pixels(world, f"run-{run}", 3, 5) == {frame: a_mask(20 + frame) for frame in (3, 4)}
    with world.db.read() as session:
        assert [one.id for one in versions.of_video(session, world.video)][:2] == [f"before-{run}", f"run-{run}"]
        assert {one.name for one in versions.of_video(session, world.video) if one.kind == "person"} == {"Ann", "Bob"}


def test_what_was_removed_before_a_run_is_not_in_it(world: World) -> None:
    world.track(world.ann, 0, 3, seed=0)
    with world.db.write() as session:
        base = masks.get(session, world.video, 1, world.car).revision
        change = changes.begin(session, world.video, world.ann, "mask")
        masks.write(session, change, [MaskWrite(1, world.car, None, base)])
    run = world.track(world.ann, 0, 3, seed=20)
    assert set(pixels(world, f"before-{run}")) == {0, 2}


def test_a_blind_copy(world: World) -> None:
    with world.db.write() as session:
        copy = copies.make(session, world.video)
        change = changes.begin(session, copy.id, world.bob, "mask")
        thing = objects.create(session, change, world.label, "car").id
        masks.write(session, change, [MaskWrite(3, thing, a_mask(3), 0)])
    with world.db.read() as session:
        (version,) = versions.of_video(session, world.video)
        assert (version.kind, version.of) == ("copy", copy.id)
        (item,) = versions.in_range(session, world.video, version, 0, 10)
    assert (item.object_id, item.rle) == (thing, a_mask(3))


@pytest.mark.parametrize("wrong", ["", "run-0", "run-99", "before-99", "person-99", "copy-1", "copy-99", "run-1x"])
def test_there_is_none(world: World, wrong: str) -> None:
    with world.db.read() as session, pytest.raises(NotFound):
        versions.get(session, world.video, wrong)

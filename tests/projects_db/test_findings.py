"""Findings: the open ones are those of the last check, and what was dismissed stays so while the mask is the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.errors import NotFound
from projects_db import changes, findings, objects
from projects_db.findings import NewFinding
from tests.projects_db.world import World


def found(world: World, frame: int, kind: str = "hole", score: float = 0.8, other: int | None = None) -> NewFinding:
    return NewFinding(kind, world.car, other, frame, frame, frame + 1, score, "Holes.")


def check(world: World, *new: NewFinding) -> list[tuple[int, str]]:
    """A check that finds these: [(frame, status)] of all that is stored, surest first."""
    with world.db.write() as session:
        findings.store(session, world.video, new)
    return stored(world)


def stored(world: World) -> list[tuple[int, str]]:
    with world.db.read() as session:
        return [(one.frame, one.status) for one in findings.of_video(session, world.video)]


def dismiss(world: World, frame: int) -> None:
    with world.db.write() as session:
        (one,) = (f for f in findings.of_video(session, world.video, "open") if f.frame == frame)
        assert findings.set_status(session, one.id, world.bob, "dismissed").status == "dismissed"


def test_a_check_replaces_the_open_ones(world: World) -> None:
    world.track(world.ann, 0, 6, seed=0)
    assert check(world, found(world, 2), found(world, 3, score=0.9)) == [(3, "open"), (2, "open")]
    assert check(world, found(world, 2, score=0.95)) == [(2, "open"), (3, "fixed")]
    with world.db.read() as session:
        (one,) = findings.of_video(session, world.video, "open")
        assert (one.score, one.sentence, one.start, one.stop) == (0.95, "Holes.", 2, 3)


def test_dismissed_stays_while_the_masks_are_the_same(world: World) -> None:
    world.track(world.ann, 0, 6, seed=0)
    world.track(world.ann, 0, 6, seed=3, object_id=world.dog)
    both = found(world, 4, "overlap", other=world.dog)
    check(world, found(world, 2), both)
    dismiss(world, 2)
    dismiss(world, 4)
    assert check(world, found(world, 2), both) == [(2, "dismissed"), (4, "dismissed")]
    world.draw(world.ann, 2, seed=9)
    world.draw(world.ann, 4, seed=9, object_id=world.dog)  # the other one of the two
    again = check(world, found(world, 2), both)
    assert sorted(again) == [(2, "dismissed"), (2, "open"), (4, "dismissed"), (4, "open")]


def test_the_same_place_with_another_mask_is_a_new_finding(world: World) -> None:
    world.track(world.ann, 0, 6, seed=0)
    check(world, found(world, 2))
    world.draw(world.ann, 2, seed=9)
    assert check(world, found(world, 2)) == [(2, "fixed"), (2, "open")]


def test_a_place_without_a_mask_can_be_found(world: World) -> None:
    world.track(world.ann, 0, 6, seed=0)
    gone = replace(found(world, 8, "flicker"), stop=9)
    check(world, gone)
    dismiss(world, 8)
    assert check(world, gone) == [(8, "dismissed")]


def test_findings_of_deleted_objects_are_not_shown(world: World) -> None:
    world.track(world.ann, 0, 6, seed=0)
    check(world, found(world, 2))
    with world.db.write() as session:
        objects.delete(session, changes.begin(session, world.video, world.ann, "object"), world.car, 1)
    assert stored(world) == []


def test_there_is_none(world: World) -> None:
    with world.db.write() as session, pytest.raises(NotFound):
        findings.set_status(session, 1, world.bob, "open")

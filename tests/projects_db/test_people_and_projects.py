"""People, roles, projects, labels, videos, objects, review: what is kept and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from backend.errors import BadInput, Conflict, Forbidden, Locked, NotFound, ThroughlineError
from projects_db import changes, objects, palette, people, projects, review, runs, videos
from projects_db.database import Database
from projects_db.projects import NewLabel
from tests.projects_db.world import FRAMES, World, new_run


def test_passwords(world: World) -> None:
    with world.db.write() as session:
        assert people.authenticate(session, "Ann", "") is None and not people.has_accounts(session)
        people.set_password(session, world.ann, "correct horse")
        assert people.has_accounts(session)
        assert people.authenticate(session, "Ann", "correct horse").id == world.ann  # type: ignore[union-attr]
        stamp = people.password_stamp(session, world.ann)
        for name, password in (("Ann", "wrong"), ("Nobody", "correct horse"), ("Ann", "")):
            assert people.authenticate(session, name, password) is None
        people.set_password(session, world.ann, "battery staple")
        assert people.authenticate(session, "Ann", "correct horse") is None
        assert people.authenticate(session, "Ann", "battery staple")
        assert people.password_stamp(session, world.ann) != stamp
        people.set_active(session, world.ann, False)
        assert people.authenticate(session, "Ann", "battery staple") is None
        assert people.role_of(session, world.ann, world.project) is None
        stored = session.execute(text("SELECT password_hash FROM people WHERE name = 'Ann'")).scalar_one()
    assert stored.startswith("$argon2id$")


@pytest.mark.parametrize(("name", "password", "error"), [
    ("", None, BadInput), ("x" * 101, None, BadInput), ("Eve", "short", BadInput), (" Ann ", None, Conflict),
])
def test_people_that_cannot_be(world: World, name: str, password: str | None, error: type[ThroughlineError]) -> None:
    with pytest.raises(error), world.db.write() as session:
        people.create(session, name, password)


def test_the_local_person(tmp_path: Path) -> None:
    with Database.open(tmp_path) as db, db.write() as session:
        local = people.local_person(session)
        assert local.is_owner and not local.has_password
        assert people.local_person(session) == local
        assert people.password_stamp(session, local.id) is None
        assert not people.has_accounts(session)


def test_roles(world: World) -> None:
    with world.db.write() as session:
        eve = people.create(session, "Eve").id
        boss = people.create(session, "Boss", is_owner=True).id
        assert [people.role_of(session, i, world.project) for i in (world.ann, world.bob, eve, boss)] == [
            "owner", "reviewer", None, "owner"]
        people.set_role(session, world.project, eve, "annotator")
        people.set_role(session, world.project, eve, "reviewer")
        assert [(m.name, m.role) for m in people.members(session, world.project)] == [
            ("Ann", "owner"), ("Bob", "reviewer"), ("Eve", "reviewer")]
        assert [p.name for p in projects.everything_for(session, eve)] == ["Street"]
        people.remove_member(session, world.project, eve)
        assert projects.everything_for(session, eve) == []
        for person, role, error in ((eve, "king", BadInput), (10**6, "owner", NotFound)):
            with pytest.raises(error):
                people.set_role(session, world.project, person, role)
    assert people.may("owner", "reviewer") and not people.may("annotator", "reviewer")
    assert not people.may(None, "annotator")


def test_labels(world: World) -> None:
    with world.db.write() as session:
        dog = projects.add_label(session, world.project, NewLabel("dog", hotkey="d"))
        assert dog.colour == palette.COLOURS[1]
        changed = projects.change_label(session, dog.id, name="hound", colour="#ABCDEF", is_thing=False)
        assert (changed.name, changed.colour, changed.is_thing, changed.hotkey) == ("hound", "#abcdef", False, "d")
        projects.delete_label(session, dog.id)
        assert [label.name for label in projects.labels(session, world.project)] == ["car"]
        with pytest.raises(BadInput, match="2 objects"):
            projects.delete_label(session, world.label)


@pytest.mark.parametrize(("new", "error"), [
    (NewLabel("car"), Conflict), (NewLabel(""), BadInput), (NewLabel("a", colour="red"), BadInput),
    (NewLabel("a", hotkey="ab"), BadInput), (NewLabel("a", attributes=[{"name": "x"}]), BadInput),
])
def test_labels_that_cannot_be(world: World, new: NewLabel, error: type[ThroughlineError]) -> None:
    with pytest.raises(error), world.db.write() as session:
        projects.add_label(session, world.project, new)


def test_projects(world: World) -> None:
    with world.db.write() as session:
        with pytest.raises(Conflict):
            projects.create(session, "Street", [], world.ann)
        made = projects.create(session, "Field", [NewLabel("cow"), NewLabel("grass", is_thing=False)], world.bob)
        assert (made.role, made.labels, made.videos) == ("owner", 2, 0)
        assert projects.rename(session, made.id, "Meadow").name == "Meadow"
        with pytest.raises(Conflict):
            projects.rename(session, made.id, "Street")


def test_one_file_is_in_a_project_once(world: World) -> None:
    with pytest.raises(Conflict) as caught, world.db.write() as session:
        videos.add(session, world.project, content_hash="c0ffee", name="b.mp4", media_path="media/x", width=2, height=2,
                   frame_count=1, duration=0.1, frame_index=b"")
    assert caught.value.details["video_id"] == world.video
    with world.db.read() as session:
        assert [v.media_path for v in videos.with_hash(session, "c0ffee")] == ["media/c0ffee.mp4"]
        assert videos.with_hash(session, "beef") == []
        assert videos.frame_index(session, world.video) == b"index"


def test_progress_counts_masks_of_objects_that_are_there(world: World) -> None:
    world.track(world.ann, 0, 8, seed=0)
    world.draw(world.ann, 3, seed=1, object_id=world.dog)
    world.verify(world.bob, 0, 2)
    with world.db.write() as session:
        objects.delete(session, changes.begin(session, world.video, world.ann, "object"), world.dog, 1)
        assert videos.progress(session, [world.video, 99]) == {
            world.video: videos.Progress(objects=1, masks=8, verified=2), 99: videos.Progress()}


def test_deleting_a_video_takes_all_of_it(world: World) -> None:
    world.draw(world.ann, 3, seed=1)
    world.verify(world.bob, 3, 4)
    world.undo(world.bob)
    with world.db.write() as session:
        review.open_thread(session, world.video, world.bob, frame=2, text="Look", object_id=world.car)
        run = new_run(session, world, world.ann, 3)
        with pytest.raises(Locked):
            videos.delete(session, world.video)
        runs.set_status(session, run, "cancelled")
        videos.delete(session, world.video)
        for table in ("videos", "objects", "masks", "mask_history", "changes", "runs", "threads", "comments"):
            assert session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0


def test_object_versions(world: World) -> None:
    with world.db.write() as session:
        change = changes.begin(session, world.video, world.ann, "object")
        after = objects.patch(session, change, world.car, 1, name="lorry", colour="#010203")
        assert (after.name, after.version) == ("lorry", 2)
    with pytest.raises(Conflict) as caught, world.db.write() as session:
        objects.patch(session, changes.begin(session, world.video, world.bob, "object"), world.car, 1, name="bus")
    assert caught.value.details == {"theirs": after.as_json(), "yours": {"name": "bus"}}


@pytest.mark.parametrize("fields", [
    {"label_id": 99}, {"colour": "blue"}, {"name": ""}, {"attributes": {"size": "big"}}, {"deleted": True},
])
def test_objects_that_cannot_be(world: World, fields: dict[str, object]) -> None:
    with pytest.raises(BadInput), world.db.write() as session:
        objects.patch(session, changes.begin(session, world.video, world.ann, "object"), world.car, 1, **fields)


def test_attributes_come_from_the_label(world: World) -> None:
    with world.db.write() as session:
        projects.change_label(session, world.label, attributes=[{"name": "size", "values": ["big", "small"]}])
        change = changes.begin(session, world.video, world.ann, "object")
        assert objects.patch(session, change, world.car, 1, attributes={"size": "big"}).attributes == {"size": "big"}


def test_object_ids_are_never_used_again(world: World) -> None:
    with world.db.write() as session:
        made = objects.create(session, changes.begin(session, world.video, world.ann, "object"), world.label)
        session.execute(text("DELETE FROM objects WHERE id = :id"), {"id": made.id})
        again = objects.create(session, changes.begin(session, world.video, world.ann, "object"), world.label)
    assert again.id > made.id


def test_stages_need_the_right_role_and_the_version_seen(world: World) -> None:
    with world.db.write() as session:
        eve = people.create(session, "Eve").id
        people.set_role(session, world.project, eve, "annotator")
        video = review.set_stage(session, world.video, eve, "review", 1)
        assert (video.stage, video.stage_version) == ("review", 2)
        for person, stage, version, error in (
            (eve, "accepted", 2, Forbidden), (world.bob, "accepted", 1, Conflict), (world.bob, "review", 2, BadInput),
            (world.bob, "done", 2, BadInput),
        ):
            with pytest.raises(error):
                review.set_stage(session, world.video, person, stage, version)
        review.set_stage(session, world.video, world.bob, "accepted", 2)
        with pytest.raises(Forbidden):
            review.set_stage(session, world.video, world.bob, "annotate", 3)
        assert review.set_stage(session, world.video, world.ann, "annotate", 3).stage == "annotate"
        new_run(session, world, world.ann, 2)
        with pytest.raises(Conflict, match="under way"):
            review.set_stage(session, world.video, world.ann, "review", 4)


def test_threads(world: World) -> None:
    world.track(world.ann, 0, 5, seed=0)
    world.verify(world.bob, 0, 2)
    with world.db.write() as session:
        made = review.open_thread(
            session, world.video, world.bob, frame=2, object_id=world.car, x=3.5, y=4, text="Tail")
        review.add_comment(session, made.id, world.ann, "Done")
        review.set_stage(session, world.video, world.ann, "review", 1)
        waiting, = review.queue(session, world.project)
        assert (waiting.video.id, waiting.waiting, waiting.open_threads) == (world.video, 3, 1)
        thread = review.set_resolved(session, made.id, True)
        assert [(c.person, c.text) for c in thread.comments] == [("Bob", "Tail"), ("Ann", "Done")]
        assert thread.resolved and review.threads(session, world.video) == [thread]
        assert review.queue(session, world.project)[0].open_threads == 0
        for place in ({"frame": FRAMES}, {"frame": 1, "x": 500.0, "y": 1.0}, {"frame": 1, "x": 1.0},
                      {"frame": 1, "x": float("nan"), "y": 1.0}):
            with pytest.raises(BadInput):
                review.open_thread(session, world.video, world.bob, text="x", **place)  # type: ignore[arg-type]
        with pytest.raises(BadInput):
            review.add_comment(session, made.id, world.bob, "  ")
        with pytest.raises(NotFound):
            review.add_comment(session, 99, world.bob, "x")

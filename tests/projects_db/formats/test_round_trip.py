"""An export read into a fresh project and exported again is the same, byte by byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from projects_db import objects, projects, undo
from projects_db.formats import FORMATS
from projects_db.formats.exports import Filters
from tests.projects_db.formats.conftest import Open
from tests.projects_db.formats.studio import FRAMES, Studio, box, load, members, unpacked

EVERY = [*((name, {}) for name in FORMATS), ("coco", {"polygons": True})]


def masks_of(studio: Studio) -> dict[tuple[int, str, int], tuple[str, bytes]]:
    """What an export keeps: no candidates, no difference between states that are neither verified nor absent."""
    return {place: found for place, found in studio.stored().items() if found[0] != "candidate"}


@pytest.mark.parametrize(("form", "options"), EVERY)
def test_round_trip_is_exact(studio: Studio, open_studio: Open, tmp_path: Path, form: str, options: dict) -> None:
    first, again = tmp_path / "first.zip", tmp_path / "again.zip"
    exported = studio.export(first, form, **options)
    fresh = open_studio()
    imported = fresh.take(first, form)
    assert masks_of(fresh) == masks_of(studio)
    assert imported.labels == ("car", "dog", "road")
    assert (exported.videos, exported.objects, imported.objects) == (2, 4, 4)
    fresh.export(again, form, **options)
    assert sources_apart(members(again)) == sources_apart(members(first))


def sources_apart(found: dict[str, bytes]) -> dict[str, bytes]:
    """Who made a mask is what an import rightly changes."""
    for source in (b'"human"', b'"model"'):
        found = {name: data.replace(source, b'"import"') for name, data in found.items()}
    return found


@pytest.mark.parametrize("form", FORMATS)
def test_second_generation_is_identical(studio: Studio, open_studio: Open, tmp_path: Path, form: str) -> None:
    paths = [tmp_path / f"{number}.zip" for number in range(3)]
    studio.export(paths[0], form)
    for before, after in ((paths[0], paths[1]), (paths[1], paths[2])):
        fresh = open_studio()
        fresh.take(before, form)
        fresh.export(after, form)
    assert members(paths[1]) == members(paths[2])


@pytest.mark.parametrize("form", FORMATS)
def test_labels_and_objects_come_back(studio: Studio, open_studio: Open, tmp_path: Path, form: str) -> None:
    studio.export(tmp_path / "a.zip", form)
    fresh = open_studio()
    fresh.take(tmp_path / "a.zip", form)
    with fresh.db.read() as session:
        labels = projects.labels(session, fresh.project)
        car = objects.of_video(session, fresh.videos[0])[0]
    assert [(one.name, one.colour, one.is_thing) for one in labels] == [
        ("car", "#e69f00", True), ("dog", "#56b4e9", True), ("road", "#808080", False)]
    assert labels[0].attributes == [{"name": "colour", "values": ["red", "blue"]},
                                    {"name": "door", "values": ["open", "shut"], "over_time": True}]
    assert (car.name, car.colour, car.attributes) == ("my car", "#112233", {"colour": "red"})
    with studio.db.read() as session:
        assert car.spans and car.spans == objects.of_video(session, studio.videos[0])[0].spans


@pytest.mark.parametrize("form", FORMATS)
def test_every_nth_frame_keeps_its_number(studio: Studio, open_studio: Open, tmp_path: Path, form: str) -> None:
    studio.export(tmp_path / "a.zip", form, Filters(every=3))
    fresh = open_studio()
    fresh.take(tmp_path / "a.zip", form)
    kept = {place: found for place, found in masks_of(studio).items() if place[2] % 3 == 0}
    kept = {place: found for place, found in kept.items() if place[1] != "car 1"}  # it is on frame 5 alone
    assert masks_of(fresh) == kept


@pytest.mark.parametrize("form", FORMATS)
def test_a_folder_holds_what_the_zip_does(studio: Studio, open_studio: Open, tmp_path: Path, form: str) -> None:
    studio.export(tmp_path / "a.zip", form)
    studio.export(tmp_path / "a", form)
    files = [path for path in (tmp_path / "a").rglob("*") if path.is_file()]
    found = {path.relative_to(tmp_path / "a").as_posix(): path.read_bytes() for path in files}
    del found["manifest.json"]
    assert found == members(tmp_path / "a.zip")
    fresh = open_studio()
    fresh.take(tmp_path / "a", form)
    assert masks_of(fresh) == masks_of(studio)


def test_import_is_undone_in_one_step(studio: Studio, tmp_path: Path) -> None:
    before = studio.stored()
    studio.export(tmp_path / "a.zip", "coco")
    studio.take(tmp_path / "a.zip", "coco")
    assert len(studio.stored()) >= len(before)
    with studio.db.read() as session:
        assert len(objects.of_video(session, studio.videos[0])) == 4
    for video in studio.videos:
        with studio.db.write() as session:
            assert undo.undo(session, video, studio.person).kind == "import"
    assert studio.stored() == before
    with studio.db.read() as session:
        assert len(objects.of_video(session, studio.videos[0])) == 2


def test_davis_says_what_overlap_costs(open_studio: Open, tmp_path: Path) -> None:
    studio = open_studio((projects.NewLabel("car"),))
    video = studio.videos[0]
    studio.add(video, "car", {f: box(10, 10, 20, 20) for f in range(FRAMES)})
    studio.add(video, "car", {0: box(20, 10, 20, 20), 1: box(5, 5, 50, 50)})
    done = studio.export(tmp_path / "a.zip", "davis", Filters(videos=frozenset([video])))
    assert "overlap on 2 frames" in done.notes[0]
    assert "600 pixels of others and 1 whole masks" in done.notes[0]
    assert load(tmp_path / "a.zip", "manifest.json")["notes"] == list(done.notes)
    fresh = open_studio()
    fresh.take(tmp_path / "a.zip", "davis")
    stored = {place[1:]: found[1] for place, found in fresh.stored().items()}
    assert stored["car 2", 1] == box(5, 5, 50, 50).counts
    assert stored["car 1", 0] == box(10, 10, 10, 20).counts
    assert ("car 1", 1) not in stored


def test_an_unpacked_archive_of_another_tool_is_read(studio: Studio, open_studio: Open, tmp_path: Path) -> None:
    """Without our manifest and objects.json, and with the PNGs numbered from 1."""
    only = Filters(videos=frozenset(studio.videos[:1]))
    studio.export(tmp_path / "a.zip", "davis", only)
    folder = unpacked(tmp_path / "a.zip", tmp_path / "a") / "Annotations" / "video-0"
    for path in sorted(folder.iterdir(), reverse=True):
        path.rename(folder / f"{int(path.stem) + 1:05d}.png")
    fresh = open_studio()
    done = fresh.take(folder, "davis")
    assert done.labels == ("object",)
    drawn = {place[2]: found[1] for place, found in fresh.stored().items() if place[1] == "object 1"}
    assert drawn == {place[2]: found[1] for place, found in studio.stored().items()
                     if place[1] == "my car" and found[0] != "absent"}

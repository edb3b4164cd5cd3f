"""Filters, the manifest, cancelling, and targets that cannot be written."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.errors import BadInput, Cancelled, NotFound, Unavailable
from projects_db import masks, projects, tables
from projects_db.formats import FORMATS
from projects_db.formats.exports import Filters
from tests.projects_db.formats.conftest import Open
from tests.projects_db.formats.studio import FRAMES, Studio, box, load


def places(path: Path) -> set[tuple[int, int, int]]:
    """(video, track, frame) of every annotation of a COCO export."""
    found = load(path)
    frames = {image["id"]: image["frame_index"] for image in found["images"]}
    return {(one["video_id"], one["track_id"], frames[one["image_id"]]) for one in found["annotations"]}


def test_candidates_and_stale_masks_stay_behind(studio: Studio, tmp_path: Path) -> None:
    first, car = studio.videos[0], 1
    with studio.db.read() as session:
        revision = masks.get(session, first, 7, car).revision
    studio.change("mask", masks.write, first, [masks.MaskWrite(7, car, box(1, 1, 9, 9), revision)])
    done = studio.export(tmp_path / "a.zip", "coco")
    kept = {frame for video, track, frame in places(tmp_path / "a.zip") if (video, track) == (1, 1)}
    assert kept == {0, 1, 2, 3, 4, 7}  # up to the barrier on 4, and by hand; 5, 6 and 8 to 11 turned stale
    manifest = load(tmp_path / "a.zip", "manifest.json")
    assert manifest["left_out"] == {"candidate": 1, "stale": 6}
    assert [video["incomplete_frames"] for video in manifest["videos"]] == [[5, 6, 8, 9, 10, 11], [4]]
    assert any("1 candidate, 6 stale" in note for note in done.notes)
    studio.export(tmp_path / "b.zip", "coco", Filters(stale=True))
    assert {frame for video, track, frame in places(tmp_path / "b.zip") if (video, track) == (1, 1)} == set(range(10))


def test_verified_only(studio: Studio, tmp_path: Path) -> None:
    studio.export(tmp_path / "a.zip", "coco", Filters(verified_only=True))
    assert places(tmp_path / "a.zip") == {(1, 1, frame) for frame in (2, 3, 4)}
    assert [image["frame_index"] for image in load(tmp_path / "a.zip")["images"]] == [2, 3, 4, 9]


def test_labels_videos_and_stages(studio: Studio, tmp_path: Path) -> None:
    studio.export(tmp_path / "a.zip", "coco", Filters(labels=frozenset([studio.label("dog")])))
    found = load(tmp_path / "a.zip")
    assert [category["name"] for category in found["categories"]] == ["dog"]
    assert {track["name"] for track in found["tracks"]} == {"dog 1"}
    studio.export(tmp_path / "b.zip", "coco", Filters(videos=frozenset(studio.videos[1:])))
    assert {(v["name"], v["id"]) for v in load(tmp_path / "b.zip")["videos"]} == {("video-1.mp4", 1)}
    with pytest.raises(BadInput, match="No video"):
        studio.export(tmp_path / "c.zip", "coco", Filters(stages=frozenset(["accepted"])))
    for wrong in (Filters(videos=frozenset([99])), Filters(labels=frozenset([99]))):
        with pytest.raises(NotFound, match="99"):
            studio.export(tmp_path / "c.zip", "coco", wrong)
    with pytest.raises(BadInput):
        studio.export(tmp_path / "c.zip", "coco", Filters(every=0))
    with pytest.raises(BadInput, match="no polygons"):
        studio.export(tmp_path / "c.zip", "davis", polygons=True)
    with pytest.raises(BadInput, match="coco"):
        studio.export(tmp_path / "c.zip", "pascal")
    assert not (tmp_path / "c.zip").exists()


def test_manifest_tells_where_everything_came_from(studio: Studio, tmp_path: Path) -> None:
    studio.export(tmp_path / "a.zip", "youtube-vis")
    manifest = load(tmp_path / "a.zip", "manifest.json")
    assert (manifest["project"], manifest["format"], manifest["manifest"]) == ("Street", "youtube-vis", 1)
    assert manifest["models"] == [{"model": "flow 1", "licence": "Apache-2.0", "permits": "any use"}]
    assert [label["name"] for label in manifest["schema"]] == ["car", "dog", "road"]
    frames = manifest["videos"][0]["frames"]
    assert [frame for frame, _ in frames] == list(range(FRAMES))
    assert [time for _, time in frames] == pytest.approx([frame / 25 for frame in range(FRAMES)])
    assert manifest["objects"][0]["made_by"] == [
        [0, 0, "tracked", "human", None], [1, 1, "tracked", "model", "flow 1"], [2, 4, "verified", "model", "flow 1"],
        [5, 9, "tracked", "model", "flow 1"], [10, 11, "absent", "model", "flow 1"],
    ]


@pytest.mark.parametrize("name", ["a.zip", "a"])
@pytest.mark.parametrize("at", [0.0, 0.1, 0.2, 0.6])
def test_cancelled_leaves_nothing(studio: Studio, tmp_path: Path, name: str, at: float) -> None:
    def progress(share: float, message: str) -> None:
        if share >= at:
            raise Cancelled("cancelled", "It was cancelled.", "Start it again.")

    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(Cancelled):
        studio.export(folder / name, "coco", images=True, progress=progress)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("form", FORMATS)
def test_progress_rises_through_every_part(studio: Studio, tmp_path: Path, form: str) -> None:
    shares: list[float] = []
    studio.export(tmp_path / "a.zip", form, images=True, progress=lambda share, message: shares.append(share))
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    for start, stop in ((0.0, 0.1), (0.1, 0.3), (0.3, 1.0)):
        assert sum(start <= share < stop for share in shares) >= 2


def test_an_older_export_stays_until_the_new_one_is_whole(studio: Studio, tmp_path: Path) -> None:
    target = tmp_path / "a.zip"
    studio.export(target, "coco")
    before = target.read_bytes()

    def progress(share: float, message: str) -> None:
        if share > 0.05:
            raise Cancelled("cancelled", "It was cancelled.", "Start it again.")

    with pytest.raises(Cancelled):
        studio.export(target, "coco", progress=progress)
    assert target.read_bytes() == before


def test_targets_that_cannot_be(studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("keep")
    with pytest.raises(BadInput, match="something in it"):
        studio.export(tmp_path / "full", "coco")
    with pytest.raises(Unavailable):
        studio.export(tmp_path / "full" / "mine.txt" / "a.zip", "coco")
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine.txt"]


def test_more_objects_than_davis_can_hold(open_studio: Open, tmp_path: Path) -> None:
    studio = open_studio((projects.NewLabel("car"),))
    for number in range(255):
        studio.add(studio.videos[0], "car", {0: box(number % 100, number // 3, 5, 5)})
    with pytest.raises(BadInput, match="254"):
        studio.export(tmp_path / "a.zip", "davis")
    assert not list(tmp_path.glob("*.zip*"))


def test_videos_of_one_name_have_folders_of_their_own(studio: Studio, tmp_path: Path) -> None:
    with studio.db.write() as session:
        for video in studio.videos:
            session.get_one(tables.Video, video).name = "../été: ride.mp4"
    studio.export(tmp_path / "a.zip", "davis")
    folders = [video["folder"] for video in load(tmp_path / "a.zip", "objects.json")["videos"]]
    assert folders == ["t_ride", "t_ride-2"]

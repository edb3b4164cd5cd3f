"""What holds on some frames only, in every format: where others look for it, and back again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from projects_db import identities, objects
from projects_db.formats.exports import Filters
from tests.projects_db.formats.conftest import Open
from tests.projects_db.formats.studio import FRAMES, Studio, load


def test_coco_says_it_of_every_annotation(studio: Studio, tmp_path: Path) -> None:
    studio.export(tmp_path / "a.zip", "coco")
    data = load(tmp_path / "a.zip")
    frame_of = {image["id"]: image["frame_index"] for image in data["images"]}
    names = {track["id"]: track["name"] for track in data["tracks"]}
    said = {(names[one["track_id"]], frame_of[one["image_id"]]): one["attributes"] for one in data["annotations"]
            if one["video_id"] == 1}
    assert said["my car", 0] == {"occluded": False, "truncated": False, "colour": "red", "door": "open"}
    assert said["my car", 4] == {"occluded": True, "truncated": False, "colour": "red", "door": "shut"}
    assert said["my car", 8] == {"occluded": False, "truncated": False, "colour": "red"}
    assert [said["dog 1", f]["truncated"] for f in (5, 6, 7)] == [False, True, True]


def test_youtube_vis_has_lists_beside_the_segmentations(studio: Studio, tmp_path: Path) -> None:
    studio.export(tmp_path / "a.zip", "youtube-vis", Filters(every=2))
    car, dog = load(tmp_path / "a.zip")["annotations"][:2]
    assert len(car["segmentations"]) == FRAMES // 2
    assert car["frame_attributes"] == {
        "occluded": [False, True, True, False, False, False], "truncated": [False] * 6,
        "door": ["open", "open", "shut", "shut", None, None]}
    assert dog["frame_attributes"] == {"occluded": [False] * 6, "truncated": [False] * 3 + [True] * 3}


def test_davis_says_what_its_pictures_do_not(studio: Studio, tmp_path: Path) -> None:
    done = studio.export(tmp_path / "a.zip", "davis")
    assert any("not in the PNGs, of 2 objects" in note for note in done.notes)
    assert load(tmp_path / "a.zip", "manifest.json")["notes"] == list(done.notes)
    assert load(tmp_path / "a.zip", "objects.json")["objects"][1]["spans"] == [
        {"name": "truncated", "value": "yes", "start": 6, "stop": FRAMES}]


def test_flags_of_others_are_read(studio: Studio, open_studio: Open, tmp_path: Path) -> None:
    """A file with `attributes` as CVAT writes them, and no tracks."""
    studio.export(tmp_path / "a.zip", "coco", Filters(videos=frozenset(studio.videos[:1])))
    data = load(tmp_path / "a.zip")
    del data["tracks"]
    data["annotations"] = [{**one, "attributes": {**one["attributes"], "keyframe": True}}
                           for one in data["annotations"]]
    (tmp_path / "others.json").write_text(json.dumps(data))
    fresh = open_studio()
    fresh.take(tmp_path / "others.json", "coco")
    assert spans_of(fresh) == [[("occluded", 2, 5)], [("truncated", 6, 8), ("truncated", 10, 12)]], "on masks"


def test_exports_follow_merge_split_swap_and_label(studio: Studio, open_studio: Open, tmp_path: Path) -> None:
    video, (car, dog) = studio.videos[0], list(studio_objects(studio))
    studio.change("swap", identities.swap, video, car, dog, 4, FRAMES)
    studio.change("split", identities.split, video, car, 2)
    studio.change("object", lambda s, c: objects.patch(
        s, c, dog, objects.get(s, dog).version, label_id=objects.get(s, car).label_id), video)
    new = studio_objects(studio)[-1]
    studio.change("merge", identities.merge, video, dog, [new], "keep")
    wanted = {place: found for place, found in studio.stored().items() if place[0] == video}
    for form in ("coco", "youtube-vis", "davis"):
        studio.export(tmp_path / f"{form}.zip", form, Filters(videos=frozenset([video])))
        fresh = open_studio()
        fresh.take(tmp_path / f"{form}.zip", form)
        assert {place: found for place, found in fresh.stored().items() if place[0] == fresh.videos[0]} == {
            (fresh.videos[0], *place[1:]): found for place, found in wanted.items()}, form
        assert spans_of(fresh) == spans_of(studio)


def studio_objects(studio: Studio) -> list[int]:
    with studio.db.read() as session:
        return [one.id for one in objects.of_video(session, studio.videos[0])]


def spans_of(studio: Studio) -> list[Any]:
    """(name, start, stop) of each object of the first video."""
    with studio.db.read() as session:
        return [[(one["name"], one["start"], one["stop"]) for one in item.spans]
                for item in objects.of_video(session, studio.videos[0])]

"""Files that are wrong, by accident or on purpose: one clear error that names the place, and nothing is changed."""

from __future__ import annotations

import io
import json
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from backend.errors import BadInput, Locked, NotFound, ThroughlineError
from projects_db import projects, tables
from projects_db.formats.imports import MOST_OBJECTS
from tests.projects_db.formats.conftest import Open
from tests.projects_db.formats.studio import FRAMES, HEIGHT, WIDTH, Studio, box, load, members

Break = Callable[[dict[str, Any]], object]


def put(path: str, value: Any) -> Break:
    """Set what is at "images.0.id" to a value."""
    def change(data: Any) -> None:
        *way, last = [int(step) if step.isdecimal() else step for step in path.split(".")]
        for step in way:
            data = data[step]
        data[last] = value

    return change


def drop(path: str) -> Break:
    """Take away what is at a path."""
    def change(data: Any) -> None:
        *way, last = [int(step) if step.isdecimal() else step for step in path.split(".")]
        for step in way:
            data = data[step]
        del data[last]

    return change


CODE = {"size": [HEIGHT, WIDTH], "counts": "x"}
COCO: list[tuple[Break, str]] = [
    (put("images", {}), "images"),
    (put("images", []), "images"),
    (put("images.0.id", "1"), "images[0].id"),
    (put("images.0.id", -1), "images[0].id"),
    (put("images.0.id", True), "images[0].id"),
    (put("images.0.id", 10**400), "images[0].id"),
    (put("images.1.id", 1), "images[1]"),
    (put("images.3.width", 0), "images[3].width"),
    (put("images.3.width", 161), "image 4"),
    (put("images.3.width", 2**40), "images[3].width"),
    (put("images.2.frame_index", -1), "images[2].frame_index"),
    (put("images.2.frame_index", 2**70), "images[2].frame_index"),
    (put("images.2.frame_index", 1), "frames[2]"),
    (put("images.2.frame_index", 1.5), "images[2].frame_index"),
    (drop("images.0.file_name"), "images[0].file_name"),
    (put("categories.0.name", ""), "categories[0].name"),
    (put("categories.1.name", "car"), "categories[1]"),
    (put("categories.1.id", 1), "categories[1]"),
    (put("categories.0.color", [1, 2]), "categories[0].color"),
    (put("categories.0.color", [1, 2, 999]), "categories[0].color[2]"),
    (put("annotations.5.id", 1), "annotations[5]"),
    (put("annotations.5.image_id", 999), "annotations[5]"),
    (put("annotations.5.image_id", None), "annotations[5].image_id"),
    (put("annotations.5.category_id", 999), "annotations[5]"),
    (put("annotations.5.category_id", 3), "annotations[5]"),
    (put("annotations.5.track_id", "a"), "annotations[5].track_id"),
    (put("annotations.5.score", 7), "annotations[5].score"),
    (put("annotations.5.segmentation", None), "annotations[5].segmentation"),
    (put("annotations.5.segmentation", CODE), "annotations[5]"),
    (put("annotations.5.segmentation", CODE | {"counts": [1, 2]}), "annotations[5]"),
    (put("annotations.5.segmentation", CODE | {"counts": [HEIGHT * WIDTH + 5, -5]}), "annotations[5]"),
    (put("annotations.5.segmentation", {"size": [HEIGHT, 1], "counts": [HEIGHT]}), "annotations[5]"),
    (put("annotations.5.segmentation", {"size": [2**31, 2**31], "counts": "x"}), "annotations[5].segmentation"),
    (put("annotations.5.segmentation", [[1, 2, 3, 4]]), "annotations[5]"),
    (put("annotations.5.segmentation", [[1, 2, 1e12, 4, 5, 6]]), "annotations[5]"),
    (put("annotations.5.segmentation", [["a"]]), "annotations[5].segmentation"),
    (put("annotations.5.segmentation", [[0, 0, 16000, 16000, 0, 16000] * 1000]), "annotations[5]"),
    (put("annotations.2.image_id", 1), "annotations[2]"),
    (put("tracks.0.category_id", 77), "tracks[0]"),
    (put("tracks.0.video_id", 77), "tracks[0]"),
    (put("tracks.1.id", 1), "tracks[1]"),
    (put("tracks.0.colour", "red; background: url(x)"), "tracks[0].colour"),
    (put("tracks.0.name", "a" * 10_000), "tracks[0].name"),
    (put("tracks.0.absent_frames", [0]), "on frame 0"),
    (put("tracks.0.absent_frames", [11, 11]), "tracks[0]"),
    (put("tracks.0.absent_frames", [2**40]), "tracks[0].absent_frames[0]"),
    (put("videos.0.frame_count", 13), "13 frames in the file, 12 in the project"),
    (put("videos.0.content_hash", 5), "videos[0].content_hash"),
    (put("tracks.0.attributes", {"colour": "mauve"}), "mauve"),
    (put("tracks.0.spans", [{"name": "door", "value": "ajar", "start": 0, "stop": 2}]), "ajar"),
    (put("tracks.0.spans", [{"name": "occluded", "value": "yes", "start": -1, "stop": 2}]), "tracks[0].spans[0].start"),
    (put("tracks.0.attributes", {"colour": {"a": []}}), "tracks[0].attributes"),
]
YOUTUBE: list[tuple[Break, str]] = [
    (drop("videos"), "videos"),
    (put("videos.0.file_names", []), "videos[0].file_names"),
    (lambda data: data["videos"][0].update(frame_indices=None, file_names=["a/1.jpg"] * FRAMES), "frames[1]"),
    (lambda data: data["videos"][0].update(frame_indices=None, file_names=["a/x.jpg"] * FRAMES), "x.jpg"),
    (put("videos.0.length", 3), "videos[0]"),
    (put("videos.0.frame_indices", [0]), "videos[0]"),
    (put("videos.0.frame_indices", [1] * FRAMES), "frames[1]"),
    (put("videos.1.id", 1), "videos[1]"),
    (put("videos.0.width", WIDTH * 2), "annotations[0].segmentations[0]"),
    (put("annotations.0.segmentations", []), "annotations[0]"),
    (put("annotations.0.segmentations.0", 5), "annotations[0].segmentations[0]"),
    (put("annotations.0.segmentations.0.counts", [0] * 10**6), "annotations[0].segmentations[0]"),
    (put("annotations.0.states", ["verified"]), "annotations[0]"),
    (put("annotations.0.video_id", 9), "annotations[0]"),
    (put("annotations.1.id", 1), "annotations[1]"),
    (put("annotations.0.category_id", 9), "annotations[0]"),
]


@pytest.fixture
def before(studio: Studio) -> Any:
    """What must not change."""
    return everything(studio)


def everything(studio: Studio) -> Any:
    with studio.db.read() as session:
        counted = (tables.Change, tables.Object, tables.MaskHistory, tables.Label)
        return [session.query(table).count() for table in counted]


def refused(studio: Studio, path: Path, form: str, says: str, before: Any, video_id: int | None = None) -> None:
    try:
        studio.take(path, form, video_id)
    except (BadInput, NotFound, Locked) as error:
        assert says in error.message, f"{says!r} is not in {error.message!r}"
    else:
        pytest.fail(f"it was taken; it should say {says!r}")
    assert everything(studio) == before


@pytest.mark.parametrize("form", ["coco", "youtube-vis"])
def test_wrong_fields_are_named(studio: Studio, before: Any, tmp_path: Path, form: str) -> None:
    studio.export(tmp_path / "a.zip", form)
    text = json.dumps(load(tmp_path / "a.zip"))
    for change, says in COCO if form == "coco" else YOUTUBE:
        data = json.loads(text)
        change(data)
        (tmp_path / "bad.json").write_text(json.dumps(data))
        refused(studio, tmp_path / "bad.json", form, says, before)


@pytest.mark.parametrize("form", ["coco", "youtube-vis"])
@pytest.mark.parametrize("data", [
    b"", b"{", b"null", b"[]", b"3", b"\xff\xfe\x00", b"\x00" * 1000, b'{"images": NaN}', b"[" * 200_000,
    b'{"a":' * 100_000, b'{"images": [' + b"1" * 100_000 + b"]}", b'{"\\ud800": 1}', b"PK\x03\x04 no zip",
])
def test_what_is_no_json_is_refused(studio: Studio, before: Any, tmp_path: Path, form: str, data: bytes) -> None:
    (tmp_path / "bad.json").write_bytes(data)
    refused(studio, tmp_path / "bad.json", form, "bad.json", before)


def test_damaged_bytes_never_crash(studio: Studio, tmp_path: Path) -> None:
    """Any byte of a good file may be another: an error, or a file that can be read."""
    rng = np.random.default_rng(0)
    for form in ("coco", "youtube-vis", "davis"):
        studio.export(tmp_path / "a.zip", form)
        good = (tmp_path / "a.zip").read_bytes()
        for _ in range(40):
            bad = bytearray(good)
            for place in rng.integers(len(good), size=3):
                bad[place] = rng.integers(256)
            (tmp_path / "bad.zip").write_bytes(bad)
            before = everything(studio)
            try:
                studio.take(tmp_path / "bad.zip", form)
            except ThroughlineError:
                assert everything(studio) == before


def zipped(path: Path, found: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in found.items():
            out.writestr(name, data)
    return path


def png(array: np.ndarray, mode: str = "P") -> bytes:
    stream = io.BytesIO()
    Image.fromarray(array).convert(mode).save(stream, "PNG")
    return stream.getvalue()


def huge_png(side: int) -> bytes:
    """A PNG of a few bytes that says it is enormous."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    chunks = chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(b"\0" * 9)), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


BLANK = np.zeros((HEIGHT, WIDTH), np.uint8)


@pytest.mark.parametrize(("name", "data", "says"), [
    ("Annotations/video-0/00003.png", b"no png", "00003.png"),
    ("Annotations/video-0/00003.png", png(BLANK[:-1]), "others of its video"),
    ("Annotations/video-0/00003.png", png(BLANK, "RGB"), "mode RGB"),
    ("Annotations/video-0/00003.png", png(BLANK + 9, "L"), "object 9"),
    ("Annotations/video-0/00003.png", huge_png(60_000), "00003.png"),
    ("Annotations/video-0/00003.png", huge_png(16_000), "00003.png"),
    ("Annotations/video-0/00099.png", png(BLANK), "states"),
    ("Annotations/video-0/last.png", png(BLANK), "last.png"),
    ("Annotations/other/00000.png", png(BLANK), "other"),
    ("objects.json", b"{}", "objects.json"),
    ("objects.json", b'{"categories": [], "videos": [], "objects": []}', "video-0"),
    ("objects.json", json.dumps({
        "categories": [], "videos": [{"id": n + 1, "name": "a", "folder": f"video-{n}"} for n in range(2)],
        "objects": [{"id": 1, "index": 1, "video_id": 3, "category_id": 1}],
    }).encode(), "no video 3"),
    ("../evil.png", png(BLANK), "leads outside"),
    ("/etc/evil.png", png(BLANK), "leads outside"),
    ("a\\..\\evil.png", png(BLANK), "leads outside"),
])
def test_bad_davis(studio: Studio, before: Any, tmp_path: Path, name: str, data: bytes, says: str) -> None:
    studio.export(tmp_path / "a.zip", "davis")
    refused(studio, zipped(tmp_path / "bad.zip", members(tmp_path / "a.zip") | {name: data}), "davis", says, before)


def test_a_zip_bomb_is_not_unpacked(studio: Studio, before: Any, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as out, \
            out.open("Annotations/video-0/00000.png", "w", force_zip64=True) as stream:
        for _ in range(300):
            stream.write(bytes(2**20))
    refused(studio, tmp_path / "bomb.zip", "davis", "bytes", before)


def test_zips_that_cannot_be_read(studio: Studio, before: Any, tmp_path: Path) -> None:
    refused(studio, zipped(tmp_path / "none.zip", {}), "coco", "no json file", before)
    refused(studio, zipped(tmp_path / "two.zip", {"a.json": b"{}", "b.json": b"{}"}), "coco", "2 json files", before)
    refused(studio, zipped(tmp_path / "empty.zip", {}), "davis", "no PNGs", before)
    refused(studio, tmp_path / "nowhere.zip", "coco", "nowhere.zip", before)
    good = zipped(tmp_path / "a.zip", {"annotations.json": os.urandom(5000)}).read_bytes()
    (tmp_path / "cut.zip").write_bytes(good[:-30])
    refused(studio, tmp_path / "cut.zip", "coco", "cut.zip", before)


def whole(studio: Studio, path: Path) -> dict[str, Any]:
    studio.export(path, "coco")
    return load(path)


def test_files_that_disagree_with_the_videos(studio: Studio, before: Any, tmp_path: Path) -> None:
    data, path, first = whole(studio, tmp_path / "a.zip"), tmp_path / "bad.json", studio.videos[0]

    def say(changed: dict[str, Any]) -> Path:
        path.write_text(json.dumps(changed))
        return path

    refused(studio, say(data), "coco", "has 2 videos", before, video_id=first)
    refused(studio, say(data), "coco", "no video 99", before, video_id=99)
    unknown = json.loads(json.dumps(data))
    unknown["videos"][0] |= {"name": "elsewhere.mp4", "content_hash": None}
    for image in unknown["images"]:
        image["file_name"] = image["file_name"].replace("video-0", "elsewhere")
    refused(studio, say(unknown), "coco", "elsewhere.mp4", before)
    twice = json.loads(json.dumps(data))
    twice["videos"][1] = twice["videos"][0] | {"id": 2}
    refused(studio, say(twice), "coco", "one video of the project", before)
    small = {"images": [{"id": 1, "file_name": "video-0/00000.jpg", "width": 8, "height": 8, "frame_index": 0}],
             "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "segmentation": [[1, 1, 5, 1, 5, 5]]}],
             "categories": [{"id": 1, "name": "car"}]}
    refused(studio, say(small), "coco", "8x8 in the file, 160x120 in the project", before)
    late = json.loads(json.dumps(small))
    late["images"][0] |= {"width": WIDTH, "height": HEIGHT, "frame_index": FRAMES}
    refused(studio, say(late), "coco", "frames 0 to 11 in the project", before)
    refused(studio, say(small | {"annotations": []}), "coco", "no object", before)


def test_an_accepted_video_is_read_only(studio: Studio, tmp_path: Path) -> None:
    whole(studio, tmp_path / "a.zip")
    with studio.db.write() as session:
        session.get_one(tables.Video, studio.videos[1]).stage = "accepted"
    before = everything(studio)
    refused(studio, tmp_path / "a.zip", "coco", "accepted", before)


def test_annotations_of_strangers(open_studio: Open, tmp_path: Path) -> None:
    """Plain COCO: no videos, no tracks, frame numbers in the names only."""
    studio = open_studio((projects.NewLabel("car"),))
    data = {
        "images": [{"id": n, "file_name": f"frame_{n:04d}.jpg", "width": WIDTH, "height": HEIGHT} for n in (3, 7)],
        "annotations": [
            {"id": 1, "image_id": 3, "category_id": 5, "segmentation": [[10, 10, 30, 10, 30, 20, 10, 20]]},
            {"id": 2, "image_id": 7, "category_id": 5, "iscrowd": 1,
             "segmentation": {"size": [HEIGHT, WIDTH], "counts": box(1, 2, 3, 4).runs}},
        ],
        "categories": [{"id": 5, "name": "car", "supercategory": "vehicle"}],
    }
    (tmp_path / "plain.json").write_text(json.dumps(data))
    done = studio.take(tmp_path / "plain.json", "coco", studio.videos[1])
    assert (done.objects, done.masks, done.labels) == (2, 2, ())
    assert "2 annotations without a track_id" in done.notes[0]
    stored = {place[2]: found for place, found in studio.stored().items()}
    assert stored == {3: ("tracked", box(10, 10, 20, 10).counts), 7: ("tracked", box(1, 2, 3, 4).counts)}
    data["annotations"] = [data["annotations"][0] | {"id": n} for n in range(MOST_OBJECTS + 1)]
    (tmp_path / "plain.json").write_text(json.dumps(data))
    refused(studio, tmp_path / "plain.json", "coco", str(MOST_OBJECTS), everything(studio), studio.videos[1])

"""`launch.py track`: every task on a small dataset, with models whose masks mean something."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from app.cli.__main__ import main
from backend.masks import Rle
from backend.models import registry
from backend.models.seam import Candidate
from backend.prompts import Categories
from backend.tasks.dataset import read_categories
from tests import colour_model
from tests.moving_shapes import DISC, SQUARE, Shapes

COUNT = 8


@pytest.fixture(autouse=True)
def colours(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model of colours is there as well."""
    monkeypatch.setitem(registry._PACKAGES, "colours", colour_model.Package())


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    return Shapes(COUNT)


@pytest.fixture
def dataset(tmp_path: Path, shapes: Shapes) -> Path:
    """Two videos of the same pictures, and first masks of both."""
    for name in ("a", "b"):
        (tmp_path / "pictures" / name).mkdir(parents=True)
        (tmp_path / "masks" / name).mkdir(parents=True)
        for frame, picture in enumerate(shapes.frames.pictures):
            cv2.imwrite(str(tmp_path / "pictures" / name / f"{frame:05d}.png"), picture[..., ::-1])
        first = sum((shapes.mask(one, 0) * np.uint8(one) for one in (DISC, SQUARE)), np.zeros((120, 160), np.uint8))
        Image.fromarray(first).save(tmp_path / "masks" / name / "00000.png")
    return tmp_path


def track(dataset: Path, task: str, *options: object, model: str = "colours", videos: str = "pictures") -> int:
    return main(["track", str(dataset / videos), "--task", task, "--model", model, "--out", str(dataset / task),
                 *map(str, options)])


def iou(mask: np.ndarray, truth: np.ndarray) -> float:
    return float((mask & truth).sum() / (mask | truth).sum())


CATEGORIES = ("--categories", "white,red,blue")
"""Numbers 2 and 3 are there: not those of the objects."""


def test_vis(dataset: Path, shapes: Shapes) -> None:
    assert track(dataset, "vis", *CATEGORIES) == 0
    results = json.loads((dataset / "vis" / "results.json").read_text())
    assert [(one["video_id"], one["category_id"]) for one in results] == [(1, 2), (1, 3), (2, 2), (2, 3)]
    for one in results:
        assert len(one["segmentations"]) == COUNT and one["score"] == 0.9
        masks = [Rle.from_json(segmentation).to_mask() for segmentation in one["segmentations"]]
        truth = {2: DISC, 3: SQUARE}[one["category_id"]]
        assert min(iou(mask, shapes.mask(truth, frame)) for frame, mask in enumerate(masks)) > 0.7


def test_vis_of_a_model_that_can_only_find_and_track(dataset: Path) -> None:
    """The compact model knows no categories: all that it finds is of the category "object"."""
    assert track(dataset, "vis", "--frames", "0:3", model="compact", videos="pictures/a") == 0
    results = json.loads((dataset / "vis" / "results.json").read_text())
    assert {(one["category_id"], len(one["segmentations"])) for one in results} == {(1, 3)}


def test_vps(dataset: Path, shapes: Shapes) -> None:
    assert track(dataset, "vps", *CATEGORIES) == 0
    video = json.loads((dataset / "vps" / "pred.json").read_text())["annotations"][0]
    assert video["video_id"] == "a" and len(video["annotations"]) == COUNT
    for frame, about in enumerate(video["annotations"]):
        picture = np.asarray(Image.open(dataset / "vps" / "pan_pred" / "a" / about["file_name"])).astype(int)
        numbers = picture @ [1, 256, 65536]
        segments = {one["category_id"]: one for one in about["segments_info"]}
        assert set(np.unique(numbers)) == {0, *(one["id"] for one in segments.values())}
        for category, truth in ((2, DISC), (3, SQUARE)):
            mask = numbers == segments[category]["id"]
            assert mask.sum() == segments[category]["area"]
            assert iou(mask, shapes.mask(truth, frame)) > 0.7


def test_vss(dataset: Path, shapes: Shapes) -> None:
    """A pixel is the position of its category, from 0; 255 where there is none."""
    assert track(dataset, "vss", *CATEGORIES) == 0
    for frame in range(COUNT):
        classes = np.asarray(Image.open(dataset / "vss" / "b" / f"{frame:05d}.png"))
        assert set(np.unique(classes)) == {1, 2, 255}
        assert iou(classes == 1, shapes.mask(DISC, frame)) > 0.7


def test_mot(dataset: Path) -> None:
    """Several categories have a folder each; of one the files lie in the folder itself."""
    assert track(dataset, "mot", *CATEGORIES) == 0
    rows = [line.split(",") for line in (dataset / "mot" / "red" / "a.txt").read_text().splitlines()]
    assert [row[0] for row in rows] == [str(frame) for frame in range(1, COUNT + 1)]
    assert {row[1] for row in rows} == {"1"} and {len(row) for row in rows} == {10}
    lefts = [float(row[2]) for row in rows]
    assert np.diff(lefts).tolist() == [4.0] * (COUNT - 1)  # the disc goes right by 4 pixels a frame
    assert (dataset / "mot" / "white" / "a.txt").read_text() == ""


def test_mots(dataset: Path) -> None:
    assert track(dataset, "mots", *CATEGORIES) == 0
    rows = [line.split(" ") for line in (dataset / "mots" / "a.txt").read_text().splitlines()]
    assert len(rows) == 2 * COUNT and {(row[1], row[2]) for row in rows} == {("1", "2"), ("2", "3")}
    assert {(row[3], row[4]) for row in rows} == {("120", "160")}


@pytest.mark.parametrize("task", ["vos", "pvos"])
def test_first_masks(dataset: Path, shapes: Shapes, task: str) -> None:
    (dataset / "labels.json").write_text(json.dumps({"a": {"1": "ball", "2": "box"}}))
    labels = ("--labels", dataset / "labels.json") if task == "pvos" else ()
    assert track(dataset, task, "--masks", dataset / "masks", *labels, model="flow") == 0
    for frame in range(COUNT):
        with Image.open(dataset / task / "a" / f"{frame:05d}.png") as picture:
            assert picture.mode == "P" and picture.getpalette()[3:6] == [128, 0, 0]
            drawn = np.asarray(picture)
        for one in (DISC, SQUARE):
            assert iou(drawn == one, shapes.mask(one, frame)) > (0.99 if frame == 0 else 0.6)


def test_objects_that_appear_later(dataset: Path, shapes: Shapes) -> None:
    """The first mask of an object counts, on whatever frame; what is given of it later does not."""
    later = np.where(shapes.mask(SQUARE, 3), 2, 0).astype(np.uint8)
    later[:20, :20] = 1  # the disc is known since frame 0, and not there
    first = shapes.mask(DISC, 0).astype(np.uint8)
    Image.fromarray(first).save(dataset / "masks" / "a" / "00000.png")
    Image.fromarray(later).save(dataset / "masks" / "a" / "00003.png")
    assert track(dataset, "vos", "--masks", dataset / "masks", model="flow", videos="pictures/a") == 0
    drawn = [np.asarray(Image.open(dataset / "vos" / "a" / f"{frame:05d}.png")) for frame in range(COUNT)]
    assert [sorted(np.unique(one).tolist()) for one in drawn] == [[0, 1]] * 3 + [[0, 1, 2]] * 5
    assert iou(drawn[3] == 2, shapes.mask(SQUARE, 3)) == 1.0 and not (drawn[3][:20, :20] == 1).any()


def test_sot(dataset: Path, shapes: Shapes) -> None:
    x, y, width, height = Rle.from_mask(shapes.mask(SQUARE, 0)).box
    (dataset / "boxes" / "b").mkdir(parents=True)
    for file in ("a.txt", "b/groundtruth.txt"):
        (dataset / "boxes" / file).write_text(f"{x},{y},{width},{height}\n1,1,1,1\n")
    assert track(dataset, "sot", "--boxes", dataset / "boxes", model="flow") == 0
    rows = [[float(side) for side in line.split(",")] for line in (dataset / "sot" / "b.txt").read_text().splitlines()]
    assert len(rows) == COUNT and rows[0] == [x, y, width, height]
    assert abs(rows[-1][0] - (x - 3 * (COUNT - 1))) < 6


def test_rvos(dataset: Path, shapes: Shapes) -> None:
    assert track(dataset, "rvos", "--expression", "the red disc", "--expression", "a green thing") == 0
    for frame in range(COUNT):
        disc, nothing = (np.asarray(Image.open(dataset / "rvos" / "a" / key / f"{frame:05d}.png")) for key in "01")
        assert set(np.unique(disc)) == {0, 255} and iou(disc > 0, shapes.mask(DISC, frame)) > 0.7
        assert not nothing.any()


@pytest.mark.parametrize("task", ["det", "seg"])
def test_frames(dataset: Path, task: str) -> None:
    assert track(dataset, task, *CATEGORIES, "--frames", "2:5") == 0
    images = json.loads((dataset / task / "images.json").read_text())["images"]
    results = json.loads((dataset / task / "results.json").read_text())
    assert [one["file_name"] for one in images] == [f"{name}/0000{k}" for name in "ab" for k in (2, 3, 4)]
    assert len(results) == 2 * 3 * 2 and {one["image_id"] for one in results} == {one["id"] for one in images}
    assert all(("segmentation" in one) == (task == "seg") for one in results)


def test_what_is_unlikely_counts_as_well(dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a model that scores everything all of it is written, not what a person would be shown."""
    def detect(session: colour_model.ColourSession, frame: int, query: Categories) -> list[Candidate]:
        likely = session.discover(frame, query)
        return likely + [replace(one, segment=replace(one.segment, score=0.001), category="white") for one in likely]

    monkeypatch.setattr(colour_model.ColourModel, "spec", replace(colour_model.SPEC, detects=True))
    monkeypatch.setattr(colour_model.ColourSession, "detect", detect, raising=False)
    assert track(dataset, "seg", *CATEGORIES, "--frames", "0:1", videos="pictures/a") == 0
    results = json.loads((dataset / "seg" / "results.json").read_text())
    assert [one["category_id"] for one in results] == [3, 2, 1, 1]


@pytest.mark.parametrize("task", ["rec", "res"])
def test_expressions_of_images(dataset: Path, task: str) -> None:
    """Annotations say which images there are, and what is asked of each."""
    images = [{"id": 70, "file_name": "a/00000.png", "expressions": ["the red one", "the blue one"]},
              {"id": 71, "file_name": "b/00003.png", "expressions": ["what is green"]}]
    (dataset / "images.json").write_text(json.dumps({"images": images, "annotations": [], "categories": []}))
    assert track(dataset, task, "--annotations", dataset / "images.json") == 0
    results = json.loads((dataset / task / "results.json").read_text())
    assert [(one["image_id"], one["expression"]) for one in results] == [(70, "0"), (70, "1")]
    assert all(set(one) >= {"segmentation" if task == "res" else "bbox"} for one in results)


def test_annotations_of_youtube_vis(dataset: Path) -> None:
    """Ids, frames and categories are those of the benchmark."""
    (dataset / "vis.json").write_text(json.dumps({
        "videos": [{"id": 40, "file_names": ["b/00001.png", "b/00006.png"], "width": 160, "height": 120, "length": 2}],
        "categories": [{"id": 9, "name": "red"}, {"id": 4, "name": "blue"}], "annotations": None,
    }))
    assert track(dataset, "vis", "--annotations", dataset / "vis.json") == 0
    results = json.loads((dataset / "vis" / "results.json").read_text())
    assert {(one["video_id"], one["category_id"], len(one["segmentations"])) for one in results} == {
        (40, 9, 2), (40, 4, 2)}


@pytest.mark.parametrize(("text", "numbers"), [
    ("red, blue", {"red": 1, "blue": 2}), ("ovis", 25), ("vipseg", 124), ("names.txt", {"giant panda": 1, "red": 2}),
    ("names.json", {"giant panda": 7, "red": 3}), (None, {"giant panda": 7, "red": 3}),
])
def test_categories(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None, numbers: dict[str, int] | int
) -> None:
    """Of a JSON in plain words, with its numbers."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "names.txt").write_text("giant panda\nred\n")
    (tmp_path / "names.json").write_text('{"categories": [{"id": 7, "name": "giant_panda"}, {"id": 3, "name": "red"}]}')
    categories = read_categories(text, None if text else tmp_path / "names.json")
    assert categories is not None
    assert (len(categories.ids) if isinstance(numbers, int) else dict(categories.ids)) == numbers


def test_expressions_of_ref_youtube_vos(dataset: Path) -> None:
    said = {"videos": {"b": {"expressions": {"0": {"exp": "the blue one"}}, "frames": ["00000", "00004"]}}}
    for name in ("00000", "00004"):
        (dataset / "pictures" / "b" / f"{name}.png").rename(dataset / "pictures" / "b" / f"{name}.jpg")
    (dataset / "meta_expressions.json").write_text(json.dumps(said))
    assert track(dataset, "rvos", "--annotations", dataset / "meta_expressions.json") == 0
    assert sorted(str(path.relative_to(dataset / "rvos")) for path in (dataset / "rvos").rglob("*.png")) == [
        "b/0/00000.png", "b/0/00004.png"]


def test_goes_on_after_the_last_finished_video(
    dataset: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[int] = []

    def open_and_stop(model: object, frames: object) -> object:
        opened.append(1)
        if len(opened) == 2:
            raise KeyboardInterrupt
        return colour_model.ColourSession(frames)

    monkeypatch.setattr(colour_model.ColourModel, "open", open_and_stop)
    assert track(dataset, "vis", *CATEGORIES) == 130
    assert "keeps what is finished" in capsys.readouterr().out
    assert {one["video_id"] for one in json.loads((dataset / "vis" / "results.json").read_text())} == {1}
    assert track(dataset, "vis", *CATEGORIES) == 0
    assert len(opened) == 3 and "finished before: 1 of 2 videos" in capsys.readouterr().out
    assert {one["video_id"] for one in json.loads((dataset / "vis" / "results.json").read_text())} == {1, 2}
    assert not list(dataset.rglob("*.part"))
    assert track(dataset, "vis", "--categories", "red") == 2
    assert "what differs: told" in capsys.readouterr().err


@pytest.mark.parametrize(("task", "options", "model", "said"), [
    ("vis", CATEGORIES, "flow", "Choose a model that can: "),
    ("vis", CATEGORIES, "compact", "does not take categories"),
    ("vps", CATEGORIES, "compact", "Choose a model that can: "),
    ("det", CATEGORIES, "flow", "Choose a model that can: "),
    ("vis", ("--categories", "red,red"), "colours", "'red' is in the list of categories twice"),
    ("vis", ("--categories", "red,"), "colours", "has an empty name"),
    ("vis", ("--categories", "purple"), "colours", "There is no colour purple"),
    ("vis", ("--expression", "the red one"), "colours", "vis is not told by expression but by categories"),
    ("vos", (), "flow", "Give --masks"),
    ("sot", (), "flow", "Give --box"),
    ("sot", ("--box", 1, 2, 3, 4), "flow", "One box cannot be that of 2 videos"),
    ("rvos", (), "colours", "There is no expression for a"),
    ("vis", (*CATEGORIES, "--frames", "50:60"), "colours", "a has the frames 0 to 7"),
    ("vis", CATEGORIES, "nobody", "There is no model 'nobody'"),
    ("vis", ("--annotations", "nowhere.json"), "colours", "There is no file nowhere.json"),
])
def test_refused_with_one_sentence(
    dataset: Path, capsys: pytest.CaptureFixture[str], task: str, options: tuple[object, ...], model: str, said: str
) -> None:
    assert track(dataset, task, *options, model=model) == 2
    assert said in capsys.readouterr().err


def test_refused_masks_and_annotations(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Image.fromarray(np.ones((5, 5), np.uint8)).save(dataset / "small.png")
    Image.fromarray(np.zeros((120, 160), np.uint8)).save(dataset / "empty.png")
    (dataset / "bad.json").write_text('{"videos": [{"id": 1}]}')
    (dataset / "out.json").write_text('{"images": [{"id": 1, "file_name": "../a.png"}]}')
    for options, said in ((("vos", "--masks", dataset / "small.png"), "is 5x5 but a is 160x120"),
                          (("vos", "--masks", dataset / "empty.png"), "hold no object"),
                          (("vos", "--masks", dataset / "boxes"), "There is no mask for a frame of a"),
                          (("sot", "--box", 500, 2, 3, 4), "holds no pixel of the picture")):
        assert track(dataset, *options, model="flow", videos="pictures/a") == 2
        assert said in capsys.readouterr().err
    for name, said in (("bad", "bad.json is not as a benchmark has it"), ("out", "name files outside")):
        assert track(dataset, "vis", "--annotations", dataset / f"{name}.json") == 2
        assert said in capsys.readouterr().err


def test_a_video_file(dataset: Path, tmp_path: Path, shapes: Shapes) -> None:
    """Frames of a file are named by their index."""
    import av

    with av.open(str(tmp_path / "shapes.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        for picture in shapes.frames.pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    assert track(dataset, "vss", *CATEGORIES, videos="shapes.mp4") == 0
    assert len(list((dataset / "vss" / "shapes").glob("*.png"))) == COUNT

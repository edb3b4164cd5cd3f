"""mIoU, VC, MOTA, IDF1, HOTA, success, J&F, REC and RES against numbers worked out by hand."""

from __future__ import annotations

import json
from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from backend.errors import BadInput, NotFound
from backend.masks import Rle
from backend.quality.benchmark import mot, referring, semantic, sot, vos


def put(folder: Path, pictures: list[list[list[int]]]) -> None:
    folder.mkdir(parents=True)
    for frame, picture in enumerate(pictures):
        Image.fromarray(np.array(picture, np.uint8)).save(folder / f"{frame:05d}.png")


def test_miou(tmp_path: Path) -> None:
    """True 1, 2, 2, 2, void, void; of 2 one pixel is taken for 1, one for nothing; what is said of void is nothing."""
    put(tmp_path / "truth" / "v" / "mask", [[[1, 2, 2, 2, 0, 255]]])
    put(tmp_path / "found" / "v", [[[0, 1, 0, 255, 1, 7]]])
    scores = semantic.of_videos(tmp_path / "found", tmp_path / "truth")
    assert scores.whole == pytest.approx({"mIoU": (1 / 2 + 1 / 3) / 2})


def test_video_consistency(tmp_path: Path) -> None:
    """10 frames have 2 windows of 8. In each 3 pixels are steady (the last changes on frame 5); the prediction of one
    of them flickers on frame 0, so that it is steady in the second window only. It may be steadily wrong."""
    true = [[[1, 1, 2, 1 if frame < 5 else 2]] for frame in range(10)]
    found = [[[0 if frame else 1, 0, 0, 0]] for frame in range(10)]
    put(tmp_path / "truth" / "v", true)
    put(tmp_path / "found" / "v", found)
    scores = semantic.of_videos(tmp_path / "found", tmp_path / "truth")
    assert scores.whole["VC8"] == pytest.approx((2 / 3 + 1) / 2) and "VC16" not in scores.whole


def boxes(swap: bool, category: str = "-1,-1,-1") -> str:
    """Two objects on 4 frames; identities are exchanged after two."""
    rows = []
    for frame in range(1, 5):
        for number in (1, 2):
            other = 3 - number if swap and frame > 2 else number
            rows.append(f"{frame},{other},{50 * number},10,20,30,1,{category}\n")
    return "".join(rows)


SWAPPED = {"HOTA": sqrt(1 / 3), "DetA": 1, "AssA": 1 / 3, "MOTA": 1 - 2 / 8, "IDF1": 1 / 2, "IDSW": 2, "FP": 0, "FN": 0}
"""Every match has 2 of the 4 + 4 - 2 frames that its two tracks are on; two switches in eight boxes; at best half the
boxes belong to their own track."""


def test_tracks_of_boxes(tmp_path: Path) -> None:
    for name, swap in (("truth", False), ("same", False), ("swapped", True)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "v.txt").write_text(boxes(swap))
    assert mot.of_boxes(tmp_path / "same", tmp_path / "truth").whole | {"FP": 0} == {
        "HOTA": 1, "DetA": 1, "AssA": 1, "MOTA": 1, "sMOTA": 1, "MOTP": 1, "IDF1": 1, "FP": 0, "FN": 0, "IDSW": 0}
    whole = mot.of_boxes(tmp_path / "swapped", tmp_path / "truth").whole
    assert {name: whole[name] for name in SWAPPED} == pytest.approx(SWAPPED)


def test_nothing_found(tmp_path: Path) -> None:
    (tmp_path / "truth").mkdir()
    (tmp_path / "found").mkdir()
    (tmp_path / "truth" / "v.txt").write_text(boxes(False))
    (tmp_path / "found" / "v.txt").write_text("")
    whole = mot.of_boxes(tmp_path / "found", tmp_path / "truth").whole
    assert (whole["HOTA"], whole["MOTA"], whole["IDF1"], whole["FN"]) == (0, 0, 0, 8)


def test_distractors_of_motchallenge_do_not_count(tmp_path: Path) -> None:
    """A static person (7) is neither missing nor, found, too much; its flag is 0."""
    (tmp_path / "truth" / "v" / "gt").mkdir(parents=True)
    (tmp_path / "truth" / "v" / "seqinfo.ini").write_text("[Sequence]\nseqLength=6\n")
    (tmp_path / "truth" / "v" / "gt" / "gt.txt").write_text(boxes(False, "1,1") + "1,9,200,10,20,30,0,7,1\n")
    (tmp_path / "found").mkdir()
    for more, extra in (("1,9,200,10,20,30,1,-1,-1,-1\n", 0), ("1,9,300,10,20,30,1,-1,-1,-1\n", 1)):
        (tmp_path / "found" / "v.txt").write_text(boxes(False) + more)
        assert mot.of_boxes(tmp_path / "found", tmp_path / "truth").whole["FP"] == extra


def test_tracks_of_masks(tmp_path: Path) -> None:
    """As boxes, in two classes; the second has nothing wrong but is half as large as it should be."""
    def mask(number: int, right: int) -> str:
        drawn = np.zeros((40, 60), bool)
        drawn[number * 10:number * 10 + 8, 4:right] = True
        return Rle.from_mask(drawn).counts.decode()

    def rows(swap: bool, right: int) -> str:
        made = []
        for frame in range(1, 5):
            made += [f"{frame} {3 - n if swap and frame > 2 else n} 2 40 60 {mask(n, 20)}\n" for n in (1, 2)]
            made.append(f"{frame} 5 1 40 60 {mask(3, right)}\n")
        return "".join(made)

    for name, text in (("truth", rows(False, 24)), ("found", rows(True, 18))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "v.txt").write_text(text)
    scores = mot.of_masks(tmp_path / "found", tmp_path / "truth")
    pedestrians, cars = scores.parts["v, class 2"], scores.parts["v, class 1"]
    assert {name: pedestrians[name] for name in SWAPPED} == pytest.approx(SWAPPED)
    assert cars["MOTA"] == 1 and cars["sMOTA"] == pytest.approx(0.7)  # each match weighs its overlap, 14 / 20
    assert scores.whole["MOTA"] == pytest.approx((0.75 + 1) / 2)


def test_success(tmp_path: Path) -> None:
    """Overlaps 1, 1/3, 0, and a frame without truth. 1 is over 20 of the 21 thresholds, 1/3 over 7, 0 over none."""
    for name, text in (("truth", "0,0,10,10\n0,0,10,10\n0,0,10,10\n0,0,0,0\n"),
                       ("found", "0,0,10,10\n5,0,10,10\n300,0,10,10\n7,7,7,7\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "v.txt").write_text(text)
    whole = sot.of_boxes(tmp_path / "found", tmp_path / "truth").whole
    assert whole["AUC"] == pytest.approx((20 + 7 + 0) / 21 / 3)
    assert whole["precision"] == pytest.approx(2 / 3)
    assert whole["normalized"] == pytest.approx((51 + 1 + 0) / 51 / 3)  # half a box away: within 0.5 alone
    (tmp_path / "found" / "v.txt").write_text("0 0 10 10\n")
    with pytest.raises(BadInput, match="v has 1 boxes, its truth 4"):
        sot.of_boxes(tmp_path / "found", tmp_path / "truth")


def test_objects_from_first_masks(tmp_path: Path) -> None:
    """The first frame of each object and the last frame of the video are not scored."""
    one, two = [[1, 1, 0, 0]] * 4, [[1, 1, 2, 2]] * 4
    put(tmp_path / "truth" / "v", [one, two, two, two])
    put(tmp_path / "found" / "v", [[[9] * 4] * 4, one, [[0, 1, 2, 2]] * 4, [[9] * 4] * 4])
    scores = vos.of_objects(tmp_path / "found", tmp_path / "truth")
    assert scores.parts["v 1"]["J"] == pytest.approx((1 + 1 / 2) / 2) and scores.parts["v 2"]["J"] == 1
    assert scores.whole["J"] == pytest.approx((3 / 4 + 1) / 2)
    assert scores.whole["J&F"] == pytest.approx((scores.whole["J"] + scores.whole["F"]) / 2)


def test_void_and_the_one_object_of_binary_masks(tmp_path: Path) -> None:
    put(tmp_path / "truth" / "binary", [[[255, 255, 0, 0]]] * 3)  # DAVIS 2016
    put(tmp_path / "truth" / "v", [[[1, 1, 0, 255]]] * 3)
    for name in ("binary", "v"):
        put(tmp_path / "found" / name, [[[1, 0, 0, 1]]] * 3)
    parts = vos.of_objects(tmp_path / "found", tmp_path / "truth").parts
    assert {name: one["J"] for name, one in parts.items()} == {"binary 1": 1 / 3, "v 1": 1 / 2}


def test_objects_by_expressions(tmp_path: Path) -> None:
    put(tmp_path / "truth" / "v" / "0", [[[255, 255, 0]]] * 2)
    put(tmp_path / "truth" / "v" / "1", [[[0, 0, 0]]] * 2)
    put(tmp_path / "found" / "v" / "0", [[[255, 255, 0]], [[255, 0, 0]]])
    put(tmp_path / "found" / "v" / "1", [[[0, 0, 0]], [[255, 0, 0]]])
    scores = vos.of_expressions(tmp_path / "found", tmp_path / "truth")
    assert {name: one["J"] for name, one in scores.parts.items()} == {"v 0": 3 / 4, "v 1": 1 / 2}
    put(tmp_path / "Annotations" / "v", [[[4, 4, 0]], [[4, 0, 2]]])
    said = {"0": {"exp": "this", "obj_id": "4"}, "1": {"exp": "that", "obj_id": "2"}}
    (tmp_path / "meta.json").write_text(json.dumps({"videos": {"v": {"expressions": said}}}))
    assert vos.of_expressions(tmp_path / "found", tmp_path / "meta.json").whole["J"] == (1 + 1 / 2) / 2
    with pytest.raises(NotFound, match="v/1"):
        (tmp_path / "found" / "v" / "1").rename(tmp_path / "found" / "v" / "2")
        vos.of_expressions(tmp_path / "found", tmp_path / "truth")


def test_expressions_on_images(tmp_path: Path) -> None:
    """Three expressions: overlaps 1 and 1/2 (which is not over 1/2), and nothing found."""
    whole, half = (Rle.from_polygons([[0, 0, right, 0, right, 4, 0, 4]], 8, 8).as_json() for right in (4, 2))
    (tmp_path / "truth.json").write_text(json.dumps({
        "images": [{"id": 1, "height": 8, "width": 8, "expressions": ["a", "b"]},
                   {"id": 2, "height": 8, "width": 8, "expressions": ["c"]}],
        "annotations": [{"id": n, "image_id": n, "bbox": [0, 0, 4, 4], "segmentation": whole} for n in (1, 2)]}))
    (tmp_path / "results.json").write_text(json.dumps([
        {"image_id": 1, "expression": "0", "score": 0.2, "bbox": [0, 0, 4, 4], "segmentation": whole},
        {"image_id": 1, "expression": "0", "score": 0.1, "bbox": [7, 7, 1, 1], "segmentation": half},
        {"image_id": 1, "expression": "1", "score": 0.9, "bbox": [0, 0, 2, 4], "segmentation": half}]))
    assert referring.of_boxes(tmp_path, tmp_path / "truth.json").whole == {"accuracy": 1 / 3, "expressions": 3}
    assert referring.of_masks(tmp_path, tmp_path / "truth.json").whole == pytest.approx(
        {"cIoU": (16 + 8) / (3 * 16), "gIoU": (1 + 1 / 2 + 0) / 3, "expressions": 3})

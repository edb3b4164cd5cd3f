"""Other people's tools read the exports: pycocotools and TrackEval, with perfect scores of a dataset against itself."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import trackeval
from PIL import Image
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from backend.masks import Rle, davis_palette
from projects_db.formats.exports import Filters
from tests.projects_db.formats.studio import FRAMES, HEIGHT, WIDTH, Studio, load, members, unpacked
from tests.video_fixtures import read_jpeg


@pytest.mark.parametrize("polygons", [False, True])
def test_pycocotools_reads_our_masks(studio: Studio, tmp_path: Path, polygons: bool) -> None:
    studio.export(tmp_path / "a.zip", "coco", polygons=polygons)
    coco = COCO(str(unpacked(tmp_path / "a.zip", tmp_path / "a") / "annotations.json"))
    names = {track["id"]: track["name"] for track in coco.dataset["tracks"]}
    nothing = Rle.empty(HEIGHT, WIDTH).counts
    stored = {place: found[1] for place, found in studio.stored().items()
              if found[0] != "candidate" and found[1] != nothing}
    seen = set()
    for annotation in coco.loadAnns(coco.getAnnIds()):
        image = coco.loadImgs(annotation["image_id"])[0]
        mask = coco.annToMask(annotation)
        rows, columns = np.nonzero(mask)
        place = (studio.videos[image["video_id"] - 1], names[annotation["track_id"]], image["frame_index"])
        assert coco.annToRLE(annotation)["counts"] in (stored[place], stored[place].decode())
        assert annotation["area"] == mask.sum()
        assert annotation["bbox"] == [columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1]
        assert annotation["iscrowd"] == 0
        assert image["file_name"].endswith(f"/{image['frame_index']:05d}.jpg")
        seen.add(place)
    assert seen == set(stored) and len(seen) > 20
    kinds = {type(annotation["segmentation"]) for annotation in coco.dataset["annotations"]}
    assert kinds == ({list, dict} if polygons else {dict})


def test_coco_evaluation_counts_every_mask(studio: Studio, tmp_path: Path) -> None:
    """AP is 1 only if nothing is a crowd: an evaluator passes over those."""
    studio.export(tmp_path / "a.zip", "coco")
    coco = COCO(str(unpacked(tmp_path / "a.zip", tmp_path / "a") / "annotations.json"))
    results = [{**annotation, "score": 1.0} for annotation in coco.dataset["annotations"]]
    evaluation = COCOeval(coco, coco.loadRes(results), "segm")
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    assert evaluation.stats[0] == 1.0
    matched = sum(int((one["gtIgnore"] == 0).sum()) for one in evaluation.evalImgs if one and one["aRng"] == [0, 1e10])
    assert matched == len(results)


def test_trackeval_reads_youtube_vis(studio: Studio, tmp_path: Path) -> None:
    studio.export(tmp_path / "a.zip", "youtube-vis")
    truth = load(tmp_path / "a.zip")
    folder = tmp_path / "gt" / "youtube_vis_val"
    folder.mkdir(parents=True)
    (folder / "valid.json").write_text(json.dumps(truth))
    own = tmp_path / "trackers" / "youtube_vis_val" / "self" / "data"
    own.mkdir(parents=True)
    def compressed(code: dict | None) -> dict | None:
        if code is None:
            return None
        packed = coco_mask.frPyObjects(code, *code["size"])
        return {"size": code["size"], "counts": packed["counts"].decode()}

    (own / "results.json").write_text(json.dumps([
        {"video_id": one["video_id"], "category_id": one["category_id"], "score": 0.9,
         "segmentations": [compressed(code) for code in one["segmentations"]]} for one in truth["annotations"]
    ]))
    dataset = trackeval.datasets.YouTubeVIS({
        "GT_FOLDER": f"{tmp_path}/gt/", "TRACKERS_FOLDER": f"{tmp_path}/trackers/", "SPLIT_TO_EVAL": "val",
        "PRINT_CONFIG": False,
    })
    seen = 0
    for sequence in ("video-0", "video-1"):
        raw = dataset.get_raw_seq_data("self", sequence)
        for name in dataset.class_list:
            data = dataset.get_preprocessed_seq_data(raw, name)
            if data["num_gt_dets"]:
                assert trackeval.metrics.HOTA({"PRINT_CONFIG": False}).eval_sequence(data)["HOTA"].min() == 1.0
                seen += data["num_gt_dets"]
            ignored = data["gt_track_iscrowd"]
            assert not any(ignored)
    assert seen == sum(code is not None for one in truth["annotations"] for code in one["segmentations"])


def test_youtube_vis_lists_are_parallel(studio: Studio, tmp_path: Path) -> None:
    studio.export(tmp_path / "a.zip", "youtube-vis")
    found = load(tmp_path / "a.zip")
    lengths = {video["id"]: video["length"] for video in found["videos"]}
    assert lengths == {1: FRAMES, 2: FRAMES}
    for one in found["annotations"]:
        assert one["iscrowd"] == 0
        for field in ("segmentations", "areas", "bboxes", "states"):
            assert len(one[field]) == lengths[one["video_id"]]
        for code, area, rectangle in zip(one["segmentations"], one["areas"], one["bboxes"], strict=True):
            assert (code is None) == (area is None) == (rectangle is None)
            if code is not None:
                assert area == sum(code["counts"][1::2]) > 0
    dog = next(one for one in found["annotations"] if one["name"] == "dog 1")
    assert [dog["states"][f] for f in (7, 8, 9)] == ["tracked", "absent", "verified"]
    assert [dog["segmentations"][f] is None for f in (7, 8, 9)] == [False, True, True]


def test_trackeval_reads_davis(studio: Studio, tmp_path: Path) -> None:
    studio.export(tmp_path / "a.zip", "davis")
    truth = unpacked(tmp_path / "a.zip", tmp_path / "a") / "Annotations"
    shutil.copytree(truth, tmp_path / "trackers" / "self" / "data")
    dataset = trackeval.datasets.DAVIS({
        "GT_FOLDER": str(truth), "TRACKERS_FOLDER": f"{tmp_path}/trackers", "PRINT_CONFIG": False,
    })
    for sequence in ("video-0", "video-1"):
        data = dataset.get_preprocessed_seq_data(dataset.get_raw_seq_data("self", sequence), "general")
        assert data["num_timesteps"] == FRAMES
        assert trackeval.metrics.HOTA({"PRINT_CONFIG": False}).eval_sequence(data)["HOTA"].min() == 1.0
        assert data["num_gt_ids"] == 2


def test_davis_pngs_are_indexed_with_its_palette(studio: Studio, tmp_path: Path) -> None:
    studio.export(tmp_path / "a.zip", "davis")
    found = {name: data for name, data in members(tmp_path / "a.zip").items() if name.endswith(".png")}
    assert sorted(found)[:2] == ["Annotations/video-0/00000.png", "Annotations/video-0/00001.png"]
    with Image.open(io.BytesIO(found["Annotations/video-0/00000.png"])) as picture:
        assert (picture.mode, picture.size) == ("P", (WIDTH, HEIGHT))
        assert picture.getpalette() == list(davis_palette())
        assert set(np.unique(np.asarray(picture))) == {0, 1, 2}
    known = [(0, 0, 0), (128, 0, 0), (0, 128, 0), (128, 128, 0), (0, 0, 128), (128, 0, 128), (0, 128, 128)]
    assert np.frombuffer(davis_palette(), np.uint8).reshape(-1, 3)[:7].tolist() == [list(colour) for colour in known]


@pytest.mark.parametrize("form", ["coco", "youtube-vis", "davis"])
def test_images_are_the_frames_of_their_number(studio: Studio, tmp_path: Path, form: str) -> None:
    studio.export(tmp_path / "a.zip", form, Filters(every=5, videos=frozenset(studio.videos[1:])), images=True)
    pictures = {name: read_jpeg(data) for name, data in members(tmp_path / "a.zip").items() if name.endswith(".jpg")}
    assert pictures == {f"JPEGImages/video-1/{frame:05d}.jpg": 100 + frame for frame in (0, 5, 10)}

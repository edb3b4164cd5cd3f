"""Average precision of tracks against TrackEval; of boxes and masks it is pycocotools' own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trackeval

from backend.errors import BadInput
from backend.masks import Rle
from backend.quality.benchmark import precision

FRAMES, HEIGHT, WIDTH = 5, 24, 32


def blob(rng: np.random.Generator, x: float, y: float) -> Rle:
    """An ellipse around a place."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    size = rng.uniform(4, 5, 2)
    return Rle.from_mask(((columns - x) / size[0]) ** 2 + ((rows - y) / size[1]) ** 2 < 1)


def dataset(rng: np.random.Generator) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Tracks that come and go, and results that are near them, elsewhere, or of another category."""
    videos = [{"id": n, "height": HEIGHT, "width": WIDTH, "length": FRAMES,
               "file_names": [f"{n}/{k:05d}.jpg" for k in range(FRAMES)]} for n in (3, 8, 9)]
    true: list[dict[str, Any]] = []
    found: list[dict[str, Any]] = []
    for video in videos:
        for _ in range(4):
            place, step = rng.uniform([6, 6], [24, 18]), rng.uniform(-1, 1, 2)
            masks = [blob(rng, *(place + k * step)) if rng.random() > 0.2 else None for k in range(FRAMES)]
            category = int(rng.integers(1, 3))
            true.append({"id": len(true) + 1, "video_id": video["id"], "category_id": category, "iscrowd": 0,
                         "height": HEIGHT, "width": WIDTH, "length": FRAMES,
                         "bboxes": [mask and list(mask.box) for mask in masks],
                         "areas": [mask and mask.area for mask in masks],
                         "segmentations": [mask and {"size": [HEIGHT, WIDTH], "counts": mask.runs} for mask in masks]})
            for _ in range(rng.integers(0, 3)):
                near = [blob(rng, *(place + k * step + rng.normal(0, 0.5, 2))) for k in range(FRAMES)]
                found.append({"video_id": video["id"], "category_id": category if rng.random() > 0.2 else 3 - category,
                              "score": float(rng.random()),
                              "segmentations": [one.as_json() if rng.random() > 0.1 else None for one in near]})
    categories = [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]
    return {"videos": videos, "annotations": true, "categories": categories}, found


def by_trackeval(folder: Path, truth: dict[str, Any], found: list[dict[str, Any]]) -> dict[str, float]:
    for name, data in (("truth/youtube_vis_all", truth), ("found/youtube_vis_all/ours/data", found)):
        (folder / name).mkdir(parents=True)
        (folder / name / "all.json").write_text(json.dumps(data))
    data = trackeval.datasets.YouTubeVIS({
        "GT_FOLDER": f"{folder}/truth/", "TRACKERS_FOLDER": f"{folder}/found/", "SPLIT_TO_EVAL": "all",
        "PRINT_CONFIG": False, "TRACKERS_TO_EVAL": ["ours"],
    })
    metric = trackeval.metrics.TrackMAP({"USE_AREA_RANGES": False, "USE_TIME_RANGES": False, "MAX_DETECTIONS": 100,
                                         "PRINT_CONFIG": False})
    aps = {}
    for category in ("a", "b"):
        sequences = {seq: metric.eval_sequence(data.get_preprocessed_seq_data(data.get_raw_seq_data("ours", seq),
                                                                               category)) for seq in data.seq_list}
        aps[category] = metric.combine_sequences(sequences)["AP_all"]
    return {category: float(np.mean(values)) for category, values in aps.items()}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_tracks_score_as_in_trackeval(tmp_path: Path, seed: int) -> None:
    truth, found = dataset(np.random.default_rng(seed))
    expected = by_trackeval(tmp_path, truth, found)
    (tmp_path / "truth.json").write_text(json.dumps(truth))
    (tmp_path / "results.json").write_text(json.dumps(found))
    scores = precision.of_tracks(tmp_path, tmp_path / "truth.json")
    assert 0.02 < scores.whole["AP"] < 0.9
    for category, value in expected.items():
        assert scores.parts[category]["AP"] == pytest.approx(value, abs=1e-9)
    assert scores.whole["AP"] == pytest.approx(np.mean(list(expected.values())), abs=1e-9)


def test_a_dataset_against_itself_and_against_nothing(tmp_path: Path) -> None:
    truth, _ = dataset(np.random.default_rng(5))
    (tmp_path / "truth.json").write_text(json.dumps(truth))
    for kept, expected in ((truth["annotations"], 1.0), ([], 0.0)):
        found = [{"video_id": one["video_id"], "category_id": one["category_id"], "score": 1.0,
                  "segmentations": one["segmentations"]} for one in kept]
        (tmp_path / "results.json").write_text(json.dumps(found))
        assert precision.of_tracks(tmp_path, tmp_path / "truth.json").whole["AP"] == pytest.approx(expected)


def test_a_track_that_ends_half_way_is_half_right(tmp_path: Path) -> None:
    """Its tube overlaps the true one by 1/2: right at the threshold 0.50 and at no other, of ten."""
    mask = {"size": [4, 4], "counts": [0, 8, 8]}
    truth = {"videos": [{"id": 1, "height": 4, "width": 4, "length": 4}], "categories": [{"id": 1, "name": "a"}],
             "annotations": [{"id": 1, "video_id": 1, "category_id": 1, "segmentations": [mask] * 4}]}
    found = [{"video_id": 1, "category_id": 1, "score": 0.4, "segmentations": [mask, mask, None, None]}]
    (tmp_path / "truth.json").write_text(json.dumps(truth))
    (tmp_path / "results.json").write_text(json.dumps(found))
    assert precision.of_tracks(tmp_path, tmp_path / "truth.json").whole == pytest.approx(
        {"AP": 0.1, "AP50": 1.0, "AP75": 0.0, "AR1": 0.1, "AR10": 0.1})


def test_boxes_and_masks(tmp_path: Path) -> None:
    """One of two boxes is right by 2/3: up to the threshold 0.65, 4 of ten, half of what is there."""
    images = [{"id": 5, "height": 20, "width": 20}]
    mask, part = (Rle.from_polygons([[2, 2, right, 2, right, 8, 2, 8]], 20, 20) for right in (8, 6))
    true = [{"id": n, "image_id": 5, "category_id": 1, "iscrowd": 0, "bbox": box, "area": 36,
             "segmentation": mask.as_json()} for n, box in ((1, [2, 2, 6, 6]), (2, [12, 12, 6, 6]))]
    (tmp_path / "truth.json").write_text(json.dumps(
        {"images": images, "annotations": true[:1], "categories": [{"id": 1, "name": "a"}]}))
    for name, score in (("bbox", precision.of_boxes), ("segmentation", precision.of_masks)):
        value = [2, 2, 4, 6] if name == "bbox" else part.as_json()
        (tmp_path / "results.json").write_text(json.dumps([{"image_id": 5, "category_id": 1, "score": 1, name: value}]))
        scores = score(tmp_path, tmp_path / "truth.json")
        assert scores.whole["AP"] == pytest.approx(0.4) and scores.whole["AP75"] == 0


def test_refused(tmp_path: Path) -> None:
    truth, _ = dataset(np.random.default_rng(5))
    (tmp_path / "truth.json").write_text(json.dumps(truth))
    for found in ([{"video_id": 3, "category_id": 1, "score": 1, "segmentations": [None]}],
                  [{"video_id": 77, "category_id": 1, "score": 1, "segmentations": [None] * FRAMES}],
                  [{"video_id": 3}], {"a": 1}):
        (tmp_path / "results.json").write_text(json.dumps(found))
        with pytest.raises(BadInput):
            precision.of_tracks(tmp_path, tmp_path / "truth.json")

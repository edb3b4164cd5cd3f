"""Expressions on images: the share of boxes that are right (REC), and how well masks overlap (RES).

REC as Mao et al., "Generation and Comprehension of Unambiguous Object Descriptions" (CVPR 2016): a box is right where
its intersection over union with the true one is over 0.5. RES as Liu et al., "GRES" (CVPR 2023): cIoU is the sum of all
intersections over that of all unions, gIoU the mean over expressions.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
from pycocotools import mask as coco_mask

from backend.errors import BadInput
from backend.masks import Rle, intersection, union
from backend.quality.benchmark.scores import Scores, as_published, results_in
from backend.tasks.dataset import read_json

RIGHT = 0.5


def of_boxes(predictions: Path, truth: Path) -> Scores:
    """REC. An expression without a prediction is wrong."""
    right = []
    with as_published(truth.name):
        for true, found in _pairs(predictions, truth):
            boxes = np.array([found["bbox"]]) if found else np.zeros((0, 4))
            overlap = coco_mask.iou(boxes.astype(float), np.array([true["bbox"]], float), [0])
            right.append(float(np.max(overlap, initial=0.0) > RIGHT))
    return Scores({"accuracy": fmean(right), "expressions": len(right)},
                  f"share of expressions whose box overlaps the true one by more than {RIGHT}")


def of_masks(predictions: Path, truth: Path) -> Scores:
    """RES. Where there is nothing to find, a mask of nothing has an overlap of 1."""
    common, either, overlaps = 0, 0, []
    with as_published(truth.name):
        for true, found in _pairs(predictions, truth):
            mask = _mask(true["segmentation"], true["height"], true["width"])
            guess = _mask(found["segmentation"] if found else [], mask.height, mask.width)
            inside, covered = intersection(mask, guess), union([mask, guess]).area
            common, either = common + inside, either + covered
            overlaps.append(inside / covered if covered else 1.0)
    return Scores({"cIoU": common / either if either else 1.0, "gIoU": fmean(overlaps), "expressions": len(overlaps)},
                  "cIoU: all intersections over all unions; gIoU: mean over expressions")


def _pairs(predictions: Path, truth: Path) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
    """(truth, best prediction) of every expression. An annotation is about all expressions of its image, unless it
    names one by its place under `expression`."""
    data = read_json(truth)
    found: dict[tuple[Any, str], dict[str, Any]] = {}
    for one in results_in(predictions):
        key = one["image_id"], str(one.get("expression", "0"))
        if key not in found or found[key]["score"] < one["score"]:
            found[key] = one
    images = {one["id"]: one for one in data["images"]}
    if not data["annotations"]:
        raise BadInput("no_truth", f"{truth} has no annotations.", "Give the annotations of the benchmark.")
    for one in data["annotations"]:
        image = images[one["image_id"]]
        places = [one["expression"]] if "expression" in one else range(len(image.get("expressions", "0")))
        for place in places:
            yield {**image, **one}, found.get((one["image_id"], str(place)))


def _mask(segmentation: Any, height: int, width: int) -> Rle:
    if isinstance(segmentation, list):
        return Rle.from_polygons(segmentation, height, width)
    return Rle.from_json(segmentation, height=height, width=width)

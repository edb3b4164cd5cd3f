"""Average precision by pycocotools: of boxes and masks as COCO has it, of tracks as YouTube-VIS has it.

YouTube-VIS compares tracks by the intersection over union of their tubes (Yang et al., "Video Instance Segmentation",
ICCV 2019, section 3), all else is COCO. A tube is a mask here: its frames beside each other in one picture as wide as
all of them together, whose run-length code is theirs one after the other, since codes run down the columns.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from backend.errors import BadInput
from backend.masks import Rle
from backend.quality.benchmark.scores import Scores, as_published, results_in
from backend.tasks.dataset import read_json

_OF_IMAGES = {"AP": 0, "AP50": 1, "AP75": 2, "APs": 3, "APm": 4, "APl": 5, "AR1": 6, "AR10": 7, "AR100": 8}
_OF_TRACKS = {"AP": 0, "AP50": 1, "AP75": 2, "AR1": 6, "AR10": 7}
"""Where COCO's summary has them."""

_ABOUT = "mean over categories and the thresholds 0.50 to 0.95 of intersection over union; pycocotools"
MOST_PIXELS = 2**32 - 1
"""Of a tube: run lengths are 32 bits in pycocotools."""


def of_boxes(predictions: Path, truth: Path) -> Scores:
    """COCO detection."""
    return _scored(read_json(truth), results_in(predictions), "bbox", _OF_IMAGES, f"AP of boxes: {_ABOUT}")


def of_masks(predictions: Path, truth: Path) -> Scores:
    """COCO instance segmentation."""
    return _scored(read_json(truth), results_in(predictions), "segm", _OF_IMAGES, f"AP of masks: {_ABOUT}")


def of_tracks(predictions: Path, truth: Path) -> Scores:
    """YouTube-VIS, OVIS and others in its format."""
    data = read_json(truth)
    with as_published(f"{truth.name} or its predictions"):
        sizes = {one["id"]: (one["height"], one["width"], _length(one)) for one in data["videos"]}
        images = [{"id": key, "height": h, "width": w * length} for key, (h, w, length) in sizes.items()]
        true = []
        for number, one in enumerate(data["annotations"], 1):
            masks = [segmentation and _rle(segmentation, *sizes[one["video_id"]][:2])
                     for segmentation in one["segmentations"]]
            seen = [mask.area for mask in masks if mask]
            true.append(_entry(masks, one, sizes) | {"id": number, "iscrowd": one.get("iscrowd", 0),
                                                     "area": float(np.mean(seen)) if seen else 0.0})
        found = [_entry([one_mask and _rle(one_mask, *sizes[one["video_id"]][:2]) for one_mask in one["segmentations"]],
                        one, sizes) | {"score": one["score"]} for one in results_in(predictions)]
    tubes = {"images": images, "annotations": true, "categories": data["categories"]}
    return _scored(tubes, found, "segm", _OF_TRACKS, f"AP of tracks by the overlap of their tubes: {_ABOUT}")


def _entry(
    masks: Sequence[Rle | None], one: dict[str, Any], sizes: dict[int, tuple[int, int, int]]
) -> dict[str, Any]:
    height, width, length = sizes[one["video_id"]]
    if len(masks) != length:
        raise ValueError(f"a track of video {one['video_id']} has {len(masks)} masks, the video {length} frames")
    return {"image_id": one["video_id"], "category_id": one["category_id"],
            "segmentation": tube(masks, height, width).as_json()}


def tube(masks: Sequence[Rle | None], height: int, width: int) -> Rle:
    """The masks of a track (None: not there) beside each other, as one mask as wide as all of them together.

    Raises:
        BadInput: there are too many pixels.

    Example:
        >>> here = Rle.from_mask(np.array([[False, True]]))
        >>> tube([here, None, here], 1, 2).to_mask().astype(int).tolist()
        [[0, 1, 0, 0, 0, 1]]
    """
    if height * width * len(masks) > MOST_PIXELS:
        raise BadInput("long_video", f"{len(masks)} frames of {width}x{height} are too many for one tube.",
                       "Evaluate shorter videos.")
    runs: list[int] = []
    for mask in masks:
        first, *others = mask.runs if mask else [height * width]
        if len(runs) % 2:  # background so far, which goes on
            runs[-1] += first
        else:
            runs.append(first)
        runs += others
    return Rle.of_runs(runs, height, width * len(masks))


def _rle(segmentation: Any, height: int, width: int) -> Rle:
    if isinstance(segmentation, list):
        return Rle.from_polygons(segmentation, height, width)
    return Rle.from_json(segmentation, height=height, width=width)


def _length(video: dict[str, Any]) -> int:
    return len(video["file_names"]) if "file_names" in video else int(video["length"])


def _scored(
    truth: dict[str, Any], found: list[dict[str, Any]], kind: Literal["bbox", "segm"], figures: dict[str, int],
    definition: str,
) -> Scores:
    with as_published("What is compared"), redirect_stdout(io.StringIO()):
        true = COCO()
        true.dataset = {**truth, "annotations": truth["annotations"] or []}
        true.createIndex()
        if strange := {one["image_id"] for one in found} - set(true.getImgIds()):
            raise ValueError(f"the truth has no image or video {min(strange)}")
        evaluation = COCOeval(true, true.loadRes(found) if found else COCO(), kind)
        evaluation.params.imgIds, evaluation.params.catIds = sorted(true.getImgIds()), sorted(true.getCatIds())
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    precisions = evaluation.eval["precision"][:, :, :, 0, -1]  # thresholds, recalls, categories
    parts = {}
    for at, category in enumerate(true.loadCats(evaluation.params.catIds)):
        if (known := precisions[..., at][precisions[..., at] > -1]).size:
            parts[category["name"]] = {"AP": float(known.mean())}
    return Scores({name: float(evaluation.stats[at]) for name, at in figures.items()}, definition, parts)

"""Single object tracking: success and precision.

Success: Wu, Lim and Yang, "Online Object Tracking: A Benchmark" (CVPR 2013): the share of frames whose overlap is over
a threshold, mean over the thresholds 0, 0.05, ..., 1. Precision: whose centre is within 20 pixels. Normalized
precision: Mueller et al., "TrackingNet" (ECCV 2018): the distance as a share of the true box's sides, mean over the
thresholds 0, 0.01, ..., 0.5.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from backend.errors import BadInput, NotFound
from backend.quality.benchmark.scores import Scores, required
from backend.tasks.telling import read_boxes

OVERLAPS = np.arange(0, 1.05, 0.05)
SHARES = np.arange(0, 0.51, 0.01)
NEAR = 20.0
"""Pixels."""

Boxes = npt.NDArray[np.float64]


def of_boxes(predictions: Path, truth: Path) -> Scores:
    """Compare VIDEO.txt with VIDEO.txt or VIDEO/groundtruth.txt; every video weighs the same."""
    files = {path.stem: path for path in truth.glob("*.txt")} | {
        path.parent.name: path for path in truth.glob("*/groundtruth.txt")}
    if not files:
        raise NotFound("no_truth", f"There are no boxes in {truth}.", "Give VIDEO.txt or VIDEO/groundtruth.txt.")
    required((video for video in files if not (predictions / f"{video}.txt").is_file()), predictions)
    parts = {}
    for video, path in sorted(files.items()):
        true, found = (np.array(read_boxes(one)) for one in (path, predictions / f"{video}.txt"))
        if true.shape != found.shape:
            raise BadInput("wrong_count", f"{video} has {len(found)} boxes, its truth {len(true)}.",
                           "Track all frames of the video.")
        parts[video] = score(true, found)
    return Scores.mean_of(parts, "AUC: area under the success curve; precision: centre within 20 pixels; normalized: "
                          "centre within a share of the box, mean over shares up to 0.5; mean over videos")


def score(true: Boxes, found: Boxes) -> dict[str, float]:
    """Of one video, float64 (frames, 4), x, y, width, height. Frames without a true box are left out."""
    there = np.isfinite(true).all(axis=1) & (true[:, 2:] > 0).all(axis=1)
    true, found = true[there], found[there]
    common = np.clip(np.minimum(true[:, :2] + true[:, 2:], found[:, :2] + found[:, 2:])
                     - np.maximum(true[:, :2], found[:, :2]), 0, None).prod(axis=1)
    overlap = common / (true[:, 2:].prod(axis=1) + found[:, 2:].prod(axis=1) - common)
    apart = true[:, :2] + true[:, 2:] / 2 - found[:, :2] - found[:, 2:] / 2
    distance, share = np.linalg.norm(apart, axis=1), np.linalg.norm(apart / true[:, 2:], axis=1)
    return {"AUC": float((overlap[:, None] > OVERLAPS).mean()), "precision": float((distance <= NEAR).mean()),
            "normalized": float((share[:, None] <= SHARES).mean())}

"""Multiple object tracking, of boxes and of masks: HOTA, MOTA, IDF1 by TrackEval, with the rules of MOTChallenge for
what does not count (distractors, ignored regions)."""

from __future__ import annotations

import configparser
from collections.abc import Iterable, Mapping
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from backend.errors import BadInput, NotFound
from backend.quality.benchmark.scores import Scores, required

IGNORED = 10
"""The class of regions in files of MOTS that do not count."""

_ABOUT = "HOTA, DetA, AssA: mean over the thresholds 0.05 to 0.95; MOTA, IDF1: at 0.5; TrackEval"
_COLUMN = {"boxes": 7, "masks": 2}
"""Where a row has its class."""


def of_boxes(predictions: Path, truth: Path) -> Scores:
    """Compare VIDEO.txt with VIDEO/gt/gt.txt of MOTChallenge (or VIDEO.txt). Where the truth has no classes (-1), as in
    MOT15, all of it counts; else pedestrians (1), as in MOT17."""
    files, lengths = _truth(truth, predictions)
    with_classes = all(one > 0 for one in _classes(files, "boxes"))
    from trackeval.datasets import MotChallenge2DBox  # installed by `launch.py evaluate --task`

    dataset = MotChallenge2DBox(_config(predictions, truth, lengths) | {
        "BENCHMARK": "MOT17" if with_classes else "MOT15"})
    return _scored(dataset, predictions.resolve().name, lengths, ["pedestrian"])


def of_masks(predictions: Path, truth: Path) -> Scores:
    """Compare VIDEO.txt with VIDEO/gt/gt.txt of MOTSChallenge (or VIDEO.txt), class by class; the mean is over them."""
    files, lengths = _truth(truth, predictions)
    from trackeval.datasets import MOTSChallenge

    dataset = MOTSChallenge(_config(predictions, truth, lengths))
    classes = {str(one): str(one) for one in sorted(_classes(files, "masks") - {IGNORED})}
    dataset.class_name_to_class_id = classes  # it names pedestrians alone, and computes any
    return _scored(dataset, predictions.resolve().name, lengths, list(classes))


def _scored(dataset: Any, tracker: str, lengths: Mapping[str, int], classes: list[str]) -> Scores:
    from trackeval.metrics import CLEAR, HOTA, Identity
    from trackeval.utils import TrackEvalException

    quiet = {"PRINT_CONFIG": False}
    metrics = HOTA(), CLEAR(quiet), Identity(quiet)
    by_class = []
    parts: dict[str, Mapping[str, float]] = {}
    try:
        for one in classes:
            by_video: dict[str, list[dict[str, Any]]] = {}
            for video in lengths:
                data = dataset.get_preprocessed_seq_data(dataset.get_raw_seq_data(tracker, video), one)
                by_video[video] = [metric.eval_sequence(data) for metric in metrics]
                parts[video if len(classes) == 1 else f"{video}, class {one}"] = _figures(by_video[video])
            by_class.append(_figures([metric.combine_sequences({video: of[at] for video, of in by_video.items()})
                                      for at, metric in enumerate(metrics)]))
    except TrackEvalException as error:
        raise BadInput("bad_tracks", f"TrackEval refuses these files: {error}.", "Mend the files.") from error
    whole = {name: fmean(one[name] for one in by_class) for name in by_class[0]}
    return Scores(whole, _ABOUT, parts)


def _figures(results: list[dict[str, Any]]) -> dict[str, float]:
    hota, clear, identity = results
    return {**{name: float(np.mean(hota[name])) for name in ("HOTA", "DetA", "AssA")},
            **{name: float(clear[name]) for name in ("MOTA", "sMOTA", "MOTP")}, "IDF1": float(identity["IDF1"]),
            **{name: float(clear[key]) for name, key in (("FP", "CLR_FP"), ("FN", "CLR_FN"), ("IDSW", "IDSW"))}}


def _config(predictions: Path, truth: Path, lengths: Mapping[str, int]) -> dict[str, Any]:
    nested = all((truth / video / "gt" / "gt.txt").is_file() for video in lengths)
    return {"GT_FOLDER": str(truth), "TRACKERS_FOLDER": str(predictions.resolve().parent),
            "TRACKERS_TO_EVAL": [predictions.resolve().name], "TRACKER_SUB_FOLDER": "", "SKIP_SPLIT_FOL": True,
            "SEQ_INFO": dict(lengths), "PRINT_CONFIG": False,
            "GT_LOC_FORMAT": "{gt_folder}/{seq}/gt/gt.txt" if nested else "{gt_folder}/{seq}.txt"}


def _truth(truth: Path, predictions: Path) -> tuple[list[Path], dict[str, int]]:
    """The files of the truth, and the frames of each video."""
    files = {path.parent.parent.name: path for path in sorted(truth.glob("*/gt/gt.txt"))} or {
        path.stem: path for path in sorted(truth.glob("*.txt"))}
    if not files:
        raise NotFound("no_truth", f"There are no tracks in {truth}.", "Give a folder of VIDEO/gt/gt.txt or VIDEO.txt.")
    required((video for video in files if not (predictions / f"{video}.txt").is_file()), predictions)
    lengths = {video: _length(path, predictions / f"{video}.txt") for video, path in files.items()}
    return list(files.values()), lengths


def _length(path: Path, prediction: Path) -> int:
    """What seqinfo.ini says, else the last frame there is something on."""
    about = configparser.ConfigParser()
    if about.read(path.parent.parent / "seqinfo.ini"):
        return about.getint("Sequence", "seqLength")
    return max((int(row[0]) for file in (path, prediction) for row in _rows(file)), default=1)


def _classes(files: Iterable[Path], kind: str) -> set[int]:
    return {int(row[_COLUMN[kind]]) for file in files for row in _rows(file)}


def _rows(file: Path) -> list[list[str]]:
    """The cells of each line. Raises BadInput where they are not numbers as far as they have to be."""
    rows = [line.replace(",", " ").split() for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    for row in rows:
        if len(row) < 6 or not row[0].isdigit():
            raise BadInput("bad_tracks", f"{file} has the row {' '.join(row)[:60]!r}.",
                           "Give rows as MOTChallenge has them.")
    return rows

"""Objects followed from their first masks or found by expressions: J and F of DAVIS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import fmean

import numpy as np

from backend.errors import BadInput, NotFound
from backend.quality.benchmark.scores import Scores, as_published, beside, pictures_by_folder, required, same_size
from backend.quality.contour import contour_accuracy
from backend.quality.region import region_similarity
from backend.quality.sequences import TrueMasks, indices_of
from backend.tasks.dataset import read_json


def of_objects(predictions: Path, truth: Path) -> Scores:
    """Compare VIDEO/FRAME.png by object, on the frames after its first one but the last of the video: DAVIS 2017,
    semi-supervised. Values are as `sequences` reads them. Every object weighs the same."""
    parts: dict[str, dict[str, float]] = {}
    videos = pictures_by_folder(truth)
    required((video for video in videos if not (predictions / video).is_dir()), predictions)
    for video, pictures in videos.items():
        masks = TrueMasks(video, tuple(pictures))
        values: dict[int, list[tuple[float, float]]] = {}
        for frame, path in enumerate(pictures[:-1]):
            guess, void = beside(path, predictions / video), masks.void(frame)
            found = indices_of(guess)
            for one, true in masks.truth(frame).items():
                same_size([found.shape, true.shape], guess)
                if frame > masks.first_frames[one]:
                    values.setdefault(one, []).append(_measured(found == one, true, void))
        parts |= {f"{video} {one}": _mean(of_one) for one, of_one in sorted(values.items())}
    if not parts:
        raise BadInput("no_objects", f"No object of {truth} has a frame that is scored.", "Give DAVIS annotations.")
    return Scores.mean_of(parts, "J: overlap, F: contour accuracy; each object after its first frame, without the last "
                          "frame (DAVIS 2017 semi-supervised); mean over objects")


def of_expressions(predictions: Path, truth: Path) -> Scores:
    """Compare VIDEO/EXPRESSION/FRAME.png, 0 and not 0, on every frame. Every expression weighs the same.

    Args:
        truth: a folder of the same layout, or `meta_expressions.json` that says which object each expression means
            (`obj_id`), with `Annotations/VIDEO/FRAME.png` beside it.
    """
    parts = {}
    for video, expression, pictures, one in _meant(truth):
        guesses = predictions / video / expression
        required((f"{video}/{expression}",) if not guesses.is_dir() else (), predictions)
        values = []
        for path in pictures:
            guess, drawn = beside(path, guesses), indices_of(path)
            found, true = indices_of(guess) > 0, drawn > 0 if one is None else drawn == one
            same_size([found.shape, true.shape], guess)
            values.append(_measured(found, true, None))
        parts[f"{video} {expression}"] = _mean(values)
    if not parts:
        raise NotFound("no_truth", f"There are no expressions in {truth}.", "Give VIDEO/EXPRESSION/FRAME.png.")
    return Scores.mean_of(parts, "J: overlap, F: contour accuracy; every frame; mean over expressions")


def _meant(truth: Path) -> Iterator[tuple[str, str, list[Path], int | None]]:
    """(video, expression, true pictures, value of what is meant; None: whatever is not 0)."""
    if truth.is_dir():
        for folder in sorted(one for one in truth.iterdir() if one.is_dir()):
            yield from ((folder.name, key, pictures, None) for key, pictures in pictures_by_folder(folder).items())
        return
    annotations = pictures_by_folder(truth.parent / "Annotations")
    with as_published(truth.name):
        for video, about in read_json(truth)["videos"].items():
            for key, said in about["expressions"].items():
                yield video, key, annotations[video], int(said["obj_id"])


def _measured(found: np.ndarray, true: np.ndarray, void: np.ndarray | None) -> tuple[float, float]:
    return region_similarity(found, true, void), contour_accuracy(found, true, void)


def _mean(values: list[tuple[float, float]]) -> dict[str, float]:
    j, f = (fmean(column) for column in zip(*values, strict=True))
    return {"J": j, "F": f, "J&F": (j + f) / 2}

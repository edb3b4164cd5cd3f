"""Objects followed from their first masks or found by expressions: J and F of DAVIS."""

from __future__ import annotations

from pathlib import Path
from statistics import fmean

import numpy as np

from backend.errors import BadInput, NotFound
from backend.quality.benchmark.scores import Scores, beside, pictures_by_folder, required, same_size
from backend.quality.contour import contour_accuracy
from backend.quality.region import region_similarity
from backend.quality.sequences import VOID, indices_of


def of_objects(predictions: Path, truth: Path) -> Scores:
    """Compare VIDEO/FRAME.png by object, on the frames after its first one but the last of the video: DAVIS 2017,
    semi-supervised. Pixels of 255 are void. Every object weighs the same."""
    parts: dict[str, dict[str, float]] = {}
    videos = pictures_by_folder(truth)
    required((video for video in videos if not (predictions / video).is_dir()), predictions)
    for video, pictures in videos.items():
        values: dict[int, list[tuple[float, float]]] = {}
        for path in pictures:
            true, guess = indices_of(path), beside(path, predictions / video)
            found = indices_of(guess)
            same_size([found.shape, true.shape], guess)
            void = true == VOID
            for one in values if path is not pictures[-1] else ():
                values[one].append(_measured(found == one, true == one, void))
            for one in set(np.unique(true).tolist()) - {0, VOID}:
                values.setdefault(one, [])
        parts |= {f"{video} {one}": _mean(of_one) for one, of_one in values.items() if of_one}
    if not parts:
        raise BadInput("no_objects", f"No object of {truth} has a frame that is scored.", "Give DAVIS annotations.")
    return Scores.mean_of(parts, "J: overlap, F: contour accuracy; each object after its first frame, without the last "
                          "frame (DAVIS 2017 semi-supervised); mean over objects")


def of_expressions(predictions: Path, truth: Path) -> Scores:
    """Compare VIDEO/EXPRESSION/FRAME.png, 0 and not 0, on every frame. Every expression weighs the same."""
    parts = {}
    for folder in sorted(one for one in truth.iterdir() if one.is_dir()) if truth.is_dir() else ():
        for expression, pictures in pictures_by_folder(folder).items():
            guesses = predictions / folder.name / expression
            required((f"{folder.name}/{expression}",) if not guesses.is_dir() else (), predictions)
            values = []
            for path in pictures:
                guess = beside(path, guesses)
                found, true = indices_of(guess) > 0, indices_of(path) > 0
                same_size([found.shape, true.shape], guess)
                values.append(_measured(found, true, None))
            parts[f"{folder.name} {expression}"] = _mean(values)
    if not parts:
        raise NotFound("no_truth", f"There are no expressions in {truth}.", "Give VIDEO/EXPRESSION/FRAME.png.")
    return Scores.mean_of(parts, "J: overlap, F: contour accuracy; every frame; mean over expressions")


def _measured(found: np.ndarray, true: np.ndarray, void: np.ndarray | None) -> tuple[float, float]:
    return region_similarity(found, true, void), contour_accuracy(found, true, void)


def _mean(values: list[tuple[float, float]]) -> dict[str, float]:
    j, f = (fmean(column) for column in zip(*values, strict=True))
    return {"J": j, "F": f, "J&F": (j + f) / 2}

"""What an evaluation gives, and what evaluations have in common: finding the files that belong together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from backend.errors import BadInput, NotFound
from backend.quality.sequences import pictures_in
from backend.quality.tables import Table
from backend.tasks.dataset import read_json


@dataclass(frozen=True)
class Scores:
    """Figures of a task.

    Attributes:
        whole: figure -> value for the dataset.
        definition: what the figures are, for people.
        parts: video, category or object -> the same figures, where they are worth a look.
    """

    whole: Mapping[str, float]
    definition: str
    parts: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @classmethod
    def mean_of(cls, parts: Mapping[str, Mapping[str, float]], definition: str) -> Scores:
        """Of parts that all weigh the same; there is at least one."""
        names = next(iter(parts.values()))
        return cls({name: fmean(one[name] for one in parts.values()) for name in names}, definition, parts)

    def table(self, title: str) -> Table:
        """For people."""
        rows = {**self.parts, "all": self.whole}
        cells = ((name, *(_cell(one.get(figure)) for figure in self.whole)) for name, one in rows.items())
        return Table(title, ("", *self.whole), tuple(cells))


def _cell(value: float | None) -> str:
    return "-" if value is None else str(value) if isinstance(value, int) else f"{value:.4f}"


def results_in(predictions: Path) -> list[dict[str, Any]]:
    """The list of a `results.json`, which is given itself or lies in the folder that is given."""
    data = read_json(predictions if predictions.is_file() else predictions / "results.json")
    if not isinstance(data, list):
        raise BadInput("bad_results", f"The results in {predictions} are no list.", "Give what `track` wrote.")
    return data


def pictures_by_folder(folder: Path, below: str = "") -> dict[str, list[Path]]:
    """Folders of a folder that hold pictures (under the name `below`, or themselves) -> the pictures, by name.

    Raises:
        NotFound: there is none.
    """
    found = {}
    for child in sorted(folder.iterdir()) if folder.is_dir() else ():
        pictures = pictures_in(child / below) or pictures_in(child)
        if pictures:
            found[child.name] = pictures
    if not found:
        raise NotFound("no_images", f"There are no folders of pictures in {folder}.", "Give the folder of the videos.")
    return found


def beside(path: Path, folder: Path) -> Path:
    """The prediction of a frame whose truth lies at a path. Raises NotFound."""
    prediction = folder / f"{path.stem}.png"
    if not prediction.is_file():
        raise NotFound("no_prediction", f"There is no prediction {prediction}.", "Run `track` on all of the dataset.")
    return prediction


def values(path: Path) -> npt.NDArray[np.uint8]:
    """The pixel values of a grey or indexed picture, uint8 (height, width); of a coloured one (height, width, 3).

    Raises:
        BadInput: it cannot be read.
    """
    try:
        with Image.open(path) as picture:
            return np.asarray(picture if picture.mode in ("P", "L", "RGB") else picture.convert("RGB"))
    except OSError as error:
        raise BadInput("bad_picture", f"Cannot read {path}: {error}.", "Replace this file.") from error


def same_size(shapes: Sequence[tuple[int, ...]], where: Path) -> None:
    """Refuse a prediction of another size than its truth. Raises BadInput."""
    if len(set(shapes)) > 1:
        raise BadInput("wrong_mask_size", f"{where} has the shape {shapes[0]} but its truth {shapes[1]}.",
                       "Predict at the size of the truth.")


@contextmanager
def as_published(what: str) -> Iterator[None]:
    """What is missing or odd in files, as an error that a person can act on. Raises BadInput."""
    try:
        yield
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise BadInput("bad_annotations", f"{what} is not as the benchmark has it ({type(error).__name__}: {error}).",
                       "Give the files of the benchmark, and what `track` wrote for it.") from error


def required(missing: Iterable[str], folder: Path) -> None:
    """Refuse predictions that lack some of the videos. Raises NotFound."""
    if lacking := sorted(missing):
        raise NotFound("no_prediction", f"{folder} has no predictions for {', '.join(lacking[:5])}.",
                       "Run `track` on all of the dataset.")

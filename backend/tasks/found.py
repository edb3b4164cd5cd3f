"""What a task finds in one video, in one form for all tasks: the writers of `backend.formats` take it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from backend.errors import BadInput
from backend.masks import Rle
from backend.models.seam import Frames, Segment

XYWH = tuple[float, float, float, float]
"""A box as x, y, width, height in continuous pixels."""

ANYTHING = "object"
"""The one category of a search that is not told any."""


@dataclass(frozen=True)
class Spot:
    """Something on one frame.

    Attributes:
        mask: its pixels; may be empty where the model finds boxes alone.
        box: the model's, or that of the mask.
        score: 0..1.
    """

    mask: Rle
    box: XYWH
    score: float

    @classmethod
    def of(cls, segment: Segment) -> Spot:
        """What the model gave."""
        mask = Rle.from_mask(segment.mask)
        if segment.box is None:
            return cls(mask, mask.box, segment.score)
        x0, y0, x1, y1 = segment.box
        return cls(mask, (x0, y0, x1 - x0, y1 - y0), segment.score)


@dataclass(frozen=True)
class Found:
    """One object, region or detection.

    Attributes:
        number: from 1, its own within the video.
        spots: frame -> where it is; without those on which it is not.
        scores: category -> 0..1, best first; empty where it was not found by categories.
        thing: an object; False: a region of stuff.
        expression: the id of the expression that it answers.
    """

    number: int
    spots: Mapping[int, Spot]
    scores: Mapping[str, float] = field(default_factory=dict)
    thing: bool = True
    expression: str = ""

    @property
    def category(self) -> str:
        """The best one."""
        return next(iter(self.scores))

    @property
    def score(self) -> float:
        """Of the best category."""
        return next(iter(self.scores.values()))


@dataclass(frozen=True)
class Video:
    """A video of a benchmark, or one of its images.

    Attributes:
        name: its folder in the results.
        number: its id in the benchmark's annotations; counted from 1 where there are none.
        frames: its pictures.
        names: of the frames, without suffix; results carry them.
        images: the id of each frame as an image; empty: they are numbered in the results.
        within: the frames that are worked on.
    """

    name: str
    number: int
    frames: Frames
    names: Sequence[str]
    within: range
    images: Sequence[int] = ()

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width)."""
        return self.frames.height, self.frames.width


@dataclass(frozen=True)
class CategoryIds:
    """Categories by their numbers in the benchmark, in its order."""

    ids: Mapping[str, int]

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, int]]) -> CategoryIds:
        """Of (name, number) pairs.

        Raises:
            BadInput: none, an empty name, or a name or number that is there twice.
        """
        pairs = [(name.strip(), number) for name, number in pairs]
        names, numbers = [name for name, _ in pairs], [number for _, number in pairs]
        twice = [one for seen in (names, numbers) for at, one in enumerate(seen) if one in seen[:at]]
        if twice:
            raise BadInput("duplicate_category", f"{twice[0]!r} is in the list of categories twice.",
                           "Name every category once.")
        if not all(names) or not names:
            raise BadInput("empty_category", "The list of categories is empty, or has an empty name.",
                           "Give names, a file with one a line, or the JSON of a benchmark.")
        return cls(dict(pairs))

    def as_json(self) -> list[dict[str, Any]]:
        """As the files of benchmarks list them."""
        return [{"id": number, "name": name} for name, number in self.ids.items()]

    def number(self, category: str) -> int:
        """Of a category that a model found; models that were told none find things of no name."""
        return self.ids[category or ANYTHING]


def painted(
    shape: tuple[int, int], spots: Iterable[tuple[int, Spot]], ground: int, dtype: type[np.integer]
) -> npt.NDArray[np.integer]:
    """A picture of values, shape (height, width): each spot's value on its pixels, the one of the highest score where
    several lie (of equal ones the first)."""
    picture = np.full(shape, ground, dtype)
    for value, spot in sorted(spots, key=lambda one: one[1].score, reverse=True):
        picture[spot.mask.to_mask() & (picture == ground)] = value
    return picture


def on_frame(found: Iterable[Found], frame: int) -> Iterator[tuple[Found, Spot]]:
    """What is on one frame."""
    return ((one, one.spots[frame]) for one in found if frame in one.spots)

"""What checks read and what they say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from backend.masks import Rle

Kind = Literal["flicker", "jump", "hole", "fragment", "overlap", "swap", "end", "edge"]

KINDS: tuple[Kind, ...] = ("flicker", "jump", "hole", "fragment", "overlap", "swap", "end", "edge")


@dataclass(frozen=True)
class Mark:
    """What is stored of an object on a frame.

    Attributes:
        rle: the mask; empty where the object is not visible.
        settled: verified, or an absence that a person stated: not to be questioned.
        human: made by a person. Frames between two of those may simply not be annotated yet.
    """

    rle: Rle
    settled: bool = False
    human: bool = False


class Masks(Protocol):
    """The masks of a video, by frame; checks go over the frames in order and come back to a few."""

    height: int
    width: int

    def __len__(self) -> int:
        """Frames of the video."""
        ...

    def __getitem__(self, frame: int) -> Mapping[int, Mark]:
        """Object -> what is stored of it; an object that has nothing on the frame is left out."""
        ...


@dataclass(frozen=True)
class Finding:
    """A place that is probably wrong.

    Attributes:
        kind: which check says so.
        object: id.
        frame: where it is seen best.
        start, stop: frames start <= f < stop that it concerns.
        score: how sure the check is, 0..1.
        sentence: what is seen, for people.
        other: the second object of an overlap or a swap.
    """

    kind: Kind
    object: int
    frame: int
    start: int
    stop: int
    score: float
    sentence: str
    other: int | None = None

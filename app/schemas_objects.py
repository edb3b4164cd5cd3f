"""What requests about objects over time may carry; see `app.schemas`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from app.schemas import Body, FrameNumber, FrameRange, Id, Name, Revision
from projects_db.identities import Overlap


class SeenObject(Body):
    """An object, and the version its author saw."""

    id: Id
    version: Revision


class Merge(Body):
    """`POST .../merge`: the first stays, the others are merged into it."""

    objects: list[SeenObject] = Field(min_length=2, max_length=1000)
    overlap: Overlap = "union"


class Split(Body):
    """`POST .../split`: from `frame` on it is another object."""

    object: SeenObject
    frame: FrameNumber


class Swap(Body):
    """`POST .../swap`: two objects, on frames start <= f < stop; null: to the end of the video."""

    objects: Annotated[list[SeenObject], Field(min_length=2, max_length=2)]
    start: FrameNumber
    stop: FrameNumber | None = None


class NewSpan(FrameRange):
    """`POST .../spans`: what holds of the objects on a range; null: nothing any more."""

    objects: list[Id] = Field(min_length=1, max_length=10_000)
    name: Name
    value: Name | None


class CutChange(Body):
    """`POST .../cuts`: a shot begins on this frame, or does not."""

    frame: FrameNumber
    cut: bool = True

"""Bodies of requests to models that find objects, by words or without, and to models that talk about them."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from app.schemas import Body, FrameNumber, Id, ModelName
from app.schemas_objects import SeenObject
from backend.models.seam import SearchKind
from backend.prompts import Categories, Expression


class Within(Body):
    """The frames that a model with language may look at: start <= f < stop; without both: all of the video."""

    start: FrameNumber | None = None
    stop: FrameNumber | None = None

    @model_validator(mode="after")
    def _both(self) -> Self:
        if (self.start is None) != (self.stop is None):
            raise ValueError('give both "start" and "stop", or neither')
        return self

    @property
    def within(self) -> range | None:
        """The frames; None: all."""
        return None if self.start is None or self.stop is None else range(self.start, self.stop)


class Discover(Within):
    """`POST .../discover`. Without a query: everything."""

    frame: FrameNumber
    query: Annotated[Categories | Expression, Field(discriminator="kind")] | None = None
    model: ModelName | None = None


class NewSearch(Within):
    """`POST .../searches`. Without a query: everything."""

    query: Annotated[Categories | Expression, Field(discriminator="kind")] | None = None
    kind: SearchKind | None = None
    model: ModelName | None = None
    every: int = Field(default=30, ge=1, le=1_000_000)


class Tracks(Body):
    """`POST .../tracks/reject`."""

    tracks: list[Id] = Field(min_length=1, max_length=10_000)


class AcceptTracks(Tracks):
    """`POST .../tracks/accept`: an object each, one of all, or all into one that is there."""

    label_id: Id | None = None
    together: bool = False
    into: SeenObject | None = None


class Ask(Within):
    """`POST .../answers`."""

    question: str = Field(min_length=1, max_length=4000)
    objects: list[Id] = Field(min_length=1, max_length=50)
    frame: FrameNumber
    model: ModelName | None = None

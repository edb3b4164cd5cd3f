"""What requests about work, ground truth and copies may carry; see `app/schemas.py`."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from app.schemas import Body, FrameNumber, Id, Patch, no_control_characters

Task = Literal["annotate", "review"]
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Note = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=1000), AfterValidator(no_control_characters)
]
Count = Annotated[int, Field(strict=True, ge=1, le=10_000_000)]


class NewAssignments(Body):
    """`POST /api/projects/{p}/assignments`."""

    videos: list[Id] = Field(min_length=1, max_length=10_000)
    people: list[Id] = Field(min_length=1, max_length=1000)
    task: Task = "annotate"
    start: FrameNumber = 0
    stop: FrameNumber | None = None
    every: Count | None = None
    due: Day | None = None
    note: Note = ""


class AssignmentChange(Patch):
    """`PATCH /api/assignments/{a}`. A null day takes it away."""

    NULLABLE = frozenset({"due"})

    person_id: Id | None = None
    start: FrameNumber | None = None
    stop: FrameNumber | None = None
    due: Day | None = None
    note: Note | None = None
    done: bool | None = None


class PersonChange(Patch):
    """`PATCH /api/people/{person}`."""

    active: bool | None = None


class FrameChoice(Body):
    """Frames start <= f < stop, every k-th of them."""

    start: FrameNumber
    stop: FrameNumber
    every: Count = 1

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        if self.start >= self.stop:
            raise ValueError("stop is after start")
        return self

    @property
    def frames(self) -> range:
        """The frames that are meant."""
        return range(self.start, self.stop, self.every)


class NewGold(FrameChoice):
    """`POST /api/videos/{v}/gold`."""

    clear: bool = False

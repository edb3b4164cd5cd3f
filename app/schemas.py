"""What requests may carry. Whatever does not fit is answered with 422 before a service sees it.

Numbers are strict (no "1", no true for 1) and bounded by what SQLite stores; text is clean UTF-8 of bounded length.
"""

from __future__ import annotations

import unicodedata
from typing import Annotated, Any, ClassVar, Literal, Self

from fastapi import Path, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from backend.prompts import VisualPrompt
from backend.tracking.plan import Scope

LARGEST = 2**63 - 1

Role = Literal["annotator", "reviewer", "owner"]
Stage = Literal["annotate", "review", "accepted"]
DatasetFormat = Literal["coco", "youtube-vis", "davis"]


def no_control_characters(text: str) -> str:
    if any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") and char not in "\n\t" for char in text):
        raise ValueError("control characters are not allowed")
    return text


def _one_line(text: str) -> str:
    if "\n" in text or "\t" in text:
        raise ValueError("it must be one line")
    return text


Id = Annotated[int, Field(strict=True, ge=1, le=LARGEST)]
FrameNumber = Annotated[int, Field(strict=True, ge=0, le=LARGEST)]
Revision = Annotated[int, Field(strict=True, ge=0, le=LARGEST)]
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(no_control_characters), AfterValidator(_one_line),
]
Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000), AfterValidator(no_control_characters)
]
ModelName = Annotated[str, StringConstraints(max_length=100)]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$", to_lower=True)]
Hotkey = Annotated[str, StringConstraints(pattern=r"^[0-9a-zA-Z]$")]
Password = Annotated[str, StringConstraints(min_length=8, max_length=200)]
AttributeValue = Annotated[str, StringConstraints(max_length=200)] | bool | int | float | None

PathHash = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
PathToken = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
QueryFrame = Annotated[int, Query(ge=0, le=LARGEST)]
QueryId = Annotated[int, Query(ge=1, le=LARGEST)]


class Body(BaseModel):
    """A JSON object with these fields and no others."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Patch(Body):
    """What is sent changes, the rest stays. Null is a value for the fields of `NULLABLE` only."""

    NULLABLE: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="after")
    def _no_null(self) -> Self:
        empty = {name for name in self.model_fields_set if getattr(self, name) is None} - self.NULLABLE
        if empty:
            raise ValueError(f"{', '.join(sorted(empty))}: null is no value; leave out what stays")
        return self

    def changes(self) -> dict[str, Any]:
        """The fields that were sent, but for the version the writer saw."""
        return self.model_dump(exclude_unset=True, exclude={"version"})


class SignIn(Body):
    """`POST /api/session`. Not `Name`: what is no name cannot be anybody's."""

    name: Annotated[str, StringConstraints(max_length=200)]
    password: Annotated[str, StringConstraints(max_length=200)]


class Attribute(Body):
    """An attribute of a label and the values it may have; `over_time`: another one on other frames."""

    name: Name
    values: list[Name] = Field(max_length=200)
    over_time: bool = False


class NewLabel(Body):
    """A label as it is made."""

    name: Name
    colour: Colour | None = None
    is_thing: bool = True
    hotkey: Hotkey | None = None
    attributes: list[Attribute] = Field(default_factory=list, max_length=100)


class LabelChange(Patch):
    """`PATCH /api/labels/{l}`. A null hotkey takes the key away."""

    NULLABLE = frozenset({"hotkey"})

    name: Name | None = None
    colour: Colour | None = None
    is_thing: bool | None = None
    hotkey: Hotkey | None = None
    attributes: list[Attribute] | None = Field(default=None, max_length=100)


class NewProject(Body):
    """`POST /api/projects`."""

    name: Name
    labels: list[NewLabel] = Field(default_factory=list, max_length=2000)


class Rename(Body):
    """`PATCH /api/projects/{p}`."""

    name: Name


class MemberRole(Body):
    """`PUT /api/projects/{p}/members/{person}`."""

    role: Role


class NewPerson(Body):
    """`POST /api/people`."""

    name: Name
    password: Password
    is_owner: bool = False


class NewUpload(Body):
    """`POST /api/projects/{p}/uploads`. `name` is shown, and never used as a path."""

    name: Name
    size: Annotated[int, Field(strict=True, ge=1, le=LARGEST)]


class NewSource(Body):
    """`POST /api/projects/{p}/videos`."""

    path: Annotated[str, StringConstraints(min_length=1, max_length=4096), AfterValidator(no_control_characters)]
    copy_file: bool = Field(default=False, alias="copy")


class NewObject(Body):
    """`POST /api/videos/{v}/objects`."""

    label_id: Id
    name: Name | None = None
    colour: Colour | None = None


class ObjectChange(Patch):
    """`PATCH /api/objects/{o}`."""

    version: Revision
    label_id: Id | None = None
    name: Name | None = None
    colour: Colour | None = None
    locked: bool | None = None
    attributes: dict[Name, AttributeValue] | None = Field(default=None, max_length=100)


class RleBody(Body):
    """COCO RLE; `Rle.from_json` checks the rest."""

    size: tuple[FrameNumber, FrameNumber]
    counts: str | list[FrameNumber]


class OfObject(Body):
    """Something for an object, or for a new one (`object`), which the same change makes."""

    object_id: Id | None = None
    object: NewObject | None = None

    @model_validator(mode="after")
    def _one_object(self) -> Self:
        if (self.object_id is None) == (self.object is None):
            raise ValueError('give either "object_id" or "object", a new one')
        return self

    @property
    def target(self) -> int | NewObject:
        """The object's id, or what it is to be."""
        target = self.object if self.object_id is None else self.object_id
        assert target is not None, "one of them is given"
        return target


class NewPrompts(OfObject):
    """`POST .../prompts`: one prompt, or several that belong together."""

    prompt: VisualPrompt | None = None
    prompts: list[VisualPrompt] = Field(default_factory=list, max_length=200)
    replaces: Id | None = None
    base: Revision
    model: ModelName | None = None


class WithdrawPrompts(Body):
    """`DELETE .../prompts`: one, or all without `prompt_id`."""

    object_id: Id
    prompt_id: Id | None = None
    base: Revision
    model: ModelName | None = None


class HandMask(Body):
    """`PUT .../masks/{o}`."""

    rle: RleBody | None = None
    polygons: list[Annotated[list[float], Field(max_length=20_000)]] | None = Field(default=None, max_length=1000)
    base: Revision


class ObjectMask(OfObject, HandMask):
    """A mask of an object, or of a new one."""


class HandMasks(Body):
    """`POST .../masks`."""

    masks: list[ObjectMask] = Field(min_length=1, max_length=1000)


class MaskBase(Body):
    """`DELETE .../masks/{o}`."""

    base: Revision


class FrameRange(Body):
    """Objects (null: all) on frames start <= f < stop."""

    objects: list[Id] | None = Field(default=None, max_length=10_000)
    start: FrameNumber
    stop: FrameNumber


class Verify(FrameRange):
    """`POST .../verify`."""

    verified: bool = True


class Absent(FrameRange):
    """`POST .../absent`."""

    absent: bool = True


class Preview(Body):
    """`POST .../preview`."""

    frame: FrameNumber
    object_id: Id | None = None
    prompts: list[VisualPrompt] = Field(min_length=1, max_length=200)
    model: ModelName | None = None


class NewRun(Body):
    """`POST /api/runs`."""

    video_id: Id
    objects: list[Id] | None = Field(default=None, max_length=10_000)
    scope: Scope
    frame: FrameNumber
    start: FrameNumber | None = None
    stop: FrameNumber | None = None
    model: ModelName | None = None
    across_cuts: bool = False


class StageChange(Body):
    """`POST .../stage`."""

    stage: Stage
    stage_version: Revision


class NewThread(Body):
    """`POST .../threads`."""

    frame: FrameNumber
    object_id: Id | None = None
    x: float | None = None
    y: float | None = None
    text: Text


class NewComment(Body):
    """`POST /api/threads/{t}/comments`."""

    text: Text


class ThreadChange(Body):
    """`PATCH /api/threads/{t}`."""

    resolved: bool


class NewExport(Body):
    """`POST /api/projects/{p}/exports`."""

    format: DatasetFormat
    videos: list[Id] | None = Field(default=None, max_length=100_000)
    labels: list[Id] | None = Field(default=None, max_length=100_000)
    stages: list[Stage] | None = None
    every: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] = 1
    verified_only: bool = False
    stale: bool = False
    images: bool = True
    polygons: bool = False

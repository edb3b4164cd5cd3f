"""Reading json from outside: every field that is used is checked, and an error names the place of the offending one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.errors import BadInput
from backend.masks import MAX_SIDE, Rle
from projects_db.formats.dataset import DatasetLabel, DatasetMask, DatasetVideo

Id = Annotated[int, Field(ge=0, le=2**53)]
Frame = Annotated[int, Field(ge=0, lt=2**31)]
Side = Annotated[int, Field(ge=1, le=MAX_SIDE)]
Name = Annotated[str, Field(min_length=1, max_length=300)]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
Score = Annotated[float, Field(ge=0, le=1)]


class Part(BaseModel):
    """A json object. Fields that are not named are passed over; values are never converted from another type."""

    model_config = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False)


class RleCode(Part):
    """COCO's run-length code, compressed or not."""

    size: tuple[Side, Side]
    counts: str | list[int]


class Attribute(Part):
    """An attribute of a label."""

    name: Name
    values: list[Name]
    over_time: bool = False


class CategoryPart(Part):
    """`categories[]` of COCO and YouTube-VIS; `isthing` and `color` as in COCO panoptic."""

    id: Id
    name: Annotated[str, Field(min_length=1, max_length=100)]
    isthing: int = Field(default=1, ge=0, le=1)
    color: list[Annotated[int, Field(ge=0, le=255)]] | None = Field(default=None, min_length=3, max_length=3)
    attributes: list[Attribute] = Field(default_factory=list)

    def label(self) -> DatasetLabel:
        """As a label."""
        colour = None if self.color is None else "#" + "".join(f"{channel:02x}" for channel in self.color)
        return DatasetLabel(self.id, self.name, bool(self.isthing), colour, [a.model_dump() for a in self.attributes])


class SpanPart(Part):
    """What holds of an object on frames start <= f < stop."""

    name: Name
    value: Name
    start: Frame
    stop: Frame


class ObjectPart(Part):
    """What we say of an object beside what the formats do."""

    name: str = Field(default="", max_length=200)
    colour: Colour | None = None
    attributes: dict[str, str] = Field(default_factory=dict)
    spans: list[SpanPart] = Field(default_factory=list)


AnyPart = TypeVar("AnyPart", bound=Part)


def parse(form: type[AnyPart], data: bytes, file: str) -> AnyPart:
    """Read json of a form.

    Raises:
        BadInput: no json, or not of that form; the message says where.
    """
    try:
        return form.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in first["loc"]).lstrip(".")
        raise bad_file(file, where, first["msg"]) from error


def bad_file(file: str, where: str, what: str) -> BadInput:
    """The error of something wrong at a place in a file."""
    name = PurePosixPath(file).name
    return BadInput("bad_file", f"{name} is wrong at {where}: {what}." if where else f"{name} is wrong: {what}.",
                    "Correct the file; nothing was changed.")


def unique(file: str, where: str, values: Iterable[Any]) -> None:
    """Refuse a value that comes twice. Raises BadInput."""
    seen: set[Any] = set()
    for position, value in enumerate(values):
        if value in seen:
            raise bad_file(file, f"{where}[{position}]", f"{value!r} comes twice")
        seen.add(value)


def mask_at(
    segmentation: RleCode | list[list[float]], video: DatasetVideo, file: str, where: str,
) -> Rle | None:
    """The mask of a segmentation; None where it has no pixels. Raises BadInput, naming the place."""
    try:
        if isinstance(segmentation, list):
            rle = Rle.from_polygons(segmentation, video.height, video.width)
        else:
            rle = Rle.from_json(segmentation.model_dump(), height=video.height, width=video.width)
    except BadInput as error:
        raise bad_file(file, where, error.message.rstrip(".")) from error
    return rle if rle.area else None


def mask_of(frame: int, rle: Rle | None, state: str | None, score: float | None) -> DatasetMask | None:
    """A mask from what a file says of it; None where it says nothing. Only verified masks are not just tracked."""
    if rle is None and state not in ("absent", "verified"):
        return None
    kept = "verified" if state == "verified" else "tracked" if rle is not None else "absent"
    return DatasetMask(frame, rle, kept, score=score)

"""What a person gives a model: one vocabulary for every model.

Coordinates are continuous pixels of the upright frame: x to the right, y down, pixel (i, j) covers [i, i+1) x
[j, j+1), so a point (x, y) lies on pixel (floor(x), floor(y)). Visual prompts follow UniVS section 3.2 and
UniPixel section 3.2; category names and expressions are UNINEXT's other two prompt kinds (section 3.1).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from backend.errors import BadInput
from backend.masks import Rle

PromptKind = Literal["point", "box", "scribble", "mask", "categories", "expression", "question"]


class _Prompt(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Point(_Prompt):
    """A click: this pixel is (`positive`) or is not part of the object."""

    kind: Literal["point"] = "point"
    x: float
    y: float
    positive: bool = True


class Box(_Prompt):
    """The object lies inside x0 <= x < x1, y0 <= y < y1."""

    kind: Literal["box"] = "box"
    x0: float
    y0: float
    x1: float
    y1: float


class Scribble(_Prompt):
    """A stroke of `width` pixels along `points` ((x, y) pairs)."""

    kind: Literal["scribble"] = "scribble"
    points: list[tuple[float, float]] = Field(min_length=1, max_length=5000)
    width: float = Field(default=5.0, gt=0, le=500)
    positive: bool = True


class MaskPrompt(_Prompt):
    """A mask to start from: drawn by hand, imported, or what the object had before this prompt."""

    kind: Literal["mask"] = "mask"
    size: tuple[int, int]
    counts: str | list[int]

    def rle(self) -> Rle:
        """The mask, checked."""
        return Rle.from_json({"size": list(self.size), "counts": self.counts})

    @classmethod
    def of(cls, rle: Rle) -> MaskPrompt:
        """The prompt of a mask."""
        return cls(size=(rle.height, rle.width), counts=rle.counts.decode("ascii"))


class Categories(_Prompt):
    """Find every object of these categories."""

    kind: Literal["categories"] = "categories"
    names: list[str] = Field(min_length=1, max_length=2000)


class Expression(_Prompt):
    """Find what this referring expression or reasoning query means."""

    kind: Literal["expression"] = "expression"
    text: str = Field(min_length=1, max_length=2000)


class Question(_Prompt):
    """Answer in words, and with masks where the model has them."""

    kind: Literal["question"] = "question"
    text: str = Field(min_length=1, max_length=4000)


VisualPrompt = Annotated[Point | Box | Scribble | MaskPrompt, Field(discriminator="kind")]
Prompt = Annotated[
    Point | Box | Scribble | MaskPrompt | Categories | Expression | Question, Field(discriminator="kind")
]

prompt_adapter: TypeAdapter[Any] = TypeAdapter(Prompt)
"""Reads and writes any prompt as JSON."""


def check_inside(prompt: Any, height: int, width: int) -> None:
    """Refuse a visual prompt that does not fit a frame of this size.

    Raises:
        BadInput: a point or stroke outside the frame, an empty box or one outside, a mask of another size.
    """
    def inside(x: float, y: float) -> bool:
        return 0 <= x < width and 0 <= y < height

    where = f"the frame is {width}x{height}"
    if isinstance(prompt, Point) and not inside(prompt.x, prompt.y):
        raise BadInput("prompt_outside", f"The point ({prompt.x:g}, {prompt.y:g}) is outside: {where}.",
                       "Click on the picture.")
    if isinstance(prompt, Box):
        x0, y0 = max(prompt.x0, 0.0), max(prompt.y0, 0.0)
        x1, y1 = min(prompt.x1, float(width)), min(prompt.y1, float(height))
        if x1 - x0 < 1 or y1 - y0 < 1:
            raise BadInput("prompt_outside", f"The box holds no pixel of the picture: {where}.",
                           "Drag from one corner of the object to the opposite one.")
    if isinstance(prompt, Scribble) and not any(inside(x, y) for x, y in prompt.points):
        raise BadInput("prompt_outside", f"The stroke lies outside the picture: {where}.", "Draw on the picture.")
    if isinstance(prompt, MaskPrompt):
        Rle.from_json({"size": list(prompt.size), "counts": prompt.counts}, height=height, width=width)

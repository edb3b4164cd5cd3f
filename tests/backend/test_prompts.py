"""The prompt vocabulary: what is read, and what is refused."""

import pytest
from pydantic import ValidationError

from backend.errors import BadInput
from backend.masks import Rle
from backend.prompts import Box, MaskPrompt, Point, Scribble, check_inside, prompt_adapter

PROMPTS = [
    {"kind": "point", "x": 3.5, "y": 4.0, "positive": False},
    {"kind": "box", "x0": 1.0, "y0": 1.0, "x1": 5.0, "y1": 6.0},
    {"kind": "scribble", "points": [(1.0, 2.0), (3.0, 4.0)], "width": 5.0, "positive": True},
    {"kind": "categories", "names": ["cat", "dog"]},
    {"kind": "expression", "text": "the dog on the left"},
    {"kind": "question", "text": "what is it doing?"},
]


@pytest.mark.parametrize("data", PROMPTS, ids=lambda data: data["kind"])
def test_round_trip(data: dict) -> None:
    assert prompt_adapter.validate_python(data).model_dump() == data


def test_mask_prompt_round_trip() -> None:
    rle = Rle.from_polygons([[0, 0, 5, 0, 5, 5]], 10, 10)
    prompt = prompt_adapter.validate_json(MaskPrompt.of(rle).model_dump_json())
    assert prompt.rle() == rle


@pytest.mark.parametrize("data", [
    {}, {"kind": "click"}, {"kind": "point", "x": 1}, {"kind": "point", "x": float("nan"), "y": 1},
    {"kind": "point", "x": float("inf"), "y": 1}, {"kind": "point", "x": 1, "y": 1, "extra": 1},
    {"kind": "scribble", "points": []}, {"kind": "scribble", "points": [[1, 2]], "width": 0},
    {"kind": "categories", "names": []}, {"kind": "expression", "text": ""},
])
def test_malformed_prompts_are_refused(data: dict) -> None:
    with pytest.raises(ValidationError):
        prompt_adapter.validate_python(data)


@pytest.mark.parametrize("prompt", [
    Point(x=-0.1, y=0), Point(x=20, y=5), Point(x=5, y=10), Box(x0=20, y0=0, x1=30, y1=5), Box(x0=3, y0=3, x1=3, y1=9),
    Box(x0=9, y0=9, x1=2, y1=2), Scribble(points=[(-5, -5), (40, 2)]), MaskPrompt.of(Rle.empty(20, 10)),
])
def test_prompts_outside_the_frame_are_refused(prompt: object) -> None:
    with pytest.raises(BadInput):
        check_inside(prompt, height=10, width=20)


@pytest.mark.parametrize("prompt", [
    Point(x=0, y=0), Point(x=19.9, y=9.9), Box(x0=-5, y0=-5, x1=100, y1=100), Scribble(points=[(-5, -5), (4, 2)]),
    MaskPrompt.of(Rle.empty(10, 20)),
])
def test_prompts_that_touch_the_frame_are_taken(prompt: object) -> None:
    check_inside(prompt, height=10, width=20)

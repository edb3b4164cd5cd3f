"""Spans of objects and attributes as they are typed: pure functions."""

from collections.abc import Callable
from typing import Any

import pytest

SPANS = [{"name": "occluded", "value": "yes", "start": 2, "stop": 5},
         {"name": "occluded", "value": "yes", "start": 5, "stop": 7},
         {"name": "pose", "value": "up", "start": 0, "stop": 3}]


@pytest.mark.parametrize(("name", "value", "start", "stop", "expected"), [
    ("occluded", "yes", 2, 7, True), ("occluded", "yes", 1, 3, False), ("occluded", "yes", 6, 8, False),
    ("pose", "up", 0, 3, True), ("pose", "down", 0, 3, False), ("truncated", "yes", 0, 1, False),
])
def test_what_holds_on_all_of_a_range(
    js: Callable[..., Any], name: str, value: str, start: int, stop: int, expected: bool,
) -> None:
    said = js("spans.js", "(m, [s, ...rest]) => m.holds(s, ...rest)", [SPANS, name, value, start, stop])
    assert said is expected


def test_the_value_on_a_frame(js: Callable[..., Any]) -> None:
    said = js("spans.js", "(m, s) => [0, 2, 3, 7].map((f) => m.valueAt(s, 'pose', f) + m.valueAt(s, 'occluded', f))",
              SPANS)
    assert said == ["up", "upyes", "yes", ""]


def test_attributes_are_typed_with_a_star_where_they_change(js: Callable[..., Any]) -> None:
    text = "colour: red, blue; pose*: up, down"
    read = js("projects/labels.js", "(m, text) => m.parseAttributes(text)", text)
    assert read == [{"name": "colour", "values": ["red", "blue"]},
                    {"name": "pose", "values": ["up", "down"], "over_time": True}]
    assert js("projects/labels.js", "(m, read) => m.formatAttributes(read)", read) == text

"""What holds of an object on some of its frames only: that it is occluded or truncated, and attributes of its label
that change over time. Pure functions over lists of spans; of one name no two overlap.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

FLAGS = ("occluded", "truncated")
"""Of every object, whatever its label: hidden in part by something else; cut off by the edge of the picture."""
YES = "yes"
"""The one value of a flag; where it does not hold there is no span."""


@dataclass(frozen=True, order=True)
class Span:
    """A value that holds on frames start <= f < stop."""

    name: str
    start: int
    stop: int
    value: str

    def as_json(self) -> dict[str, Any]:
        """As `tables.Object.spans` and docs/http.md have it."""
        return {"name": self.name, "value": self.value, "start": self.start, "stop": self.stop}


def read(data: Iterable[Mapping[str, Any]]) -> list[Span]:
    """What `as_json` made; overlaps are settled as in `joined`."""
    return joined([Span(one["name"], one["start"], one["stop"], one["value"]) for one in data])


def to_json(spans: Iterable[Span]) -> list[dict[str, Any]]:
    """As `tables.Object.spans` has them."""
    return [one.as_json() for one in spans]


def joined(spans: Iterable[Span]) -> list[Span]:
    """Spans without overlaps, by name and frame: a later one of the list replaces what an earlier one of the same name
    says; neighbours of one value are one span.

    Example:
        >>> [(s.start, s.stop, s.value) for s in joined([Span("pose", 0, 9, "up"), Span("pose", 3, 5, "down")])]
        [(0, 3, 'up'), (3, 5, 'down'), (5, 9, 'up')]
    """
    kept: list[Span] = []
    for new in spans:
        if new.start < new.stop:
            kept = [*without(kept, new.name, new.start, new.stop), new]
    found: list[Span] = []
    for one in sorted(kept):
        last = found[-1] if found else None
        if last and (last.name, last.value, last.stop) == (one.name, one.value, one.start):
            found[-1] = replace(last, stop=one.stop)
        else:
            found.append(one)
    return found


def without(spans: Sequence[Span], name: str, start: int, stop: int) -> list[Span]:
    """The spans, less what those of a name say on start <= f < stop."""
    return [
        part for one in spans
        for part in ([one] if one.name != name else [*between([one], 0, start), *between([one], stop, one.stop)])
    ]


def between(spans: Iterable[Span], start: int, stop: int) -> list[Span]:
    """What they say on frames start <= f < stop."""
    clipped = (replace(one, start=max(one.start, start), stop=min(one.stop, stop)) for one in spans)
    return [one for one in clipped if one.start < one.stop]


def at(spans: Iterable[Span], frame: int) -> dict[str, str]:
    """{name: value} of what holds on a frame."""
    return {one.name: one.value for one in spans if one.start <= frame < one.stop}


def values_of(attributes: Iterable[Mapping[str, Any]]) -> dict[str, Sequence[str]]:
    """{name: values} that spans of an object may have whose label has these attributes."""
    return {**dict.fromkeys(FLAGS, (YES,)),
            **{one["name"]: one["values"] for one in attributes if one.get("over_time")}}


def allowed(spans: Iterable[Span], attributes: Iterable[Mapping[str, Any]]) -> list[Span]:
    """Those that a label with these attributes has a place for."""
    values = values_of(attributes)
    return [one for one in spans if one.value in values.get(one.name, ())]

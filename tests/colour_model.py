"""A small real model that takes words: it finds regions by the name of their colour. No shipped model takes words yet.

`python -m tests.colour_model serve ...` is the command line with this model beside the others.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import cv2
import numpy as np

from backend.errors import BadInput
from backend.masks import BoolMask
from backend.models import registry
from backend.models.seam import Answer, Candidate, Frames, ModelSpec, SearchKind, Segment, Sighting, Track
from backend.prompts import Categories, Expression, Point, Question

SPEC = ModelSpec(
    name="colours", title="Colours (for tests)", version="1", licence="Apache-2.0", permits="Anything.",
    prompts=frozenset({"point", "categories", "expression", "question"}),
    tasks=frozenset({"segment", "track", "discover", "answer"}),
    searches=frozenset({"vis", "mots", "vps", "vss", "rvos"}),
)
SMALLEST = 400
"""Pixels of a region that is worth a candidate."""

RANGES = {
    "white": ((0, 0, 215), (180, 40, 255)),
    "black": ((0, 0, 0), (180, 255, 55)),
    "red": ((0, 110, 60), (12, 255, 255)),
    "blue": ((95, 50, 40), (130, 255, 255)),
}
"""Least and largest hue (0..180), saturation and value."""


class ColourSession:
    """See `backend.models.seam.Session`."""

    def __init__(self, frames: Frames) -> None:
        self._frames = frames
        self._known: dict[int, BoolMask] = {}

    def segment(self, frame: int, prompts: Mapping[int, Sequence[Any]]) -> dict[int, Segment]:
        """The regions that positive points lie on, without those of negative ones."""
        made = {}
        for object_id, given in prompts.items():
            mask = np.zeros((self._frames.height, self._frames.width), bool)
            points = [one for one in given if isinstance(one, Point)]
            for _, region in self.regions(frame, RANGES, smallest=1):
                signs = [one.positive for one in points if region[int(one.y), int(one.x)]]
                mask |= region & bool(signs and signs[-1])
            made[object_id] = _segment(mask)
        return made

    def remember(self, frame: int, masks: Mapping[int, BoolMask]) -> None:
        """Only the last mask is of use."""
        self._known.update(masks)

    def forget(self, objects: Iterable[int]) -> None:
        """Drop them."""
        for one in objects:
            self._known.pop(one, None)

    def track(self, frame: int) -> dict[int, Segment]:
        """The region that covers most of the last mask."""
        regions = [region for _, region in self.regions(frame, RANGES)]
        for one, mask in self._known.items():
            self._known[one] = max(regions, key=lambda region: (region & mask).sum(), default=mask)
        return {one: _segment(mask) for one, mask in self._known.items()}

    def discover(
        self, frame: int, query: Categories | Expression | None, within: range | None = None
    ) -> list[Candidate]:
        """The regions of the colours that are named, largest first; of an expression the largest alone."""
        text = query.text.lower() if isinstance(query, Expression) else ""
        names = query.names if isinstance(query, Categories) else re.findall(r"\w+", text) if text else list(RANGES)
        found = [Candidate(_segment(region), category=name if isinstance(query, Categories) else None)
                 for name, region in self.regions(frame, names)]
        found.sort(key=lambda one: -int(one.segment.mask.sum()))
        return found[:1] if isinstance(query, Expression) else found[:8]

    def answer(
        self, question: Question, objects: Mapping[int, Mapping[int, BoolMask]], within: range | None = None
    ) -> Answer:
        """The colour of each object on its last frame; and the regions, on that frame, of the colours that the question
        names."""
        said, last = [], 0
        for one, there in objects.items():
            last = max(there)
            shares = {name: float((region & there[last]).sum())
                      for name in RANGES for _, region in self.regions(last, [name], smallest=1)}
            said.append(f"[{one}] is {max(shares, key=lambda name: shares[name], default='of no colour I know')}.")
        asked = re.findall(r"\w+", question.text.lower())
        return Answer(" ".join(said), [_segment(region) for _, region in self.regions(last, asked)], frame=last)

    def search(self, kind: SearchKind, query: Categories | Expression | None, within: range) -> ColourSearch:
        """The regions of the colours that are named, or of all."""
        if isinstance(query, Expression) != (kind == "rvos"):
            raise BadInput("wrong_query", f"A search of the kind {kind} is not told what to find in this way.",
                           "Give an expression for rvos, categories for all others.")
        names = re.findall(r"\w+", query.text.lower()) if isinstance(query, Expression) else query and query.names
        if unknown := [name for name in names or () if name not in RANGES and kind != "rvos"]:
            raise BadInput("unknown_category", f"There is no colour {unknown[0]}.", f"Name {', '.join(RANGES)}.")
        return ColourSearch(self, kind, names or list(RANGES), within)

    def close(self) -> None:
        """Forget everything."""
        self._known.clear()

    def regions(
        self, frame: int, names: Iterable[str], smallest: int = SMALLEST
    ) -> Iterator[tuple[str, BoolMask]]:
        hues = cv2.cvtColor(cv2.medianBlur(self._frames[frame], 5), cv2.COLOR_RGB2HSV)
        for name in names:
            if name.lower() not in RANGES:
                continue
            least, most = (np.array(ends) for ends in RANGES[name.lower()])
            count, parts, stats, _ = cv2.connectedComponentsWithStats(cv2.inRange(hues, least, most))
            for part in range(1, count):
                if stats[part, cv2.CC_STAT_AREA] >= smallest:
                    yield name, parts == part


class ColourSearch:
    """See `backend.models.seam.Search`. A region goes on from the one of its colour that covers most of it."""

    def __init__(self, session: ColourSession, kind: SearchKind, names: list[str], within: range) -> None:
        self._session, self._kind, self._names, self._within = session, kind, names, within
        self._found: dict[int, str] = {}

    def __iter__(self) -> Iterator[Sighting]:
        last: dict[int, BoolMask] = {}
        for frame in self._within:
            seen: dict[int, BoolMask] = {}
            for name, region in self._seen(frame):
                number = max((one for one in last if self._found[one] == name and one not in seen),
                             key=lambda one: (last[one] & region).sum(), default=None)
                if number is None or (self._kind not in ("vss", "rvos") and not (last[number] & region).any()):
                    number = len(self._found) + 1
                self._found[number], seen[number] = name, region
            last |= seen
            kinds = {one: self._found[one] for one in seen} if self._kind == "mots" else {}
            yield Sighting(frame, {one: _segment(mask) for one, mask in seen.items()}, kinds)

    def tracks(self) -> dict[int, Track]:
        """All that was seen. White and black are stuff."""
        return {one: Track({"" if self._kind == "rvos" else name: 0.9}, thing=name not in ("white", "black"))
                for one, name in self._found.items()}

    def _seen(self, frame: int) -> list[tuple[str, BoolMask]]:
        regions = list(self._session.regions(frame, self._names))
        if self._kind == "rvos":
            return sorted(regions, key=lambda one: -int(one[1].sum()))[:1]
        if self._kind == "vss":
            names = dict.fromkeys(name for name, _ in regions)
            return [(name, np.any([region for one, region in regions if one == name], axis=0)) for name in names]
        return regions


def _segment(mask: BoolMask) -> Segment:
    share = float(mask.mean())
    return Segment(mask, round(0.5 + share / 2, 3), present=bool(mask.any()))


class ColourModel:
    """Opens sessions; holds nothing."""

    spec = SPEC

    def open(self, frames: Frames) -> ColourSession:
        """A new session on a video."""
        return ColourSession(frames)


class Package:
    """What the registry wants of the folder of a model."""

    SPEC = SPEC

    def missing(self) -> str | None:
        """Nothing ever is."""
        return None

    def load(self) -> ColourModel:
        """The model."""
        return ColourModel()


if __name__ == "__main__":
    from app.cli.__main__ import main

    registry.register(Package())
    sys.exit(main(sys.argv[1:]))

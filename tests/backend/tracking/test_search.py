"""Finding over a video with models that only find, or find and follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from backend.errors import BadInput
from backend.masks import Rle, iou
from backend.models import compact, flow
from backend.models.seam import Candidate, ModelSpec, SearchKind, Segment
from backend.prompts import Categories, Expression
from backend.tracking import search
from backend.tracking.search import Overlaps, begin, kind_for, kinds
from tests.colour_model import SPEC, ColourSession
from tests.moving_shapes import Pictures

COMPOSED = replace(SPEC, searches=frozenset())
"""The model of colours, as if it had no search of its own."""
FINDS = replace(COMPOSED, tasks=frozenset({"discover"}))
RED = Categories(names=["red"])
SIZE = 120
FRAMES = 24
CUT = 12


class Model:
    """Opens one session, which is its own."""

    def __init__(self, spec: ModelSpec, session: Any) -> None:
        self.spec, self.session = spec, session

    def open(self, frames: Any) -> Any:
        return self.session


def squares(n: int) -> np.ndarray:
    """A red square that goes to the right by four pixels a frame, from frame 6 on a second one; a cut moves both."""
    picture = np.full((SIZE, 2 * SIZE, 3), 128, np.uint8)
    at = 4 * (n % CUT)
    picture[20:50, at:at + 30] = (200, 30, 30)
    if n >= 6:
        picture[70:100, 200 - at:230 - at] = (200, 30, 30)
    return picture


def pictures(damaged: frozenset[int] = frozenset()) -> Pictures:
    return Pictures([squares(n) for n in range(FRAMES)], damaged)


def found(
    spec: ModelSpec, query: Any, *, every: int = 4, cuts: tuple[int, ...] = (), frames: Any = None,
    session: Any = None, kind: SearchKind = "vis", within: range = range(FRAMES),
) -> tuple[dict[int, dict[int, Segment]], Any]:
    """({track: {frame: segment}}, its tracks)"""
    frames = frames or pictures()
    made = session or ColourSession(frames)
    search = begin(Model(spec, made), made, frames, kind, query, within, every=every, cuts=cuts)
    seen: dict[int, dict[int, Segment]] = {}
    for sighting in search:
        for number, one in sighting.segments.items():
            seen.setdefault(number, {})[sighting.frame] = one
    return seen, search.tracks()


def test_what_is_found_is_followed_on_every_frame_and_found_once() -> None:
    seen, tracks = found(COMPOSED, RED, within=range(CUT))
    assert [sorted(frames) for frames in seen.values()] == [list(range(CUT)), list(range(8, CUT))]
    assert {one: list(track.scores) for one, track in tracks.items()} == {0: ["red"], 1: ["red"]}
    assert all(one.thing for one in tracks.values())


def test_tracks_end_at_a_cut_and_are_looked_for_anew_there() -> None:
    seen, tracks = found(COMPOSED, RED, every=100, cuts=(CUT,))
    assert [sorted(frames) for frames in seen.values()] == [list(range(CUT)), *[list(range(CUT, FRAMES))] * 2]
    assert len(tracks) == 3
    seen, _ = found(COMPOSED, RED, every=100, cuts=(CUT,), within=range(14, 20))
    assert {tuple(frames) for frames in seen.values()} == {tuple(range(14, 20))}


def test_a_model_that_only_finds_has_masks_where_it_looked() -> None:
    seen, tracks = found(FINDS, RED, every=3, within=range(CUT))
    assert [sorted(frames) for frames in seen.values()] == [[0, 3, 6, 9], [6, 9]], (
        "optical flow tells that they are the same")
    assert len(tracks) == 2


def test_an_expression_is_one_track_wherever_it_is_found() -> None:
    for spec in (COMPOSED, FINDS):
        seen, tracks = found(spec, Expression(text="the red square"), kind="rvos", cuts=(CUT,))
        assert list(seen) == list(tracks) == [0]
        assert list(tracks[0].scores) == [""]


def test_a_frame_that_cannot_be_decoded_is_stepped_over_and_its_look_made_up_for() -> None:
    frames = pictures(damaged=frozenset({0, 5}))
    seen, _ = found(COMPOSED, RED, every=100, frames=frames)
    assert sorted(seen[0]) == [1, 2, 3, 4, *range(6, FRAMES)]


class Scripted(ColourSession):
    """Sees what it is told to: {frame: number of squares}, and loses what it follows from `lost` on."""

    def __init__(self, there: dict[int, list[int]], lost: int = FRAMES) -> None:
        super().__init__(pictures())
        self.there, self.lost, self.forgotten, self.most = there, lost, set[int](), 0

    def discover(self, frame: int, *_: Any) -> list[Candidate]:
        return [Candidate(Segment(mask_at(x), 0.5), object=None) for x in self.there.get(frame, [])]

    def track(self, frame: int) -> dict[int, Segment]:
        self.most = max(self.most, len(self._known))
        none = np.zeros((SIZE, 2 * SIZE), bool)
        return {n: Segment(none if frame >= self.lost else mask, 0.5, frame < self.lost)
                for n, mask in self._known.items()}

    def forget(self, objects: Any) -> None:
        self.forgotten |= set(objects)
        super().forget(objects)


def mask_at(x: int) -> np.ndarray:
    mask = np.zeros((SIZE, 2 * SIZE), bool)
    mask[:20, x:x + 20] = True
    return mask


def test_what_is_lost_for_long_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Scripted({0: [0]}, lost=3)
    frames: Iterator[Any] = iter(begin(Model(COMPOSED, session), session, pictures(), "vis", None, range(FRAMES),
                                       every=4))
    ended = next(sighting.frame for sighting in frames if session.forgotten)
    assert ended == 4 * search.LOST
    monkeypatch.setattr(search, "LOST", 100)
    session = Scripted({0: [0]}, lost=3)
    found(COMPOSED, None, session=session)
    assert session.most == 1 and session.forgotten == {0}, "at the end everything is forgotten"


def test_so_many_tracks_and_no_more() -> None:
    session = Scripted({0: list(range(0, 200, 20))})
    seen, tracks = found(replace(COMPOSED, max_objects=3), None, session=session)
    assert session.most == len(seen) == len(tracks) == 3


def test_one_of_the_same_category_is_the_same_and_two_are_two() -> None:
    session = Scripted({0: [0, 40], 4: [2, 42, 90]})
    seen, tracks = found(COMPOSED, None, session=session)
    assert [min(frames) for frames in seen.values()] == [0, 0, 4] and len(tracks) == 3


def test_what_models_can_find() -> None:
    assert kinds(flow.SPEC) == set() and kinds(compact.SPEC) == {"vis"} and kinds(COMPOSED) == {"vis", "rvos"}
    assert kinds(SPEC) == {"vis", "mots", "vps", "vss", "rvos"}
    assert kind_for(SPEC, None, None) == "vis" and kind_for(SPEC, Expression(text="it"), None) == "rvos"
    assert kind_for(replace(FINDS, searches=frozenset({"vss"}), tasks=frozenset()), RED, None) == "vss"
    for spec, query, wanted in ((flow.SPEC, None, None), (compact.SPEC, RED, None), (COMPOSED, RED, "vps"),
                                (SPEC, RED, "rvos"), (SPEC, None, "rvos"), (SPEC, Expression(text="it"), "vis")):
        with pytest.raises(BadInput):
            kind_for(spec, query, wanted)


def test_overlap_counts_on_the_frames_that_are_shared() -> None:
    overlaps = Overlaps()
    here = {0: Rle.from_mask(mask_at(0)), 1: Rle.from_mask(mask_at(100))}
    overlaps.add(here, {"a": Rle.from_mask(mask_at(2))})
    overlaps.add(here, {})
    assert overlaps.known() == {0}
    for _ in range(3):
        overlaps.add(here, {"a": Rle.from_mask(mask_at(60))})
    assert overlaps.known() == set() and iou(here[0], Rle.from_mask(mask_at(2))) > search.KNOWN

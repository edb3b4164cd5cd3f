"""Temporal checks: right masks are left alone, each known fault is named, and what is settled is not questioned."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from backend.masks import Rle
from backend.quality.checks import Mark, check
from benchmarks._faults import RECIPES, Frames, Track, spoil
from tests.moving_shapes import DISC, SQUARE, Shapes

COUNT = 24
SHAPES = Shapes(COUNT)


@pytest.fixture
def masks() -> Frames:
    return [dict(there) for there in SHAPES.truth]


def kinds(masks: Frames) -> set[str]:
    return {finding.kind for finding in check(Track.of(masks), SHAPES.frames)}


def test_right_masks_are_left_alone(masks: Frames) -> None:
    """Also where one shape passes behind the other, and where one leaves at the border."""
    assert kinds(masks) == set()


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("seed", range(3))
def test_a_fault_is_named_where_it_is(masks: Frames, name: str, seed: int) -> None:
    if name == "stops short of the edge":  # a lower edge that the square reaches
        masks = [{one: mask[:92] for one, mask in there.items()} for there in masks]
    made = spoil(masks, name, np.random.default_rng(seed))
    if made is None:
        pytest.fail(f"{name} could not be made")
    spoiled, fault = made
    named = [finding for finding in check(Track.of(spoiled), SHAPES.frames) if finding.kind in fault.kinds]
    assert any({finding.object, finding.other} & fault.objects and fault.start - 2 <= finding.frame <= fault.stop + 1
               for finding in named), (fault, named)
    assert all(0 < finding.score <= 1 and finding.start <= finding.frame < finding.stop for finding in named)


def test_what_a_person_settled_is_not_questioned(masks: Frames) -> None:
    masks[10][SQUARE] = np.zeros_like(masks[10][SQUARE])
    left, top, *_ = Rle.from_mask(masks[15][SQUARE]).box
    masks[15][SQUARE] = masks[15][SQUARE].copy()
    masks[15][SQUARE][top + 8 : top + 16, left + 8 : left + 16] = False
    track = Track.of(masks)
    assert {finding.kind for finding in check(track)} == {"flicker", "hole"}
    for frame in (10, 15):
        track.marks[frame][SQUARE] = replace(track.marks[frame][SQUARE], settled=True)
    assert check(track) == []


def test_a_round_end_before_the_edge_is_no_finding() -> None:
    """Nor a straight one where the object comes in or leaves: before or after, it does not reach the edge."""
    def at(bottom: int, round_end: bool = False) -> np.ndarray:
        mask = np.zeros((120, 160), np.uint8)
        if round_end:
            cv2.circle(mask, (80, bottom - 20), 20, 1, -1)
        else:
            mask[60:bottom, 60:100] = 1
        return mask > 0

    def found(*masks: np.ndarray) -> list[str]:
        return [finding.kind for finding in check(Track.of([{1: mask} for mask in masks]))]

    there, short = at(120), at(117)
    assert found(there, there, there, there, short, there, there, there, there) == ["edge"]
    assert found(there, there, there, there, at(117, round_end=True), there, there, there, there).count("edge") == 0
    assert found(short, short, short, short, there, there, there, there) == []
    assert found(short, short, short, short, short) == []
    assert found(there, there, there, there, at(114), there, there, there, there) == []


def test_frames_between_masks_by_hand_are_not_annotated_yet() -> None:
    marks = [{DISC: Mark(Rle.from_mask(SHAPES.truth[frame][DISC]), human=True)} if frame % 3 == 0 else {}
             for frame in range(COUNT - 2)]
    assert check(Track(120, 160, marks)) == []
    del marks[21][DISC]
    assert [finding.kind for finding in check(Track(120, 160, marks))] == ["end"]


def test_an_object_that_is_too_small_or_too_short_lived_breaks_nothing() -> None:
    dot = np.zeros((120, 160), bool)
    dot[5, 5] = True
    nothing = np.zeros((120, 160), bool)
    assert check(Track.of([{1: nothing}] * 5)) == []
    assert [f.kind for f in check(Track.of([{1: dot}, {1: nothing}, {1: dot}]))] == ["flicker"]


def test_giving_up(masks: Frames) -> None:
    """What the progress raises ends the check."""
    def stop(done: int, total: int) -> None:
        assert total == COUNT
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check(Track.of(masks), progress=stop)

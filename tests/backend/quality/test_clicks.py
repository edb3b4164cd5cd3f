"""The simulated annotator clicks where the rule says, and stops when it says."""

from __future__ import annotations

import numpy as np
import pytest

from backend.prompts import Point
from backend.quality.clicks import Clicked, annotate, next_click

EMPTY = np.zeros((60, 100), dtype=bool)


def test_the_first_click_is_the_middle_of_the_object(box) -> None:
    assert next_click(EMPTY, box(20, 10, 21, 11).astype(bool)) == Point(x=25.5, y=15.5)  # the first of the middle row
    assert next_click(EMPTY, box(20, 10, 11, 11).astype(bool)) == Point(x=25.5, y=15.5)


def test_the_deepest_error_is_clicked_whatever_its_area(box) -> None:
    truth = box(10, 10, 60, 3).astype(bool) | box(80, 40, 9, 9).astype(bool)
    assert next_click(EMPTY, truth) == Point(x=84.5, y=44.5)


def test_what_is_too_much_gets_a_negative_click(box) -> None:
    truth, mask = box(10, 10, 9, 9).astype(bool), box(10, 10, 9, 9).astype(bool) | box(50, 30, 7, 7).astype(bool)
    assert next_click(mask, truth) == Point(x=53.5, y=33.5, positive=False)
    assert next_click(box(50, 30, 7, 7).astype(bool), truth) == Point(x=14.5, y=14.5)  # 9 missing against 7 too many


def test_equal_depths_are_decided_the_same_way_each_time(box) -> None:
    truth, mask = box(10, 10, 5, 5).astype(bool), box(50, 30, 5, 5).astype(bool)
    assert next_click(mask, truth) == Point(x=52.5, y=32.5, positive=False)
    both = box(10, 30, 5, 5).astype(bool) | box(50, 10, 5, 5).astype(bool)
    assert next_click(EMPTY, both) == Point(x=52.5, y=12.5)


def test_outside_the_frame_is_outside_the_error() -> None:
    assert next_click(EMPTY[:11, :11], ~EMPTY[:11, :11]) == Point(x=5.5, y=5.5)


def test_a_pixel_is_clicked_once(box) -> None:
    truth = box(20, 10, 3, 1).astype(bool)
    clicks: list[Point] = []
    while (click := next_click(EMPTY, truth, clicks)) is not None:
        clicks.append(click)
    assert sorted(click.x for click in clicks) == [20.5, 21.5, 22.5]


def test_no_click_without_an_error_that_counts(box) -> None:
    truth = box(20, 10, 3, 3).astype(bool)
    assert next_click(truth, truth) is None
    assert next_click(EMPTY, truth, void=truth) is None


def test_annotating_from_nothing(copy_model, box) -> None:
    """Squares of 9 pixels a click on an object of 9 x 27: one click each third, 1/3, 2/3, 1."""
    session = copy_model.open(np.zeros((1, 60, 100, 3)).view(_Frames))
    clicked = annotate(session, 0, 4, box(20, 10, 27, 9).astype(bool))
    assert len(clicked.clicks) == len(clicked.ious) - 1
    assert clicked.ious[0] == 0 and clicked.ious[1] == pytest.approx(1 / 3)
    assert clicked.ious[-1] >= 0.90 > clicked.ious[-2]
    assert clicked.clicks_to(0.3) == 1
    assert clicked.clicks_to(0.90) == len(clicked.clicks)
    assert clicked.clicks_to(1.1) is None
    assert clicked.iou_after(1) == pytest.approx(1 / 3)
    assert clicked.iou_after(20) == clicked.ious[-1]
    assert (clicked.mask & ~box(20, 10, 27, 9).astype(bool)).sum() == 0


def test_setbacks_are_clicks_that_make_it_worse() -> None:
    assert Clicked(EMPTY, (), (0.0, 0.5, 0.46, 0.7, 0.3, 0.8, 0.7)).setbacks == 2
    assert Clicked(EMPTY, (), (0.0,)).setbacks == 0


def test_annotating_gives_up(copy_model, box) -> None:
    session = copy_model.open(np.zeros((1, 60, 100, 3)).view(_Frames))
    clicked = annotate(session, 0, 4, ~EMPTY, max_clicks=3)
    assert len(clicked.clicks) == 3 and clicked.clicks_to(0.85) is None


def test_a_correction_goes_on_from_the_mask_that_is_there(copy_model, box) -> None:
    truth = box(20, 10, 18, 9).astype(bool)
    session = copy_model.open(np.zeros((1, 60, 100, 3)).view(_Frames))
    clicked = annotate(session, 0, 4, truth, start=box(20, 10, 9, 9).astype(bool))
    assert clicked.ious == (0.5, 1.0)
    assert len(clicked.clicks) == 1 and (clicked.mask == truth).all()
    assert annotate(session, 0, 4, truth, start=truth).clicks == ()


class _Frames(np.ndarray):
    """Frames of an array."""

    height, width = 60, 100

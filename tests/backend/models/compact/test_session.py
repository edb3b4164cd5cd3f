"""The shipped weights at work, beyond what every model has to do (see test_seam_contract)."""

from __future__ import annotations

import numpy as np
import pytest

from backend.masks import Rle
from backend.models.compact.bank import MAX_RECENT, MAX_TRUSTED
from backend.models.compact.model import FILES, WEIGHTS, CompactModel
from backend.models.compact.session import CompactSession
from backend.prompts import MaskPrompt, Point
from tests.moving_shapes import DISC, SQUARE, Pictures, Shapes


@pytest.fixture(scope="module")
def model() -> CompactModel:
    return CompactModel()


def test_the_weights_are_small() -> None:
    assert sum((WEIGHTS / name).stat().st_size for name in FILES) < 15 * 2**20


def test_what_is_kept_stays_bounded(model: CompactModel) -> None:
    shapes = Shapes(count=20)
    session = model.open(shapes.frames)
    session.remember(0, {DISC: shapes.mask(DISC, 0), SQUARE: shapes.mask(SQUARE, 0)})
    order = [*range(1, 20), *range(18, 0, -1), *range(1, 20)]
    for frame in order:
        assert set(session.track(frame)) == {DISC, SQUARE}
        assert len(session._bank.kept) <= MAX_TRUSTED + 2 * MAX_RECENT + 1


def test_objects_remembered_apart_are_as_objects_remembered_together(model: CompactModel) -> None:
    shapes = Shapes(count=3)
    masks = {one: shapes.mask(one, 0) for one in (DISC, SQUARE)}
    together, apart = model.open(shapes.frames), model.open(shapes.frames)
    together.remember(0, masks)
    for one, mask in masks.items():
        apart.remember(0, {one: mask})
    made, other = together.track(1), apart.track(1)
    assert all((made[one].mask == other[one].mask).all() for one in masks)


def test_one_more_click_is_the_same_as_all_of_them_at_once(model: CompactModel) -> None:
    shapes = Shapes(count=1)
    clicks = [Point(x=30, y=40), Point(x=38, y=44), Point(x=120, y=70, positive=False)]
    step_by_step = model.open(shapes.frames)
    for count in range(1, 4):
        last = step_by_step.segment(0, {1: clicks[:count]})[1].mask
    assert (last == model.open(shapes.frames).segment(0, {1: clicks})[1].mask).all()


def test_two_hundred_objects(model: CompactModel) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (2, 96, 96, 3), dtype=np.uint8)
    session = model.open(Pictures(list(noise)))
    masks = {}
    for one in range(200):
        masks[one] = np.zeros((96, 96), bool)
        masks[one][6 * (one // 16):6 * (one // 16) + 5, 6 * (one % 16):6 * (one % 16) + 5] = True
    session.remember(0, masks)
    made = session.track(1)
    assert set(made) == set(masks)
    assert np.sum([segment.mask for segment in made.values()], axis=0).max() <= 1
    _finite(session)


def test_portrait_4k(model: CompactModel) -> None:
    picture = np.full((3840, 2160, 3), 90, np.uint8)
    picture[1000:2500, 500:1500] = (200, 40, 40)
    session = model.open(Pictures([picture, picture]))
    mask = session.segment(0, {1: [Point(x=1000, y=1700)]})[1].mask
    assert mask.shape == (3840, 2160)
    session.remember(0, {1: picture[..., 0] == 200})
    assert session.track(1)[1].mask.shape == (3840, 2160)
    _finite(session)


@pytest.mark.parametrize("full", [False, True])
def test_a_click_on_an_empty_or_full_mask(model: CompactModel, full: bool) -> None:
    shapes = Shapes(count=1)
    given = [MaskPrompt.of(Rle.from_mask(np.full((120, 160), full))), Point(x=30, y=40, positive=not full)]
    mask = model.open(shapes.frames).segment(0, {1: given})[1].mask
    assert mask[40, 30] != full


def _finite(session: CompactSession) -> None:
    for kept in session._bank.kept.values():
        for value in (*kept.values.values(), *kept.targets.values(), *kept.own.values()):
            assert np.isfinite(value).all()

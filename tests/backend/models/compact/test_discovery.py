import numpy as np
import pytest

from backend.masks import BoolMask
from backend.models.compact.discovery import appearance, match, propose
from backend.models.compact.model import CompactModel
from backend.models.seam import Segment
from backend.prompts import Point
from backend.quality.region import region_similarity
from tests.moving_shapes import DISC, SQUARE, Shapes


def block(row: int, column: int, side: int = 16) -> BoolMask:
    mask = np.zeros((64, 96), bool)
    mask[row:row + side, column:column + side] = True
    return mask


BLOCKS = (block(0, 0), block(32, 48))
INSIDE = np.zeros((4, 6), np.float32)
INSIDE[0, :2], INSIDE[1, 0], INSIDE[2, 3], INSIDE[3, 5] = (0.9, 0.7), 0.1, 0.5, 0.2


def clicked(place: Point) -> Segment:
    mask = next((one for one in BLOCKS if one[int(place.y), int(place.x)]), np.zeros((64, 96), bool))
    return Segment(mask, 1.0, bool(mask.any()))


def test_peaks_are_clicked_deepest_first() -> None:
    made = list(propose(INSIDE, (64, 96), [], clicked))
    assert [depth for _, depth in made] == pytest.approx([0.9, 0.5])
    assert all((segment.mask == mask).all() for (segment, _), mask in zip(made, BLOCKS, strict=True))


def test_what_is_known_is_not_proposed() -> None:
    made = list(propose(INSIDE, (64, 96), [BLOCKS[0]], clicked))
    assert [depth for _, depth in made] == pytest.approx([0.5])


def test_every_lost_object_is_found_once_by_what_it_looks_like() -> None:
    one, other = np.eye(4, dtype=np.float32)[:2]
    between = (one + 0.5 * other) / np.linalg.norm(one + 0.5 * other)
    assert match([between, one, other], {7: [one], 8: [other]}) == {1: 7, 2: 8}
    assert match([between], {7: [other]}) == {}


def test_an_appearance_is_a_direction() -> None:
    assert np.linalg.norm(appearance(np.array([[3, 0], [0, 4]], np.float32))) == pytest.approx(1)
    assert np.isfinite(appearance(np.zeros((2, 4), np.float32))).all()


def test_new_things_are_proposed_and_remembered_ones_are_not() -> None:
    shapes = Shapes(count=3)
    session = CompactModel().open(shapes.frames)
    everything = [one.segment.mask for one in session.discover(0, None)]
    for object in (DISC, SQUARE):
        assert max(region_similarity(mask, shapes.mask(object, 0)) for mask in everything) > 0.7
    session.remember(0, {DISC: shapes.mask(DISC, 0)})
    rest = [one.segment.mask for one in session.discover(0, None)]
    assert max(region_similarity(mask, shapes.mask(SQUARE, 0)) for mask in rest) > 0.7
    assert max(region_similarity(mask, shapes.mask(DISC, 0)) for mask in rest) < 0.3


def test_a_remembered_object_is_proposed_as_itself_where_it_has_no_mask() -> None:
    shapes = Shapes(count=3)
    session = CompactModel().open(shapes.frames)
    session.remember(0, {DISC: shapes.mask(DISC, 0)})
    known, = [one.segment.mask for one in session.discover(1, None) if one.object == DISC]
    assert region_similarity(known, shapes.mask(DISC, 1)) > 0.8
    new = [one.segment.mask for one in session.discover(1, None) if one.object is None]
    assert max(region_similarity(mask, shapes.mask(SQUARE, 1)) for mask in new) > 0.7
    assert max(region_similarity(mask, shapes.mask(DISC, 1)) for mask in new) < 0.3


def test_a_lost_object_that_is_back_is_not_proposed_as_something_new() -> None:
    shapes = Shapes(count=9, hidden=frozenset({3, 4, 5}))
    session = CompactModel().open(shapes.frames)
    session.remember(0, {DISC: shapes.mask(DISC, 0)})
    for frame in range(1, 6):
        session.track(frame)
    new = [one.segment.mask for one in session.discover(6, None) if one.object is None]
    assert max(region_similarity(mask, shapes.mask(SQUARE, 6)) for mask in new) > 0.7
    assert max(region_similarity(mask, shapes.mask(DISC, 6)) for mask in new) < 0.3

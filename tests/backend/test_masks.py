"""`Rle` against arrays and pycocotools, and against hostile input."""

import numpy as np
import pytest
from pycocotools import mask as coco_mask

from backend.errors import BadInput
from backend.masks import Rle, intersection, intersections, iou

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (7, 5), (480, 854)])
@pytest.mark.parametrize("share", [0.0, 0.03, 0.5, 1.0])
def test_every_form_is_the_same_mask(shape: tuple[int, int], share: float) -> None:
    mask = RNG.random(shape) < share
    rle = Rle.from_mask(mask)
    assert (rle.to_mask() == mask).all()
    assert rle.area == mask.sum()
    assert Rle.from_json(rle.as_json()) == rle
    assert Rle.from_blob(rle.as_blob(), *shape) == rle
    assert (coco_mask.decode(rle.as_json()) == mask).all()
    uncompressed = {"size": list(shape), "counts": column_major_runs(mask)}
    assert Rle.from_json(uncompressed) == rle


def column_major_runs(mask: np.ndarray) -> list[int]:
    flat = np.concatenate([[0], mask.ravel(order="F").astype(int), [-1]])
    return np.diff(np.flatnonzero(np.diff(flat) != 0), prepend=0).tolist()


def test_box_is_of_pixels() -> None:
    mask = np.zeros((10, 20), bool)
    mask[3:6, 4:15] = True
    assert Rle.from_mask(mask).box == (4, 3, 11, 3)
    assert Rle.empty(10, 20).box == (0, 0, 0, 0)


def test_iou() -> None:
    a, b = np.zeros((4, 4), bool), np.zeros((4, 4), bool)
    a[:2], b[1:3] = True, True
    assert iou(Rle.from_mask(a), Rle.from_mask(b)) == pytest.approx(1 / 3)
    assert iou(Rle.empty(4, 4), Rle.empty(4, 4)) == 1.0
    assert iou(Rle.from_mask(a), Rle.empty(4, 4)) == 0.0


def test_polygons_fill_what_they_enclose() -> None:
    square = Rle.from_polygons([[2, 2, 6, 2, 6, 6, 2, 6]], 10, 10)
    assert square.area == 16
    assert Rle.from_polygons([], 10, 10).area == 0
    for bad in ([1, 2, 3, 4], [0, 0, 1, 1, 2], [0, 0, 1, float("nan"), 2, 2]):
        with pytest.raises(BadInput):
            Rle.from_polygons([bad], 10, 10)


def test_polygons_that_would_fill_the_memory_are_refused() -> None:
    for bad in ([0, 0, 1e9, 0, 0, 1e9], [0, 0, 16000, 16000, 0, 16000] * 1000):
        with pytest.raises(BadInput, match=r"polygon|outline"):
            Rle.from_polygons([bad], 10, 10)


def test_runs_are_the_uncompressed_counts() -> None:
    for shape in [(1, 1), (7, 5), (480, 854)]:
        mask = RNG.random(shape) < 0.3
        assert Rle.from_mask(mask).runs == column_major_runs(mask)
    assert Rle.empty(3, 4).runs == [12]


GOOD = Rle.from_mask(RNG.random((6, 5)) < 0.5).as_json()


@pytest.mark.parametrize("bad", [
    None, 3, [], "x", {}, {"size": [6, 5]}, {"counts": "abc"}, {"size": [6], "counts": "abc"},
    {"size": [0, 5], "counts": ""}, {"size": [-6, -5], "counts": [30]}, {"size": [1 << 40, 5], "counts": [1]},
    {"size": ["a", 5], "counts": [30]}, {"size": [6, 5], "counts": [29]}, {"size": [6, 5], "counts": [31]},
    {"size": [6, 5], "counts": [40, -10]}, {"size": [6, 5], "counts": [30.0]}, {"size": [6, 5], "counts": [True, 29]},
    {"size": [6, 5], "counts": GOOD["counts"] + "1"}, {"size": [6, 5], "counts": GOOD["counts"][:-1]},
    {"size": [6, 5], "counts": "ooooooooooooooooo"}, {"size": [6, 5], "counts": "\x00\xff"},
    {"size": [float("inf"), 5], "counts": [30]}, {"size": [6, 5], "counts": ""}, {"size": [6, 5], "counts": {"a": 1}},
    {"size": [6, 6], "counts": GOOD["counts"]},
])
def test_hostile_codes_are_refused(bad: object) -> None:
    with pytest.raises(BadInput):
        Rle.from_json(bad)


def test_any_damage_is_refused_or_still_a_whole_mask() -> None:
    """A changed character gives an error or another mask that fills the frame: never a crash."""
    counts = Rle.from_mask(RNG.random((40, 30)) < 0.3).as_json()["counts"]
    for _ in range(500):
        place = RNG.integers(len(counts))
        damaged = counts[:place] + chr(RNG.integers(1, 127)) + counts[place + 1:]
        try:
            rle = Rle.from_json({"size": [40, 30], "counts": damaged})
        except BadInput:
            continue
        assert rle.to_mask().shape == (40, 30)


def test_size_is_checked_against_the_frame() -> None:
    with pytest.raises(BadInput, match="5x6 but the frame is 50x60") as caught:
        Rle.from_json(GOOD, height=60, width=50)
    assert caught.value.code == "wrong_mask_size"


def test_intersections_of_every_pair() -> None:
    rng = np.random.default_rng(3)
    masks = [Rle.from_mask(rng.random((40, 50)) < share) for share in (0.1, 0.5, 0.9)] + [Rle.empty(40, 50)]
    found = intersections(masks, masks[:2])
    assert found.tolist() == [[intersection(one, other) for other in masks[:2]] for one in masks]
    assert intersections([], masks).shape == (0, 4) and intersections(masks, []).shape == (4, 0)

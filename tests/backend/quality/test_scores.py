"""J and F against values worked out by hand and against TrackEval."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from trackeval.metrics.j_and_f import JAndF

from backend.errors import BadInput
from backend.masks import Rle
from backend.quality.contour import boundary_map, contour_accuracy
from backend.quality.region import region_similarity
from backend.quality.sequences import find_sequences

DEV = Path(__file__).resolve().parents[4] / "shared" / "data" / "dev"
needs_dev = pytest.mark.skipif(not DEV.is_dir(), reason=f"no development data at {DEV}")


def square(side: int, left: int, top: int, size: int = 40) -> np.ndarray:
    mask = np.zeros((size, size), dtype=bool)
    mask[top:top + side, left:left + side] = True
    return mask


def blobs(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """A random mask with smooth and ragged parts, holes and border contact."""
    coarse = np.kron(rng.random((height // 8 + 1, width // 8 + 1)) < 0.3, np.ones((8, 8), dtype=bool))
    return coarse[:height, :width] ^ (rng.random((height, width)) < 0.01)


@pytest.fixture
def trackeval(monkeypatch: pytest.MonkeyPatch):
    """TrackEval's J and F of one frame. It takes the disk from scikit-image, whose definition stands here instead."""
    def disk(radius: float) -> np.ndarray:
        across = np.arange(-radius, radius + 1)
        return (across[:, None] ** 2 + across[None, :] ** 2 <= radius**2).astype(np.uint8)

    morphology = ModuleType("skimage.morphology")
    morphology.disk = disk  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "skimage", ModuleType("skimage"))
    monkeypatch.setitem(sys.modules, "skimage.morphology", morphology)

    def scores(mask: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
        ours, theirs = [[Rle.from_mask(mask).as_json()]], [[Rle.from_mask(truth).as_json()]]
        j = JAndF._compute_j(theirs, ours, 1, 1, 1)[0, 0, 0]
        return float(j), float(JAndF._compute_f(theirs, ours, 0, 0, 0.008)[0])

    return scores


def check_equal(trackeval, mask: np.ndarray, truth: np.ndarray) -> None:
    j, f = trackeval(mask, truth)
    assert region_similarity(mask, truth) == pytest.approx(j, abs=1e-9)
    assert contour_accuracy(mask, truth) == pytest.approx(f, abs=1e-9)


@pytest.mark.parametrize("shape", [(1, 1), (1, 30), (17, 5), (240, 432), (333, 500)])
def test_random_masks_score_as_in_trackeval(trackeval, shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(7)
    for _ in range(6):
        truth = blobs(rng, *shape)
        check_equal(trackeval, blobs(rng, *shape), truth)
        check_equal(trackeval, np.roll(truth, 4, axis=1), truth)
    empty, full = np.zeros(shape, dtype=bool), np.ones(shape, dtype=bool)
    for mask in (empty, full, truth):
        check_equal(trackeval, mask, empty)
        check_equal(trackeval, empty, mask)
        check_equal(trackeval, mask, full)


@needs_dev
@pytest.mark.shared
@pytest.mark.parametrize("name", ["bmx-trees", "dogs-jump", "chair"])
def test_real_masks_score_as_in_trackeval(trackeval, name: str) -> None:
    """The mask of an earlier frame, taken for that of a later one: every degree of agreement occurs."""
    sequence, = find_sequences(DEV, [name])
    for frame in range(1, len(sequence), 7):
        for one, truth in sequence.truth(frame).items():
            for lag in (1, frame):
                check_equal(trackeval, sequence.truth(frame - lag)[one], truth)


def test_region_by_hand() -> None:
    assert region_similarity(square(10, 5, 5), square(10, 5, 5)) == 1
    assert region_similarity(square(10, 5, 5), square(10, 10, 5)) == 50 / 150
    assert region_similarity(square(0, 0, 0), square(0, 0, 0)) == 1
    assert region_similarity(square(0, 0, 0), square(3, 0, 0)) == 0


def test_void_counts_neither_way() -> None:
    truth, mask = square(10, 5, 5), square(10, 10, 5)
    assert region_similarity(mask, truth, void=mask & ~truth) == 50 / 100
    assert region_similarity(mask, truth, void=mask ^ truth) == 1
    assert contour_accuracy(mask, truth, void=mask ^ truth) == 1
    assert contour_accuracy(mask, truth) < 1


def test_outline_lies_towards_the_origin() -> None:
    mask = np.zeros((4, 4), dtype=bool)
    mask[1:3, 1:3] = True
    assert boundary_map(mask).astype(int).tolist() == [[1, 1, 1, 0], [1, 0, 1, 0], [1, 1, 1, 0], [0, 0, 0, 0]]


def test_contour_by_hand() -> None:
    """Single pixels in a 40x40 frame, where the disk has radius 1: their outlines are squares of 2x2 pixels."""
    def dot(x: int) -> np.ndarray:
        return square(1, x, 20)

    assert contour_accuracy(dot(10), dot(10)) == 1
    assert contour_accuracy(dot(10), dot(11)) == 1  # every outline pixel has one a step away
    assert contour_accuracy(dot(10), dot(12)) == 0.5  # one of its two columns has
    assert contour_accuracy(dot(10), dot(13)) == 0
    assert contour_accuracy(dot(10), dot(13), bound_th=3) == 1
    assert contour_accuracy(dot(10), square(0, 0, 0)) == 0


def test_masks_of_two_sizes_are_refused() -> None:
    for score in (region_similarity, contour_accuracy):
        with pytest.raises(BadInput, match="shape"):
            score(np.zeros((3, 4), dtype=bool), np.zeros((4, 3), dtype=bool))

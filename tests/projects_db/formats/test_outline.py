"""Polygons are exact or not given."""

from __future__ import annotations

import numpy as np
import pytest

from backend.masks import Rle
from projects_db.formats.outline import exact_polygons


def drawn(*rows: str) -> Rle:
    return Rle.from_mask(np.array([[char == "#" for char in row] for row in rows]))


@pytest.mark.parametrize(("mask", "polygons"), [
    (drawn("...", ".#.", "..."), [[1, 1, 1, 2, 2, 2, 2, 1]]),
    (drawn("##", "##"), [[0, 0, 0, 2, 2, 2, 2, 0]]),
    (drawn("#..", "##.", "###"), [[0, 0, 0, 3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1, 0]]),
    (drawn("#.#", "#.#"), [[2, 0, 2, 2, 3, 2, 3, 0], [0, 0, 0, 2, 1, 2, 1, 0]]),
])
def test_outlines_run_along_the_edges_of_pixels(mask: Rle, polygons: list[list[float]]) -> None:
    found = exact_polygons(mask)
    assert found is not None
    assert sorted(sorted(zip(p[::2], p[1::2], strict=True)) for p in found) == sorted(
        sorted(zip(p[::2], p[1::2], strict=True)) for p in polygons)


def test_a_hole_has_no_polygon() -> None:
    assert exact_polygons(drawn("###", "#.#", "###")) is None
    assert exact_polygons(Rle.empty(3, 3)) is None


def test_what_is_given_is_the_same_mask() -> None:
    rng = np.random.default_rng(0)
    given = 0
    for _ in range(300):
        height, width = rng.integers(1, 14, 2)
        rle = Rle.from_mask(rng.random((height, width)) < rng.random())
        polygons = exact_polygons(rle)
        if polygons is not None:
            given += 1
            assert Rle.from_polygons(polygons, rle.height, rle.width) == rle
    assert given > 60


def test_smooth_shapes_have_polygons() -> None:
    y, x = np.mgrid[:120, :160]
    for seed in range(20):
        angle = np.arctan2(y - 60, x - 80)
        assert exact_polygons(Rle.from_mask(np.hypot(y - 60, x - 80) < 40 + 9 * np.sin(3 * angle + seed))) is not None

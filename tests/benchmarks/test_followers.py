"""What the figures of `benchmarks/` rest on: that everything is measured at the same work."""

from __future__ import annotations

import numpy as np
import pytest

from backend.models.seam import Segment
from benchmarks._followers import TRACKERS, box_of, follow, models, overlap
from benchmarks.models import Scene


def test_boxes_around_masks_and_their_overlap() -> None:
    mask = np.zeros((20, 30), bool)
    assert box_of(Segment(mask, 1.0)) == (0, 0, 0, 0)
    mask[5:9, 10:20] = True
    assert box_of(Segment(mask, 1.0)) == (10, 5, 10, 4)
    assert overlap((10, 5, 10, 4), (10, 5, 10, 4)) == 1
    assert overlap((0, 0, 4, 4), (2, 0, 4, 4)) == 8 / 24
    assert overlap((0, 0, 4, 4), (9, 9, 4, 4)) == overlap((0, 0, 0, 0), (0, 0, 0, 0)) == 0


@pytest.mark.parametrize("name", ["flow", *TRACKERS])
def test_every_one_follows_an_object_of_the_scene(name: str) -> None:
    """Fifteen frames on, the disc is where standing still would not find it."""
    scene, last = Scene(16), 15
    found = list(follow(name, scene, {1: scene.mask(1, 0)}, last + 1))
    assert len(found) == last
    assert overlap(box_of(found[-1][1]), scene.box(1, last)) > 0.7
    assert overlap(scene.box(1, 0), scene.box(1, last)) < 0.5


def test_trackers_are_no_models() -> None:
    assert "flow" in models() and not set(TRACKERS) & set(models())

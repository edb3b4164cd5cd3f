"""How well the flow model does on real video; the whole measurement is `launch.py evaluate`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backend.models.registry import load
from backend.quality.contour import contour_accuracy
from backend.quality.region import region_similarity
from backend.quality.sequences import find_sequences

DEV = Path(__file__).parents[5] / "shared" / "data" / "dev"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not DEV.is_dir(), reason="the development data is not beside the checkout"),
]


def tracked(name: str, count: int, objects: tuple[int, ...]) -> dict[int, float]:
    """Mean J&F of each object over the first frames of a sequence, from its mask on the first one."""
    (sequence,) = find_sequences(DEV, [name])
    session = load("flow").open(sequence.frames)
    session.remember(0, {o: sequence.truth(0)[o] for o in objects})
    scores: dict[int, list[float]] = {o: [] for o in objects}
    for frame in range(1, count):
        truth = sequence.truth(frame)
        for object, segment in session.track(frame).items():
            j = region_similarity(segment.mask, truth[object])
            scores[object].append((j + contour_accuracy(segment.mask, truth[object])) / 2)
    return {o: float(np.mean(values)) for o, values in scores.items()}


@pytest.mark.parametrize(("name", "least"), [("blackswan", 0.85), ("car-shadow", 0.8), ("dog", 0.6)])
def test_tracking_real_video(name: str, least: float) -> None:
    (quality,) = tracked(name, 20, (1,)).values()
    assert quality >= least


def test_together_is_as_good_as_alone() -> None:
    together = tracked("dogs-jump", 12, (1, 2, 3))
    assert together == {object: tracked("dogs-jump", 12, (object,))[object] for object in together}

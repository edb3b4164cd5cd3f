"""How well the flow model does on real video; the whole measurement is `launch.py evaluate`."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from backend.models.registry import load
from backend.quality.contour import contour_accuracy
from backend.quality.region import region_similarity
from tests.moving_shapes import Pictures

DEV = Path(__file__).parents[5] / "shared" / "data" / "dev"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not DEV.is_dir(), reason="the development data is not beside the checkout"),
]


def sequence(name: str, count: int, skip: int = 1) -> tuple[Pictures, list[npt.NDArray[np.uint8]]]:
    """The first pictures of a sequence, every `skip`-th, and their index masks."""
    def read(folder: str, flag: int) -> list[npt.NDArray[np.uint8]]:
        paths = sorted((DEV / name / folder).iterdir())[: count * skip : skip]
        return [np.asarray(cv2.imread(str(path), flag), np.uint8) for path in paths]

    pictures = [picture[..., ::-1].copy() for picture in read("frames", cv2.IMREAD_COLOR)]
    return Pictures(pictures), read("masks", cv2.IMREAD_UNCHANGED)


def tracked(frames: Pictures, truth: list[npt.NDArray[np.uint8]], objects: list[int]) -> dict[int, float]:
    """Mean J&F of each object over the frames after the first."""
    session = load("flow").open(frames)
    session.remember(0, {o: truth[0] == o for o in objects})
    scores: dict[int, list[float]] = {o: [] for o in objects}
    for frame in range(1, len(frames)):
        for object, segment in session.track(frame).items():
            true = truth[frame] == object
            j, f = region_similarity(segment.mask, true), contour_accuracy(segment.mask, true)
            scores[object].append((j + f) / 2)
    return {o: float(np.mean(values)) for o, values in scores.items()}


@pytest.mark.parametrize(("name", "least"), [("blackswan", 0.85), ("car-shadow", 0.8), ("dog", 0.6)])
def test_tracking_real_video(name: str, least: float) -> None:
    frames, truth = sequence(name, 20)
    assert tracked(frames, truth, [255])[255] >= least


def test_together_is_not_worse_than_alone() -> None:
    frames, truth = sequence("dogs-jump", 30)
    together = tracked(frames, truth, [1, 2, 3])
    for object, quality in together.items():
        assert quality >= tracked(frames, truth, [object])[object] - 0.01

"""Measure an exported model on pseudo-videos of pictures that were held aside, through the seam the tool uses."""

from __future__ import annotations

from statistics import fmean

import numpy as np
import numpy.typing as npt

from backend.models.compact.training import pseudo
from backend.models.compact.training.material import Material
from backend.models.compact.training.settings import Phase
from backend.models.seam import Model
from backend.prompts import Point
from backend.quality.clicks import next_click
from backend.quality.region import region_similarity

SEED = 1_000_003
"""Of no training run."""


class _Pictures:
    """A sequence as `Frames`."""

    def __init__(self, pictures: npt.NDArray[np.uint8]) -> None:
        self._pictures = pictures
        self.height, self.width = pictures.shape[1:3]

    def __len__(self) -> int:
        return len(self._pictures)

    def __getitem__(self, index: int) -> npt.NDArray[np.uint8]:
        return self._pictures[index]


def check(model: Model, material: Material, phase: Phase, count: int = 12) -> dict[str, float]:
    """Mean intersection over union of one object's masks: tracked over the other frames of a pseudo-video from the
    true mask of its first one, and made from one click on that frame."""
    tracked, clicked = [], []
    for number in range(count):
        made = pseudo.make(material, (SEED, number), phase.frames, phase.size, objects=1)
        session = model.open(_Pictures(made.pictures))
        truth = made.ids == 1
        click = next_click(np.zeros_like(truth[0]), truth[0])
        assert isinstance(click, Point)
        clicked.append(region_similarity(session.segment(0, {1: [click]})[1].mask, truth[0]))
        session.remember(0, {1: truth[0]})
        tracked += [region_similarity(session.track(t)[1].mask, truth[t]) for t in range(1, phase.frames)]
        session.close()
    return {"tracked": fmean(tracked), "one click": fmean(clicked)}

"""What it is worth to tell a model what was clicked as other objects: one click an object, with and without."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from backend.masks import BoolMask
from backend.models import registry
from backend.models.seam import Session
from backend.prompts import Point
from backend.quality.clicks import next_click
from backend.quality.region import region_similarity
from backend.quality.sequences import Sequence, find_sequences

ABOUT = "IoU after one click on each of several objects, with and without the clicks on the others as negative ones"
TAKES_SEQUENCES = True
FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "dev"
NAMES = ("dogs-jump",)
"""The development sequence with several objects."""

STEP = 6
QUICK_STEP = 33


def run(quick: bool = False, folder: Path = FOLDER, names: tuple[str, ...] = NAMES) -> dict[str, Any]:
    """{model that is ready: figures}, over every object of every sixth frame that has two objects or more."""
    sequences = find_sequences(folder, names)
    step = QUICK_STEP if quick else STEP
    return {name: _figures(name, sequences, step)
            for name in (one.spec.name for one in registry.available() if one.ready and "segment" in one.spec.tasks)}


def _figures(model: str, sequences: list[Sequence], step: int) -> dict[str, Any]:
    pairs = [pair for one in sequences for pair in _measure(registry.load(model).open(one.frames), one, step)]
    alone, among = (float(np.mean(column)) for column in zip(*pairs, strict=True))
    gain = np.diff(np.array(pairs)).ravel()
    return {"clicks": len(pairs), "IoU alone": alone, "IoU with the others": among,
            "better by 0.02": int((gain > 0.02).sum()), "worse by 0.02": int((gain < -0.02).sum())}


def _measure(session: Session, sequence: Sequence, step: int) -> Iterator[tuple[float, float]]:
    """(IoU alone, IoU with the others' clicks), an object and frame each."""
    for frame in range(0, len(sequence), step):
        truth = sequence.truth(frame)
        clicks = {one: click for one, mask in truth.items() if (click := next_click(np.zeros_like(mask), mask))}
        for one, click in clicks.items() if len(clicks) > 1 else ():
            others = [clicks[key].model_copy(update={"positive": False}) for key in clicks if key != one]
            yield (_iou(session, frame, [click], truth[one]), _iou(session, frame, [*others, click], truth[one]))
    session.close()


def _iou(session: Session, frame: int, given: list[Point], truth: BoolMask) -> float:
    return region_similarity(session.segment(frame, {0: given})[0].mask, truth)


"""Cases of UFO, run through the loaders and the code that serve users."""

from __future__ import annotations

from collections.abc import Mapping

from backend.models.ufo import heads
from backend.parity.cases import Case
from backend.parity.formula import Array

TOLERANCES: Mapping[str, str] = {}


def outputs(case: Case) -> dict[str, Array]:
    """See `backend.parity.run.Family`."""
    return soft_nms_outputs(case)


def soft_nms_outputs(case: Case) -> dict[str, Array]:
    """Of the case without weights."""
    config, given = case.about["model_config"], case.arrays
    keep, scores = heads.soft_nms(
        given["boxes"], given["scores"], given["labels"], config["iou_threshold"], config["min_score"],
        config["method"], config["sigma"], config["offset"])
    return {"keep": keep, "kept_scores": scores}

"""Cases of UFO, run through the loaders and the code that serve users."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from backend.models.ufo import heads
from backend.parity.cases import Case
from backend.parity.formula import Array

TOLERANCES: Mapping[str, str] = {"post_scores": "references", "references": "out_probs"}
"""Where a case has no tolerance of that name. Scores before NMS are taken over as they are, as reference points are."""


def outputs(case: Case) -> dict[str, Array]:
    """See `backend.parity.run.Family`."""
    names = case.about["state_dict"]
    if not names:
        return _soft_nms(case)
    kind = "internvl" if any(name.startswith("backbone.language_model.") for name in names) else "vit"
    made: dict[str, Array] = importlib.import_module(f"backend.models.ufo.parity_{kind}").outputs(case)
    return made


def _soft_nms(case: Case) -> dict[str, Array]:
    """Of the case without weights."""
    config, given = case.about["model_config"], case.arrays
    keep, scores = heads.soft_nms(
        given["boxes"], given["scores"], given["labels"], config["iou_threshold"], config["min_score"],
        config["method"], config["sigma"], config["offset"])
    return {"keep": keep, "kept_scores": scores}

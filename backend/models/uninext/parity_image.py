"""Cases of UNINEXT on single pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from backend.models.uninext.asking import MOST, OVERLAP, Asked, instances
from backend.models.uninext.network import UninextNetwork
from backend.models.uninext.queries import Queries
from backend.models.uninext.scoring import Classes
from backend.models.uninext.types import Network, Output
from backend.parity.cases import Case
from backend.parity.formula import Array


def outputs(case: Case, network: UninextNetwork) -> dict[str, Array]:
    """What the network says of the picture, and the instances found."""
    settings, params = case.about["settings"], case.about["params"]
    features = network.features(network.pixels(case.arrays["frames"][0].transpose(1, 2, 0)))
    prompts, classes = asked(case, network)
    said = network.detect(features, prompts[0])
    queries = Queries(said, classes, settings["iou_branch"])
    made = instances(queries, tuple(params["out_size"]), 1 if params["task"] == "grounding" else MOST,
                     overlap(settings), settings["mask_threshold"])
    boxes, scores, labels, masks = (one[:params["list_rows"]].numpy() for one in made[:4])
    shown = masks[:len(case.arrays["masks_top"])]
    return raw("call0", said[0]) | {
        "scores": scores, "classes": labels, "boxes": boxes, "mask_area": masks.sum((1, 2)),
        "masks_top": np.packbits(shown, axis=-1)}


def asked(case: Case, network: Network) -> Asked:
    """The words of a case: categories where it says which tokens are theirs, else an expression."""
    ids, mask = (torch.from_numpy(case.arrays[name]).long() for name in ("token_ids", "token_mask"))
    if "positive_map" not in case.arrays:
        return Asked((network.text(ids, mask, per_token=False),))
    rows = case.arrays["positive_map"].tolist()
    classes: Classes = [[place for one, place in rows if one == number]
                        for number in range(1, max(one for one, _ in rows) + 1)]
    return Asked((network.text(ids, mask, per_token=True),), (classes,))


def overlap(settings: Mapping[str, Any], usual: float = OVERLAP) -> float:
    """The overlap that is allowed; any, where the settings ask for no suppression."""
    return usual if settings["ota_nms"] else 1.0


def raw(call: str, output: Output) -> dict[str, Array]:
    """What the network says, under the names of a case."""
    made = {"pred_boxious": output.ious, "pred_logits": output.logits, "pred_boxes": output.boxes,
            "reference_points": output.reference_points, "pred_inst_embed": output.embeddings,
            "pred_masks": output.masks(range(len(output.boxes)))}
    return {f"{call}.{name}": one.numpy() for name, one in made.items() if one is not None}

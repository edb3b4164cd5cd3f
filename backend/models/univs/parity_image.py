"""The case of one picture without prompts: see `parity.py`."""

from __future__ import annotations

import numpy as np
import torch

from backend.models.univs import loading, pictures, rules
from backend.models.univs.canvas import Canvas
from backend.models.univs.concepts import SLICES
from backend.models.univs.image import Picture, Settings
from backend.models.univs.network import Config, Network
from backend.parity.cases import Case
from backend.parity.formula import Array


def network_of(case: Case) -> Network:
    """The network of a case, loaded as a released file is."""
    settings = case.about["settings"]
    released = {name: torch.from_numpy(one) for name, one in case.weights.items()}
    return loading.network_of(released, Config(settings["position_3d"], settings["self_attention_mask"]))


def table_of(case: Case) -> torch.Tensor:
    """The class table of a case."""
    return torch.from_numpy(case.extra("clip_cls_text_emb"))


def stuff_of(case: Case) -> set[int]:
    """The places of a case's classes that are stuff: things are said as a range ("0..79"), or by words."""
    said, count = case.about["params"]["thing_classes"], case.about["params"]["num_classes"]
    if ".." in said:
        first, last = (int(end) for end in said.split(".."))
        return set(range(count)) - set(range(first, last + 1))
    return set(range(0, count, 3))  # "every class index (0-based) not divisible by 3"


@torch.inference_mode()
def image(case: Case) -> dict[str, Array]:
    """Raw numbers, and the picture read in all three ways."""
    params, settings, network = case.about["params"], case.about["settings"], network_of(case)
    inner, frame = (tuple(params[name]) for name in ("image_size", "out_size"))
    canvas = Canvas(pictures.padded(inner), inner, frame)
    seen = network.features(pictures.picture(case.arrays["frames"][0].transpose(1, 2, 0), inner)[None])
    output = network.decode(network.clip(seen, [0]), table_of(case))
    stuff, found = stuff_of(case), output.found()
    picture = Picture(found.of(SLICES[params["dataset_name"]]), canvas, stuff,
                      Settings(settings["object_mask"], settings["overlap"], settings["detections_per_image"]))
    segments, categories = picture.panoptic()
    best = picture.instances()[:params["list_rows"]]
    masks = torch.stack([one.mask for one in best])
    scale = torch.tensor([frame[1], frame[0]] * 2)
    return {
        "clip0.pred_logits": output.logits.numpy(), "clip0.pred_masks": output.masks.numpy(),
        "clip0.pred_embds": output.embeddings.numpy(), "sem_seg": picture.semantic().numpy(),
        "panoptic": segments.numpy().astype(np.uint8),
        "segments": np.array([(number, category not in stuff, category)
                              for number, category in enumerate(categories, 1)]),
        "inst_scores": np.array([one.score for one in best]), "inst_classes": np.array([one.category for one in best]),
        "inst_boxes": (rules.boxes_of(masks) * scale).numpy(), "inst_masks": np.packbits(masks.numpy(), axis=-1),
    }

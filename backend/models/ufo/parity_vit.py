"""Cases of UFO-ViT."""

from __future__ import annotations

import re

import numpy as np
import torch

from backend.models.ufo import heads
from backend.models.ufo.vit import answers, prompts
from backend.models.ufo.vit.asker import VitAsker
from backend.models.ufo.vit.loading import network_of
from backend.models.ufo.vit.network import Seen
from backend.models.ufo.vit.tokens import Tokens
from backend.models.ufo.vit.writing import Answers, Search
from backend.parity.cases import Case
from backend.parity.formula import Array


@torch.inference_mode()
def outputs(case: Case) -> dict[str, Array]:
    """What the network answers, and the boxes or masks of answers that were made up (`post_in_*`)."""
    config = case.about["model_config"]
    network = network_of({name: torch.from_numpy(one) for name, one in case.weights.items()}, config)
    image, points = case.arrays["image"], config.get("K_per_window")
    asker = VitAsker(network, Tokens(case.about["vocab"], network.config.words), image.shape[0], points or 0)
    seen = asker.look(image, case.arrays["prompt_ids"].tolist(), points)
    arrays = {"references": seen.references.numpy(), "image_feats": seen.features.numpy()}
    if points is None:
        return arrays | _whole(case, asker, seen) | _referred(case)
    made = asker.write(seen, config["max_length"], whole=True)
    arrays |= _arrays(made) | {"out_feats": made.features.numpy()[case.arrays.get("feat_grids", slice(None))]}
    return arrays | (_masks(case, asker, seen.features) if "post_in_feats" in case.arrays else _boxes(case))


def _whole(case: Case, asker: VitAsker, seen: Seen) -> dict[str, Array]:
    """Of captions and grounding: the search of the case, those that the meaning of an output tells, and one that ends
    with another token."""
    config = case.about["model_config"]
    plain = Search(config["beam_num"], config["temperature"], config["alpha"])
    arrays: dict[str, Array] = {}
    for name in case.about["outputs"]:
        if name.startswith("out_ids"):
            end = case.about.get("end_token_id_sub") if name.endswith("_end") else None
            how = _told(case.about["arrays"][name]["meaning"], plain)
            made = asker.write(seen, config["max_length"], how, end)
            arrays |= _arrays(made) if name == "out_ids" else {name: made.ids.numpy()}
    return arrays


def _told(meaning: str, plain: Search) -> Search:
    """The search, with what the meaning of an output says of beams, temperature and alpha."""
    told = dict(re.findall(r"(beam_num|temperature|alpha) (\d+(?:\.\d+)?)", meaning))
    return Search(int(told.get("beam_num", plain.beams)), float(told.get("temperature", plain.temperature)),
                  float(told.get("alpha", plain.alpha)))


def _referred(case: Case) -> dict[str, Array]:
    bins = [answers.referred_box(text) or [0, 0, 0, 0] for text in case.about.get("post_texts", ())]
    count, side = case.about["model_config"].get("num_bins", 1), case.arrays["image"].shape[0]
    return {"post_boxes": heads.boxes_of(bins, count, None, side, _shape(case))}


def _boxes(case: Case) -> dict[str, Array]:
    config, given = case.about["model_config"], case.arrays
    found = [answers.labelled_box(text, case.about["coco_classes"]) for text in case.about["post_texts"]]
    boxes, scores, labels = heads.detections(
        found, given["post_in_probs"][:, 0], given["post_in_refs"], config["num_bins"], given["image"].shape[0],
        _shape(case), config.get("max_per_img", prompts.MOST_BOXES))
    return {"post_boxes": boxes, "post_scores": scores, "post_labels": labels}


def _masks(case: Case, asker: VitAsker, image: torch.Tensor) -> dict[str, Array]:
    semantic = "post_argmax" in case.about["outputs"]
    said = Answers(*(torch.from_numpy(case.arrays[f"post_in_{name}"]) for name in ("ids", "probs", "feats")))
    found = asker.masked(said, case.about["coco_classes"], exactly=not semantic)
    if semantic:
        merged = heads.semantic_map(*found, image, _shape(case), drop_empty=False)
        return {"post_argmax": merged.numpy().astype(np.uint8)}
    nms = case.about["model_config"]["nms"]
    masks, scores, labels = heads.instances(*found, image, _shape(case), nms["sigma"], nms["filter_thr"])
    return {"post_masks": np.packbits(masks.numpy()), "post_scores": scores.numpy(), "post_labels": labels.numpy()}


def _arrays(made: Answers) -> dict[str, Array]:
    return {"out_ids": made.ids.numpy(), "out_probs": made.probabilities.numpy()}


def _shape(case: Case) -> tuple[int, int]:
    height, width = case.about["ori_shape"]
    return height, width

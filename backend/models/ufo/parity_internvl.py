"""Cases of UFO-InternVL."""

from __future__ import annotations

import numpy as np
import torch

from backend.models.ufo import heads
from backend.models.ufo.internvl.generate import Repeat, answer
from backend.models.ufo.internvl.loading import LORA_ALPHA, network_of
from backend.models.ufo.internvl.network import grid_points
from backend.models.ufo.internvl.prompts import END, IMAGE_CONTEXT, MOST_BOXES
from backend.parity.cases import Case
from backend.parity.formula import Array


@torch.inference_mode()
def outputs(case: Case) -> dict[str, Array]:
    """What the network answers, and the boxes or masks of answers that were made up (`post_in_*`)."""
    config, special = case.about["model_config"], case.about["special_ids"]
    network = network_of(
        {name: torch.from_numpy(one) for name, one in case.weights.items()},
        {**config, "vision_config": config["vision"], "llm_config": config["llm"]}, special[IMAGE_CONTEXT],
        config.get("lora", {}).get("alpha", LORA_ALPHA))
    image, points = case.arrays["image"], None
    if "K_per_tile" in config:
        points = grid_points(image.shape[0] // network.tile, config["K_per_tile"], network.device)
    reading = network.read(torch.from_numpy(case.arrays["input_ids"]), network.see(image), points)
    again = config.get("repeat_grid")
    repeat = Repeat(special[heads.NOTHING], again["repeat_num"], again["keep_num"]) if again else None
    made = answer(network, reading, special[END], config["max_length"], repeat)
    arrays = {"out_ids": made.ids.numpy(), "out_probs": made.probabilities.numpy(),
              "out_feats": made.features.numpy(), "image_feats": reading.image.numpy()}
    if points is not None:
        arrays["references"] = points[made.origins].numpy()
    if "post_in_feats" in case.arrays:
        return arrays | (_referred_masks if points is None else _masks)(case, reading.image)
    if "post_in_ids" in case.arrays:
        return arrays | (_referred_boxes if points is None else _boxes)(case)
    return arrays


def _referred_boxes(case: Case) -> dict[str, Array]:
    bins = [heads.referred_box(text) or [0, 0, 0, 0] for text in case.about["post_texts"]]
    count, side = case.about["model_config"]["num_bins"], case.arrays["image"].shape[0]
    return {"post_boxes": heads.boxes_of(bins, count, None, side, _shape(case))}


def _referred_masks(case: Case, image: torch.Tensor) -> dict[str, Array]:
    answers = zip(*(torch.from_numpy(case.arrays[f"post_in_{name}"]) for name in ("ids", "feats")), strict=True)
    mask_id = case.about["special_ids"][heads.MASK]
    found = [heads.referred_mask(ids, features, mask_id, image, _shape(case)) for ids, features in answers]
    return {"post_masks": np.packbits(torch.stack(found).numpy() > 0.5)}


def _boxes(case: Case) -> dict[str, Array]:
    config, given = case.about["model_config"], case.arrays
    answers = [heads.labelled_box(text, case.about["coco_classes"], END) for text in case.about["post_texts"]]
    boxes, scores, labels = heads.detections(
        answers, given["post_in_probs"][:, 0], given["post_in_refs"], config["num_bins"], given["image"].shape[0],
        _shape(case), config.get("max_per_img", MOST_BOXES))
    return {"post_boxes": boxes, "post_scores": scores, "post_labels": labels}


def _masks(case: Case, image: torch.Tensor) -> dict[str, Array]:
    config, classes = case.about["model_config"], case.about["coco_classes"]
    ids, probabilities, features = (
        torch.from_numpy(case.arrays[f"post_in_{name}"]) for name in ("ids", "probs", "feats"))
    named = [heads.class_of(text.split(",")[0].strip(), classes) for text in case.about["post_texts"]]
    tokens, scores, labels = heads.masked_answers(
        named, ids, features, probabilities[:, 0], case.about["special_ids"][heads.MASK])
    if "post_argmax" in case.about["outputs"]:
        found = heads.semantic_map(tokens, scores, labels, image, _shape(case), drop_empty=True)
        return {"post_argmax": found.numpy().astype(np.uint8)}
    masks, scores, labels = heads.instances(
        tokens, scores, labels, image, _shape(case), config["nms"]["sigma"], config["nms"]["filter_thr"])
    return {"post_masks": np.packbits(masks.numpy()), "post_scores": scores.numpy(), "post_labels": labels.numpy()}


def _shape(case: Case) -> tuple[int, int]:
    height, width = case.about["ori_shape"]
    return height, width

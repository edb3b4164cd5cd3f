"""Names and shapes of released checkpoints with a ResNet-50, made of those of golden cases, which are narrower and have
fewer layers. For counting, and for work and memory at random weights."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

Shapes = dict[str, list[int]]

_GOLDEN = Path(__file__).parent / "golden"


def uninext(video: bool) -> Shapes:
    """Of the stage of videos, else of the stage on pictures; copies under a second name included."""
    about = _case("uninext_vos" if video else "uninext_detection")
    shapes = about["state_dict"] | {copy: about["state_dict"][name] for copy, name in about["aliases"].items()}
    return dict(one for name, shape in shapes.items() for one in _of_uninext(name, shape))


def univs() -> Shapes:
    """Of the third stage."""
    return dict(one for name, shape in _case("univs_vos")["state_dict"].items() for one in _of_univs(name, shape))


def random_weights(shapes: Mapping[str, list[int]]) -> dict[str, torch.Tensor]:
    """Weights that keep numbers of about the same size from layer to layer."""
    generator = torch.Generator().manual_seed(1)
    made = {}
    for name, shape in shapes.items():
        if len(shape) > 1:
            made[name] = torch.randn(shape, generator=generator) / torch.Size(shape[1:]).numel() ** 0.5
        else:
            made[name] = torch.full(shape, float(name.endswith(("weight", "running_var"))))
    return made


def _of_uninext(name: str, shape: list[int]) -> list[tuple[str, list[int]]]:
    """What a name of a case is in the release; the second layer stands for the rest."""
    text = name.startswith("text_encoder.")
    wider = ((r"_embeddings", {600: 30522, 64: 512}), (r"tgt_embed", {60: 900}), (r"\.linear\d\.", {512: 2048}),
             (r"text_encoder.*\d\.(intermediate|output)\.dense", {512: 3072}))
    for pattern, sizes in wider:
        if re.search(pattern, name):
            shape = [sizes.get(size, size) for size in shape]
    if ".b_attn.attn." in name:  # to 2048 channels and back
        shape = [shape[0], 2048] if ".out_" in name and len(shape) == 2 else shape if ".out_" in name \
            else [2048, *shape[1:]]
    layer = re.search(r"(encoder\.layer\.|coder\.layers\.|iou_head\.|class_embed\.|bbox_embed\.)(\d)\.", name)
    if layer is None or "reid" in name:
        return [(name, shape)]
    return _layers(name, shape, layer, {"0": range(1), "1": range(1, 12 if text else 6), "2": range(6, 7)})


def _of_univs(name: str, shape: list[int]) -> list[tuple[str, list[int]]]:
    if re.search(r"query_(feat|embed)", name):
        shape = [200, *shape[1:]]
    layer = re.search(r"(_layers\.|encoder\.layers\.)(\d)\.", name)
    if layer is None:
        return [(name, shape)]
    return _layers(name, shape, layer, {"0": range(1), "1": range(1, 9 if "predictor" in name else 6)})


def _layers(
    name: str, shape: list[int], layer: re.Match[str], stands_for: Mapping[str, range]
) -> list[tuple[str, list[int]]]:
    """A name with the numbers of all layers that the one in it stands for; none where it stands for none."""
    return [(f"{name[:layer.start(2)]}{number}{name[layer.end(2):]}", shape)
            for number in stands_for.get(layer[2], ())]


def _case(name: str) -> Any:
    return json.loads((_GOLDEN / name / "case.json").read_text(encoding="utf-8"))

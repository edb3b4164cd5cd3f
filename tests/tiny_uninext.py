"""A UNINEXT checkpoint of a few megabytes, made by formula, in the layout of the released ones, video parts included.

It finds something wherever it is asked for anything. Its masks are squares around places that mean nothing.
"""

from __future__ import annotations

import json
import re
import string
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from backend.models import uninext
from backend.models.uninext.packages import UninextPackage
from backend.parity import formula
from backend.parity.formula import Override

SIDE = 96
"""Of the pictures it is to see (`store.Options.size`); larger ones take longer and show nothing more."""

PIECES = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", *string.ascii_lowercase, *string.digits,
          *(f"##{letter}" for letter in string.ascii_lowercase + string.digits))
"""Every word is spelt."""

_GOLDEN = Path(__file__).parent / "golden"
_CASES = {"R50": "uninext_vos", "ConvNeXt": "uninext_convnext", "ViT": "uninext_vit"}
_OF_BACKBONE = re.compile(r"\.(ref_)?backbone\.0\.|\.input_proj\.")
_DEEPER = re.compile(r"\.ref_backbone\.|backbone\.res\d\.[1-9]|backbone\.stages\.\d\.[1-9]")
_OF_VIDEO = re.compile(r"^detr\.(detr\.ref_backbone|reid_embed_head|adjust_layer|sot_fuser)\.")
_LONGEST, QUERIES = 256, 12
_LIKELY = (Override(r"class_embed\.\d\.bias0$", shift=1.5), Override(r"iou_head\.\d\.bias$", shift=1.0))


@dataclass
class _Tiny(UninextPackage):
    """One that needs no memory to speak of."""

    def __post_init__(self) -> None:
        self.SPEC = replace(self.SPEC, memory_bytes=0)


def tiny_package(name: str = "uninext-r50") -> UninextPackage:
    """The model of this name, for `write_tiny`'s weights."""
    package = next(one for one in uninext.PACKAGES if one.SPEC.name == name)
    return _Tiny(package.SPEC, package.backbone)


def write_tiny(folder: Path, *, video: bool = True, backbone: str = "R50") -> None:
    """Write model_final.pth and vocab.txt.

    Args:
        folder: made where it is not there.
        video, backbone: as of `state_dict`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    torch.save({"model": state_dict(video=video, backbone=backbone)}, folder / "model_final.pth")
    (folder / "vocab.txt").write_text("\n".join(PIECES) + "\n", encoding="utf-8")


def state_dict(*, video: bool = True, backbone: str = "R50") -> dict[str, torch.Tensor]:
    """The tensors by their released names, copies under a second name included.

    Args:
        video: with what videos need; else as after the stage on pictures.
        backbone: as `backbones.Backbone.kind`.
    """
    case, own = _case("R50"), _case(backbone)
    shapes = {name: shape for name, shape in case["state_dict"].items() if not _OF_BACKBONE.search(name)}
    for name, shape in own["state_dict"].items():
        if _OF_BACKBONE.search(name) and not _DEEPER.search(name):
            shapes[name] = _narrower(shape, 1 if backbone == "ViT" else 8)
    for name in [one for one in shapes if ".backbone.0." in one]:  # its twin for templates sees a mask as well
        first = name.endswith(("stem.conv1.weight", "downsample_layers.0.0.weight", "patch_embed.proj.weight"))
        shape = shapes[name]
        shapes[name.replace(".backbone.0.", ".ref_backbone.0.")] = [shape[0], 4, *shape[2:]] if first else shape
    shapes = {name: shape if _OF_BACKBONE.search(name) and "input_proj" not in name else _small(name, shape)
              for name, shape in shapes.items() if video or not _OF_VIDEO.search(name)}
    made = formula.state_dict(shapes, [*(Override(**one) for one in own["overrides"]), *_LIKELY])
    made["detr.controller.layers.2.weight"][:] = 0
    made["detr.controller.layers.2.bias"][:] = _square()
    tensors = {name: torch.from_numpy(one) for name, one in made.items()}
    return tensors | {copy: tensors[name] for copy, name in case["aliases"].items()}


def _case(backbone: str) -> Any:
    return json.loads((_GOLDEN / _CASES[backbone] / "case.json").read_text(encoding="utf-8"))


def _square(half: int = 10) -> formula.Array:
    """The parameters of a mask head (`condinst`) that gives a square around the centre: 1 less how far beyond it."""
    first, second, third = np.zeros((8, 10)), np.eye(8), -np.ones((1, 8))
    first[[0, 1, 2, 3], [0, 0, 1, 1]] = 1, -1, 1, -1
    biases = [-half] * 4 + [0] * 12 + [1]
    return np.concatenate([first.ravel(), second.ravel(), third.ravel(), biases]).astype(np.float32)


def _narrower(shape: list[int], times: int) -> list[int]:
    """With fewer channels of its own; colours and the sides of kernels stay."""
    return [size // times if size > 7 else size for size in shape]


def _small(name: str, shape: list[int]) -> list[int]:
    """A shape of the case with narrower layers; heads, levels and points are as released."""
    if name.endswith("tgt_embed.weight"):
        return [QUERIES, 64]
    if "word_embeddings" in name or "position_embeddings" in name:
        return [len(PIECES) if "word" in name else _LONGEST, 64]
    if "in_proj_" in name:
        return [192, *(64 for _ in shape[1:])]
    if re.search(r"sampling_offsets|attention_weights", name):
        return [shape[0], *(64 for _ in shape[1:])]
    if name.endswith("ref_point_head.layers.0.weight"):
        return [64, 128]
    if re.search(r"input_proj\.\d\.", name):
        return [64, *shape[1:]]
    return [{256: 64, 512: 64, 768: 64}.get(size, size) for size in shape]

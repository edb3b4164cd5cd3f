"""A UniVS checkpoint of a few megabytes with its text encoder and tokenizer, made by formula, in the layout of the
released files.

Its masks are noise, but it finds something wherever it is asked for anything.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import torch

from backend.models import univs
from backend.models.univs.package import UnivsPackage
from backend.parity import formula
from backend.parity.formula import Override

SIDE = 96
"""Of the frames it is to see (`store.Options.size`): the shorter one; larger ones take longer and show nothing more."""

NAME = "univs-swin-t"
"""The model that `write_tiny` writes the weights of."""

_CASE = Path(__file__).parent / "golden" / "univs_swin" / "case.json"
_WIDTH, _QUERIES, _CONTEXT, _TOKENS = 64, 20, 77, 514
"""Of decoder and language; learnable queries; tokens of a sentence; letters, letters that end a word, start and end."""

_TEXT_LAYER = {
    "attn.in_proj_weight": [3 * _WIDTH, _WIDTH], "attn.in_proj_bias": [3 * _WIDTH],
    "attn.out_proj.weight": [_WIDTH, _WIDTH], "attn.out_proj.bias": [_WIDTH], "ln_1.weight": [_WIDTH],
    "ln_1.bias": [_WIDTH], "ln_2.weight": [_WIDTH], "ln_2.bias": [_WIDTH], "mlp.c_fc.weight": [2 * _WIDTH, _WIDTH],
    "mlp.c_fc.bias": [2 * _WIDTH], "mlp.c_proj.weight": [_WIDTH, 2 * _WIDTH], "mlp.c_proj.bias": [_WIDTH],
}
_TEXT = {
    "token_embedding.weight": [_TOKENS, _WIDTH], "positional_embedding": [_CONTEXT, _WIDTH],
    "text_projection": [_WIDTH, _WIDTH], "ln_final.weight": [_WIDTH], "ln_final.bias": [_WIDTH],
    **{f"transformer.resblocks.0.{name}": shape for name, shape in _TEXT_LAYER.items()},
}


def tiny_package() -> UnivsPackage:
    """The model of `NAME`, for `write_tiny`'s weights: it needs no memory to speak of."""
    package = next(one for one in univs.PACKAGES if one.SPEC.name == NAME)
    return UnivsPackage(replace(package.SPEC, memory_bytes=0))


def write_tiny(folder: Path) -> None:
    """Write the checkpoint, the text encoder and merges.txt; the folder is made where it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.save({"model": state_dict()}, folder / "univs_swint_stage3_tiny.pth")
    encoder = {name: torch.from_numpy(one) for name, one in formula.state_dict(_TEXT).items()}
    torch.save({"model": encoder}, folder / "regionclip_pretrained-cc_rn50x4_only_lang_encoder.pth")
    (folder / "merges.txt").write_text("#version: 0.2\n", encoding="utf-8")


def state_dict() -> dict[str, torch.Tensor]:
    """The tensors by their released names."""
    case = json.loads(_CASE.read_text(encoding="utf-8"))
    shapes = {name: _small(name, shape) for name, shape in case["state_dict"].items()}
    made = formula.state_dict(shapes, [Override(**one) for one in case["overrides"]])
    return {name: torch.from_numpy(one) for name, one in made.items()}


def _small(name: str, shape: list[int]) -> list[int]:
    """A shape of the case with narrower layers; heads, levels and points are as released."""
    if name.startswith("backbone."):
        return shape if name.endswith("_table") else [size // 2 if size > 7 else size for size in shape]
    if re.search(r"query_(feat|embed)", name):
        return [_QUERIES, _WIDTH]
    if re.search(r"sampling_offsets|attention_weights", name):
        return [shape[0], *(_WIDTH for _ in shape[1:])]
    if re.search(r"input_proj\.\d\.0\.weight|adapter_1\.weight", name):
        return [_WIDTH, shape[1] // 2, *shape[2:]]
    widths = {256: _WIDTH, 640: _WIDTH, 768: 3 * _WIDTH, 1024: 2 * _WIDTH, 2048: 2 * _WIDTH}
    return [widths.get(size, size) for size in shape]

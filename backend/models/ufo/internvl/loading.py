"""Weights of UFO-InternVL, however they were released."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from transformers import InternVLForConditionalGeneration

from backend.errors import BadInput
from backend.models import weights
from backend.models.ufo.internvl.config import INTERNVL2_5_8B, internvl_config
from backend.models.ufo.internvl.names import converted, plain_names
from backend.models.ufo.internvl.network import Network

WHAT = "UFO on InternVL2.5"
LORA_ALPHA = 16.0
_BASE = ("*.safetensors", "*.index.json")
_EMBEDDING = "language_model.model.tok_embeddings.weight"


def network_of(
    state: Mapping[str, torch.Tensor], about: Mapping[str, Any], image_id: int, alpha: float = LORA_ALPHA,
    device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32,
) -> Network:
    """The network of a state dict with released names: full or with LoRA matrices, with or without prefixes.

    Args:
        about: sizes, see `internvl_config`.
        image_id: the token `<IMG_CONTEXT>`.
        alpha: of LoRA.

    Raises:
        BadInput: weights of something else, of another size, or not all of them.
    """
    plain = plain_names(state)
    if _EMBEDDING not in plain:
        weights.check_names({_EMBEDDING}, state, WHAT)
    config = internvl_config(about, len(plain[_EMBEDDING]))
    text: Any = config.text_config
    with torch.device("meta"):  # no memory for weights that are replaced
        host = InternVLForConditionalGeneration(config)
    sizes = (alpha, text.num_attention_heads // text.num_key_value_heads, text.head_dim)
    expected, made = host.state_dict(), dict(converted({name: one.to("meta") for name, one in plain.items()}, *sizes))
    weights.check_names(expected, made, WHAT)
    weights.check_shapes(expected, made, WHAT)
    host.load_state_dict({name: one.to(device, dtype) for name, one in converted(plain, *sizes)}, assign=True)
    language = host.model.language_model
    language.rotary_emb = type(language.rotary_emb)(text).to(device)  # its tables are no weights: made anew
    return Network(host.requires_grad_(False), image_id)


def read(path: Path, name: str) -> tuple[dict[str, torch.Tensor], Mapping[str, Any]]:
    """State dict and sizes of a released model.

    What a file of LoRA weights lacks is taken from InternVL2.5-8B beside it.

    Args:
        path: file of the weights, or folder.
        name: within the folder, the file of the weights, or a folder with their parts; where there is none, the folder
            itself holds all.

    Raises:
        BadInput: as `weights.read`.
    """
    if not path.is_dir():
        return weights.read(path), INTERNVL2_5_8B
    own, about = path / name, path / "config.json"
    beside = not own.exists() or any(any(path.glob(pattern)) for pattern in _BASE)
    state = plain_names(weights.read(path)) if beside else {}
    if own.exists():
        state |= plain_names(weights.read(own))
    return state, _sizes(about) if about.is_file() else INTERNVL2_5_8B


def _sizes(file: Path) -> Mapping[str, Any]:
    try:
        about = json.loads(file.read_text(encoding="utf-8"))
        parts = {key: {**INTERNVL2_5_8B[key], **about[key]} for key in ("vision_config", "llm_config")}
        return {**parts, "downsample_ratio": float(about["downsample_ratio"])}
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput("damaged_weights", f"{file.name} of {file.parent.name} is not that of an InternVL2.5: {error}",
                       "Get it from its source again.") from error

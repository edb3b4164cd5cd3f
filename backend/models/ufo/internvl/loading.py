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
from backend.models.ufo.internvl.names import merge_lora, plain_names, renamed
from backend.models.ufo.internvl.network import Network

WHAT = "UFO on InternVL2.5"
LORA_ALPHA = 16.0
_PARTS = ("*.safetensors", "*.index.json", "*.bin")
_EMBEDDING = "language_model.model.tok_embeddings.weight"


def network_of(
    state: Mapping[str, torch.Tensor], about: Mapping[str, Any], image_id: int, alpha: float = LORA_ALPHA,
    device: str = "cpu", dtype: torch.dtype = torch.float32,
) -> Network:
    """The network of a state dict with released names: full or with LoRA matrices, with or without prefixes.

    Args:
        about: sizes, see `internvl_config`.
        image_id: the token `<IMG_CONTEXT>`.
        alpha: of LoRA.

    Raises:
        BadInput: weights of something else, of another size, or not all of them.
    """
    plain = merge_lora(plain_names(state), alpha)
    if _EMBEDDING not in plain:
        weights.check_names({_EMBEDDING}, state, WHAT)
    config = internvl_config(about, len(plain[_EMBEDDING]))
    text: Any = config.text_config
    with torch.device("meta"):  # no memory for weights that are replaced
        host = InternVLForConditionalGeneration(config)
    made = renamed(plain, text.num_attention_heads // text.num_key_value_heads, text.head_dim)
    expected = host.state_dict()
    weights.check_names(expected, made, WHAT)
    weights.check_shapes(expected, made, WHAT)
    host.load_state_dict({name: tensor.to(device, dtype) for name, tensor in made.items()}, assign=True)
    language = host.model.language_model
    language.rotary_emb = type(language.rotary_emb)(text).to(device)  # its tables are no weights: made anew
    return Network(host.requires_grad_(False), image_id)


def read(path: Path) -> tuple[dict[str, torch.Tensor], Mapping[str, Any]]:
    """State dict and sizes of a released file, or of a folder.

    A folder holds the parts of a multi-task model, or a file of LoRA weights (`ufo-*.pth`); what such a file lacks is
    taken from InternVL2.5-8B in the same folder or in one of its folders.

    Raises:
        BadInput: as `weights.read`.
    """
    if not path.is_dir():
        return plain_names(weights.read(path)), INTERNVL2_5_8B
    base, state = base_folder(path), {}
    own = sorted(path.glob("ufo-*.pth"))
    if not own or any(any(base.glob(pattern)) for pattern in _PARTS):
        state = plain_names(weights.read(base))
    for file in own:
        state |= plain_names(weights.read(file))
    about = base / "config.json"
    return state, _sizes(about) if about.is_file() else INTERNVL2_5_8B


def base_folder(path: Path) -> Path:
    """The folder of InternVL2.5-8B, with its tokenizer, maybe its weights: in the folder of a model, or that itself."""
    inner = sorted(one.parent for one in path.glob("*/tokenizer.model"))
    return inner[0] if inner else path


def _sizes(file: Path) -> Mapping[str, Any]:
    try:
        about = json.loads(file.read_text(encoding="utf-8"))
        return {key: about[key] for key in INTERNVL2_5_8B}
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput("damaged_weights", f"{file.name} of {file.parent.name} is not that of an InternVL2.5: {error}",
                       "Get it from its source again.") from error

"""Loading: a released state dict and its configuration become networks."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import torch
from transformers import BitsAndBytesConfig, Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

from backend.errors import Unavailable
from backend.models import weights
from backend.models.sam2.config import ARCHITECTURES, Architecture, architecture_of
from backend.models.sam2.network import Network as Sam2Network
from backend.models.sam2.network import load as load_sam2
from backend.models.store import Precision
from backend.models.unipixel import names
from backend.models.unipixel.config import UniPixelConfig
from backend.models.unipixel.heads import Heads
from backend.models.unipixel.network import Network

_WHAT = "UniPixel"
_IN_FULL = ("visual", "lm_head")
"""Parts of Qwen2.5-VL that 4 bit leaves as they are."""


class Parts(NamedTuple):
    """A loaded checkpoint."""

    language: Network
    sam2: Sam2Network


def load(
    released: Mapping[str, torch.Tensor], config: UniPixelConfig, device: str = "cpu", precision: Precision = "float32",
    size: int | None = None,
) -> Parts:
    """Both parts of a checkpoint, in evaluation mode. SAM 2 is in float32 always: its positions have to be, and it is
    small.

    Args:
        released: the whole state dict, with the names of the released file.
        config: of the checkpoint.
        device: as torch names it.
        precision: of weights and computing; with "4bit" that of the linear layers of the language model, all else is
            bfloat16 then.
        size: side of the square frame that SAM 2 sees; None: that of the checkpoint.

    Raises:
        BadInput: names or shapes are not those of the configuration.
        Unavailable: 4 bit without what it needs.
    """
    if precision == "4bit":
        _check_four_bit(device)
    qwen, sam2, heads = names.split(released)
    return Parts(
        _language(qwen, heads, config, device, precision),
        load_sam2(sam2, _architecture(config, size), f"{_WHAT}'s SAM 2", device=device, memory_dtype=torch.float32,
                  binarise_prompts=False, bilinear=True))


def _architecture(config: UniPixelConfig, size: int | None) -> Architecture:
    """The released models carry the base-plus size; a small one for tests says what it carries."""
    tiny = config.sam2.get("sam2_tiny")
    described = architecture_of(tiny) if tiny else ARCHITECTURES["base-plus"].at(config.sam2_size)
    return replace(described.at(size), dynamic_multimask=False)


def _language(
    qwen: dict[str, torch.Tensor], small: dict[str, torch.Tensor], config: UniPixelConfig, device: str,
    precision: Precision,
) -> Network:
    dtype = torch.bfloat16 if precision == "4bit" else getattr(torch, precision)
    with torch.device("meta"):
        whole = Qwen2_5_VLForConditionalGeneration(Qwen2_5_VLConfig(**config.qwen))
        heads = Heads(config)
    expected = whole.state_dict()
    if whole.config.tie_word_embeddings:  # files hold the one matrix once; some hold it twice
        expected.pop("lm_head.weight")
        qwen.pop("lm_head.weight", None)
    weights.check_names([*expected, *heads.state_dict()], [*qwen, *small], _WHAT)
    weights.check_shapes({**expected, **heads.state_dict()}, {**qwen, **small}, _WHAT)
    loaded = Qwen2_5_VLForConditionalGeneration.from_pretrained(
        None, config=Qwen2_5_VLConfig(**config.qwen), state_dict=qwen, dtype=dtype, **_quantised(precision, device))
    heads.load_state_dict({name: tensor.to(torch.float32 if name.endswith("gaussian_matrix") else dtype)
                           for name, tensor in small.items()}, assign=True)
    if precision != "4bit":  # what is quantised lies where it belongs already, and must not be moved
        torch.nn.Module.to(loaded, device)
    return Network(config, loaded.eval().requires_grad_(False), heads.to(device).eval().requires_grad_(False))


def _quantised(precision: Precision, device: str) -> dict[str, Any]:
    if precision != "4bit":
        return {}
    four_bit = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.bfloat16,
                                  llm_int8_skip_modules=list(_IN_FULL))
    return {"quantization_config": four_bit, "device_map": {"": device}}


def _check_four_bit(device: str) -> None:
    lacking = [name for name in ("bitsandbytes", "accelerate") if importlib.util.find_spec(name) is None]
    if not device.startswith("cuda") or lacking:
        why = "it needs a CUDA GPU" if not lacking else f"{' and '.join(lacking)} not installed"
        raise Unavailable("no_four_bit", f"UniPixel cannot be run in 4 bit here: {why}.",
                          "Install bitsandbytes and accelerate on a machine with a CUDA GPU, or choose another "
                          "precision.")

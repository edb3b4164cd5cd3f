"""From the names of the released checkpoints to those of our parts, as tables."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import torch
from torch import Tensor

from backend.models import keymap

DECODER, PIXELS, BACKBONE = "sem_seg_head.predictor.", "sem_seg_head.pixel_decoder.", "backbone."
_TEACHER = {"sem_seg_head_t.": "sem_seg_head.", "backbone_t.": "backbone."}
"""Prefixes of the moving average of the weights (EMA), where a file keeps one -> of the weights themselves."""

_ALONE = "query_feat|query_embed|level_embed|reid_temp|prompt_detection|prompt_sot|prompt_grounding"

_DECODER = keymap.rules(
    (r"^static_query\.", "query_feat."),
    (rf"^({_ALONE})\.weight$", r"\1"),
    (r"^transformer_prompt_self_attention_layers\.(\d+)\.", r"layers.\1.proca."),
    (r"^transformer_cross_attention_layers\.(\d+)\.", r"layers.\1.cross_attention."),
    (r"^transformer_self_attention_layers\.(\d+)\.", r"layers.\1.self_attention."),
    (r"^transformer_ffn_layers\.(\d+)\.", r"layers.\1.ffn."),
    (r"^lang2vision_cross_attention_layer\.", "lang2img."),
    (r"\.(self_attn|multihead_attn)\.", "."),
)
"""-> `decoder.Decoder`."""

_UNUSED = ("cls_temp.weight",)
"""Of the decoder, by nothing that it gives."""

_PIXELS = keymap.rules(
    (r"^input_proj\.", "input_projections."),
    (r"^transformer\.", ""),
    (r"\.norm1\.", ".self_attn_layer_norm."),
    (r"\.norm2\.", ".final_layer_norm."),
    (r"\.linear(\d)\.", r".fc\1."),
    (r"^mask_features\.", "mask_projection."),
    (r"^(adapter_1|layer_1)\.weight$", r"\1.0.weight"),
    (r"^(adapter_1|layer_1)\.norm\.", r"\1.1."),
)
"""-> transformers' `Mask2FormerPixelDecoder`."""

_SWIN = keymap.rules(
    (r"^patch_embed\.proj\.", "swin.embeddings.patch_embeddings.projection."),
    (r"^patch_embed\.norm\.", "swin.embeddings.norm."),
    *((rf"^norm{stage}\.", f"hidden_states_norms.stage{stage + 1}.") for stage in range(4)),
    (r"^layers\.", "swin.encoder.layers."),
    (r"\.blocks\.(\d+)\.norm1\.", r".blocks.\1.layernorm_before."),
    (r"\.blocks\.(\d+)\.norm2\.", r".blocks.\1.layernorm_after."),
    (r"\.attn\.proj\.", ".attention.o_proj."),
    (r"\.attn\.relative_position_bias_table$", ".attention.relative_position_bias.relative_position_bias_table"),
    (r"\.attn\.", ".attention."),
)
"""-> transformers' `SwinBackbone`, once `attn.qkv` is cut in three."""

_INDEX = ".relative_position_index"
"""Follows from the size of the windows."""

_log = logging.getLogger(__name__)


def weights_of(released: Mapping[str, Tensor], ema: bool = False) -> dict[str, Tensor]:
    """The weights to run, under their plain names: of the network or, with `ema`, of the moving average of it that the
    file keeps. Whatever belongs to training is left out.

    A file with one of the two only has that one taken, whichever is asked for; where both are there and differ, the log
    says which is run.
    """
    plain = {name: one for name, one in released.items() if name.startswith((BACKBONE, "sem_seg_head."))}
    averaged = {target + name.removeprefix(prefix): one for name, one in released.items()
                for prefix, target in _TEACHER.items() if name.startswith(prefix)}
    if not plain or not averaged:
        return plain or averaged
    if any(name not in plain or not torch.equal(plain[name], one) for name, one in averaged.items()):
        _log.warning("The file of UniVS holds two sets of weights that differ: %s are run.",
                     "the averaged ones (EMA)" if ema else "the plain ones, not the averaged (EMA)")
    return averaged if ema else plain


def decoder(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Under the names of `decoder.Decoder`."""
    own = _within(weights, DECODER)
    return {keymap.renamed(name, _DECODER): one for name, one in own.items() if name not in _UNUSED}


def pixel_decoder(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Under the names of transformers' `Mask2FormerPixelDecoder`."""
    return {keymap.renamed(name, _PIXELS): one for name, one in _within(weights, PIXELS).items()}


def backbone(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Under the names of the release, the prefix left out."""
    return _within(weights, BACKBONE)


def swin(released: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Of a backbone's own names under those of transformers' `SwinBackbone`."""
    parts: dict[str, Tensor] = {}
    for name, tensor in released.items():
        if ".attn.qkv." in name:
            parts |= {name.replace(".qkv.", f".{part}_proj."): cut
                      for part, cut in zip("qkv", tensor.chunk(3), strict=True)}
        elif not name.endswith(_INDEX):
            parts[name] = tensor
    return {keymap.renamed(name, _SWIN): one for name, one in parts.items()}


def _within(weights: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): one for name, one in weights.items() if name.startswith(prefix)}

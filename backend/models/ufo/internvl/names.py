"""Names of UFO-InternVL and InternVL2.5 as released -> those of transformers' `InternVLForConditionalGeneration`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import torch

_RENAMED: tuple[tuple[str, str], ...] = (
    (r"^vision_model\.encoder\.layers\.", "model.vision_tower.encoder.layer."),
    (r"^vision_model\.embeddings\.class_embedding$", "model.vision_tower.embeddings.cls_token"),
    (r"^vision_model\.embeddings\.position_embedding$", "model.vision_tower.embeddings.position_embeddings"),
    (r"^vision_model\.embeddings\.patch_embedding\.", "model.vision_tower.embeddings.patch_embeddings.projection."),
    (r"(vision_tower\..*)\.attn\.proj\.", r"\1.attention.projection_layer."),
    (r"(vision_tower\..*)\.attn\.", r"\1.attention."),
    (r"(vision_tower\..*)\.ls([12])$", r"\1.lambda_\2"),
    (r"(vision_tower\..*)\.norm1\.", r"\1.layernorm_before."),
    (r"(vision_tower\..*)\.norm2\.", r"\1.layernorm_after."),
    (r"^mlp1\.0\.", "model.multi_modal_projector.layer_norm."),
    (r"^mlp1\.1\.", "model.multi_modal_projector.linear_1."),
    (r"^mlp1\.3\.", "model.multi_modal_projector.linear_2."),
    (r"^language_model\.output\.", "lm_head."),
    (r"^language_model\.model\.tok_embeddings\.", "model.language_model.embed_tokens."),
    (r"^language_model\.model\.", "model.language_model."),
    (r"\.attention\.wo\.", ".self_attn.o_proj."),
    (r"\.attention\.wqkv\.", ".self_attn.wqkv."),
    (r"\.feed_forward\.w1\.", ".mlp.gate_proj."),
    (r"\.feed_forward\.w2\.", ".mlp.down_proj."),
    (r"\.feed_forward\.w3\.", ".mlp.up_proj."),
    (r"\.attention_norm\.", ".input_layernorm."),
    (r"\.ffn_norm\.", ".post_attention_layernorm."),
)
"""Applied one after another."""

_LORA = re.compile(r"\.lora_[AB]\.default\.weight$")


def plain_names(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The state dict with the names of InternVL: without the prefix of the detector and of peft.

    Files of all layouts have the same names then, so that what a file of LoRA weights lacks can be taken from the base.
    """
    return {name.removeprefix("backbone.").replace("language_model.base_model.model.", "language_model.")
            .replace(".base_layer.", "."): tensor for name, tensor in state.items()}


def converted(
    state: Mapping[str, torch.Tensor], alpha: float, heads_per_group: int, head_size: int
) -> Iterator[tuple[str, torch.Tensor]]:
    """Names and tensors as transformers has them, made one after the other: the file need not fit in memory.

    LoRA matrices are merged, W + alpha / r * B A in float32; fused projections are taken apart.

    Args:
        state: names as `plain_names` gives them.
        heads_per_group: query heads that share one key and value head.
        head_size: channels of a head.
    """
    for name, tensor in state.items():
        layer = name.removesuffix(".weight")
        down, up = (state.get(f"{layer}.lora_{one}.default.weight") for one in "AB")
        if _LORA.search(name) and f"{_LORA.sub('', name)}.weight" in state:
            continue
        if down is not None and up is not None:
            tensor = (tensor.float() + alpha / len(down) * (up.float() @ down.float())).to(tensor.dtype)
        yield from _renamed(name, tensor, heads_per_group, head_size)


def _renamed(
    name: str, tensor: torch.Tensor, heads_per_group: int, head_size: int
) -> Iterator[tuple[str, torch.Tensor]]:
    for pattern, replacement in _RENAMED:
        name = re.sub(pattern, replacement, name)
    if ".self_attn.wqkv." in name:
        parts = _split_groups(tensor, heads_per_group, head_size)
    elif ".attention.qkv." in name:
        parts = tensor.chunk(3)
    else:
        yield name, tensor
        return
    for letter, part in zip("qkv", parts, strict=True):
        yield re.sub("w?qkv", f"{letter}_proj", name), part.contiguous()


def _split_groups(joined: torch.Tensor, heads_per_group: int, head_size: int) -> tuple[torch.Tensor, ...]:
    """Queries, keys and values of InternLM2's projection: its rows are (group, query heads + key + value, channels)."""
    rows = joined.unflatten(0, (-1, heads_per_group + 2, head_size))
    return rows[:, :-2].flatten(0, 2), rows[:, -2].flatten(0, 1), rows[:, -1].flatten(0, 1)

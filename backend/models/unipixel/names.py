"""Names in the released files -> names in our networks.

A released file is the state dict of one network: Qwen2.5-VL (in the spelling of older or newer transformers releases),
`sam2.*` with the names of the original SAM 2, and the heads between the two.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import torch

_UNUSED = re.compile(r"^ref_encoder\.(mask_downscaling\.|no_mask_embed\.)")
"""Parts of SAM's prompt encoder that came along when it was copied; the authors' code never reads them."""

_HEADS = ("seg_head.", "ref_encoder.", "ref_proj", "tem_", "msk_proj.")


def split(
    released: Mapping[str, torch.Tensor],
) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor], dict[str, torch.Tensor]]:
    """The parts of a released state dict, each with the names its network has.

    Returns:
        of `Qwen2_5_VLForConditionalGeneration`; of SAM 2 with its original names; of `heads.Heads`.
    """
    qwen, sam2, heads = {}, {}, {}
    for name, tensor in released.items():
        if name.startswith("sam2."):
            sam2[name.removeprefix("sam2.")] = tensor
        elif name.startswith(_HEADS):
            if not _UNUSED.match(name):
                heads[name] = tensor
        else:
            qwen[_qwen(name)] = tensor
    return qwen, sam2, heads


def _qwen(name: str) -> str:
    if name.startswith("visual."):
        return f"model.{name}"
    if name.startswith("model.") and not name.startswith(("model.visual.", "model.language_model.")):
        return f"model.language_model.{name.removeprefix('model.')}"
    return name

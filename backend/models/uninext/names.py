"""From the names of released UNINEXT checkpoints to those of `network.UninextNetwork`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from torch import Tensor

from backend.models import keymap
from backend.models.uninext import backbones

_RULES = keymap.rules(
    (r"^text_encoder\.body\.model\.", "text_encoder."),
    (r"^detr\.(detr\.)?", ""),
    (r"^(ref_)?backbone\.0\.backbone\.", r"\1backbone."),
    (r"\.encoder\.vl_layers\.0\.b_attn\.", ".encoder.fusion."),
)

_UNUSED = re.compile("|".join((
    r"^detr\.detr\.transformer\.decoder\.(class_embed|bbox_embed)\.",  # copies of those of detr.detr
    r"^detr\.(detr\.transformer\.)?resizer\.",  # multiplied by zero
    r"^criterion\.",  # of training
    r"^text_encoder\.body\.model\.embeddings\.position_ids$",  # a buffer: 0, 1, 2, ...
)))
"""Names that released files have and inference does not need."""

BACKBONES = ("backbone.", "ref_backbone.")


def renamed(released: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors that are used, under our names; those of backbones still with the released name after the prefix."""
    return {keymap.renamed(name, _RULES): tensor for name, tensor in released.items() if not _UNUSED.search(name)}


def hosted(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """What `renamed` gave, those of backbones under the names of their hosts."""
    made = {name: tensor for name, tensor in tensors.items() if not name.startswith(BACKBONES)}
    for prefix in BACKBONES:
        own = {name.removeprefix(prefix): one for name, one in tensors.items() if name.startswith(prefix)}
        if own:
            made |= {f"{prefix}{name}": one for name, one in backbones.renamed(own).items()}
    return made

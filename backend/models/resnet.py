"""ResNet-50 as detectron2 names it, on transformers' network: the backbone that UniVS and UNINEXT share."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from transformers import ResNetBackbone, ResNetConfig

from backend.models import keymap

NAMES = keymap.rules(
    (r"\.norm\.", ".normalization."),
    (r"^stem\.conv1\.weight$", "embedder.embedder.convolution.weight"),
    (r"^stem\.conv1\.", "embedder.embedder."),
    (r"(conv\d|shortcut)\.weight$", r"\1.convolution.weight"),
    *((rf"^res{stage + 2}\.(\d+)\.shortcut\.", rf"encoder.stages.{stage}.layers.\1.shortcut.") for stage in range(4)),
    *((rf"^res{stage + 2}\.(\d+)\.conv{conv + 1}\.", rf"encoder.stages.{stage}.layers.\1.layer.{conv}.")
      for stage in range(4) for conv in range(3)),
)
"""Of detectron2, the prefix of the backbone left out -> of `ResNetBackbone`. Rules of one name do not overlap."""


def backbone(released: Mapping[str, torch.Tensor], stages: tuple[int, ...]) -> ResNetBackbone:
    """An empty network for these tensors, whose outputs are of `stages` (2: stride 4, to 5: stride 32).

    Bottlenecks with the stride in the 3x3 convolution; batch norm is frozen (eps 1e-5) as long as the network is not
    set to train. Channels of the picture and numbers of blocks are read off the tensors: a network of more input
    channels (pictures with a mask) is another of the same names.

    Args:
        released: under detectron2's names, the prefix of the backbone left out.
    """
    blocks = [len({name.split(".")[1] for name in released if name.startswith(f"res{stage}.")})
              for stage in range(2, 6)]
    widths = [released[f"res{stage}.0.conv3.weight"].shape[0] for stage in range(2, 6)]
    stem = released["stem.conv1.weight"]
    return ResNetBackbone(ResNetConfig(
        num_channels=stem.shape[1], embedding_size=stem.shape[0], hidden_sizes=widths, depths=blocks,
        layer_type="bottleneck", downsample_in_bottleneck=False,
        out_features=[f"stage{stage - 1}" for stage in stages]))


def renamed(released: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The tensors under the names of `backbone`'s network; it also has `num_batches_tracked`, which no file has."""
    return {keymap.renamed(name, NAMES): tensor for name, tensor in released.items()}

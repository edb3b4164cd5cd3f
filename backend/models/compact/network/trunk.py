"""The trunk: MobileNetV2 (Sandler et al., 2018) up to stride 32, its batch norms folded into the convolutions.

Folded, because batches of a few clips give no usable statistics, and because a graph without norms runs faster.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor, nn

PLAN = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2))
"""(expansion, channels, blocks, stride) a stage; the last two of MobileNetV2 are left out."""

CHANNELS = (24, 32, 96, 160)
"""Of the features at strides 4, 8, 16 and 32."""

_TAPS = (2, 5, 12, 15)
"""The blocks behind which these features are taken."""

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
BN_EPSILON = 1e-5


class Block(nn.Module):
    """Inverted residual: expand, filter every channel, project."""

    def __init__(self, expansion: int, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        self.expand = nn.Conv2d(inputs, hidden, 1) if expansion > 1 else None
        self.filter = nn.Conv2d(hidden, hidden, 3, stride, 1, groups=hidden)
        self.project = nn.Conv2d(hidden, outputs, 1)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        y = nn.functional.relu6(self.expand(x)) if self.expand is not None else x
        y = self.project(nn.functional.relu6(self.filter(y)))
        return x + y if self.residual else y


class Trunk(nn.Module):
    """Features of a picture at four strides.

    `forward` takes float32 (batch, 3, height, width), RGB 0..255, sides multiples of 32, and returns the features at
    strides 4, 8, 16 and 32.
    """

    mean: Tensor
    std: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 32, 3, 2, 1)
        blocks: list[Block] = []
        inputs = 32
        for expansion, outputs, count, stride in PLAN:
            for index in range(count):
                blocks.append(Block(expansion, inputs, outputs, stride if index == 0 else 1))
                inputs = outputs
        self.blocks = nn.ModuleList(blocks)
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1) * 255, persistent=False)
        self.register_buffer("std", torch.tensor(STD).view(1, 3, 1, 1) * 255, persistent=False)

    def forward(self, picture: Tensor) -> list[Tensor]:
        x = nn.functional.relu6(self.stem((picture - self.mean) / self.std))
        features = []
        for index, block in enumerate(self.blocks):
            x = block(x)
            if index in _TAPS:
                features.append(x)
        return features

    def convolutions(self) -> Iterator[nn.Conv2d]:
        """In the order in which the picture meets them."""
        yield from (module for module in self.modules() if isinstance(module, nn.Conv2d))

    def freeze(self, blocks: int) -> None:
        """Keep the stem and so many blocks as they are: edges and colours need no further learning."""
        for part in (self.stem, *self.blocks[:blocks]):
            part.requires_grad_(False)

    def load_imagenet(self, weights: Mapping[str, Tensor]) -> None:
        """Take over a MobileNetV2 in torchvision's layout (`features.N...`), folding its batch norms."""
        kernels = [name for name, value in weights.items() if name.startswith("features.") and value.ndim == 4]
        for conv, name in zip(self.convolutions(), kernels, strict=False):
            stem, _, number = name.removesuffix(".weight").rpartition(".")
            norm = f"{stem}.{int(number) + 1}."
            scale = weights[norm + "weight"] / (weights[norm + "running_var"] + BN_EPSILON).sqrt()
            bias = conv.bias
            assert bias is not None
            with torch.no_grad():
                conv.weight.copy_(weights[name] * scale.view(-1, 1, 1, 1))
                bias.copy_(weights[norm + "bias"] - weights[norm + "running_mean"] * scale)

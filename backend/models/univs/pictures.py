"""Frames as the network sees them: resized, normalised, padded."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

SHORTEST, LONGEST = 640, 1333
"""Sides of the resized frame, in pixels: the shorter one is made so, unless the longer one would be longer."""

_MULTIPLE = 32
_MEAN, _STD = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)
"""Of ImageNet, for RGB in 0..255."""


def fitted(height: int, width: int, shortest: int = SHORTEST) -> tuple[int, int]:
    """Height and width at which a frame is seen (before it is padded)."""
    scale = shortest / min(height, width)
    if max(height, width) * scale > LONGEST:
        scale = LONGEST / max(height, width)
    return max(1, int(height * scale + 0.5)), max(1, int(width * scale + 0.5))


def padded(size: tuple[int, int]) -> tuple[int, int]:
    """A size with both sides made multiples of 32."""
    height, width = (-(-side // _MULTIPLE) * _MULTIPLE for side in size)
    return height, width


def picture(frame: npt.NDArray[np.uint8], size: tuple[int, int]) -> Tensor:
    """A frame for `Network.features`.

    Args:
        frame: RGB uint8 (height, width, 3).
        size: height and width at which it is seen, as of `fitted`.

    Returns:
        float32 (3, H, W), zero below and to the right of the frame, sides multiples of 32.
    """
    if frame.shape[:2] != size:
        frame = np.asarray(Image.fromarray(frame).resize(size[::-1], Image.Resampling.BILINEAR))
    pixels = (torch.from_numpy(frame.astype(np.float32)) - torch.tensor(_MEAN)) / torch.tensor(_STD)
    height, width = padded(size)
    return F.pad(pixels.permute(2, 0, 1), (0, width - size[1], 0, height - size[0]))

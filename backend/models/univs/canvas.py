"""The sizes that masks of one video come in, and the ways between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch.nn.functional as F
from torch import Tensor

Size = tuple[int, int]
"""Height, width."""


@dataclass(frozen=True)
class Canvas:
    """Sizes in pixels.

    Attributes:
        padded: of what the network sees: multiples of 32.
        inner: of the part of it that is the frame.
        frame: of the frame itself.
    """

    padded: Size
    inner: Size
    frame: Size

    def enlarged(self, logits: Tensor) -> Tensor:
        """Masks (..., H/4, W/4) of the network -> (..., H, W)."""
        return _resized(logits, self.padded, "bilinear")

    def reduced(self, logits: Tensor) -> Tensor:
        """The way back: masks (..., H, W) -> (..., H/4, W/4)."""
        return _resized(logits, (self.padded[0] // 4, self.padded[1] // 4), "bilinear")

    def cropped(self, masks: Tensor) -> Tensor:
        """Masks (..., H, W) -> those of the part that is the frame."""
        return masks[..., :self.inner[0], :self.inner[1]]

    def framed(self, logits: Tensor) -> Tensor:
        """Masks (..., H, W) -> (..., height, width) of the frame."""
        inner = self.cropped(logits)
        return inner if self.inner == self.frame else _resized(inner, self.frame, "bilinear")

    def framed_nearest(self, masks: Tensor) -> Tensor:
        """As `framed`, every pixel that of the nearest one; of any kind of number."""
        return _resized(self.cropped(masks).float(), self.frame, "nearest").to(masks.dtype)

    def padded_mask(self, mask: Tensor) -> Tensor:
        """A mask bool (height, width) of the frame -> bool (H, W), by the nearest pixel."""
        inner = _resized(mask[None].float(), self.inner, "nearest")[0]
        (height, width), (rows, columns) = self.padded, self.inner
        return F.pad(inner, (0, width - columns, 0, height - rows)) > 0


def _resized(masks: Tensor, size: Size, mode: Literal["bilinear", "nearest"]) -> Tensor:
    if not masks.numel():
        return masks.new_zeros(*masks.shape[:-2], *size)
    flat = masks.reshape(1, -1, *masks.shape[-2:])
    made = (F.interpolate(flat, size, mode=mode, align_corners=False) if mode == "bilinear"
            else F.interpolate(flat, size, mode=mode))
    return made.reshape(*masks.shape[:-2], *size)

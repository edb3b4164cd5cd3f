"""The picture of an object that it is looked for by (UNINEXT section 3.1: "reference" prompts): its surroundings, cut
out of a frame, with its mask as fourth channel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch.nn.functional as F
from torch import Tensor

from backend.models.uninext.scoring import resized


class Template(NamedTuple):
    """A cut-out, ready for the network.

    Attributes:
        pixels: float32 (4, S, S), normalised picture and mask (0..1).
        padding: bool (S, S), True beyond the picture.
    """

    pixels: Tensor
    padding: Tensor


@dataclass(frozen=True)
class Cut:
    """How templates are cut out.

    Attributes:
        size: side S in pixels.
        around: side of the square that is seen, as multiple of the square root of the area of the object's box.
        multiple: sides of pictures are made multiples of it, as for the backbone; what that adds counts as picture.
    """

    size: int = 256
    around: float = 2.0
    multiple: int = 1

    def of_box(self, pixels: Tensor, box: Sequence[float]) -> Template | None:
        """Where only a box is known, all within it is taken for the object.

        Args:
            pixels: float32 (3, H, W), normalised.
            box: x, y, width, height in pixels; may reach beyond the picture.

        Returns:
            None where there is nothing to see: the box is empty or outside.
        """
        left, top, side = self._square(box)
        x, y = round(box[0] - left), round(box[1] - top)
        inside = pixels.new_zeros(side, side)
        inside[max(y, 0):round(y + box[3]), max(x, 0):round(x + box[2])] = 1
        return self._cut(pixels, inside, left, top)

    def of_mask(self, pixels: Tensor, mask: Tensor, found: bool = False) -> Template | None:
        """Where the mask is known.

        Args:
            pixels: float32 (3, H, W), normalised.
            mask: bool (h, w), of the same frame in whatever size.
            found: the mask was not given but found: the authors' code then takes its last row and column for the end of
                its box.

        Returns:
            None where there is nothing to see: the mask is empty, or a found one of one row or column.
        """
        rows, columns = (mask.any(axis).nonzero()[:, 0].tolist() for axis in (1, 0))
        if not rows:
            return None
        height, width = pixels.shape[1:]
        y, x, past = height / mask.shape[0], width / mask.shape[1], 0 if found else 1
        left, top, side = self._square(
            (columns[0] * x, rows[0] * y, (columns[-1] - columns[0] + past) * x, (rows[-1] - rows[0] + past) * y))
        whole = self._whole(resized(mask[None], (height, width)))[0]
        inside, (here, there) = pixels.new_zeros(side, side), _seen(left, top, side, *whole.shape)
        inside[there] = whole[here].to(inside.dtype)
        return self._cut(pixels, inside, left, top)

    def _square(self, box: Sequence[float]) -> tuple[int, int, int]:
        """Left, top and side of the square around a box x, y, width, height."""
        x, y, width, height = box
        side = math.ceil(math.sqrt(max(width, 0.0) * max(height, 0.0)) * self.around)
        return round(x + width / 2 - side / 2), round(y + height / 2 - side / 2), side

    def _cut(self, pixels: Tensor, inside: Tensor, left: int, top: int) -> Template | None:
        side, pixels = len(inside), self._whole(pixels)
        here, there = _seen(left, top, side, *pixels.shape[1:])
        if not pixels[0][here].numel():
            return None
        cut = pixels.new_zeros(5, side, side)
        cut[:3][:, *there] = pixels[:, *here]
        cut[3] = inside
        cut[4] = 1
        cut[4][there] = 0
        cut = F.interpolate(cut[None], (self.size, self.size), mode="bilinear", align_corners=False)[0]
        return Template(cut[:4], cut[4].bool())

    def _whole(self, picture: Tensor) -> Tensor:
        """(C, H, W) with zeros at the right and below."""
        height, width = picture.shape[1:]
        return F.pad(picture, (0, -width % self.multiple, 0, -height % self.multiple))


_Window = tuple[slice, slice]


def _seen(left: int, top: int, side: int, height: int, width: int) -> tuple[_Window, _Window]:
    """Rows and columns of the picture that a square shows, and where they are in the square. The last row and column of
    a picture are not seen, as in the authors' code."""
    def along(first: int, length: int) -> tuple[slice, slice]:
        low, high = max(first, 0), max(min(first + side, length - 1), max(first, 0))
        return slice(low, high), slice(low - first, high - first)

    rows, columns = along(top, height), along(left, width)
    return (rows[0], columns[0]), (rows[1], columns[1])

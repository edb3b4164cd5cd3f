"""The visual prompt encoder (section 3.1 of the paper): points, strokes, boxes and masks as tokens of the picture.

A prompt is R tokens read off the finest level of the pixel decoder, with their places. Where a mask or box has more
cells than R, some are drawn; whoever draws decides whether it comes out the same again.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from backend.models.univs.clip import Clip
from backend.models.univs.network import Network

_FINEST = -1
"""The level that tokens are read off: 1/8 of the frame."""

_CENTRAL = ((0.75, 0.25), (0.95, math.inf))
"""Where the point that stands for a mask is looked for: pixels of at least this value no farther from the middle of the
box than this part of its sides; the second where the first finds none."""


@dataclass(frozen=True)
class Tokens:
    """What N prompts are on one frame: features and places, (N, R, C) each; zero where there is nothing."""

    features: Tensor
    places: Tensor


class Draws(Protocol):
    """Where random choices come from."""

    def permutation(self, count: int, most: int, object: int, frame: int) -> Tensor:
        """The first `most` (or all, where there are fewer) numbers of a permutation of 0..count-1: int64."""
        ...


class Seeded:
    """Draws that depend on object and frame only, so that a video tracked again gives the same masks."""

    def permutation(self, count: int, most: int, object: int, frame: int) -> Tensor:
        """See `Draws`."""
        seed = zlib.crc32(f"{object} {frame}".encode())
        return torch.randperm(count, generator=torch.Generator().manual_seed(seed))[:most]


class VisualPrompts:
    """Prompts on frames of one clip.

    Args:
        count: R, tokens a prompt.
    """

    def __init__(self, network: Network, clip: Clip, count: int, draws: Draws) -> None:
        self._network, self._clip, self._count, self._draws = network, clip, count, draws

    def of_masks(self, at: int, frame: int, masks: Tensor, boxes: Tensor, objects: Sequence[int]) -> Tokens:
        """Masks as tokens of R of their cells.

        Args:
            at: place in the clip; frame: its number in the video.
            masks: float (N, H, W), 0..1, of the padded frame.
            boxes: (N, 4) as parts of the padded frame, x0, y0, x1, y1; zero where there is none.
            objects: (N,) whose they are.
        """
        points = [self._central(mask, box, frame, object)
                  for mask, box, object in zip(masks, boxes, objects, strict=True)]
        cells = self._cells(masks)
        made = [self._of_cells(at, frame, inside, point, object)
                for inside, point, object in zip(cells, points, objects, strict=True)]
        seen = (masks > 0.5).flatten(1).any(1)[:, None, None]
        features, places = (torch.stack(one) for one in zip(*made, strict=True))
        return Tokens(features * seen, places * seen)

    def of_box(self, at: int, frame: int, box: Tensor, object: int) -> Tokens:
        """A box (4,) as R of the cells that it touches."""
        height, width = self._clip.sizes[_FINEST]
        x0, y0, x1, y1 = (box * box.new_tensor([width, height, width, height])).tolist()
        inside = torch.zeros(height, width, dtype=torch.bool, device=box.device)
        inside[max(math.floor(y0), 0):math.ceil(y1), max(math.floor(x0), 0):math.ceil(x1)] = True
        features, places = self._of_cells(at, frame, inside.flatten(), (box[:2] + box[2:]) / 2, object)
        return Tokens(features[None], places[None])

    def of_path(self, at: int, path: Tensor) -> Tokens:
        """A stroke, or a click, as R places along it.

        Args:
            path: (n, 2) as x, y, parts of the padded frame.
        """
        along = torch.linspace(0, len(path) - 1, self._count, device=path.device)
        before = along.floor().long()
        after = (before + 1).clamp(max=len(path) - 1)
        points = torch.lerp(path[before], path[after], (along - before)[:, None])
        height, width = self._clip.sizes[_FINEST]
        picture = self._clip.sources[_FINEST][at].T.unflatten(1, (height, width))
        sampled = F.grid_sample(picture[None], (2 * points - 1)[None, None], mode="bilinear", padding_mode="border",
                                align_corners=False)
        return Tokens(sampled[0, :, 0].T[None], self._network.point_positions(self._clip, points, at)[None])

    def _central(self, mask: Tensor, box: Tensor, frame: int, object: int) -> Tensor:
        """A pixel near the middle of the box, drawn: (2,) as x, y, parts of the frame. It stands for masks that are too
        small to have a cell."""
        height, width = mask.shape
        x, y = ((torch.arange(side, device=mask.device) + 0.5) / side for side in (width, height))
        (across, down), sides = (box[:2] + box[2:]) / 2, box[2:] - box[:2]
        most = mask.max()
        for least, part in _CENTRAL:
            near = ((y - down).abs() < part * sides[1])[:, None] & ((x - across).abs() < part * sides[0])[None] \
                if math.isfinite(part) else torch.ones_like(mask, dtype=torch.bool)
            candidates = ((mask >= most.clamp(max=least)) & near).flatten().nonzero()[:, 0]
            if len(candidates):
                break
        chosen = int(candidates[self._draws.permutation(len(candidates), 1, object, frame)[0]])
        return torch.stack([x[chosen % width], y[chosen // width]])

    def _cells(self, masks: Tensor) -> Tensor:
        """bool (N, h*w): the cells of the finest level, by the nearest pixel."""
        small = F.interpolate(masks[None], self._clip.sizes[_FINEST], mode="nearest")[0]
        return (small >= small.max().clamp(max=0.5)).flatten(1)

    def _of_cells(self, at: int, frame: int, inside: Tensor, point: Tensor, object: int) -> tuple[Tensor, Tensor]:
        """R of the cells: features and places (R, C). Too few are repeated; for none their mean stands at the point."""
        features, places = self._clip.sources[_FINEST][at], self._clip.positions[_FINEST][at]
        cells = inside.nonzero()[:, 0]
        if not len(cells):
            place = self._network.point_positions(self._clip, point[None], at)
            return features.new_zeros(self._count, features.shape[1]), place.expand(self._count, -1)
        if len(cells) < self._count:
            cells = cells.repeat(-(-self._count // len(cells)))[:self._count]
        else:
            cells = cells[self._draws.permutation(len(cells), self._count, object, frame).to(cells.device)]
        return features[cells], places[cells]

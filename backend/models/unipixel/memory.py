"""The object memory bank (UniPixel section 3.3): objects given as masks become features that the language model reads
in the place of `<|mem|>` tokens."""

from __future__ import annotations

from typing import cast

import torch
from torch.nn.functional import interpolate, max_pool2d

Grid = tuple[int, int, int]
"""Temporal steps (frame pairs), rows and columns of ViT patches."""


def refer_mask(masks: torch.Tensor, grid: Grid, patch: int, merge: int) -> torch.Tensor:
    """Where objects are on the grid of merged patches.

    Args:
        masks: bool (frames, objects, height, width) of the frames that the language model sees; where their number is
            odd the last one counts twice, as the frame does.
        grid: of the clip.
        patch: side of a ViT patch, pixels.
        merge: patches a side of a merged one.

    Returns:
        bool (steps, objects, rows / merge, columns / merge).
    """
    steps, rows, columns = grid
    size = (rows * patch, columns * patch)
    if len(masks) % 2:
        masks = torch.cat([masks, masks[-1:]])
    pairs = masks.unflatten(0, (steps, -1)).any(1)
    resized = (interpolate(pairs[:, one:one + 1].float(), size, mode="bilinear", align_corners=False, antialias=True)
               for one in range(pairs.shape[1]))  # one by one: masks of large frames in float take much memory
    return torch.cat([max_pool2d(one, patch * merge) > 0 for one in resized], 1)


def pool(rows: torch.Tensor, refer: torch.Tensor) -> torch.Tensor:
    """Mean features of every object on every step on which it is: object by object, then in time.

    The rows are in the order of the ViT's windows, the masks in raster order, and the one is read by the index of the
    other. That is how the released weights were trained: pooling at the right places would give them features they have
    never seen. (Up to 4 x 4 merged patches both orders are the same.)

    Args:
        rows: (steps * places, width): inputs of the merger's MLP.
        refer: of `refer_mask`.

    Returns:
        (memories, width), `counts(refer).sum()` of them.
    """
    steps, objects = refer.shape[:2]
    by_step = rows.unflatten(0, (steps, -1))
    flat = refer.flatten(2)
    pooled = [by_step[step, flat[step, one]].mean(0)
              for one in range(objects) for step in range(steps) if flat[step, one].any()]
    return torch.stack(pooled) if pooled else rows.new_empty(0, rows.shape[-1])


def steps_of(refer: torch.Tensor) -> list[list[int]]:
    """The steps on which each object is, in time: as many `<|mem|>` as it has in the prompt."""
    present = refer.flatten(2).any(-1)
    return [cast("list[int]", torch.nonzero(present[:, one]).flatten().tolist()) for one in range(refer.shape[1])]

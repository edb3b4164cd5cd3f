"""Weights made by a formula from the names of a state dict, so that a case need not store them.

Every tensor is drawn from its own stream: PCG64, seeded with the CRC-32 of salt + name, its raw 64-bit numbers turned
into standard normals (Box-Muller in float64) and scaled by the first rule that matches the name. Only the raw stream is
used, because that is the part of numpy's generators that never changes.
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Override:
    """t * scale + shift for every name in which the pattern is found."""

    pattern: str
    scale: float = 1.0
    shift: float = 0.0


_SCALES: tuple[tuple[re.Pattern[str], float], ...] = tuple((re.compile(pattern), scale) for pattern, scale in (
    (r"running_mean$", 0.1),
    (r"positional_encoding_gaussian_matrix$", 1.0),
    (r"(tok_embeddings|embed_tokens|word_embeddings)\.weight$", 0.5),
    (r"(position_embeddings?(\.weight)?|pos_embed(_window)?|rel_pos_[hw]|class_embedding)$", 0.3),
    (r"(point_embeddings\.\d|not_a_point_embed|no_mask_embed|mask_tokens|iou_token|obj_score_token|tem_emb)\.weight$",
     0.5),
    (r"(maskmem_tpos_enc|no_mem_embed|no_mem_pos_enc|no_obj_ptr|no_obj_embed_spatial)$", 0.3),
))
"""Names whose normals are scaled by a number of their own; the first that matches counts."""

_LIKE_ONE = re.compile(r"(weight|gamma|ls[12])$")
"""One-dimensional tensors of these names are scales: about one."""


def tensor(name: str, shape: Sequence[int], salt: str = "") -> Array:
    """The tensor of this name: float32, but int64 for `position_ids` and `num_batches_tracked`."""
    shape = tuple(int(size) for size in shape)
    if name.endswith("position_ids"):
        return np.broadcast_to(np.arange(shape[-1], dtype=np.int64), shape).copy()
    if name.endswith("num_batches_tracked"):
        return np.zeros(shape, np.int64)
    drawn = _normals(zlib.crc32((salt + name).encode()), math.prod(shape)).reshape(shape)
    return _scaled(name, drawn).astype(np.float32)


def state_dict(
    shapes: Mapping[str, Sequence[int]], overrides: Iterable[Override] = (), salt: str = ""
) -> dict[str, Array]:
    """A tensor for every name; of the overrides every one that matches counts, in their order, in float32."""
    rules = [(re.compile(one.pattern), np.float32(one.scale), np.float32(one.shift)) for one in overrides]
    made = {}
    for name, shape in shapes.items():
        value = tensor(name, shape, salt)
        for pattern, scale, shift in rules:
            if pattern.search(name):
                value = (value * scale + shift).astype(value.dtype)
        made[name] = value
    return made


def checksum(tensors: Mapping[str, Array]) -> tuple[float, float]:
    """Two sums over all tensors, in their order: of all magnitudes, and of about seven entries of each."""
    magnitudes = sum(float(np.abs(one.astype(np.float64)).sum()) for one in tensors.values())
    samples = sum(
        float(one.astype(np.float64).ravel()[:: max(1, one.size // 7)].sum()) for one in tensors.values()
    )
    return magnitudes, samples


def _normals(seed: int, count: int) -> npt.NDArray[np.float64]:
    pairs = (count + 1) // 2
    raw = np.random.PCG64(seed).random_raw(2 * pairs)
    uniform = (raw >> np.uint64(11)).astype(np.float64) * 2.0**-53
    radius = np.sqrt(-2.0 * np.log(1.0 - uniform[:pairs]))  # 1 - u: never zero
    angle = 2.0 * np.pi * uniform[pairs:]
    return np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])[:count]


def _scaled(name: str, drawn: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    if name.endswith("running_var"):
        return 1.0 + 0.1 * np.abs(drawn)
    for pattern, scale in _SCALES:
        if pattern.search(name):
            return drawn * scale
    if drawn.ndim >= 2:  # by the fan-in, counted the same way for transposed convolutions and plain parameters
        return drawn / np.sqrt(float(math.prod(drawn.shape[1:])))
    return 1.0 + 0.1 * drawn if _LIKE_ONE.search(name) else 0.1 * drawn

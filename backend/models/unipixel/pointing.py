"""SAM 2 prompted by hidden states of the language model (UniPixel section 3.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch
from torch.nn.functional import interpolate

from backend.masks import BoolMask
from backend.models.sam2.network import Features, Network
from backend.models.sam2.tracker import Entry, Rules, Tracker

FeaturesOf = Callable[[int], Features]


def prompted(network: Network, features: FeaturesOf, prompts: torch.Tensor, frame: int) -> list[Entry]:
    """What hidden prompts (n, tokens, 256) mean on one frame, from that frame alone."""
    return next(track(network, features, prompts, [frame]))


def track(
    network: Network, features: FeaturesOf, prompts: torch.Tensor, frames: Sequence[int]
) -> Iterator[list[Entry]]:
    """What hidden prompts (n, tokens, 256) mean on the first of some frames, and what becomes of it on the others, frame
    by frame: entries of n objects."""
    tracker = Tracker(network, features, len(frames), Rules())
    for object, tokens in enumerate(prompts):
        tracker.show(frames[0], object, tokens)
    for frame in frames:
        followed = tracker.track(frame)
        yield [followed[object] for object in range(len(prompts))]


def masks_of(entries: Sequence[Entry], size: tuple[int, int]) -> list[BoolMask]:
    """Masks, bool, at a (height, width)."""
    if not entries:
        return []
    logits = torch.stack([entry.logits for entry in entries])[:, None]
    large = interpolate(logits, size, mode="bilinear", align_corners=False)[:, 0]
    return list((large > 0).cpu().numpy())

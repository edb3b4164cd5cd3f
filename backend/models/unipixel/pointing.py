"""SAM 2 prompted by hidden states of the language model (UniPixel section 3.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch

from backend.models.sam2.network import Features, Network
from backend.models.sam2.tracker import Entry, Tracker

FeaturesOf = Callable[[int], Features]
"""Features of a frame of the video."""


def track(
    network: Network, features: FeaturesOf, prompts: torch.Tensor, frames: Sequence[int]
) -> Iterator[list[Entry]]:
    """What hidden prompts (n, tokens, 256) mean on the first of some frames, and what becomes of it on the others,
    frame by frame: entries of n objects. The frames count as neighbours, as in the authors' tool."""
    tracker = Tracker(network, lambda step: features(frames[step]), len(frames))
    for object, tokens in enumerate(prompts):
        tracker.show(0, object, tokens)
    for step in range(len(frames)):
        followed = tracker.track(step)
        yield [followed[object] for object in range(len(prompts))]


def where_first(
    network: Network, features: FeaturesOf, prompts: torch.Tensor, frames: Sequence[int]
) -> list[tuple[int, Entry] | None]:
    """An object a prompt, on the first frame on which it is seen; None: on none.

    As the authors have it: the prompt is for the first frame, and what is hidden there is found by tracking."""
    found: list[tuple[int, Entry] | None] = [None] * len(prompts)
    for frame, entries in zip(frames, track(network, features, prompts, frames), strict=True):
        found = [one or ((frame, entry) if entry.score > 0 else None)
                 for one, entry in zip(found, entries, strict=True)]
        if all(found):
            break
    return found


def where_best(
    network: Network, features: FeaturesOf, prompts: torch.Tensor, frames: Sequence[int]
) -> list[tuple[int, Entry] | None]:
    """An object a prompt, on the frame whose picture alone shows it best; None: it is on none of them.

    What the authors leave for later (section 5): the object score says on which frame the prompt is best understood,
    and tracking goes on from there to both sides. Of the same score the earlier frame."""
    entries = {frame: next(track(network, features, prompts, [frame])) for frame in frames}
    found: list[tuple[int, Entry] | None] = []
    for object in range(len(prompts)):
        best = max(frames, key=lambda frame: float(entries[frame][object].score))
        found.append((best, entries[best][object]) if entries[best][object].score > 0 else None)
    return found

"""Greedy answers of all branches at once."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch

from backend.models.ufo.internvl.network import Network, Reading


@dataclass(frozen=True)
class Repeat:
    """Several answers of one grid point, as the multi-task checkpoints are run (`repeat_grid`).

    Attributes:
        background_id: the token that is never a first one.
        times: likeliest first tokens of a grid point that are tried.
        keep: branches that go on, the likeliest of all.
    """

    background_id: int
    times: int = 3
    keep: int = 300


@dataclass(frozen=True)
class Answers:
    """What the branches said.

    Attributes:
        ids: (branches, steps); the end token after the end.
        probabilities: float32 (branches, steps), of each token.
        features: (branches, steps, D), the state that predicted each token, but of the first its input embedding.
        origins: (branches,), the grid point of each.
    """

    ids: torch.Tensor
    probabilities: torch.Tensor
    features: torch.Tensor
    origins: torch.Tensor


def answer(network: Network, reading: Reading, end_id: int, steps: int = 30, repeat: Repeat | None = None) -> Answers:
    """The likeliest token again and again, until every branch has ended or has `steps` tokens.

    An end token as the first one does not end a branch: so do the authors.
    """
    reading, ids, likely, origins = _first(network, reading, repeat)
    said = [(ids, likely, network.embed(ids))]
    ended = torch.zeros_like(ids, dtype=torch.bool)
    while len(said) < steps and not ended.all():
        states = network.step(reading, ids, len(said) - 1)
        likely, ids = network.probabilities(states).max(-1)
        ended |= ids == end_id
        ids = ids.masked_fill(ended, end_id)
        said.append((ids, likely, states))
    tokens, probabilities, features = (torch.stack(one, 1) for one in zip(*said, strict=True))
    return Answers(tokens, probabilities, features, origins)


def _first(
    network: Network, reading: Reading, repeat: Repeat | None
) -> tuple[Reading, torch.Tensor, torch.Tensor, torch.Tensor]:
    """The branches, their first tokens, the probabilities of these, and the grid points they come from."""
    probabilities = network.probabilities(reading.states)
    if repeat is None:
        likely, ids = probabilities.max(-1)
        return reading, ids, likely, torch.arange(len(ids), device=ids.device)
    probabilities[:, repeat.background_id] = 0
    likely, ids = (one.flatten() for one in probabilities.topk(repeat.times))
    likely, kept = likely.topk(min(repeat.keep, len(likely)))
    origins = kept // repeat.times
    reading.branches.batch_select_indices(origins)
    return replace(reading, states=reading.states[origins]), ids[kept], likely, origins

"""One rehearsal: a batch of sequences is prompted, tracked and compared with the truth, just as the tool works."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from backend.models.compact.network.network import Encoded, Network
from backend.models.compact.shapes import BIAS, MAPS, OTHERS, OWN, VALUE
from backend.models.compact.training import simulate

PROMPTED_WEIGHT = 0.6
"""Of the loss of masks made from prompts, beside that of tracked ones."""

GIVEN_SHARE = 0.65
"""Of the sequences that start from the true mask; the others start from the one that was made from prompts."""

ABSENT = -20.0
"""Logit of an object that is not in the sequence at all."""


@dataclass
class Losses:
    """Sums to the loss; also what progress shows."""

    prompted: Tensor
    tracked: Tensor
    presence: Tensor
    interior: Tensor

    @property
    def total(self) -> Tensor:
        """What is minimised."""
        return PROMPTED_WEIGHT * self.prompted + self.tracked + 0.1 * self.presence + self.interior


def rehearse(network: Network, pictures: Tensor, ids: Tensor, objects: int, rounds: int,
             random: np.random.Generator) -> Losses:
    """Args: pictures uint8 (B, T, S, S, 3); ids uint8 (B, T, S, S); objects a sequence; rounds of prompts."""
    b, t = ids.shape[:2]
    encoded = network.encoder(pictures.flatten(0, 1).permute(0, 3, 1, 2).float().contiguous())
    frames = [_part(encoded, b, t, k) for k in range(t)]
    numbers = torch.arange(1, objects + 1, device=ids.device).view(1, 1, -1, 1, 1)
    truth = ids[:, :, None, ::2, ::2] == numbers
    valid = truth[:, 0].flatten(2).any(2)
    ends = Encoded(*(torch.cat([one, other]) for one, other in zip(
        vars(frames[0]).values(), vars(frames[-1]).values(), strict=True)))
    seen = torch.cat([truth[:, 0], truth[:, -1]])
    masks, prompted = _prompt(network, ends, seen, seen.flatten(2).any(2), rounds, random)
    given = torch.from_numpy(random.random((b, 1, 1, 1)) < GIVEN_SHARE).to(ids.device)
    start = torch.where(given, truth[:, 0].float(), masks[:b])
    tracked, presence = _track(network, frames, truth, valid, start, random)
    return Losses(prompted, tracked, presence, _discover(network, frames[0], ids[:, 0, ::2, ::2]))


def _discover(network: Network, frame: Encoded, ids: Tensor) -> Tensor:
    """Loss of where objects are; it leaves the encoder alone, which has the masks to learn from."""
    truth = torch.from_numpy(np.stack([simulate.interior(one) for one in ids.cpu().numpy()])).to(ids.device)
    logits = network.discover(frame.context.detach()).float()
    return functional.binary_cross_entropy_with_logits(logits, functional.max_pool2d(truth, 8))


def _prompt(network: Network, frame: Encoded, truth: Tensor, valid: Tensor, rounds: int,
            random: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Masks after rounds of prompts on one frame (probabilities, without gradient), and the rounds' mean loss."""
    known = truth.cpu().numpy()
    drawn = np.stack([
        [simulate.first_prompt(random, one, clip[k - 1]) for k, one in enumerate(clip)] for clip in known
    ])
    losses = []
    probability = torch.zeros_like(truth, dtype=torch.float32)
    for number in range(rounds):
        maps = torch.from_numpy(drawn).to(truth.device)
        value, target = network.memorise(frame.context, maps)
        none = frame.token[:, :0]
        logits, _ = network.decode(frame, none, value.new_zeros(*value.shape[:2], 0, VALUE), target, value, maps)
        logits = logits.float()
        losses.append(_binary_loss(logits, truth, valid))
        probability = torch.sigmoid(logits.detach()) * valid[..., None, None]
        if number + 1 < rounds:
            masks = (probability > 0.5).cpu().numpy()
            drawn[:, :, OWN] = functional.avg_pool2d(probability, 2).cpu().numpy()
            for i, j in np.ndindex(*drawn.shape[:2]):
                simulate.correct(drawn[i, j], masks[i, j], known[i, j])
    return probability, torch.stack(losses).mean()


def _track(network: Network, frames: list[Encoded], truth: Tensor, valid: Tensor, start: Tensor,
           random: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Losses of the masks and of the presence over the frames after the first, each remembered when it is done."""
    b, n = valid.shape
    first, target = _memorise(network, frames[0], start)
    tokens, values, targets = [frames[0].token], [first], [target]
    last, last_token = first, frames[0].near_token
    losses, presences = [], []
    nothing = torch.zeros_like(frames[0].context).unsqueeze(1).expand(-1, n, -1, -1, -1)
    blank = torch.zeros(b, n, MAPS, *frames[0].fine.shape[-2:], device=start.device)
    for t in range(1, len(frames)):
        memory = torch.cat([*values, last], 2)
        near = last_token.clone()
        near[..., BIAS] += math.log(len(tokens))  # the nearest frame counts as much as all others together
        logits, seen = network.decode(frames[t], torch.cat([*tokens, near], 1), memory,
                                      torch.stack(targets).mean(0), nothing, blank)
        logits = torch.where(valid[..., None, None], logits.float(), ABSENT)
        losses.append(_compete_loss(logits, truth[:, t], valid))
        visible = truth[:, t].flatten(2).any(2)
        presences.append(functional.binary_cross_entropy_with_logits(seen.float()[valid], visible[valid].float()))
        probability = _shares(logits)[:, 1:]
        last, target = _memorise(network, frames[t], probability)
        last_token = frames[t].near_token
        targets = [*targets[:1], target]
        if random.random() < 0.6:
            tokens.append(frames[t].token)
            values.append(last)
    return torch.stack(losses).mean(), torch.stack(presences).mean()


def _memorise(network: Network, frame: Encoded, masks: Tensor) -> tuple[Tensor, Tensor]:
    """(B, N, L, VALUE) and the target's tokens, of masks (B, N, S / 2, S / 2), 0..1."""
    small = functional.avg_pool2d(masks, 2)
    maps = small.new_zeros(*small.shape[:2], MAPS, *small.shape[2:])
    maps[:, :, OWN] = small
    maps[:, :, OTHERS] = small.sum(1, keepdim=True) - small
    value, target = network.memorise(frame.context, maps)
    return value.flatten(3).transpose(2, 3), target


def _shares(logits: Tensor) -> Tensor:
    """Objects and ground (first, logit 0) share every pixel: softmax, which for one object is the sigmoid."""
    return torch.softmax(torch.cat([torch.zeros_like(logits[:, :1]), logits], 1), 1)


def _compete_loss(logits: Tensor, truth: Tensor, valid: Tensor) -> Tensor:
    owner = (truth * torch.arange(1, truth.shape[1] + 1, device=truth.device).view(1, -1, 1, 1)).sum(1)
    ground = torch.zeros_like(logits[:, :1])
    entropy = functional.cross_entropy(torch.cat([ground, logits], 1), owner)
    return 2 * entropy + _dice(_shares(logits)[:, 1:], truth, valid)


def _binary_loss(logits: Tensor, truth: Tensor, valid: Tensor) -> Tensor:
    entropy = functional.binary_cross_entropy_with_logits(logits, truth.float(), reduction="none").mean((2, 3))
    return 2 * entropy[valid].mean() + _dice(torch.sigmoid(logits), truth, valid)


def _dice(probability: Tensor, truth: Tensor, valid: Tensor) -> Tensor:
    """Of the objects of the sequence; one that is hidden should have no pixel, which the added 1 rewards."""
    both = (probability * truth).sum((2, 3))
    ratio = (2 * both + 1) / (probability.sum((2, 3)) + truth.sum((2, 3)) + 1)
    return (1 - ratio)[valid & truth.flatten(2).any(2)].sum() / valid.sum()


def _part(encoded: Encoded, batch: int, frames: int, index: int) -> Encoded:
    """One frame of every sequence of a batch that was encoded as one."""
    return Encoded(*(value.unflatten(0, (batch, frames))[:, index] for value in vars(encoded).values()))

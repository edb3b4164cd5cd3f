"""Texts token by token: the likeliest one, or a search over several."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor

from backend.models.ufo.vit.network import Memory, UfoVitNetwork


@dataclass(frozen=True)
class Answers:
    """What was written.

    Attributes:
        ids: int64 (texts, steps); the end token after the end, if it was reached.
        probabilities: float32 (texts, steps), of each token.
        features: (texts, steps, channels), those that told each token.
    """

    ids: Tensor
    probabilities: Tensor
    features: Tensor


@dataclass(frozen=True)
class Search:
    """How widely to search.

    Attributes:
        beams: texts that are followed at once; one: the likeliest token is taken each time.
        temperature: logits are divided by it.
        alpha: a text's score is the sum of its tokens' log-probabilities by its length to this power.
    """

    beams: int = 1
    temperature: float = 1.0
    alpha: float = 1.0


def greedy(
    network: UfoVitNetwork, memory: Memory, texts: int, start: int, end: int, most: int, whole: bool = False
) -> Answers:
    """The likeliest token again and again, until every text has ended or has `most` tokens.

    Args:
        whole: go on with texts that have ended, as the authors do, for the probabilities after their end; else those
            are 0, as features are, and the rest is much quicker: most grid points soon say that there is nothing.
    """
    device = network.pos_embed.device
    ids = torch.full((texts, most), end, device=device)
    probabilities = torch.zeros(texts, most, device=device)
    features = torch.zeros(texts, most, network.config.width, device=device)
    last, rows = torch.full((texts,), start, device=device), torch.arange(texts, device=device)
    ended = torch.zeros_like(rows, dtype=torch.bool)
    for step in range(most):
        features[rows, step], memory = network.write(last, step, memory)
        probabilities[rows, step], last = network.logits(features[rows, step]).softmax(-1).max(-1)
        ended[rows] |= last == end
        last = last.masked_fill(ended[rows], end)
        ids[rows, step] = last
        if ended.all():
            return Answers(ids[:, :step + 1], probabilities[:, :step + 1], features[:, :step + 1])
        going = ~ended[rows]
        if not whole and not going.all():
            rows, last = rows[going], last[going]
            memory = [one and one.rows(going) for one in memory]
    return Answers(ids, probabilities, features)


def search(
    network: UfoVitNetwork, memory: Memory, start: int, end: int, most: int, how: Search
) -> Answers:
    """The best text by beam search, without its end token.

    As the authors search: of the 2B best continuations of B beams, an end token among the first B finishes its beam,
    one after them is passed over, and the others are the next beams. B finished ones are kept; it is over once no
    beam can become better than the worst of them.
    """
    if how.beams == 1:
        return greedy(network, memory, 1, start, end, most, whole=True)
    device = network.pos_embed.device
    memory = [one and one.rows(torch.zeros(how.beams, dtype=torch.long, device=device)) for one in memory]
    beams = [_Beam([], 0.0 if rank == 0 else -1e9) for rank in range(how.beams)]
    finished = _Finished(how)
    last = torch.full((how.beams,), start, device=device)
    for step in range(most):
        features, memory = network.write(last, step, memory)
        likely = (network.logits(features) / how.temperature).log_softmax(-1)
        sums = likely + torch.tensor([beam.total for beam in beams], device=device)[:, None]
        candidates = _candidates(sums, features, beams, 2 * how.beams)
        beams, over = _next(candidates, finished, end, how.beams, step)
        if over:
            break
        last = torch.tensor([beam.tokens[-1].id for beam in beams], device=device)
        chosen = torch.tensor([beam.parent for beam in beams], device=device)
        memory = [one and one.rows(chosen) for one in memory]
    else:
        for beam in beams:
            finished.add(beam)
    return _answers(finished.best(), features)


class _Token(NamedTuple):
    id: int
    feature: Tensor
    total: float


@dataclass(frozen=True)
class _Beam:
    """A text so far, the sum of its log-probabilities, and the row of the beam it went on from."""

    tokens: list[_Token]
    total: float
    parent: int = 0


@dataclass
class _Finished:
    """The best finished texts, at most as many as there are beams."""

    how: Search
    scored: list[tuple[float, _Beam]] = field(default_factory=list)

    def add(self, beam: _Beam) -> None:
        """Take it up, in place of the worst if all places are taken and it is better. Its length counts the start."""
        score = beam.total / (len(beam.tokens) + 1) ** self.how.alpha
        if len(self.scored) == self.how.beams:
            worst = min(self.scored, key=lambda one: one[0])
            if score <= worst[0]:
                return
            self.scored.remove(worst)
        self.scored.append((score, beam))

    def over(self, best: float, length: int) -> bool:
        """Whether no beam can become better: of the best sum, by a length without the token it was made with."""
        return len(self.scored) == self.how.beams and \
            min(score for score, _ in self.scored) >= best / length**self.how.alpha

    def best(self) -> _Beam:
        """The best of them; of equal ones the last."""
        return sorted(self.scored, key=lambda one: one[0])[-1][1]


def _candidates(sums: Tensor, features: Tensor, beams: list[_Beam], count: int) -> list[_Beam]:
    """The best continuations of all beams, best first."""
    totals, places = sums.flatten().topk(count)
    words = sums.shape[1]
    return [
        _Beam([*beams[place // words].tokens, _Token(place % words, features[place // words], total)], total,
              place // words)
        for total, place in zip(totals.tolist(), places.tolist(), strict=True)]


def _next(
    candidates: list[_Beam], finished: _Finished, end: int, count: int, length: int
) -> tuple[list[_Beam], bool]:
    """The beams to go on with, and whether the search is over."""
    beams: list[_Beam] = []
    over = False
    for rank, beam in enumerate(candidates):
        if beam.tokens[-1].id != end:
            beams.append(beam)
        elif rank < count:
            finished.add(_Beam(beam.tokens[:-1], beam.total))
        else:
            continue
        if len(beams) == count:
            break
        over = over or finished.over(candidates[0].total, length)
    return beams, over


def _answers(beam: _Beam, features: Tensor) -> Answers:
    """A text as a batch of one. The probability of a token is told from the sums, as the authors do."""
    totals = features.new_tensor([0.0, *(token.total for token in beam.tokens)], dtype=torch.float32)
    ids = torch.tensor([[token.id for token in beam.tokens]], device=features.device, dtype=torch.long)
    told = [token.feature for token in beam.tokens]
    return Answers(ids, totals.diff().exp()[None], torch.stack(told)[None] if told else features[None, :0])

"""The search by itself: scores by length, ends that count and ends that do not, when it is over."""

from __future__ import annotations

import torch

from backend.models.ufo.vit.writing import Search, _Beam, _Finished, _next, _Token

END = 3


def beam(*ids: int, total: float = 0.0) -> _Beam:
    return _Beam([_Token(one, torch.zeros(1), total) for one in ids], total)


def test_the_length_counts_the_start() -> None:
    finished = _Finished(Search(2, alpha=1.0))
    finished.add(beam(7, total=-2.0))
    finished.add(beam(7, 8, 9, total=-3.0))
    assert [score for score, _ in finished.scored] == [-1.0, -0.75]
    assert len(finished.best().tokens) == 3


def test_a_better_text_takes_the_place_of_the_worst() -> None:
    finished = _Finished(Search(2, alpha=0.0))
    for total in (-3.0, -2.0, -4.0, -1.0):
        finished.add(beam(7, total=total))
    assert sorted(score for score, _ in finished.scored) == [-2.0, -1.0]


def test_it_is_over_once_no_beam_can_become_better() -> None:
    finished = _Finished(Search(2, alpha=1.0))
    finished.add(beam(7, total=-2.0))
    assert not finished.over(-100.0, 4), "a place is free"
    finished.add(beam(7, total=-2.0))
    assert finished.over(-4.0, 4) and not finished.over(-3.9, 4)


def test_ends_among_the_first_finish_a_text_and_later_ones_are_passed_over() -> None:
    finished = _Finished(Search(2, alpha=1.0))
    candidates = [beam(5, END, total=-1.0), beam(5, 6, total=-2.0), beam(4, END, total=-3.0), beam(4, 6, total=-4.0)]
    beams, over = _next(candidates, finished, END, 2, 2)
    assert [[token.id for token in one.tokens] for one in beams] == [[5, 6], [4, 6]] and not over
    assert [[token.id for token in one.tokens] for _, one in finished.scored] == [[5]]

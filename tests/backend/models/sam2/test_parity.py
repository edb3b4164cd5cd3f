"""The released predictor's numbers, from the released weights' names; and that a wrong detail is noticed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backend.models.sam2 import network, parity
from backend.models.sam2.tracker import Tracker
from backend.parity.cases import Case
from backend.parity.run import run_case


def test_every_run_of_the_case(case: Case) -> None:
    result = run_case(case)
    assert result.passed, result


def roll_times(net: network.Network) -> None:
    times = net.model.memory_temporal_positional_encoding
    times.data = times.data.roll(1, 0)


def no_binarisation(net: network.Network) -> None:
    net.binarise_prompts = False


def four_pointers(net: network.Network) -> None:
    net.reads_pointers = 3


def single_masks_stay(net: network.Network) -> None:
    net.model.mask_decoder.dynamic_multimask_via_stability = False


@pytest.mark.parametrize("broken", [roll_times, no_binarisation, four_pointers, single_masks_stay])
def test_a_wrong_detail_fails(
    case: Case, monkeypatch: pytest.MonkeyPatch, broken: Callable[[network.Network], None]
) -> None:
    def wrong(case: Case) -> network.Network:
        made = right(case)
        broken(made)
        return made

    right = parity.network_of
    monkeypatch.setattr(parity, "network_of", wrong)
    result = run_case(case)
    assert result.error is None
    assert not result.passed


def test_clicks_without_the_logits_before_fail(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tracker, "_latest", staticmethod(lambda trail, frame: None))
    failed = {one.output for one in run_case(case).comparisons if not one.passed}
    assert {"a_click2", "a_correct"} <= failed
    assert not {"a_click1", "c_mask"} & failed

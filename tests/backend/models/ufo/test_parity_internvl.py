"""The authors' numbers at weights by the formula, and that a wrong detail is noticed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partialmethod
from pathlib import Path
from typing import Any

import pytest
import torch

from backend.models.ufo import heads
from backend.models.ufo.internvl import network
from backend.models.ufo.internvl.network import Network
from backend.parity.cases import Case
from backend.parity.run import run_case

GOLDEN = Path(__file__).parents[3] / "golden"
SINGLE, GRIDS = ("ufo_internvl_rec", "ufo_internvl_res"), ("ufo_internvl_det", "ufo_internvl_insseg")


def failed(case: Case) -> set[str]:
    result = run_case(case)
    assert result.error is None, result.error
    return {one.output for one in result.comparisons if not one.passed}


@pytest.fixture(params=(*SINGLE, *GRIDS))
def case(request: pytest.FixtureRequest) -> Case:
    return Case.read(GOLDEN / request.param)


grids = pytest.mark.parametrize("case", GRIDS, indirect=True)


def test_it_is_the_authors(case: Case) -> None:
    assert not failed(case)


def test_image_tokens_that_see_only_those_before_fail(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Network, "read", partialmethod(Network.read, both_ways=False))
    assert {"out_ids", "out_probs"} <= failed(case)


@pytest.mark.parametrize("case", SINGLE, indirect=True)
def test_lora_of_half_the_weight_fails(case: Case) -> None:
    about = {**case.about, "model_config": {**case.about["model_config"], "lora": {"alpha": 8}}}
    assert {"out_ids", "out_probs"} <= failed(replace(case, about=about))


@grids
def test_image_sampled_only_before_the_first_layer_fails(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def first_only(image: torch.Tensor, points: torch.Tensor) -> torch.Tensor:
        calls.append(1)
        found = network_sample(image, points)
        return found if len(calls) == 1 else torch.zeros_like(found)

    network_sample = network.sample
    monkeypatch.setattr(network, "sample", first_only)
    assert {"out_ids", "out_probs"} <= failed(case)


@grids
def test_grid_points_one_after_the_other_fail(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    turns: Callable[..., Any] = Network._turns

    def moved(self: Network, hidden: torch.Tensor, positions: torch.Tensor) -> Any:
        count = case.about["model_config"]["K_per_tile"]**2 * (case.arrays["image"].shape[0] // self.tile)**2
        if positions.tolist() == [[len(case.arrays["input_ids"])]]:
            return turns(self, hidden, positions + torch.arange(count)[:, None])
        return turns(self, hidden, positions)

    monkeypatch.setattr(Network, "_turns", moved)
    assert {"out_ids", "out_probs"} <= failed(case)


@pytest.mark.parametrize("case", ["ufo_internvl_res", "ufo_internvl_insseg"], indirect=True)
def test_mask_tokens_column_by_column_fail(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    retrieve = heads.retrieve_masks
    monkeypatch.setattr(heads, "retrieve_masks", lambda features, *other: retrieve(
        features.unflatten(1, (4, 4)).transpose(1, 2).flatten(1, 2), *other))
    assert "post_masks" in failed(case)


def test_boxes_around_the_grid_point_itself_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    boxes = heads.boxes_of
    monkeypatch.setattr(heads, "boxes_of", lambda bins, count, references, *other: boxes(bins, count, None, *other))
    assert failed(Case.read(GOLDEN / "ufo_internvl_det")) == {"post_boxes"}


def test_doubles_that_are_kept_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    nms = heads.matrix_nms
    monkeypatch.setattr(heads, "matrix_nms", lambda masks, scores, labels, sigma, least: nms(
        masks, scores, torch.arange(len(labels)), sigma, least))
    assert "post_scores" in failed(Case.read(GOLDEN / "ufo_internvl_insseg"))

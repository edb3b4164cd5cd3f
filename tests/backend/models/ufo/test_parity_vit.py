"""The authors' numbers at weights by the formula, and that a wrong detail is noticed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from backend.models.ufo import heads, parity_vit
from backend.models.ufo.vit import network, writing
from backend.models.ufo.vit.tokens import Tokens
from backend.parity.cases import Case
from backend.parity.run import run_case

GOLDEN = Path(__file__).parents[3] / "golden"
WHOLE, MASKS = ("ufo_vit_caption", "ufo_vit_grounding"), ("ufo_vit_insseg", "ufo_vit_semseg")
GRIDS = ("ufo_vit_det", *MASKS)

OTHER_KERNELS = {"out_probs": 2e-5}
"""The cases allow 1e-5, and were made on a CPU of MKL's vendor, where it adds up 384 products at a time: there every
difference is 0. On other CPUs it adds up 192, and the authors' own code is as far away as ours, up to 1.2e-5."""


def failed(case: Case) -> set[str]:
    result = run_case(case)
    assert result.error is None, result.error
    return {one.output for one in result.comparisons
            if not one.passed and not one.difference <= OTHER_KERNELS.get(one.output, 0)}


@pytest.fixture(params=(*WHOLE, *GRIDS))
def case(request: pytest.FixtureRequest) -> Case:
    return Case.read(GOLDEN / request.param)


grids = pytest.mark.parametrize("case", GRIDS, indirect=True)
whole = pytest.mark.parametrize("case", WHOLE, indirect=True)
masks = pytest.mark.parametrize("case", MASKS, indirect=True)


def configured(case: Case, **changed: Any) -> Case:
    return replace(case, about={**case.about, "model_config": {**case.about["model_config"], **changed}})


def test_it_is_the_authors(case: Case) -> None:
    assert not failed(case)


def test_prompts_are_cut_as_the_authors_cut_them(case: Case) -> None:
    tokens = Tokens(case.about["vocab"], case.about["model_config"]["text_vocab"])
    assert tokens.encode(case.about["prompt"]) == case.arrays["prompt_ids"].tolist()
    if "post_texts" in case.about:
        assert [tokens.decode(one) for one in case.arrays["post_in_ids"].tolist()] == case.about["post_texts"]


def test_without_relative_positions_it_fails(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "_relative", lambda table, size: table.new_zeros(size, size, table.shape[1]))
    assert "out_ids" in failed(case)


def test_features_of_the_last_layer_alone_fail(case: Case) -> None:
    assert "out_ids" in failed(configured(case, mean_layers=case.about["model_config"]["mean_layers"][-1:]))


@grids
def test_other_layers_that_see_the_whole_picture_fail(case: Case) -> None:
    assert "out_ids" in failed(configured(case, global_attn_indexes=[0]))


@grids
def test_a_prompt_with_its_end_fails(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tokens, "seen", lambda self, ids: [(one, place) for place, one in enumerate(ids)])
    assert "out_probs" in failed(case)


@grids
def test_grids_without_a_second_look_fail(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = network._Grids.step

    def once(self: Any, layer: Any, image: torch.Tensor, own: Any) -> Any:
        found = taken(self, layer, image if not hasattr(self, "looked") else torch.zeros_like(image), own)
        self.looked = True
        return found

    monkeypatch.setattr(network._Grids, "step", once)
    assert "out_ids" in failed(case)


@whole
def test_another_search_fails(case: Case) -> None:
    assert "out_ids_end" in failed(configured(case, beam_num=1))
    assert {"out_ids", "out_ids_end"} <= failed(configured(case, temperature=3.0))


@masks
def test_mask_tokens_by_column_fail(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    retrieve = heads.retrieve_masks

    def by_column(features: torch.Tensor, image: torch.Tensor, shape: tuple[int, int]) -> torch.Tensor:
        return retrieve(features.unflatten(1, (4, 4)).transpose(1, 2).flatten(1, 2), image, shape)

    monkeypatch.setattr(heads, "retrieve_masks", by_column)
    assert {"post_masks", "post_argmax"} & failed(case)


def test_boxes_that_are_not_relative_to_their_grid_point_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case.read(GOLDEN / "ufo_vit_det")
    boxes = heads.boxes_of
    monkeypatch.setattr(heads, "boxes_of", lambda bins, count, _, side, shape: boxes(bins, count, None, side, shape))
    assert "post_boxes" in failed(case)


def test_other_beams_are_told_by_the_meaning_of_an_output() -> None:
    plain = writing.Search(2, 1.0, 0.75)
    told = parity_vit._told("same with beam_num 3, temperature 0.7, alpha 0.6", plain)
    assert told == writing.Search(3, 0.7, 0.6) and parity_vit._told("ids of the best beam", plain) == plain

"""The authors' numbers on a picture, and with a Swin on a video, at weights by the formula, and that a wrong detail is
noticed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from backend.models.univs import decoder, image, names, parity_image, position, rules
from backend.models.univs.clip import Prompts
from backend.models.univs.decoder import Decoder
from backend.parity.cases import Case
from backend.parity.run import run_case
from tests import golden_cases

RAW = {"clip0.pred_logits", "clip0.pred_masks", "clip0.pred_embds"}


@pytest.fixture(scope="module")
def case() -> Case:
    return golden_cases.read("univs_image")


@pytest.fixture(scope="module")
def swin() -> Case:
    return golden_cases.read("univs_swin")


def failed(case: Case) -> set[str]:
    result = run_case(case)
    assert result.error is None, result.error
    return {one.output for one in result.comparisons if not one.passed}


def test_it_is_the_authors(case: Case, swin: Case) -> None:
    assert not failed(case)
    assert not failed(swin)


def told(case: Case, **settings: object) -> Case:
    return replace(case, about={**case.about, "settings": {**case.about["settings"], **settings}})


@pytest.mark.parametrize(("settings", "which"), [
    ({"overlap": 0.99}, {"segments"}), ({"object_mask": 0.8}, {"segments"}),
])
def test_another_setting_fails(case: Case, settings: dict[str, object], which: set[str]) -> None:
    assert which <= failed(told(case, **settings))


def test_another_code_of_time_fails(swin: Case) -> None:
    assert {"clip0.prompt_pe", "clip0.pred_embds"} <= failed(told(swin, position_3d="ArbitraryT"))


def _without_norms(released: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: one if "hidden_states_norms" not in name else torch.full_like(one, name.endswith("weight"))
            for name, one in renamed(released).items()}


renamed = names.swin


def test_a_swin_without_norms_of_its_outputs_fails(swin: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "swin", _without_norms)
    assert failed(swin) >= RAW


def _not_by_itself(self: decoder.Layer, x: Tensor, position: Tensor, prompts: Prompts) -> Tensor:
    return x


def test_prompts_that_read_nothing_fail(swin: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoder.Layer, "read_prompts", _not_by_itself)
    assert {"clip0.pred_masks", "clip0.pred_embds"} <= failed(swin)


def _unopened(masks: Tensor) -> Tensor:
    return (masks >= 0).flatten(2).transpose(0, 1)


def _product(self: Decoder, embeddings: Tensor, table: Tensor, prompts: Prompts | None) -> Tensor:
    return self.vis2text_projection(embeddings).mean(1) @ table.T


@pytest.mark.parametrize(("owner", "name", "wrong", "which"), [
    (Decoder, "_allowed", staticmethod(_unopened), RAW),
    (Decoder, "_logits", _product, {"clip0.pred_logits", "inst_scores", "sem_seg"}),
    (position, "_TEMPERATURE", 1000.0, RAW),
    (position, "_EPSILON", 1.0, RAW),
    (rules, "_SURE", 0.0, {"sem_seg", "inst_scores"}),
    (image, "_TEMPERATURE", 0.1, {"sem_seg"}),
    (image, "_OBJECT_NMS", 1.0, {"inst_scores"}),
    (image, "_REGION_NMS", 0.0, {"panoptic"}),
    (parity_image, "stuff_of", lambda case: set(), {"inst_classes", "segments"}),
])
def test_a_wrong_detail_fails(
    case: Case, monkeypatch: pytest.MonkeyPatch, owner: object, name: str, wrong: object, which: set[str]
) -> None:
    monkeypatch.setattr(owner, name, wrong)
    assert which <= failed(case)

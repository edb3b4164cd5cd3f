"""The authors' numbers on a picture at weights by the formula, and that a wrong detail is noticed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch.nn.functional as F
from torch import Tensor

from backend.models.univs import image, parity_image, position, rules
from backend.models.univs.clip import Prompts
from backend.models.univs.decoder import Decoder
from backend.parity.cases import Case
from backend.parity.run import run_case

GOLDEN = Path(__file__).parents[3] / "golden"
RAW = {"clip0.pred_logits", "clip0.pred_masks", "clip0.pred_embds"}


@pytest.fixture(scope="module")
def case() -> Case:
    return Case.read(GOLDEN / "univs_image")


def failed(case: Case) -> set[str]:
    result = run_case(case)
    assert result.error is None, result.error
    return {one.output for one in result.comparisons if not one.passed}


def test_it_is_the_authors(case: Case) -> None:
    assert not failed(case)


def told(case: Case, **settings: object) -> Case:
    return replace(case, about={**case.about, "settings": {**case.about["settings"], **settings}})


@pytest.mark.parametrize(("settings", "which"), [
    ({"overlap": 0.99}, {"segments"}), ({"object_mask": 0.8}, {"segments"}),
])
def test_another_setting_fails(case: Case, settings: dict[str, object], which: set[str]) -> None:
    assert which <= failed(told(case, **settings))


def _unopened(masks: Tensor, size: tuple[int, int]) -> Tensor:
    return (F.interpolate(masks, size, mode="bilinear") >= 0).flatten(2).transpose(0, 1)


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

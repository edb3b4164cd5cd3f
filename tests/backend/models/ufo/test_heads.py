"""Boxes and masks of answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from backend.models.ufo import heads
from backend.parity.cases import Case
from backend.parity.run import run_case

GOLDEN = Path(__file__).parents[3] / "golden"
NAMES = ["Person", "hair drier"]


def test_soft_nms_is_the_authors() -> None:
    result = run_case(Case.read(GOLDEN / "ufo_softnms"))
    assert result.passed, result


def test_scores_that_are_not_reduced_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heads, "_overlaps", lambda box, others, offset: np.zeros(len(others), np.float32))
    assert not run_case(Case.read(GOLDEN / "ufo_softnms")).passed


def test_soft_nms_of_nothing_and_of_boxes_without_area() -> None:
    none = np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64)
    assert [len(one) for one in heads.soft_nms(*none)] == [0, 0]
    flat = np.array([[3, 3, 3, 3], [3, 3, 3, 3]], np.float32)
    keep, scores = heads.soft_nms(flat, np.array([0.5, 0.9], np.float32), np.zeros(2, np.int64))
    assert keep.tolist() == [1, 0]
    assert scores.tolist() == pytest.approx([0.9, 0.5])


def test_gaussian_decay_is_that_of_the_paper() -> None:
    boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 5]], np.float32)  # IoU 0.5
    _, scores = heads.soft_nms(boxes, np.array([1, 1], np.float32), np.zeros(2, np.int64), method="gaussian")
    assert scores.tolist() == pytest.approx([1, np.exp(-0.25 / 0.5)])


@pytest.mark.parametrize(("text", "found"), [
    ("person,<box>1,2,3,4</box>", (0, [1, 2, 3, 4])),
    (" hair drier , <box> 1, 2 , 3, 4 </box>, <box> 9, 9, 9, 9 </box><end>", (1, [1, 2, 3, 4])),
    ("person,<box>1,2,3</box>", None),
    ("person,<box>1,2,3,4,5</box>", None),
    ("person,<box>1,2,dog,4</box>", None),
    ("person,<end><box>1,2,3,4</box>", None),
    ("Person,<box>1,2,3,4</box>", None),
    ("background", None),
    ("sofa,<box>1,2,3,4</box>", None),
    ("", None),
])
def test_a_labelled_box(text: str, found: Any) -> None:
    assert heads.labelled_box(text, NAMES, "<end>") == found


def test_a_referred_box() -> None:
    assert heads.referred_box("it is <box>1, 2, 3, 4, 5</box>. <end>") == [1, 2, 3, 4]
    assert heads.referred_box("<box>1, 2, 3., 4</box>") == [1, 2, 3, 4]
    assert heads.referred_box("1,2,3,4") is None
    assert heads.referred_box("<box>1,2,3</box>") is None


def test_boxes_are_of_the_frame_and_inside_it() -> None:
    references = np.array([[0.5, 0.5], [1, 1]], np.float32)
    made = heads.boxes_of([[448, 448, 448, 448], [448, 448, 448, 1792]], 896, references,
                          side=448, shape=(100, 200))
    assert made.tolist() == [[50, 25, 150, 75], [150, 0, 200, 100]]
    assert heads.boxes_of([], 896, None, 448, (10, 10)).shape == (0, 4)


def test_every_mask_token_gives_its_pixels() -> None:
    """Token y * 4 + x alone is like the only cell: the pixel (y, x) is set."""
    features = torch.full((16, 16, 1), -9.0)
    features[range(16), range(16)] = 9.0
    made = heads.retrieve_masks(features, torch.ones(1, 1, 1), (4, 4)) > 0.5
    assert (made.flatten(1) == torch.eye(16, dtype=torch.bool)).all()


def test_too_few_or_too_many_mask_tokens() -> None:
    ids, features = torch.full((18,), 7), torch.arange(18.0)[:, None]
    assert heads.mask_features(ids, features, 7, exactly=True) is None
    found = heads.mask_features(ids, features, 7, exactly=False)
    assert found is not None and found.flatten().tolist() == list(range(16))
    assert heads.mask_features(ids[:15], features[:15], 7, exactly=False) is None


def test_matrix_nms_is_what_its_equation_says() -> None:
    generator = torch.Generator().manual_seed(0)
    masks = torch.rand(6, 5, 5, generator=generator) > 0.5
    scores = torch.tensor([0.9, 0.8, 0.7, 0.6, 0.5, 0.4])
    labels = torch.tensor([0, 0, 1, 0, 1, 0])

    def overlap(i: int, j: int) -> float:
        return float((masks[i] & masks[j]).sum() / (masks[i] | masks[j]).sum()) if labels[i] == labels[j] else 0.0

    kept, decayed = heads.matrix_nms(masks, scores, labels, least=0)
    for place, j in enumerate(kept.tolist()):
        worst = [max((overlap(k, i) for k in range(i)), default=0.0) for i in range(j)]
        decay = min((np.exp(-2 * overlap(i, j)**2) / np.exp(-2 * worst[i]**2) for i in range(j)), default=1.0)
        assert float(decayed[place]) == pytest.approx(float(scores[j]) * min(decay, 1.0), rel=1e-5)


PLAIN = torch.tensor([1.0, 0.0]).expand(1, 1, 2)
"""Image features of one cell: a mask is where the first channel of its tokens is positive."""


def of(*values: float) -> torch.Tensor:
    """Tokens of masks that are the same all over."""
    return torch.tensor([[[value, 0.0]] * 16 for value in values])


def test_instances_without_a_mask() -> None:
    for tokens in (of(-1.0, -2.0), of().reshape(0, 16, 2)):
        masks, scores, labels = heads.instances(
            tokens, torch.ones(len(tokens)), torch.zeros(len(tokens), dtype=torch.long), PLAIN, (4, 4))
        assert masks.shape == (0, 4, 4) and len(scores) == len(labels) == 0


def test_many_instances_are_made_in_parts() -> None:
    tokens = of(*torch.linspace(-1, 1, 40).tolist())
    masks, scores, labels = heads.instances(tokens, torch.ones(40), torch.arange(40), PLAIN, (4, 4))
    assert masks.all() and labels.tolist() == list(range(39, 19, -1))
    assert scores.tolist() == pytest.approx(torch.linspace(-1, 1, 40).div(2**0.5).sigmoid().flip(0)[:20].tolist())


def test_a_semantic_map_sums_the_answers_of_a_class() -> None:
    tokens, labels = of(0.5, 0.5, 0.6, -1.0), torch.tensor([4, 4, 0, 1])
    made = heads.semantic_map(tokens, torch.ones(4), labels, PLAIN, (2, 2), drop_empty=True)
    assert (made == 4).all()
    assert (heads.semantic_map(of(-1.0), torch.ones(1), labels[:1], PLAIN, (2, 2), drop_empty=True) == 255).all()
    assert (heads.semantic_map(of(-1.0), torch.ones(1), labels[:1], PLAIN, (2, 2), drop_empty=False) == 4).all()

"""Weights by formula: numbers fixed once and for all, rules by name, overrides in order."""

from __future__ import annotations

import numpy as np
import pytest

from backend.parity import formula
from backend.parity.formula import Override


def test_a_tensor_is_its_name_alone() -> None:
    made = formula.tensor("sam_mask_decoder.iou_prediction_head.layers.0.weight", (2, 3))
    assert made.dtype == np.float32
    assert np.allclose(made, [[-0.15555, -0.50541, 0.23369], [-0.52191, -0.66666, 0.61363]], atol=1e-5)
    assert (made == formula.tensor("sam_mask_decoder.iou_prediction_head.layers.0.weight", (2, 3))).all()
    assert (made != formula.tensor("sam_mask_decoder.iou_prediction_head.layers.0.weight", (2, 3), "salt")).all()


@pytest.mark.parametrize("name, shape, mean, spread", [
    ("a.proj.weight", (400, 100), 0.0, 0.1),
    ("a.conv.weight", (100, 4, 5, 5), 0.0, 0.1),
    ("a.norm.weight", (40000,), 1.0, 0.1),
    ("a.gamma", (40000,), 1.0, 0.1),
    ("a.bias", (40000,), 0.0, 0.1),
    ("a.running_mean", (40000,), 0.0, 0.1),
    ("a.word_embeddings.weight", (400, 100), 0.0, 0.5),
    ("a.pos_embed", (1, 20, 20, 100), 0.0, 0.3),
    ("no_obj_ptr", (1, 40000), 0.0, 0.3),
    ("pe_layer.positional_encoding_gaussian_matrix", (2, 20000), 0.0, 1.0),
])
def test_its_scale_goes_by_its_name(name: str, shape: tuple[int, ...], mean: float, spread: float) -> None:
    made = formula.tensor(name, shape).astype(float)
    assert made.shape == shape
    assert made.mean() == pytest.approx(mean, abs=0.02)
    assert made.std() == pytest.approx(spread, rel=0.02)


def test_counters_and_variances() -> None:
    assert formula.tensor("bert.position_ids", (1, 4)).tolist() == [[0, 1, 2, 3]]
    assert formula.tensor("bn.num_batches_tracked", ()).dtype == np.int64
    assert (formula.tensor("bn.running_var", (1000,)) >= 1).all()


def test_every_override_that_matches_counts_in_order() -> None:
    plain = formula.tensor("a.bias", (5,))
    made = formula.state_dict({"a.bias": [5], "b.bias": [5]},
                              [Override("bias$", scale=2.0), Override("^a", shift=1.0)])
    assert np.allclose(made["a.bias"], plain * 2 + 1)
    assert np.allclose(made["b.bias"], formula.tensor("b.bias", (5,)) * 2)
    one, other = formula.checksum(made)
    assert one == pytest.approx(sum(np.abs(t).sum() for t in made.values()), rel=1e-5)
    assert other == pytest.approx(sum(t.sum() for t in made.values()), rel=1e-4)

"""The benchmark of SAM 2.1 measures what it says, on a tiny network."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from backend.errors import Unavailable
from backend.models import store
from backend.models.sam2.parity import network_of
from backend.parity.cases import Case
from benchmarks import _sam2, sam2


def test_both_sides_track_the_same_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.set_num_threads(1)
    monkeypatch.setattr(_sam2, "SHARED_VIDEO", Path("nowhere"))
    network = network_of(Case.read(Path(__file__).parents[1] / "golden" / "sam2_video"))
    clip = _sam2.Clip(4)
    figures = _sam2.side_by_side(clip, network, {}, 2)
    assert set(figures) == {"ours", "transformers"}
    for row in figures.values():
        speed, _, *megabytes = row.values()
        assert speed > 0
        assert 0 < megabytes[0] < megabytes[-1]
    stock = _sam2.Stock(clip, network, {object: clip.mask(object) for object in (0, 1)})
    assert stock.track(1).keys() == {0, 1}


def test_a_storage_counts_once() -> None:
    large = torch.zeros(1000)
    assert _sam2.held({"a": large, "b": [large[:10], large.view(10, 100)], "c": "text"}) == 4000


def test_without_torch_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "lacking_packages", lambda: ["torch"])
    with pytest.raises(Unavailable, match="torch"):
        sam2.run()

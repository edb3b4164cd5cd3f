"""Files of every kind become a network, and wrong ones are told."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch

from backend.errors import BadInput
from backend.models import store
from backend.models.uninext.loading import network_of
from backend.models.uninext.model import UninextModel
from tests import real_size, tiny_uninext

Released = Mapping[str, torch.Tensor]


@pytest.fixture(scope="module")
def released() -> Released:
    return tiny_uninext.state_dict()


def test_sizes_are_read_off_the_tensors(released: Released) -> None:
    network = network_of(released)
    assert network.follows and network.backbone.kind == "R50" and network.backbone.multiple == 1
    assert len(network.transformer.tgt_embed.weight) == 12 and network.words == len(tiny_uninext.PIECES)
    assert all(not one.requires_grad for one in network.parameters()) and not network.training
    narrow = network_of({name: one[:9] if name.endswith("tgt_embed.weight") else one for name, one in released.items()})
    assert len(narrow.transformer.tgt_embed.weight) == 9


@pytest.mark.parametrize("backbone", ["ConvNeXt", "ViT"])
def test_other_backbones_see_templates_as_well(backbone: str) -> None:
    network = network_of(tiny_uninext.state_dict(backbone=backbone))
    assert network.backbone.kind == backbone and network.backbone.multiple == 32
    template = network.template(torch.zeros(2, 4, 64, 64), torch.zeros(2, 64, 64, dtype=torch.bool))
    assert template.hidden.shape == (2, 64, 64) and template.mask.all()


def test_files_of_pictures_follow_nothing() -> None:
    assert not network_of(tiny_uninext.state_dict(video=False)).follows


def test_files_for_vis_alone_know_no_overlap(released: Released) -> None:
    network = network_of({name: one for name, one in released.items() if "iou_head" not in name})
    prompt = network.text(torch.ones(1, 3).long(), torch.ones(1, 3).long(), per_token=True)
    assert network.detect(network.features(torch.zeros(3, 64, 64)), prompt)[0].ious is None


def test_what_inference_does_not_need_is_left_out(released: Released) -> None:
    more = {"criterion._iter": torch.zeros(1), "text_encoder.body.model.embeddings.position_ids": torch.zeros(1, 256)}
    assert set(network_of({**released, **more}).state_dict()) == set(network_of(released).state_dict())


@pytest.mark.parametrize(("changed", "said"), [
    ({"detr.detr.new.weight": torch.zeros(1)}, r"unexpected: new\.weight \(1\)"),
    ({"detr.mask_head.lay2.bias": None}, r"missing: mask_head\.lay2 \(1\)"),
    ({"detr.detr.transformer.level_embed": None}, "level_embed"),
    ({"detr.adjust_layer.bias": torch.zeros(3)}, "adjust_layer.bias is"),
])
def test_other_weights_are_refused(released: Released, changed: dict[str, torch.Tensor | None], said: str) -> None:
    files = {name: one for name, one in {**released, **changed}.items() if one is not None}
    with pytest.raises(BadInput, match=said):
        network_of(files)


def test_it_is_said_what_a_file_seems_to_be() -> None:
    with pytest.raises(BadInput) as error:
        network_of({"seg_head.0.weight": torch.zeros(1)})
    assert "UniPixel" in error.value.remedy


def test_the_released_files_have_as_many_names_and_weights_as_the_authors() -> None:
    """Counted in their code: with the counter of steps, which has no weights, one name more."""
    for video, names, million in ((False, 918, 168.6), (True, 1247, 198.2)):
        shapes = real_size.uninext(video)
        assert len(shapes) == names
        assert sum(math.prod(shape) for shape in shapes.values()) / 1e6 == pytest.approx(million, abs=0.05)
        network = network_of({name: torch.empty(shape, device="meta") for name, shape in shapes.items()}, device="meta")
        assert network.follows == video and len(network.transformer.decoder.layers) == 6


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder of tiny weights in the place of released ones."""
    monkeypatch.setenv("THROUGHLINE_WEIGHTS", str(tmp_path))
    tiny_uninext.write_tiny(tmp_path / "uninext-r50")
    return tmp_path / "uninext-r50"


def test_the_package_loads_what_lies_there(here: Path) -> None:
    package = tiny_uninext.tiny_package()
    assert package.missing() is None
    store.use("uninext-r50", store.Options(precision="bfloat16", device="cpu"))
    model = package.load()
    assert isinstance(model, UninextModel) and model.network.precision == torch.bfloat16
    store.use("uninext-r50", store.Options(precision="4bit"))
    with pytest.raises(BadInput, match="4bit"):
        package.load()


def test_a_file_elsewhere_takes_the_vocabulary_of_the_usual_place(here: Path, tmp_path: Path) -> None:
    (here / "model_final.pth").rename(tmp_path / "of_somebody.pth")
    said = tiny_uninext.tiny_package().missing() or ""
    assert "model_final.pth" in said and "--path" in said and "MIT" in said
    store.use("uninext-r50", store.Options(path=str(tmp_path / "of_somebody.pth")))
    assert isinstance(tiny_uninext.tiny_package().load(), UninextModel)


def test_another_backbone_or_stage_is_told(here: Path) -> None:
    tiny_uninext.write_tiny(here, backbone="ViT")
    with pytest.raises(BadInput, match="with ViT, not of UNINEXT R50"):
        tiny_uninext.tiny_package().load()

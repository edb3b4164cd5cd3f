"""Released files of both layouts, and files that are something else."""

from __future__ import annotations

from pathlib import Path

import pytest
import safetensors.torch
import torch

from backend.errors import BadInput
from backend.models import registry, store
from backend.models.sam2 import PACKAGES, model
from backend.models.sam2.config import ARCHITECTURES, Architecture, architecture_of, transformers_config
from backend.models.sam2.network import Network, load
from backend.parity.cases import Case


@pytest.fixture(scope="module")
def released(case: Case) -> dict[str, torch.Tensor]:
    return {name: torch.from_numpy(value) for name, value in case.weights.items()}


@pytest.fixture(scope="module")
def tiny(case: Case) -> Architecture:
    return architecture_of(case.about["model_config"]["sam2_tiny"])


def test_files_of_transformers_load_as_they_are(net: Network, tiny: Architecture, tmp_path: Path) -> None:
    """Also those of releases that called an attention's last layer `out_proj`, and that leave out a tensor that is
    there twice."""
    tensors = {name.replace(".o_proj.", ".out_proj."): value for name, value in net.model.state_dict().items()
               if name != "shared_image_embedding.positional_embedding"}
    again = load(tensors, tiny).model.state_dict()
    assert all(torch.equal(value, again[name]) for name, value in net.model.state_dict().items())


def test_another_file_is_refused_with_what_it_is(released: dict[str, torch.Tensor], tiny: Architecture) -> None:
    lacking = {name: value for name, value in released.items() if not name.startswith("memory_encoder.")}
    with pytest.raises(BadInput, match="memory_encoder"):
        load(lacking, tiny)
    with pytest.raises(BadInput) as error:
        load({"detr.detr.query": torch.zeros(1)}, tiny)
    assert "UNINEXT" in error.value.remedy
    other = {**released, "no_obj_ptr": torch.zeros(1, 128)}
    with pytest.raises(BadInput, match="another size"):
        load(other, tiny)


@pytest.mark.parametrize("size", ARCHITECTURES)
def test_another_released_size_is_told_by_its_name(size: str) -> None:
    architecture = ARCHITECTURES[size]
    blocks = sum(architecture.trunk.stages)
    hints = {f"image_encoder.trunk.blocks.{block}.norm1.bias": torch.zeros(1) for block in range(blocks)}
    hints["image_encoder.trunk.patch_embed.proj.bias"] = torch.zeros(architecture.trunk.embed_dim)
    wrong = ARCHITECTURES["large" if size != "large" else "tiny"]
    with pytest.raises(BadInput) as error:
        load(hints, wrong)
    assert f"sam2-{size}" in error.value.remedy


@pytest.mark.parametrize(("size", "million"), [("tiny", 39.0), ("small", 46.1), ("base-plus", 80.9), ("large", 224.4)])
def test_the_released_sizes_have_the_published_number_of_weights(size: str, million: float) -> None:
    from transformers import Sam2VideoModel

    with torch.device("meta"):
        made = Sam2VideoModel(transformers_config(ARCHITECTURES[size]))
    assert sum(one.numel() for one in made.parameters()) / 1e6 == pytest.approx(million, abs=0.1)


def test_a_size_it_cannot_work_at_is_refused() -> None:
    assert ARCHITECTURES["tiny"].at(512).image_size == 512
    for size in (100, 64, 4096):
        with pytest.raises(BadInput):
            ARCHITECTURES["tiny"].at(size)


@pytest.fixture
def weights_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tiny: Architecture) -> Path:
    """An empty folder of weights, and the tiny network in the place of the released one of that name."""
    monkeypatch.setenv("THROUGHLINE_WEIGHTS", str(tmp_path))
    monkeypatch.setattr(model, "ARCHITECTURES", {"tiny": tiny})
    (tmp_path / "sam2-tiny").mkdir()
    return tmp_path / "sam2-tiny"


def test_missing_weights_are_named_with_the_command(weights_here: Path) -> None:
    package = PACKAGES[0]
    said = package.missing() or ""
    assert "sam2.1_hiera_tiny.pt" in said and "models get sam2-tiny" in said and "Apache-2.0" in said


def test_the_original_file_and_a_folder_of_transformers_do(
    weights_here: Path, released: dict[str, torch.Tensor], net: Network
) -> None:
    package = PACKAGES[0]
    original = weights_here / "sam2.1_hiera_tiny.pt"
    torch.save({"model": released}, original)
    assert package.missing() is None
    one = package.load()
    original.unlink()
    safetensors.torch.save_file({name: value.clone() for name, value in net.model.state_dict().items()},
                                weights_here / "model.safetensors")
    assert package.missing() is None
    other = package.load()
    assert isinstance(one, model.Sam2Model) and isinstance(other, model.Sam2Model)
    assert one.spec.name == "sam2-tiny" and one.network.size == 128
    states = one.network.model.state_dict(), other.network.model.state_dict()
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


def test_options_of_this_machine_count(weights_here: Path, released: dict[str, torch.Tensor]) -> None:
    torch.save({"model": released}, weights_here / "sam2.1_hiera_tiny.pt")
    store.use("sam2-tiny", store.Options(size=192, precision="bfloat16", device="cpu"))
    made = PACKAGES[0].load()
    assert isinstance(made, model.Sam2Model)
    assert (made.network.size, made.network.precision) == (192, torch.bfloat16)
    store.use("sam2-tiny", store.Options(precision="4bit"))
    with pytest.raises(BadInput, match="4bit"):
        PACKAGES[0].load()


def test_the_registry_knows_all_sizes() -> None:
    assert {f"sam2-{size}" for size in ARCHITECTURES} <= {one.spec.name for one in registry.available()}

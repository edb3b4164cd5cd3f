"""Weight files of every layout, and what is said of those that are wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch

from backend.errors import BadInput, Unavailable
from backend.models import registry, store, weights
from backend.models.seam import ModelSpec, WeightFile
from backend.models.store import Options

TENSORS = {"seg_head.0.weight": torch.ones(3), "seg_head.1.bias": torch.arange(2.0)}


@pytest.mark.parametrize("content", [TENSORS, {"model": TENSORS, "epoch": 3}, {"state_dict": {**TENSORS}, "meta": {}}])
def test_pickles_bare_and_wrapped(tmp_path: Path, content: dict[str, Any]) -> None:
    for old in (False, True):
        torch.save(content, tmp_path / "x.pt", _use_new_zipfile_serialization=not old)
        read = weights.read(tmp_path / "x.pt")
        assert read.keys() == TENSORS.keys() and torch.equal(read["seg_head.1.bias"], torch.arange(2.0))


def test_folders_whole_and_in_parts(tmp_path: Path) -> None:
    safetensors.torch.save_file(TENSORS, tmp_path / "model.safetensors")
    assert weights.read(tmp_path).keys() == TENSORS.keys()
    (tmp_path / "model.safetensors").unlink()
    parts = {f"model-{n}.safetensors": {name: TENSORS[name]} for n, name in enumerate(TENSORS)}
    for part, tensors in parts.items():
        safetensors.torch.save_file(tensors, tmp_path / part)
    index = {"weight_map": {name: part for part, tensors in parts.items() for name in tensors}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))
    assert weights.read(tmp_path).keys() == TENSORS.keys()
    (tmp_path / "model-1.safetensors").unlink()
    with pytest.raises(BadInput, match=r"model-1\.safetensors missing"):
        weights.read(tmp_path)


class _Runs:
    def __reduce__(self) -> tuple[Any, ...]:
        return (print, ("this must not run",))


@pytest.mark.parametrize("made, says", [
    (lambda path: torch.save({"model": _Runs()}, path), "more than tensors"),
    (lambda path: torch.save({"epoch": 3}, path), "no state dict"),
    (lambda path: path.write_bytes(b"no weights at all"), "was not opened|cannot be read"),
    (lambda path: (torch.save(TENSORS, path), path.write_bytes(path.read_bytes()[:300])), "cannot be read"),
    (lambda path: None, "There is no file"),
])
def test_what_cannot_be_read(tmp_path: Path, made: Any, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    made(tmp_path / "x.pth")
    with pytest.raises(BadInput, match=says):
        weights.read(tmp_path / "x.pth")
    assert capsys.readouterr().out == ""


def test_damaged_safetensors(tmp_path: Path) -> None:
    (tmp_path / "x.safetensors").write_bytes(b"\x10")
    with pytest.raises(BadInput, match="cannot be read"):
        weights.read(tmp_path / "x.safetensors")


def test_a_wrong_file_is_refused_with_what_it_seems_to_be() -> None:
    weights.check_names(TENSORS, TENSORS, "UniPixel")
    with pytest.raises(BadInput) as refused:
        weights.check_names({"a.b.c", "a.b.d", "e.f.g"}, TENSORS, "SAM 2.1 tiny")
    assert "missing: a.b (2), e.f (1)" in refused.value.message
    assert "unexpected: seg_head.0 (1), seg_head.1 (1)" in refused.value.message
    assert "look like UniPixel" in refused.value.remedy
    with pytest.raises(BadInput, match=r"seg_head.0.weight is \(3,\), not \(4,\)"):
        weights.check_shapes({"seg_head.0.weight": torch.ones(4)}, TENSORS, "UniPixel")
    assert weights.looks_like(["x.y"]).startswith("no model known here")


SPEC = ModelSpec(name="big", title="Big", version="1", licence="MIT", permits="", prompts=frozenset(),
                 tasks=frozenset(), weights=(WeightFile("big.pt", "a/b", "MIT", "python3 launch.py models get big"),))


def test_where_weights_lie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHLINE_WEIGHTS", str(tmp_path / "weights"))
    said = store.missing(SPEC)
    assert said is not None and all(part in said for part in ("big.pt", "a/b", "MIT", "launch.py models get big"))
    mine = tmp_path / "mine.pt"
    with pytest.raises(BadInput, match="no file or folder"):
        store.use("big", Options(path=str(mine)))
    torch.save(TENSORS, mine)
    store.use("big", Options(path=str(mine), size=512))
    assert store.options("big").size == 512 and store.options("other") == Options()
    assert store.missing(SPEC) is None and store.path_of(SPEC) == mine
    store.use("big", Options())
    usual = store.path_of(SPEC)
    assert usual == tmp_path / "weights" / "big" and store.missing(SPEC) is not None
    usual.mkdir()
    (usual / "big.pt").touch()
    assert store.missing(SPEC) is None
    monkeypatch.setattr(store, "PACKAGES", ("no_such_package",))
    assert "no_such_package not installed" in str(store.missing(SPEC))
    (tmp_path / "weights" / "models.json").write_text("{")
    with pytest.raises(BadInput, match="cannot be read"):
        store.path_of(SPEC)


def test_what_would_not_fit_is_refused_before_it_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    class Huge:
        SPEC = replace(SPEC, name="huge", memory_bytes=2**60, weights=())

        def missing(self) -> None:
            return None

        def load(self) -> Any:
            raise AssertionError("it must not be loaded")

    monkeypatch.setitem(registry._PACKAGES, "huge", Huge())
    with pytest.raises(Unavailable, match=r"1073741824\.0 GB of memory"):
        registry.load("huge")

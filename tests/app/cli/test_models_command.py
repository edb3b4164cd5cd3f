"""`launch.py models`: against a server on this machine that speaks as the hub does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from app.cli.__main__ import main
from backend.masks import BoolMask
from backend.models import download, flow, registry, store, verify
from backend.models.seam import Segment, WeightFile
from tests.hub import Hub
from tests.server import ROOT

WEIGHTS = np.random.default_rng(0).bytes(24 << 20)
SMALL = b'{"size": "tiny"}'
SPEC = replace(flow.SPEC, name="disc", title="Disc", version="released", licence="Research only", weights=tuple(
    WeightFile(name, "a repository", "MIT", "python3 launch.py models get disc", repository="people/disc")
    for name in ("model-*.bin", "config.json")))
PACKAGE = SimpleNamespace(SPEC=SPEC, missing=lambda: store.missing(SPEC), load=flow.load)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    hub = Hub()
    hub.files["people/disc"] = {"model-1.bin": WEIGHTS, "config.json": SMALL, "README.md": b"read me"}
    monkeypatch.setattr(download.constants, "ENDPOINT", hub.url)
    monkeypatch.setattr("huggingface_hub.hf_api.constants.ENDPOINT", hub.url)
    monkeypatch.setattr(download.constants, "HUGGINGFACE_CO_URL_TEMPLATE",
                        hub.url + "/{repo_id}/resolve/{revision}/{filename}")
    yield hub
    hub.close()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model of this test's making, and where its weights go."""
    monkeypatch.setitem(registry._PACKAGES, "disc", PACKAGE)
    monkeypatch.setenv("THROUGHLINE_WEIGHTS", str(tmp_path))
    return tmp_path / "disc"


def models(*arguments: Any) -> int:
    return main(["models", *map(str, arguments)])


def parts(folder: Path) -> list[Path]:
    return list(folder.glob("*.part"))


def test_the_list_says_what_is_here(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert models() == 0
    said = capsys.readouterr().out
    assert "launch.py models get disc" in said and "to download: `models get` asks the hub" in said
    folder.mkdir()
    (folder / "model-1.bin").write_bytes(WEIGHTS)
    (folder / "config.json").write_bytes(SMALL)
    assert models("list") == 0
    said = capsys.readouterr().out
    assert "compact" in said and f"24.0 MB in {folder}" in said and "Research only" in said


def test_get_says_what_it_will_do_and_does_it(hub: Hub, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert models("get", "disc") == 2, "nobody agreed"
    said = capsys.readouterr()
    assert "Research only" in said.out and "MIT" in said.out and "24.0 MB in 2 files" in said.out
    assert "--yes" in said.err and not folder.exists()
    assert models("get", "disc", "--yes") == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        "model-1.bin": WEIGHTS, "config.json": SMALL}
    assert registry.availability("disc").ready
    asked = len(hub.asked)
    assert models("get", "disc") == 0, "what is there and right is not asked for"
    assert "is here" in capsys.readouterr().out and len(hub.asked) == asked


def test_what_is_not_on_the_hub_is_to_be_brought_by_hand(
    hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    by_hand = WeightFile("big.pth", "a drive", "none", "python3 launch.py models use disc --path FOLDER")
    spec = replace(SPEC, weights=(by_hand, SPEC.weights[1]))
    monkeypatch.setitem(registry._PACKAGES, "disc", SimpleNamespace(
        SPEC=spec, missing=lambda: store.missing(spec), load=flow.load))
    assert "big.pth of a drive" in (store.missing(spec) or "") and "config.json of a rep" in (store.missing(spec) or "")
    assert models("get", "disc", "--yes") == 0
    said = capsys.readouterr().out
    assert "big.pth from a drive, by hand into the same folder; licence: none" in said
    assert [path.name for path in folder.iterdir()] == ["config.json"]
    assert "big.pth of a drive (licence: none) missing: run `python3 launch.py models use disc" in said.splitlines()[-1]
    monkeypatch.setitem(registry._PACKAGES, "disc", SimpleNamespace(SPEC=replace(spec, weights=(by_hand,))))
    assert models("get", "disc", "--yes") == 2
    assert "no weights on the hub" in capsys.readouterr().err


def test_a_killed_download_goes_on_where_it_was(hub: Hub, folder: Path) -> None:
    hub.stops_after["model-1.bin"] = len(WEIGHTS) - 1  # the hub's code writes 10 MB at a time
    command = ("import sys; from app.cli.__main__ import main; from backend.models import registry; "
               "from tests.app.cli.test_models_command import PACKAGE; registry.register(PACKAGE); "
               "sys.exit(main(['models', 'get', 'disc', '--yes']))")
    environment = {**os.environ, "HF_ENDPOINT": hub.url, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", command], cwd=ROOT, env=environment,
                          stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + 60
        while not any(path.stat().st_size > 0 for path in parts(folder)):
            assert process.poll() is None and time.monotonic() < deadline, process.stderr and process.stderr.read()
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    assert not (folder / "model-1.bin").exists()
    (part,) = [path for path in parts(folder) if path.name.startswith("model")]
    begun = part.stat().st_size
    assert 0 < begun < len(WEIGHTS)
    hub.stops_after.clear()
    assert models("get", "disc", "--yes") == 0
    assert f"bytes={begun}-" in hub.asked
    assert (folder / "model-1.bin").read_bytes() == WEIGHTS and not parts(folder)


def test_what_another_model_has_is_not_downloaded_again(
    hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert models("get", "disc", "--yes") == 0
    (folder / "model-1.bin").rename(folder / "model-2.bin")
    hub.files["people/disc"]["model-2.bin"] = WEIGHTS
    other = replace(SPEC, name="other", weights=(replace(SPEC.weights[0], name="model-2.bin"), SPEC.weights[1]))
    monkeypatch.setitem(registry._PACKAGES, "other", SimpleNamespace(SPEC=other, missing=lambda: None, load=flow.load))
    asked = len(hub.asked)
    assert models("get", "other", "--yes") == 0
    assert len(hub.asked) == asked and "to download: 0 bytes" in capsys.readouterr().out
    assert (folder.parent / "other" / "model-2.bin").samefile(folder / "model-2.bin")


def test_what_comes_damaged_gets_no_name(hub: Hub, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hub.damaged = {"model-1.bin", "config.json"}
    assert models("get", "disc", "--yes") == 2
    assert "checksum is not the hub's" in capsys.readouterr().err
    assert list(folder.iterdir()) == []
    hub.damaged = {"config.json"}
    assert models("get", "disc", "--yes") == 2
    assert "config.json" in capsys.readouterr().err


@pytest.mark.parametrize(("change", "says"), [
    (lambda hub: hub.close(), "Check the network"),
    (lambda hub: hub.files.clear(), "has no people/disc"),
    (lambda hub: hub.gated.add("people/disc"), "accept its licence"),
    (lambda hub: hub.files["people/disc"].pop("model-1.bin"), r"no file model-*.bin"),
])
def test_what_cannot_be_had_is_said(hub: Hub, change: Any, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    change(hub)
    assert models("get", "disc", "--yes") == 2
    assert says in capsys.readouterr().err


def test_a_full_disk_is_said_before(
    hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(download.shutil, "disk_usage", lambda path: SimpleNamespace(free=download.RESERVE + 1000))
    assert models("get", "disc", "--yes") == 2
    assert "24.0 MB are needed; 200.0 MB are free" in capsys.readouterr().err and not folder.exists()


def test_packages_come_first(
    hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = []
    monkeypatch.setattr(store, "PACKAGES", ("torch_that_is_not_here",))
    monkeypatch.setattr("launch.prepare", lambda names: asked.append((names, folder.exists())))
    monkeypatch.setattr(download.shutil, "disk_usage", lambda path: SimpleNamespace(free=2**40))
    assert models("get", "disc", "--yes") == 0
    assert asked == [(("requirements.txt", "requirements-models.txt"), False)]
    assert "to install first: torch_that_is_not_here" in capsys.readouterr().out


def test_models_without_weights_on_the_hub(capsys: pytest.CaptureFixture[str]) -> None:
    assert models("get", "compact") == 2
    assert "git checkout -- assets/compact" in capsys.readouterr().err
    assert models("get", "flow") == 2
    assert "It needs none" in capsys.readouterr().err


def test_use_keeps_what_is_not_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "mine.bin"
    mine.touch()
    assert models("use", "disc", "--path", mine, "--size", 512, "--precision", "bfloat16") == 0
    assert models("use", "disc", "--device", "cuda:1", "--compile") == 0
    assert store.options("disc") == store.Options(str(mine), "cuda:1", "bfloat16", 512, True)
    assert str(mine) in capsys.readouterr().out
    assert models("use", "disc", "--path", "default", "--size", 0, "--no-compile") == 0
    assert store.options("disc") == store.Options(device="cuda:1", precision="bfloat16")
    assert models("use", "disc", "--path", tmp_path / "gone") == 2


def test_verify_tells_right_from_wrong(
    monkeypatch: pytest.MonkeyPatch, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert models("verify", "compact") == 0
    said = capsys.readouterr().out
    assert "segment    right" in said and "not known" not in said
    assert models("verify", "disc") == 2, "it is not here"
    folder.mkdir()
    for name in ("model-1.bin", "config.json"):
        (folder / name).touch()
    assert models("verify", "disc") == 0
    assert "not known here" in capsys.readouterr().out
    monkeypatch.setitem(registry._loaded, "disc", Noise())
    assert models("verify", "disc") == 1
    said = capsys.readouterr().out
    assert "segment    WRONG" in said and "track      WRONG" in said and "not finite" in said


def test_what_the_released_weights_make_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(verify.KNOWN, "compact 1", {"segment": (3000, 0.9)})
    first = next(verify.checks(registry.load("compact")))
    assert not first.passed and "the released weights make 3000 pixels" in first.about


class Noise:
    """A model whose weights are wrong: masks of nothing, numbers that are none."""

    spec = SPEC

    def open(self, frames: Any) -> Any:
        noise = np.random.default_rng(1).random((verify.HEIGHT, verify.WIDTH))

        def segment(score: float) -> dict[int, Segment]:
            mask: BoolMask = noise > 0.5
            return {verify.OBJECT: Segment(mask, score)}

        return SimpleNamespace(segment=lambda frame, prompts: segment(float("nan")), track=lambda frame: segment(0.5),
                               remember=lambda *given: None, forget=lambda *given: None, close=lambda: None)

"""`launch.py train --tiny`: trains, is killed, goes on, exports, measures."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from backend.models.compact.model import CompactModel
from backend.models.compact.training.loop import Run, train
from backend.models.compact.training.material import Material
from backend.models.compact.training.settings import TINY, Settings
from tests.backend.models.compact.stills import write_stills
from tests.moving_shapes import DISC, Shapes

ROOT = Path(__file__).parents[4]
STEPS = 40
"""Fewer than --tiny has by itself: enough for the loss to fall."""
STEP = re.compile(r"step (\d+): loss ([\d.]+)")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stills")
    write_stills(folder / "shapes", 24)
    return folder


def command(folder: Path, out: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "app.cli", "train", str(folder), "--tiny", "--steps", str(STEPS), "--out", str(out),
            *options]


def test_killed_and_resumed_it_finishes_and_what_it_makes_works(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    with subprocess.Popen(command(folder, out), cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first: list[tuple[str, str]] = []
        for line in process.stdout:
            first += STEP.findall(line)
            if (out / "run.pt").exists() and first:
                process.kill()
                break
    resumed = subprocess.run(command(folder, out, "--resume"), cwd=ROOT, capture_output=True, text=True, check=False)
    assert resumed.returncode == 0, resumed.stderr
    going_on = re.search(r"going on from step (\d+)", resumed.stdout)
    assert going_on is not None
    assert int(going_on[1]) > 0
    steps = [(int(step), float(loss)) for step, loss in [*first, *STEP.findall(resumed.stdout)]]
    assert steps[-1][0] == STEPS
    assert np.mean([loss for _, loss in steps[-3:]]) < 0.8 * steps[0][1]

    card = (out / "onnx" / "card.md").read_text()
    assert f"{STEPS} of {STEPS} steps" in card
    shapes = Shapes(count=3)
    session = CompactModel(out / "onnx").open(shapes.frames)
    session.remember(0, {DISC: shapes.mask(DISC, 0)})
    assert session.track(1)[DISC].mask.shape == (120, 160)


def test_going_on_is_the_same_as_never_stopping(folder: Path, tmp_path: Path) -> None:
    material, settings = Material.find([folder]), Settings(steps=4, phases=TINY, warm_up=1)
    straight = Run.start(settings, torch.device("cpu"))
    train(straight, material, tmp_path / "straight.pt", report=lambda step, losses: None)

    stopped = Run.start(settings, torch.device("cpu"))
    train(stopped, material, tmp_path / "stopped.pt", report=lambda step, losses: None, minutes=0)
    assert stopped.step == 1
    again = Run.start(settings, torch.device("cpu"))
    again.restore(tmp_path / "stopped.pt")
    train(again, material, tmp_path / "stopped.pt", report=lambda step, losses: None)
    assert again.step == 4
    for one, other in zip(straight.average.parameters(), again.average.parameters(), strict=True):
        assert torch.allclose(one, other, atol=1e-4)


def test_without_material_it_says_what_is_wanted(tmp_path: Path) -> None:
    done = subprocess.run(command(tmp_path, tmp_path / "run"), cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "images/ and masks/" in done.stderr


def test_resuming_nothing_is_refused(folder: Path, tmp_path: Path) -> None:
    done = subprocess.run(command(folder, tmp_path / "run", "--resume"), cwd=ROOT, capture_output=True, text=True,
                          check=False)
    assert done.returncode == 2
    assert "Start without --resume" in done.stderr

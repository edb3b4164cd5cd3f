"""`launch.py evaluate` on a small sequence, run as a person runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

ROOT = Path(__file__).parents[3]


def evaluate(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "app.cli", "evaluate", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One sequence of six frames: a bright disc that slides over a dark textured ground."""
    rng = np.random.default_rng(1)
    ground = cv2.GaussianBlur(rng.integers(0, 120, (120, 160, 3), dtype=np.uint8), (0, 0), 2)
    skin = cv2.GaussianBlur(rng.integers(120, 255, (120, 160, 3), dtype=np.uint8), (0, 0), 2)
    for kind in ("frames", "masks"):
        (tmp_path / "sequences" / "disc" / kind).mkdir(parents=True)
    for frame in range(6):
        mask = np.zeros((120, 160), np.uint8)
        cv2.circle(mask, (50 + 3 * frame, 60), 25, 255, -1)
        picture = np.where(mask[..., None] > 0, np.roll(skin, 3 * frame, axis=1), ground)
        cv2.imwrite(str(tmp_path / "sequences" / "disc" / "frames" / f"{frame}.jpg"), picture)
        cv2.imwrite(str(tmp_path / "sequences" / "disc" / "masks" / f"{frame}.png"), mask)
    return tmp_path / "sequences"


def test_table_and_json_agree(folder: Path, tmp_path: Path) -> None:
    written = tmp_path / "report.json"
    done = evaluate(folder, "--model", "flow", "--clicks", "--from-clicks", 1, "--rounds", "--json", written)
    assert done.returncode == 0, done.stderr
    report, = json.loads(written.read_text())["reports"]
    assert report["model"]["name"] == "flow"
    assert report["mean"]["J"] > 0.9  # an easy object; a lost one would be near 0
    assert report["mean"]["from_clicks"]["J"] > 0.5
    assert report["mean"]["clicks"]["mean_iou_after"]["10"] > 0.85
    assert report["sequences"][0]["rounds"][0]["mean_j"] > 0.9
    assert report["correction"]["corrected"] == report["correction"]["sequences_not_reached"] == 0
    mean = next(line.split() for line in done.stdout.splitlines() if line.startswith("mean"))
    assert mean[1:4] == [f"{report['mean'][key]:.3f}" for key in ("J", "F", "J&F")]
    for words in ("IoU@1", "clicks to 0.85", "J&F from 1 click", "corrected to 0.90", "disc", "DAVIS"):
        assert words in done.stdout
    assert not list(tmp_path.glob("*.part"))


def test_models_side_by_side_as_markdown(folder: Path, tmp_path: Path) -> None:
    """Naming a model twice measures it once; the tables of a document hold the figures that were printed."""
    written = tmp_path / "tables.md"
    done = evaluate(folder, "--model", "flow", "--model", "flow", "--markdown", written)
    assert done.returncode == 0, done.stderr
    head, rule, *rows = [line for line in written.read_text().splitlines() if line.startswith("|")][-4:]
    assert head.startswith("| sequence | object | frames | J | F | J&F |")
    assert rule.count("---:") == head.count("|") - 2
    assert [row.split(" | ")[0] for row in rows] == ["| disc", "| mean"]
    printed = next(line.split() for line in done.stdout.splitlines() if line.startswith("mean"))
    assert printed[1:] == [cell for cell in rows[1].strip("| ").split(" | ")[1:] if cell]


@pytest.mark.parametrize(("arguments", "said"), [
    (["--sequences", "cat"], "No sequence cat"),
    (["--model", "nonesuch"], "flow"),
    (["--json", "nowhere/at/all.json"], "no folder"),
    (["--markdown", "nowhere/at/all.md"], "no folder"),
])
def test_what_is_wrong_is_said_at_once(folder: Path, arguments: list[str], said: str) -> None:
    done = evaluate(folder, *arguments)
    assert done.returncode == 2
    assert said in done.stderr and "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_mask_too_few(folder: Path) -> None:
    (folder / "disc" / "masks" / "3.png").unlink()
    done = evaluate(folder)
    assert done.returncode == 2
    assert "6 frames but 5 masks" in done.stderr


def test_an_earlier_report_stands_beside_if_it_measured_the_same(folder: Path, tmp_path: Path) -> None:
    earlier, tables = tmp_path / "earlier.json", tmp_path / "tables.md"
    assert evaluate(folder, "--model", "flow", "--json", earlier).returncode == 0
    done = evaluate(folder, "--model", "flow", "--beside", earlier, "--markdown", tables)
    assert done.returncode == 0, done.stderr
    assert "| flow | flow |" in tables.read_text()
    other = evaluate(folder, "--model", "flow", "--clicks", "--beside", earlier)
    assert other.returncode == 2
    assert "measured other" in other.stderr
    earlier.write_text("{}")
    assert "--json wrote" in evaluate(folder, "--model", "flow", "--beside", earlier).stderr

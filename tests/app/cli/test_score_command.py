"""`launch.py evaluate --task` on what `launch.py track` wrote, for every task: the files of one are those of the other,
and a model that is right scores high."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from app.cli.__main__ import main
from backend.models import registry
from backend.tasks.table import TASKS
from tests import benchmark_files, colour_model
from tests.benchmark_files import EXPRESSIONS, TOLD, VIDEO
from tests.moving_shapes import DISC, SQUARE, Shapes

COUNT = 10

LEAST = {
    "vis": {"AP": 0.6, "AP50": 0.99}, "vps": {"VPQ": 0.7, "STQ": 0.7, "AQ": 0.7}, "vss": {"mIoU": 0.7, "VC8": 0.75},
    "mot": {"HOTA": 0.7, "MOTA": 0.99, "IDF1": 0.99}, "mots": {"HOTA": 0.7, "MOTA": 0.99, "IDF1": 0.99},
    "vos": {"J": 0.6, "F": 0.7}, "pvos": {"J": 0.6, "F": 0.7}, "rvos": {"J": 0.7, "F": 0.7},
    "sot": {"AUC": 0.6, "precision": 0.99}, "det": {"AP": 0.6, "AP50": 0.99}, "seg": {"AP": 0.5, "AP50": 0.99},
    "rec": {"accuracy": 0.99}, "res": {"cIoU": 0.7, "gIoU": 0.7},
}
"""Median blur takes the rim off the model's regions; everything else is right."""


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    return Shapes(COUNT)


def told(task: str, folder: Path, shapes: Shapes) -> tuple[object, ...]:
    """Model and what it is told."""
    if TASKS[task].told == "categories":  # type: ignore[index]
        return "colours", *(("--categories", "red") if task == "mot" else TOLD)
    if TASKS[task].told == "expression":  # type: ignore[index]
        return "colours", *(part for text in EXPRESSIONS for part in ("--expression", text))
    if task == "sot":
        x, y, w, h = benchmark_files._rle(shapes, SQUARE, 0).box
        return "flow", "--box", x, y, w, h
    first = benchmark_files.drawing(shapes, 0, {DISC: DISC, SQUARE: SQUARE})
    Image.fromarray(first).save(folder / "first.png")
    return "flow", "--masks", folder / "first.png"


@pytest.mark.parametrize("task", TASKS)
def test_track_then_score(
    task: str, tmp_path: Path, shapes: Shapes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(registry._PACKAGES, "colours", colour_model.Package())
    pictures = benchmark_files.write_pictures(tmp_path / "pictures", shapes)
    truth = benchmark_files.write_truth(tmp_path / "truth", shapes, task)
    model, *options = told(task, tmp_path, shapes)
    assert main(["track", str(pictures / VIDEO), "--task", task, "--model", str(model), "--out", str(tmp_path / "out"),
                 *map(str, options)]) == 0
    capsys.readouterr()
    assert main(["evaluate", "--task", task, "--predictions", str(tmp_path / "out"), "--truth", str(truth),
                 "--json", str(tmp_path / "scores.json"), "--markdown", str(tmp_path / "scores.md")]) == 0
    report = json.loads((tmp_path / "scores.json").read_text())
    assert report["task"] == task and report["definition"] in capsys.readouterr().out
    for name, least in LEAST[task].items():
        assert least < report["whole"][name] <= 1.0, report["whole"]
        assert name in (tmp_path / "scores.md").read_text()


@pytest.mark.parametrize(("options", "said"), [
    (("--task", "vis"), "Give --predictions and --truth"),
    ((), "Give DIR, or --task"),
    (("--task", "vis", "--predictions", "empty", "--truth", "nowhere.json"), "There is no file or folder"),
    (("--task", "vis", "--predictions", "empty", "--truth", "words.txt"), "words.txt is no JSON"),
    (("--task", "mot", "--predictions", "empty", "--truth", "empty"), "There are no tracks in"),
    (("--task", "mot", "--predictions", "empty", "--truth", "."), "has no predictions for words"),
    (("--task", "vos", "--predictions", "empty", "--truth", "pictures"), "has no predictions for a"),
    (("--task", "vss", "--predictions", "empty", "--truth", "empty"), "There are no folders of pictures"),
    (("--task", "sot", "--predictions", "empty", "--truth", "empty"), "There are no boxes in"),
    (("--task", "rvos", "--predictions", "empty", "--truth", "empty"), "There are no expressions in"),
])
def test_refused_with_one_sentence(
    options: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "words.txt").write_text("words")
    (tmp_path / "pictures" / "a").mkdir(parents=True)
    Image.new("L", (9, 9)).save(tmp_path / "pictures" / "a" / "0.png")
    assert main(["evaluate", *options]) == 2
    assert said in capsys.readouterr().err

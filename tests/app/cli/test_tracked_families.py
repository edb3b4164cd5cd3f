"""Every task that UniVS and UNINEXT can do, from `launch.py track` to its figures, at tiny weights made by formula.

What they find means nothing at such weights; that the files of each task come out whole and can be scored does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.cli.__main__ import main
from backend.masks import Rle
from backend.models import registry, store
from backend.models.store import Options
from backend.tasks.table import TASKS
from tests import benchmark_files, tiny_uninext, tiny_univs
from tests.benchmark_files import VIDEO
from tests.moving_shapes import DISC, SQUARE, Shapes

COUNT = 6
"""Frames: more than a clip of UniVS has."""

MODELS = {"univs-swin-t": tiny_univs, "uninext-r50": tiny_uninext}
TOLD = {
    "categories": ("--categories", "person,red,blue thing"),
    "expression": ("--expression", "the red one", "--expression", "the blue one"),
    "box": ("--box", 14, 24, 33, 33),
    "masks": ("--masks", "first.png"),
}


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    return Shapes(COUNT)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, shapes: Shapes) -> Iterator[Path]:
    """Both models where the registry finds them, the pictures, and first masks."""
    folder = tmp_path_factory.mktemp("families")
    benchmark_files.write_pictures(folder / "pictures", shapes)
    Image.fromarray(benchmark_files.drawing(shapes, 0, {DISC: 1, SQUARE: 2})).save(folder / "first.png")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("THROUGHLINE_WEIGHTS", str(folder / "weights"))
        patch.chdir(folder)
        patch.setattr(registry, "_loaded", {})
        for name, tiny in MODELS.items():
            tiny.write_tiny(folder / "weights" / name)
            store.use(name, Options(size=tiny.SIDE))
            package = tiny_univs.tiny_package() if tiny is tiny_univs else tiny_uninext.tiny_package(name)
            patch.setitem(registry._PACKAGES, name, package)
        yield folder


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("model", MODELS)
def test_track_and_score(
    model: str, task: str, place: Path, shapes: Shapes, capsys: pytest.CaptureFixture[str]
) -> None:
    about = TASKS[task]  # type: ignore[index]
    out = place / model / task
    done = main(["track", str(place / "pictures" / VIDEO), "--task", task, "--model", model, "--out", str(out),
                 *map(str, TOLD[about.told])])
    said = capsys.readouterr()
    if not about.done_by(registry.spec(model)):
        assert done == 2 and f"cannot do {about.title}" in said.err
        return
    assert done == 0, said.err
    assert f"{COUNT} frames" in said.out
    {"vis": _vis, "vps": _vps}.get(task, lambda out: None)(out)
    truth = benchmark_files.write_truth(place / f"truth {model} {task}", shapes, task)
    scored = out / "person" if task == "mot" else out  # each category has a folder
    assert main(["evaluate", "--task", task, "--predictions", str(scored), "--truth", str(truth)]) == 0


def _vis(out: Path) -> None:
    for one in json.loads((out / "results.json").read_text()):
        assert len(one["segmentations"]) == COUNT and 0 < one["score"] <= 1
        assert all(Rle.from_json(mask, height=120, width=160).area for mask in one["segmentations"] if mask)


def _vps(out: Path) -> None:
    for about in json.loads((out / "pred.json").read_text())["annotations"][0]["annotations"]:
        drawn = np.asarray(Image.open(out / "pan_pred" / VIDEO / about["file_name"])).astype(int) @ [1, 256, 65536]
        assert set(np.unique(drawn)) - {0} == {one["id"] for one in about["segments_info"]}

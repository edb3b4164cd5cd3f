"""`launch.py bench`: what becomes of figures, and what it says when it cannot measure."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from types import ModuleType

import pytest

from app.cli import bench
from backend.errors import BadInput, Unavailable


def options(**given: object) -> argparse.Namespace:
    plain = {"only": None, "quick": True, "json": None, "markdown": None, "data": None, "sequences": None}
    return argparse.Namespace(**plain | given)


@pytest.fixture
def modules(monkeypatch: pytest.MonkeyPatch) -> dict[str, ModuleType]:
    """Benchmarks of this test's making in place of those there are."""
    made: dict[str, ModuleType] = {}
    for name in ("good", "bad"):
        made[name] = ModuleType(name)
        made[name].ABOUT = f"a {name} one"
    monkeypatch.setattr(bench, "names", lambda: sorted(made))
    monkeypatch.setattr(bench.importlib, "import_module", lambda name: made[name.removeprefix("benchmarks.")])
    return made


def test_one_that_cannot_run_does_not_keep_the_others_from_it(modules, tmp_path: Path, capsys) -> None:
    def fail(quick: bool) -> None:
        raise Unavailable("gone", "There is no cat.", "Get a cat.")

    modules["bad"].run, modules["good"].run = fail, lambda quick: {"speed": 3.0}
    written = tmp_path / "figures.json"
    assert bench.run(options(json=written)) == 2
    assert json.loads(written.read_text())["figures"] == {"good": {"speed": 3.0}}
    assert "There is no cat.\nGet a cat." in capsys.readouterr().err


def test_several_can_be_chosen_and_make_one_document(modules, tmp_path: Path) -> None:
    modules["good"].run = lambda quick: {"flow": {"frames/s": 16.64, "MB": 300.4}, "other": {"frames/s": 0.1234}}
    modules["bad"].run = lambda quick: {"clicks": {"all": {"ms": 2}, "count": 7}}
    written = tmp_path / "tables.md"
    assert bench.run(options(only=["good", "bad"], markdown=written)) == 0
    assert written.read_text() == """\
**good**

|  | frames/s | MB |
| --- | ---: | ---: |
| flow | 16.6 | 300 |
| other | 0.123 | - |

**bad: clicks**

|  | figure |
| --- | ---: |
| count | 7 |

**bad: clicks**

|  | ms |
| --- | ---: |
| all | 2 |
"""


def test_sequences_are_told_to_those_that_take_them(modules, tmp_path: Path) -> None:
    told = {}
    modules["good"].TAKES_SEQUENCES = True
    modules["good"].run = lambda quick, **more: told.update(more) or {"n": 1}
    modules["bad"].run = lambda quick: {"n": 1}
    assert bench.run(options(data=tmp_path, sequences="dog, libby")) == 0
    assert told == {"folder": tmp_path, "names": ("dog", "libby")}
    assert bench.run(options(only=["good"])) == 0


def test_what_cannot_be_done_is_said_before_anything_is_measured(modules) -> None:
    with pytest.raises(BadInput, match="no benchmark 'ugly'"):
        bench.run(options(only=["good", "ugly"]))
    with pytest.raises(BadInput, match="no folder"):
        bench.run(options(only=["good"], json=Path("nowhere/at/all.json")))

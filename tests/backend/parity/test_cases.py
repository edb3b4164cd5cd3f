"""What a case lets pass, and what it does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.cli.__main__ import main
from backend.errors import BadInput
from backend.parity.cases import Case, compare
from backend.parity.run import find_cases

BITS = np.packbits(np.arange(800) % 3 == 0)
NUMBERS = np.linspace(0, 1, 100, dtype=np.float32)


def case(expected: Any, tolerance: Any, **arrays: Any) -> Case:
    about = {"case": "x", "outputs": ["out"], "tolerances": tolerance, "state_dict": {}}
    return Case("x", about, {"out": np.asarray(expected), **arrays})


@pytest.mark.parametrize("expected, tolerance, made, passes", [
    (NUMBERS, {"out": 1e-3}, NUMBERS + np.float32(9e-4), True),
    (NUMBERS, {"out": 1e-3}, NUMBERS + np.float32(2e-3), False),
    (NUMBERS, {"out": 1e-3}, NUMBERS[:50], False),
    (NUMBERS, {"out": 1e-3}, np.full(100, np.nan, np.float32), False),
    (NUMBERS, {}, NUMBERS, False),
    (np.arange(9), {"out": "equal"}, np.arange(9), True),
    (np.arange(9), {"out": "equal"}, np.arange(9)[::-1], False),
    (np.arange(9), {}, np.arange(9) + 1, False),
    (BITS, {"out_agreement": 0.99}, np.packbits((np.arange(800) % 3 == 0) ^ (np.arange(800) < 8)), True),
    (BITS, {"out_agreement": 0.99}, np.packbits((np.arange(800) % 3 == 0) ^ (np.arange(800) < 9)), False),
    (NUMBERS, {"out": {"kind": "abs", "atol": 0.01, "max_fraction_outside": 0.05}},
     np.where(np.arange(100) < 5, 9, NUMBERS), True),
    (NUMBERS, {"out": {"kind": "abs", "atol": 0.01, "max_fraction_outside": 0.05}},
     np.where(np.arange(100) < 6, 9, NUMBERS), False),
    (np.arange(100), {"out": {"kind": "equal", "max_fraction_different": 0.02}},
     np.where(np.arange(100) < 2, -1, np.arange(100)), True),
    (np.arange(100), {"out": {"kind": "equal", "max_fraction_different": 0.02}},
     np.where(np.arange(100) < 3, -1, np.arange(100)), False),
    (np.array([10, 1000]), {"out": {"kind": "count", "abs": 8, "rel": 0.02}}, np.array([18, 1020]), True),
    (np.array([10, 1000]), {"out": {"kind": "count", "abs": 8, "rel": 0.02}}, np.array([18, 1021]), False),
])
def test_tolerances(expected: Any, tolerance: dict[str, Any], made: Any, passes: bool) -> None:
    (one,) = compare(case(expected, tolerance), {"out": np.asarray(made)}, {})
    assert one.passed == passes, one


def test_what_is_not_made_fails() -> None:
    (one,) = compare(case(NUMBERS, {"out": 1.0}), {}, {})
    assert not one.passed and one.detail == "was not made"


def test_a_tolerance_may_have_another_name_and_some_entries_may_be_stored() -> None:
    stored = case(NUMBERS[[3, 7]], {"clicks": 1e-6}, out__idx=np.array([3, 7]))
    (one,) = compare(stored, {"out": NUMBERS.reshape(10, 10)}, {"out": "clicks"})
    assert one.passed and one.difference == 0
    (one,) = compare(stored, {"out": NUMBERS[:5]}, {"out": "clicks"})
    assert not one.passed and one.detail == "has shape (5,), not (2,)"  # less was found than the case has


def test_weights_that_are_not_those_of_the_case() -> None:
    about = {"case": "x", "outputs": [], "state_dict": {"a.bias": [3]}, "checksum": [1.0, 2.0]}
    with pytest.raises(BadInput, match="not those the case was made with"):
        _ = Case("x", about, {}).weights


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BadInput, match="no case"):
        find_cases(tmp_path)
    for name, content in (("broken", "{"), ("strange", json.dumps(
            {"case": "strange", "outputs": ["out"], "tolerances": {}, "state_dict": {"no.model.has.this": [1]}}))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "case.json").write_text(content)
        np.savez(tmp_path / name / "data.npz", out=NUMBERS)
    assert main(["parity", str(tmp_path), "--json", str(tmp_path / "out.json")]) == 1
    said = capsys.readouterr().out
    assert "broken does not hold a case" in said and "of no model that is here" in said and "0 passed, 2 failed" in said
    assert [one["passed"] for one in json.loads((tmp_path / "out.json").read_text())["cases"]] == [False, False]

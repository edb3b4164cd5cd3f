"""Cases read from disk, and what a model gave held against what they expect."""

from __future__ import annotations

import json
import math
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from backend.errors import BadInput
from backend.parity import formula
from backend.parity.formula import Array

EQUAL = "equal"


@dataclass(frozen=True)
class Case:
    """A folder with `case.json` and `data.npz`.

    Attributes:
        name: what `case.json` calls it.
        about: all of `case.json`.
        arrays: all of `data.npz`.
    """

    name: str
    about: Mapping[str, Any]
    arrays: Mapping[str, Array]

    @classmethod
    def read(cls, folder: Path) -> Case:
        """Raises BadInput for a folder that does not hold a case."""
        try:
            about = json.loads((folder / "case.json").read_text(encoding="utf-8"))
            with np.load(folder / "data.npz", allow_pickle=False) as data:
                arrays = {name: data[name] for name in data.files}
            return cls(str(about["case"]), about, arrays)
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
            raise BadInput("no_case", f"{folder.name} does not hold a case that can be read: {error}",
                           "A case is a folder with case.json and data.npz.") from error

    @cached_property
    def weights(self) -> dict[str, Array]:
        """The tensors that the formula makes of `state_dict`, `overrides` and `salt`.

        Raises:
            BadInput: their checksum is not the one of the case.
        """
        overrides = [formula.Override(**one) for one in self.about.get("overrides", [])]
        made = formula.state_dict(self.about["state_dict"], overrides, self.about.get("salt", ""))
        wanted = self.about.get("checksum")
        if wanted is not None and not np.allclose(formula.checksum(made), wanted, rtol=1e-9, atol=0):
            raise BadInput("case_weights", f"The weights made for {self.name} are not those the case was made with.",
                           "See that case.json is whole: names, shapes, overrides and salt.")
        return made

    def extra(self, name: str) -> Array:
        """A tensor of `extra_tensors`: of another file of the release, made by the formula without overrides."""
        return formula.tensor(name, self.about["extra_tensors"][name], self.about.get("salt", ""))


@dataclass(frozen=True)
class Comparison:
    """One output beside what was expected.

    Attributes:
        difference: of the kind the tolerance is given in: largest absolute difference, or share of entries that differ.
        tolerance: the largest difference that passes.
        detail: what else has to be said, for example another shape.
    """

    output: str
    difference: float
    tolerance: float
    passed: bool
    detail: str = ""


def compare(case: Case, outputs: Mapping[str, Array], named: Mapping[str, str]) -> list[Comparison]:
    """Hold every output that the case expects against what was made.

    Args:
        outputs: output -> what was made, of the shape that is stored, or the whole array where the case stores only
            some entries (`OUTPUT__idx` in its arrays: flat indices).
        named: output -> the tolerance of the case that counts for it, where there is none of its own name.
    """
    return [_compare(case, name, outputs.get(name), named) for name in case.about["outputs"]]


def _compare(case: Case, name: str, made: Array | None, named: Mapping[str, str]) -> Comparison:
    expected = case.arrays[name]
    if made is None:
        return Comparison(name, math.inf, 0.0, False, "was not made")
    made = np.asarray(made)
    indices = case.arrays.get(f"{name}__idx")
    if indices is not None and made.shape != expected.shape and indices.max(initial=0) < made.size:
        made = made.ravel()[indices]
    if made.shape != expected.shape:
        return Comparison(name, math.inf, 0.0, False, f"has shape {made.shape}, not {expected.shape}")
    tolerances = case.about.get("tolerances", {})
    own = name in tolerances or f"{name}_agreement" in tolerances
    key = name if own else named.get(name, name)
    agreement = tolerances.get(f"{key}_agreement", tolerances.get(key) if key.endswith("_agreement") else None)
    if agreement is not None:
        if expected.dtype == np.uint8 and made.dtype == np.uint8:  # eight pixels a byte
            expected, made = _bits(expected), _bits(made)
        share = _share(expected != made)
        return Comparison(name, share, 1 - agreement, share <= 1 - agreement + 1e-12)
    tolerance = tolerances.get(key)
    if isinstance(tolerance, Mapping):
        return _by_kind(name, expected, made, tolerance)
    if tolerance is None and np.issubdtype(expected.dtype, np.floating):
        return Comparison(name, math.nan, math.nan, False, f"the case has no tolerance '{key}'")
    if tolerance in (None, EQUAL) or not np.issubdtype(expected.dtype, np.floating):
        share = _share(expected != made)
        return Comparison(name, share, 0.0, share == 0)
    worst = _worst(_difference(expected, made))
    return Comparison(name, worst, float(tolerance), worst <= float(tolerance))


def _by_kind(name: str, expected: Array, made: Array, tolerance: Mapping[str, Any]) -> Comparison:
    """Tolerances that leave room for some entries: `abs`, `equal`, and `count` (abs or rel, whichever is more)."""
    if tolerance["kind"] == EQUAL:
        share, allowed = _share(expected != made), tolerance.get("max_fraction_different", 0.0)
        return Comparison(name, share, allowed, share <= allowed)
    difference = _difference(expected, made)
    if tolerance["kind"] == "count":
        room = np.maximum(tolerance["abs"], tolerance["rel"] * np.abs(expected.astype(np.float64)))
        return Comparison(name, _worst(difference / np.maximum(room, 1e-12)), 1.0, bool((difference <= room).all()))
    outside, allowed = _share(~(difference <= tolerance["atol"])), tolerance.get("max_fraction_outside", 0.0)
    inside = difference[difference <= tolerance["atol"]]
    detail = f"{outside:.2%} beyond it, {allowed:.2%} may be" if outside else ""
    return Comparison(name, _worst(inside if outside <= allowed else difference), tolerance["atol"],
                      outside <= allowed, detail)


def _difference(expected: Array, made: Array) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Absolute differences; none where both are the same infinity or both are no number."""
    one, other = expected.astype(np.float64), made.astype(np.float64)
    same = (one == other) | (np.isnan(one) & np.isnan(other))
    with np.errstate(invalid="ignore"):
        return np.where(same, 0.0, np.nan_to_num(np.abs(one - other), nan=math.inf))


def _bits(packed: Array) -> Array:
    return np.unpackbits(packed.astype(np.uint8, copy=False))


def _worst(differences: Array) -> float:
    return float(differences.max()) if differences.size else 0.0


def _share(different: Array) -> float:
    return float(np.count_nonzero(different)) / different.size if different.size else 0.0

"""Run cases through the loaders and the code that serve users."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, cast

from backend.errors import BadInput, ThroughlineError
from backend.parity.cases import Case, Comparison, compare
from backend.parity.formula import Array


class Family(Protocol):
    """The module `parity` in the folder of a model."""

    TOLERANCES: Mapping[str, str]
    """Output -> the name of its tolerance in a case that has none of the output's own name."""

    def outputs(self, case: Case) -> dict[str, Array]:
        """Load the weights of the case as a released file is loaded, and compute its outputs from its inputs, in
        float32 on the CPU."""
        ...


_FAMILIES: tuple[tuple[str, Callable[[Case], bool]], ...] = (
    ("backend.models.uninext.parity", lambda case: any(
        name.startswith("detr.detr.") for name in case.about["state_dict"])),
    ("backend.models.univs.parity", lambda case: any(
        name.startswith("sem_seg_head.predictor.") for name in case.about["state_dict"])),
    ("backend.models.unipixel.parity", lambda case: "seg_head.0.weight" in case.about["state_dict"]),
    ("backend.models.sam2.parity", lambda case: "maskmem_tpos_enc" in case.about["state_dict"]),
    ("backend.models.ufo.parity", lambda case: any(
        name.startswith(("backbone.vision_model.", "backbone.patch_embed.projection.", "backbone.language_model."))
        for name in case.about["state_dict"]) or not case.about["state_dict"]),
)
"""Module, and whether a case is one of its family: by the names of its weights, as a file is told by them."""


@dataclass(frozen=True)
class Result:
    """How a case went.

    Attributes:
        seconds: for weights, loading and running.
        error: why it could not be run; None where it was.
    """

    case: str
    seconds: float
    comparisons: list[Comparison] = field(default_factory=list)
    error: str | None = None

    @property
    def passed(self) -> bool:
        """Whether every output is within its tolerance."""
        return self.error is None and bool(self.comparisons) and all(one.passed for one in self.comparisons)

    @property
    def worst(self) -> Comparison | None:
        """The output that is nearest to its tolerance, or farthest beyond it."""
        def ratio(one: Comparison) -> tuple[bool, float]:
            return not one.passed, one.difference / one.tolerance if one.tolerance else one.difference

        return max(self.comparisons, key=ratio, default=None)


def find_cases(folder: Path) -> list[Path]:
    """The folders of cases in a folder (or the folder itself), by name. Raises BadInput where there is none."""
    found = sorted(path.parent for path in folder.glob("**/case.json"))
    if not found:
        raise BadInput("no_case", f"There is no case in {folder}.", "Name a folder that holds folders with case.json.")
    return found


def run_case(case: Case) -> Result:
    """Run one case. What goes wrong in the model is a result, not an error: the other cases are still to be run."""
    started = time.perf_counter()
    try:
        family = family_of(case)
        comparisons, error = compare(case, family.outputs(case), family.TOLERANCES), None
    except (ThroughlineError, ArithmeticError, AssertionError, AttributeError, ImportError, LookupError, RuntimeError,
            TypeError, ValueError) as problem:
        comparisons, error = [], f"{type(problem).__name__}: {problem}"
    return Result(case.name, time.perf_counter() - started, comparisons, error)


def run_folder(folder: Path) -> Iterator[Result]:
    """Run every case of a folder, in the order of their names."""
    for path in find_cases(folder):
        try:
            case = Case.read(path)
        except BadInput as error:
            yield Result(path.name, 0.0, error=str(error))
            continue
        yield run_case(case)


def family_of(case: Case) -> Family:
    """The family of a case. Raises BadInput where its weights are of no model here."""
    for module, claims in _FAMILIES:
        if claims(case):
            return cast(Family, importlib.import_module(module))
    raise BadInput("unknown_family", f"The weights of {case.name} are of no model that is here.",
                   "Look at the names in its state_dict.")

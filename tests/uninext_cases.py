"""Golden cases of UNINEXT."""

from __future__ import annotations

from backend.parity.cases import Case
from tests import golden_cases

GOLDEN = golden_cases.GOLDEN


def read(name: str) -> Case:
    """The case of this name; see `golden_cases.read`."""
    return golden_cases.read(f"uninext_{name}")

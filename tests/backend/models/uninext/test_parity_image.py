"""The authors' numbers on single pictures, at weights by the formula."""

from __future__ import annotations

import pytest

from backend.parity.run import run_case
from tests import uninext_cases

IMAGES = ("detection", "instseg", "grounding", "convnext", "vit")


@pytest.mark.parametrize("name", IMAGES)
def test_it_is_the_authors(name: str) -> None:
    result = run_case(uninext_cases.read(name))
    assert result.passed, result

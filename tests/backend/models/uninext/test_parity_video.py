"""The authors' numbers on videos, at weights by the formula."""

from __future__ import annotations

import pytest

from backend.parity.run import run_case
from tests import uninext_cases

VIDEOS = ("vis", "mot", "rvos", "sot", "vos")


@pytest.mark.parametrize("name", VIDEOS)
def test_it_is_the_authors(name: str) -> None:
    result = run_case(uninext_cases.read(name))
    assert result.passed, result

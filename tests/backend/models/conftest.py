"""A small video whose every mask is known, for models and the runner."""

from __future__ import annotations

import pytest

from tests.moving_shapes import Shapes


@pytest.fixture(scope="session")
def shapes() -> Shapes:
    return Shapes(count=16)

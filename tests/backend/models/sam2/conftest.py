"""The network of the golden case: a tiny Hiera at 128 pixels with weights by formula. Its masks mean nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from backend.models.sam2.network import Network
from backend.models.sam2.parity import network_of
from backend.parity.cases import Case


@pytest.fixture(scope="session")
def case() -> Case:
    return Case.read(Path(__file__).parents[3] / "golden" / "sam2_video")


@pytest.fixture(scope="session")
def net(case: Case) -> Network:
    torch.set_num_threads(1)  # too small for more to help
    return network_of(case)

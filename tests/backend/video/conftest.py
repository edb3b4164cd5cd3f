from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil
import pytest

from backend.video import FrameIndex, build_index
from tests import video_fixtures

Decoders = Callable[[], list[psutil.Process]]


@dataclass(frozen=True)
class Made:
    """A video of a known kind, indexed."""

    path: Path
    numbers: list[int]
    index: FrameIndex


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Made]:
    """Videos by kind, each made and indexed once."""
    folder = tmp_path_factory.mktemp("videos")

    @cache
    def make(kind: str) -> Made:
        path, numbers = video_fixtures.make(kind, folder)
        return Made(path, numbers, build_index(path))

    return make


@pytest.fixture
def decoders() -> Decoders:
    """The decoding processes that the test has started and that still run. (Others, such as the one that tests fork
    servers from, may be there from before.)"""

    def spawned() -> set[psutil.Process]:
        return {p for p in psutil.Process().children() if "spawn_main" in " ".join(p.cmdline())}

    before = spawned()
    return lambda: list(spawned() - before)

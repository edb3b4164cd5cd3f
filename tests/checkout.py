"""A copy of what runs, for tests that damage it."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.server import ROOT

ROOMS = ("app", "assets", "backend", "benchmarks", "projects_db", "widgets")


def copy_of_checkout(to: Path, *, weights: bool) -> Path:
    """Everything a server or command needs but `.venv`; with or without the weights of models. Returns `to`."""
    leave = shutil.ignore_patterns("__pycache__", *([] if weights else ["*.onnx"]))
    for room in ROOMS:
        shutil.copytree(ROOT / room, to / room, ignore=leave)
    shutil.copy(ROOT / "requirements.txt", to)
    return to

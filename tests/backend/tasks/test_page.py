"""The page of tasks says what the specs say, and what it names as proof is there."""

from __future__ import annotations

import re
from typing import get_args

from backend.models import registry
from backend.tasks import matrix
from backend.tasks.table import TASKS, TaskName
from tests.make_tasks_page import PAGE, with_tables

PAGE_TEXT = PAGE.read_text(encoding="utf-8")
ROOT = PAGE.parents[2]


def test_tables_are_those_of_the_registry() -> None:
    """Otherwise: python -m tests.make_tasks_page"""
    assert with_tables(PAGE_TEXT) == PAGE_TEXT


def test_sixteen_tasks_of_which_track_does_thirteen() -> None:
    assert len(matrix.by_task().rows) == 16
    assert tuple(TASKS) == get_args(TaskName) and len(TASKS) == 13


def test_proofs_are_there() -> None:
    tests = re.findall(r"`(tests/[\w/.]+)", PAGE_TEXT)
    assert len(tests) >= 5 and all((ROOT / one).exists() for one in tests)
    proofs = PAGE_TEXT.split("golden cases", 1)[1]
    cases = re.findall(r"`((?:univs|uninext|ufo|unipixel)_\w+)`", proofs)
    assert len(cases) >= 20 and all((ROOT / "tests" / "golden" / one / "case.json").is_file() for one in cases)


def test_every_task_of_the_two_papers_is_done_by_them() -> None:
    """UniVS: six tasks on videos, and pictures. UNINEXT: ten."""
    univs, uninext = ({task for task, one in TASKS.items() if one.done_by(registry.spec(name))}
                      for name in ("univs-r50", "uninext-r50"))
    assert univs >= {"vis", "vps", "vss", "vos", "pvos", "rvos", "seg"}
    assert uninext >= {"det", "seg", "rec", "res", "sot", "vos", "mot", "mots", "vis", "rvos"}

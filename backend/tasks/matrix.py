"""Which models can do which tasks and take which prompts, by their specs: the tables of docs/guides/tasks.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import get_args

from backend.models import registry
from backend.models.seam import ModelSpec, SearchKind
from backend.prompts import PromptKind
from backend.quality.tables import Table
from backend.tasks.table import TASKS

_IN_WORDS: tuple[tuple[str, str, Callable[[ModelSpec], bool]], ...] = (
    ("reasoning segmentation", "expression",
     lambda spec: "expression" in spec.prompts and ("answer" in spec.tasks or "reason" in spec.name)),
    ("questions about objects and pixels", "question", lambda spec: "question" in spec.prompts),
    ("captions and descriptions", "question", lambda spec: "answer" in spec.tasks),
)
"""Tasks of the papers whose answers are words or take thought: on the page *Annotate*, and not in `track`."""


def families() -> dict[str, list[ModelSpec]]:
    """The models that differ in size and training only, under what their names have in common."""
    specs = sorted((one.spec for one in registry.available()), key=lambda spec: _family(spec))
    return {name: list(of_it) for name, of_it in groupby(specs, _family)}


def by_task() -> Table:
    """A row a task: what it is told by, and how many models of a family can do it; "composed" where none of them does
    it by a search of its own."""
    rows = [(f"{one.title} (`{one.name}`)", one.told, *_cells(one.done_by, one.search)) for one in TASKS.values()]
    rows += [(title, told, *_cells(able)) for title, told, able in _IN_WORDS]
    return Table("Tasks", ("task", "told by", *families()), tuple(rows))


def by_prompt() -> Table:
    """A row a prompt kind: which models take it."""
    rows = ((kind, *_cells(lambda spec, kind=kind: kind in spec.prompts))  # type: ignore[misc]
            for kind in get_args(PromptKind))
    return Table("Prompts", ("prompt", *families()), tuple(rows))


def _cells(able: Callable[[ModelSpec], bool], search: SearchKind | None = None) -> Iterable[str]:
    for specs in families().values():
        count = sum(map(able, specs))
        how = "" if search is None or any(search in spec.searches for spec in specs) else "composed"
        yield "" if not count else how or "yes" if count == len(specs) else f"{count} of {len(specs)} {how}".strip()


def _family(spec: ModelSpec) -> str:
    return spec.name.split("-")[0]

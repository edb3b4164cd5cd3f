"""`python -m tests.make_tasks_page`: make the tables of docs/guides/tasks.md anew, after a model's spec has changed."""

from __future__ import annotations

import re
from pathlib import Path

from backend.quality.tables import Table
from backend.tasks import matrix

PAGE = Path(__file__).parent.parent / "docs" / "guides" / "tasks.md"


def with_tables(page: str) -> str:
    """The page with its tables as the registry's specs have them."""
    return _put(_put(page, "tasks", matrix.by_task()), "prompts", matrix.by_prompt())


def _put(page: str, name: str, table: Table) -> str:
    _, rows = table.as_markdown().replace("---:", "---").split("\n\n", 1)  # the page has its own titles
    return re.sub(rf"<!-- {name} -->.*?(?=\n\n)", f"<!-- {name} -->\n{rows}", page, flags=re.S)


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")

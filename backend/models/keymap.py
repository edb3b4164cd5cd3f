"""Key maps: from the names in a released state dict to those of our networks, as tables of rules."""

from __future__ import annotations

import re

Rules = tuple[tuple[re.Pattern[str], str], ...]


def rules(*table: tuple[str, str]) -> Rules:
    """A table of (regular expression, what it is replaced by). Every rule that matches is applied, in this order."""
    return tuple((re.compile(pattern), target) for pattern, target in table)


def renamed(name: str, *tables: Rules) -> str:
    """One name, by the rules of one table after the other."""
    for table in tables:
        for pattern, target in table:
            name = pattern.sub(target, name)
    return name

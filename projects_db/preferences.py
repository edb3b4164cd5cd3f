"""What people chose for themselves."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from projects_db import people, tables

DEFAULTS: dict[str, Any] = {"language": None, "keys": {}, "tour": None}
"""language: "en", "de" or None for the browser's. keys: {command id: [binding, ...]} where they differ from ours. tour:
"done", "left", or None for somebody who has not met it yet."""


def of(session: Session, person_id: int) -> dict[str, Any]:
    """All of them, with the default for what was never chosen. Raises NotFound."""
    return DEFAULTS | people.row_of(session, person_id).preferences


def change(session: Session, person_id: int, changes: dict[str, Any]) -> dict[str, Any]:
    """Change those that are named; the rest stays. Returns all. Raises NotFound."""
    row: tables.Person = people.row_of(session, person_id)
    row.preferences = row.preferences | changes
    return DEFAULTS | row.preferences

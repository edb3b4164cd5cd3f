"""What people chose for themselves: language, keys, the tour."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from app.identity import AtWorkplace, SignedIn
from app.schemas_me import PreferencesChange
from projects_db import preferences

router = APIRouter(prefix="/api/me/preferences")


@router.get("")
def get_preferences(person: SignedIn, workplace: AtWorkplace) -> dict[str, Any]:
    """One's own."""
    with workplace.db.read() as session:
        return preferences.of(session, person.id)


@router.patch("")
def change_preferences(body: PreferencesChange, person: SignedIn, workplace: AtWorkplace) -> dict[str, Any]:
    """Change what is given."""
    with workplace.db.write() as session:
        return preferences.change(session, person.id, body.changes())

"""Signing in and out, and who one is."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from app.errors import Unauthenticated, error_response
from app.identity import AtWorkplace, SignedIn, csrf_token, sign_in
from app.schemas import SignIn
from projects_db import people, preferences
from projects_db.people import Person

router = APIRouter()


@router.get("/", include_in_schema=False)
def front_door() -> Response:
    """To the pages."""
    return RedirectResponse("/ui/", 303)


@router.post("/api/session")
def begin_session(body: SignIn, request: Request, workplace: AtWorkplace) -> Any:
    """Sign in. 401 for a wrong name or password; 429 while this name from this address has to wait."""
    key = f"{request.client.host if request.client else ''} {body.name}"
    if wait := workplace.sign_ins.wait(key):
        response = error_response(429, "too_many_attempts", f"Too many failed attempts: wait {wait} seconds.",
                                  "Then try again; an owner can set a new password.")
        response.headers["Retry-After"] = str(wait)
        return response
    with workplace.db.read() as session:
        person = people.authenticate(session, body.name, body.password)
        if person is None:
            workplace.sign_ins.failed(key)
            raise Unauthenticated("wrong_password", "The name or the password is wrong.", "Try again.")
        workplace.sign_ins.succeeded(key)
        sign_in(request, session, person)
        return _me(request, session, person, accounts=True)


@router.delete("/api/session")
def end_session(person: SignedIn, request: Request) -> dict[str, Any]:
    """Sign out."""
    request.session.clear()
    return {}


@router.get("/api/me")
def me(person: SignedIn, request: Request, workplace: AtWorkplace) -> dict[str, Any]:
    """Who one is, and the token that unsafe requests must carry."""
    with workplace.db.read() as session:
        return _me(request, session, person, accounts=people.has_accounts(session))


def _me(request: Request, session: Session, person: Person, *, accounts: bool) -> dict[str, Any]:
    return {"id": person.id, "name": person.name, "is_owner": person.is_owner, "csrf": csrf_token(request),
            "accounts": accounts, "preferences": preferences.of(session, person.id)}

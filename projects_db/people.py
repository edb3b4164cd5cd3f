"""People, their passwords, and their roles in projects."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.errors import BadInput, Conflict, NotFound
from projects_db import tables
from projects_db.tables import ROLES, now

MIN_PASSWORD = 8
_hasher = PasswordHasher()
_NOBODY = _hasher.hash("nobody has this password")
"""Checked when the name is unknown, so that the time taken does not tell which names exist."""


@dataclass(frozen=True)
class Person:
    """Somebody who works here; `has_password` is False for the local person of a workplace without accounts."""

    id: int
    name: str
    is_owner: bool
    active: bool
    has_password: bool
    created_at: str


@dataclass(frozen=True)
class Member:
    """A person's role in one project."""

    person_id: int
    name: str
    role: str


def create(session: Session, name: str, password: str | None = None, *, is_owner: bool = False) -> Person:
    """A new person. Raises BadInput (empty name, short password), Conflict (name taken)."""
    name = name.strip()
    if not 0 < len(name) <= 100:
        raise BadInput("bad_name", "A name has 1 to 100 characters.", "Choose another name.")
    if session.scalar(select(tables.Person.id).where(tables.Person.name == name)):
        raise Conflict("name_taken", f"There is already somebody called {name}.", "Choose another name.")
    row = tables.Person(
        name=name, password_hash=None if password is None else _hash(password), is_owner=is_owner, created_at=now(),
    )
    session.add(row)
    session.flush()
    return _view(row)


def get(session: Session, person_id: int) -> Person:
    """Raises NotFound."""
    return _view(row_of(session, person_id))


def everyone(session: Session) -> list[Person]:
    """All people, by name."""
    return [_view(row) for row in session.scalars(select(tables.Person).order_by(tables.Person.name))]


def has_accounts(session: Session) -> bool:
    """Whether somebody can sign in with a password."""
    return session.scalar(select(tables.Person.id).where(tables.Person.password_hash.is_not(None)).limit(1)) is not None


def local_person(session: Session) -> Person:
    """The person without a password that a workplace without accounts signs in by itself; made when first asked for."""
    query = select(tables.Person).where(tables.Person.password_hash.is_(None)).order_by(tables.Person.id).limit(1)
    row = session.scalar(query)
    return _view(row) if row else create(session, "local", is_owner=True)


def authenticate(session: Session, name: str, password: str) -> Person | None:
    """The active person of this name and password, or None. Takes the same time for an unknown name."""
    row = session.scalar(select(tables.Person).where(tables.Person.name == name.strip()))
    known = row is not None and row.active and row.password_hash is not None
    try:
        _hasher.verify(row.password_hash if row and known and row.password_hash else _NOBODY, password)
    except (VerifyMismatchError, InvalidHashError):
        return None
    return _view(row) if row and known else None


def password_stamp(session: Session, person_id: int) -> str | None:
    """A fingerprint of a person's password that a login session keeps, so that a new password ends it.

    None for somebody who cannot sign in: unknown, not active, or without a password."""
    row = session.get(tables.Person, person_id)
    if row is None or not row.active or row.password_hash is None:
        return None
    return hashlib.sha256(row.password_hash.encode()).hexdigest()[:32]


def set_password(session: Session, person_id: int, password: str) -> None:
    """Raises BadInput (too short), NotFound."""
    row_of(session, person_id).password_hash = _hash(password)


def set_active(session: Session, person_id: int, active: bool) -> Person:
    """People are never deleted, for the history names them; one who left is made inactive. Raises NotFound."""
    row = row_of(session, person_id)
    row.active = active
    return _view(row)


def role_of(session: Session, person_id: int, project_id: int) -> str | None:
    """"annotator", "reviewer", "owner", or None for somebody who is not in the project (or not active)."""
    person = session.get(tables.Person, person_id)
    if person is None or not person.active:
        return None
    if person.is_owner:
        return "owner"
    member = session.get(tables.Member, (project_id, person_id))
    return member.role if member else None


def may(role: str | None, needed: str) -> bool:
    """Whether a role holds the rights of another: owner > reviewer > annotator."""
    return role is not None and ROLES.index(role) >= ROLES.index(needed)


def set_role(session: Session, project_id: int, person_id: int, role: str) -> Member:
    """Put a person in a project, or change the role. Raises BadInput (unknown role), NotFound."""
    if role not in ROLES:
        raise BadInput("unknown_role", f"There is no role {role!r}.", f"Choose one of {', '.join(ROLES)}.")
    person = row_of(session, person_id)
    if session.get(tables.Project, project_id) is None:
        raise NotFound("no_such_project", f"There is no project {project_id}.",
                       "Check the address, or load the list of projects again.")
    session.merge(tables.Member(project_id=project_id, person_id=person_id, role=role))
    session.flush()
    return Member(person_id, person.name, role)


def remove_member(session: Session, project_id: int, person_id: int) -> None:
    """Raises NotFound."""
    member = session.get(tables.Member, (project_id, person_id))
    if member is None:
        raise NotFound("no_such_member", "This person is not in the project.", "Load the list of people again.")
    session.delete(member)
    session.flush()


def members(session: Session, project_id: int) -> list[Member]:
    """People of a project, by name."""
    query = (
        select(tables.Person.id, tables.Person.name, tables.Member.role)
        .join(tables.Member, tables.Member.person_id == tables.Person.id)
        .where(tables.Member.project_id == project_id).order_by(tables.Person.name)
    )
    return [Member(row.id, row.name, row.role) for row in session.execute(query)]


def _hash(password: str) -> str:
    if not MIN_PASSWORD <= len(password) <= 1000:
        raise BadInput("bad_password", f"A password has at least {MIN_PASSWORD} characters.", "Choose a longer one.")
    return _hasher.hash(password)


def row_of(session: Session, person_id: int) -> tables.Person:
    """The row of a person, for other repositories. Raises NotFound."""
    row = session.get(tables.Person, person_id)
    if row is None:
        raise NotFound("no_such_person", f"There is no person {person_id}.", "Load the list of people again.")
    return row


def _view(row: tables.Person) -> Person:
    return Person(row.id, row.name, row.is_owner, row.active, row.password_hash is not None, row.created_at)

"""Who asks, and what they may do: the one place that knows, for our routes and for Gradio's pages alike."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from app.errors import Unauthenticated
from app.jobs import Job
from app.workplace import Workplace, workplace_of
from backend.errors import Forbidden, NotFound
from projects_db import copies, people, projects, videos
from projects_db.people import Person


@dataclass(frozen=True)
class Access:
    """A person with a role in a project."""

    person: Person
    project_id: int
    role: str
    key: str | None = None
    """Of the request (its Idempotency-Key): one that comes again, since its answer was lost, is not done again."""


def user_of(request: Request) -> Person | None:
    """The person behind a request; None for nobody.

    Without accounts this is the local person, who needs no session. With accounts it is whom the session names, as
    long as the account is active and its password is the one they signed in with.
    """
    with workplace_of(request).db.read() as session:
        if not people.has_accounts(session):
            return people.local_person(session)
        person_id, stamp = request.session.get("person"), request.session.get("stamp")
        if not isinstance(person_id, int) or not isinstance(stamp, str):
            return None
        known = people.password_stamp(session, person_id)
        if known is None or not secrets.compare_digest(known, stamp):
            return None
        return people.get(session, person_id)


def name_of(request: Request) -> str | None:
    """The name of the person behind a request, as Gradio asks for it."""
    person = user_of(request)
    return person.name if person else None


async def is_signed_in(request: Request) -> bool:
    """Whether a request has a person behind it; asks the database in a thread."""
    return await run_in_threadpool(user_of, request) is not None


async def is_owner(request: Request) -> bool:
    """Whether an owner of the workplace is behind a request."""
    person = await run_in_threadpool(user_of, request)
    return person is not None and person.is_owner


def sign_in(request: Request, session: Session, person: Person) -> None:
    """Begin a new login session for a person; whatever the cookie held before is dropped."""
    request.session.clear()
    request.session.update(person=person.id, stamp=people.password_stamp(session, person.id))
    csrf_token(request)


def csrf_token(request: Request) -> str:
    """The token that unsafe requests of this session carry; made when first asked for."""
    if "csrf" not in request.session:
        request.session["csrf"] = secrets.token_urlsafe(24)
    return request.session["csrf"]


def signed_in(request: Request) -> Person:
    """Dependency: the person behind the request. Raises Unauthenticated."""
    person = user_of(request)
    if person is None:
        raise Unauthenticated("not_signed_in", "Nobody is signed in.", "Sign in at /login.")
    return person


SignedIn = Annotated[Person, Depends(signed_in)]
AtWorkplace = Annotated[Workplace, Depends(workplace_of)]


def workplace_owner(person: SignedIn) -> Person:
    """Dependency: an owner of the whole workplace. Raises Forbidden."""
    if not person.is_owner:
        raise Forbidden("owners_only", "Only an owner of the workplace may do this.", "Ask an owner.")
    return person


WorkplaceOwner = Annotated[Person, Depends(workplace_owner)]


def access(session: Session, person: Person, project_id: int, needed: str, unknown: str) -> Access:
    """What a person may do in a project.

    Args:
        needed: the least role that will do.
        unknown: what the person asked for ("video"), named when they may not know of it.

    Raises:
        NotFound: they are not in the project: they may not know whether the thing exists.
        Forbidden: their role is not enough.
    """
    role = people.role_of(session, person.id, project_id)
    if role is None:
        raise NotFound(f"no_such_{unknown}", f"There is no such {unknown}.", "Check the address.")
    if not people.may(role, needed):
        raise Forbidden("role", f"This needs the role {needed}; yours here is {role}.", "Ask an owner of the project.")
    return Access(person, project_id, role)


def member_by(project_of: Callable[[Session, int], int], thing: str, needed: str) -> Callable[..., Access]:
    """Dependency of routes with `{thing_id:int}` of something in a project: a member with at least this role.

    Args:
        project_of: (session, id) -> the project it is in. Raises NotFound.
        thing: "video", "object", ...
    """

    def check(request: Request, person: SignedIn, workplace: AtWorkplace) -> Access:
        with workplace.db.read() as session:
            project_id = project_of(session, request.path_params[f"{thing}_id"])
            found = access(session, person, project_id, needed, thing)
        return replace(found, key=request.headers.get("Idempotency-Key"))

    return check


def project_member(needed: str) -> Callable[..., Access]:
    """Dependency of routes with `{project_id:int}`: a member with at least this role."""
    return member_by(lambda session, project_id: projects.get(session, project_id).id, "project", needed)


def video_member(needed: str) -> Callable[..., Access]:
    """Dependency of routes with `{video_id:int}`: a member of its project with at least this role, who is to see it."""
    member = member_by(lambda session, video_id: videos.get(session, video_id).project_id, "video", needed)

    def check(request: Request, person: SignedIn, workplace: AtWorkplace) -> Access:
        found = member(request, person, workplace)
        if found.role == "annotator":
            with workplace.db.read() as session:
                if request.path_params["video_id"] in copies.hidden_from(session, person.id, found.project_id):
                    raise NotFound("no_such_video", "There is no such video.", "Check the address.")
        return found

    return check


def job_member(kind: str) -> Callable[..., Job]:
    """Dependency of routes with `{kind_id}`: a job of this kind in a project of the person's. Raises NotFound."""

    def job(request: Request, person: SignedIn, workplace: AtWorkplace) -> Job:
        found = workplace.jobs.get(request.path_params[f"{kind}_id"], kind)
        with workplace.db.read() as session:
            access(session, person, found.project_id, "annotator", kind)
        return found

    return job

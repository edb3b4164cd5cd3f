"""Projects, label schemas, people and their roles."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session

from app import views
from app.identity import Access, AtWorkplace, SignedIn, WorkplaceOwner, member_by, project_member
from app.schemas import LabelChange, MemberRole, NewLabel, NewPerson, NewProject, Rename
from app.schemas_review import PersonChange
from backend.errors import BadInput
from projects_db import people, projects

router = APIRouter(prefix="/api")

Member = Annotated[Access, Depends(project_member("annotator"))]
Owner = Annotated[Access, Depends(project_member("owner"))]
LabelOwner = Annotated[
    Access, Depends(member_by(lambda session, label: projects.label(session, label).project_id, "label", "owner"))
]


@router.get("/projects")
def list_projects(person: SignedIn, workplace: AtWorkplace) -> list[dict[str, Any]]:
    """The projects one is in."""
    with workplace.db.read() as session:
        return [views.project(project) for project in projects.everything_for(session, person.id)]


@router.post("/projects")
def create_project(body: NewProject, person: WorkplaceOwner, workplace: AtWorkplace) -> dict[str, Any]:
    """A new project with its labels."""
    labels = [projects.NewLabel(**label.model_dump()) for label in body.labels]
    with workplace.db.write() as session:
        project = projects.create(session, body.name, labels, person.id)
        return _whole(session, project.id, person.id)


@router.get("/projects/{project_id:int}")
def get_project(access: Member, workplace: AtWorkplace) -> dict[str, Any]:
    """A project with its labels and people."""
    with workplace.db.read() as session:
        return _whole(session, access.project_id, access.person.id)


@router.patch("/projects/{project_id:int}")
def rename_project(body: Rename, access: Owner, workplace: AtWorkplace) -> dict[str, Any]:
    """Rename it."""
    with workplace.db.write() as session:
        projects.rename(session, access.project_id, body.name)
        return _whole(session, access.project_id, access.person.id)


@router.post("/projects/{project_id:int}/labels")
def add_label(body: NewLabel, access: Owner, workplace: AtWorkplace) -> dict[str, Any]:
    """A new label."""
    with workplace.db.write() as session:
        return views.label(projects.add_label(session, access.project_id, projects.NewLabel(**body.model_dump())))


@router.patch("/labels/{label_id:int}")
def change_label(label_id: int, body: LabelChange, access: LabelOwner, workplace: AtWorkplace) -> dict[str, Any]:
    """Change what is given."""
    with workplace.db.write() as session:
        return views.label(projects.change_label(session, label_id, **body.changes()))


@router.delete("/labels/{label_id:int}")
def delete_label(label_id: int, access: LabelOwner, workplace: AtWorkplace) -> dict[str, Any]:
    """Delete it; 422 while objects use it."""
    with workplace.db.write() as session:
        projects.delete_label(session, label_id)
    return {}


@router.put("/projects/{project_id:int}/members/{person_id:int}")
def set_member(person_id: int, body: MemberRole, access: Owner, workplace: AtWorkplace) -> dict[str, Any]:
    """Put a person in the project, or change their role."""
    with workplace.db.write() as session:
        people.set_role(session, access.project_id, person_id, body.role)
        return _whole(session, access.project_id, access.person.id)


@router.delete("/projects/{project_id:int}/members/{person_id:int}")
def remove_member(person_id: int, access: Owner, workplace: AtWorkplace) -> dict[str, Any]:
    """Take a person out of the project."""
    with workplace.db.write() as session:
        people.remove_member(session, access.project_id, person_id)
    workplace.forget_access()
    return {}


@router.get("/people")
def list_people(owner: WorkplaceOwner, workplace: AtWorkplace) -> list[dict[str, Any]]:
    """Everybody."""
    with workplace.db.read() as session:
        return [views.person(person) for person in people.everyone(session)]


@router.post("/people")
def add_person(body: NewPerson, owner: WorkplaceOwner, workplace: AtWorkplace) -> dict[str, Any]:
    """A new account. From the first one on, everybody has to sign in."""
    with workplace.db.write() as session:
        if not body.is_owner and not people.has_accounts(session):
            raise BadInput("first_is_owner", "The first account must be an owner's: nobody could manage the others.",
                           "Make an owner's account first.")
        return views.person(people.create(session, body.name, body.password, is_owner=body.is_owner))


@router.patch("/people/{person_id:int}")
def change_person(
    person_id: int, body: PersonChange, owner: WorkplaceOwner, workplace: AtWorkplace
) -> dict[str, Any]:
    """Let an account sign in no more, or again. What the person made stays."""
    if person_id == owner.id:
        raise BadInput("own_account", "Nobody switches their own account off.", "Ask another owner.")
    with workplace.db.write() as session:
        person = people.get(session, person_id)
        if body.active is not None:
            person = people.set_active(session, person_id, body.active)
    workplace.forget_access()
    return views.person(person)


def _whole(session: Session, project_id: int, person_id: int) -> dict[str, Any]:
    return views.whole_project(
        projects.get(session, project_id, person_id), projects.labels(session, project_id),
        people.members(session, project_id),
    )

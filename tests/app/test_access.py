"""Who may do what: every route of the application, asked by everybody. A route without a line here fails the test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Mount

from app.main import ROUTERS, create_app
from app.settings import Settings
from projects_db import people
from projects_db.database import Database
from tests.app.conftest import Client, client_of, import_clip
from tests.video_fixtures import encode

ANYBODY, SIGNED_IN, MEMBER, OWN, REVIEWER, PROJECT_OWNER, WORKPLACE_OWNER = (
    "anybody", "signed in", "member", "own", "reviewer", "project owner", "workplace owner")
"""The least that a route asks for; OWN: what the person has begun."""

NEEDS = {
    "GET /": ANYBODY, "GET /healthz": ANYBODY, "GET /login": ANYBODY, "POST /api/session": ANYBODY,
    "GET /assets/{digest}/{name:path}": ANYBODY,
    "DELETE /api/session": SIGNED_IN, "GET /api/me": SIGNED_IN, "GET /api/projects": SIGNED_IN,
    "GET /api/formats": SIGNED_IN, "GET /api/me/preferences": SIGNED_IN, "PATCH /api/me/preferences": SIGNED_IN,
    "GET /api/activity": SIGNED_IN, "PUT /api/activity/logging": WORKPLACE_OWNER,
    "POST /api/projects": WORKPLACE_OWNER, "GET /api/people": WORKPLACE_OWNER, "POST /api/people": WORKPLACE_OWNER,
    "GET /api/projects/{project_id:int}": MEMBER, "PATCH /api/projects/{project_id:int}": PROJECT_OWNER,
    "POST /api/projects/{project_id:int}/labels": PROJECT_OWNER,
    "PATCH /api/labels/{label_id:int}": PROJECT_OWNER, "DELETE /api/labels/{label_id:int}": PROJECT_OWNER,
    "PUT /api/projects/{project_id:int}/members/{person_id:int}": PROJECT_OWNER,
    "DELETE /api/projects/{project_id:int}/members/{person_id:int}": PROJECT_OWNER,
    "POST /api/projects/{project_id:int}/uploads": MEMBER,
    "GET /api/uploads/{upload_id}": OWN, "PATCH /api/uploads/{upload_id}": OWN,
    "POST /api/uploads/{upload_id}/finish": OWN, "DELETE /api/uploads/{upload_id}": OWN,
    "POST /api/projects/{project_id:int}/videos": WORKPLACE_OWNER, "GET /api/imports/{import_id}": MEMBER,
    "GET /api/projects/{project_id:int}/videos": MEMBER, "GET /api/videos/{video_id:int}": MEMBER,
    "DELETE /api/videos/{video_id:int}": PROJECT_OWNER,
    "GET /api/videos/{content_hash}/frames/{frame}.jpg": MEMBER,
    "GET /api/videos/{content_hash}/proxies/{frame}.jpg": MEMBER,
    "POST /api/videos/{video_id:int}/objects": MEMBER,
    "PATCH /api/objects/{object_id:int}": MEMBER, "DELETE /api/objects/{object_id:int}": MEMBER,
    "POST /api/runs": MEMBER, "GET /api/runs/{run_id:int}": MEMBER, "POST /api/runs/{run_id:int}/cancel": MEMBER,
    "POST /api/runs/{run_id:int}/resume": MEMBER, "GET /api/runs/{run_id:int}/replaced": MEMBER,
    "POST /api/runs/{run_id:int}/accept": MEMBER, "POST /api/runs/{run_id:int}/roll-back": MEMBER,
    "POST /api/threads/{thread_id:int}/comments": MEMBER, "PATCH /api/threads/{thread_id:int}": MEMBER,
    "GET /api/projects/{project_id:int}/review": MEMBER,
    "POST /api/projects/{project_id:int}/exports": MEMBER, "GET /api/exports/{export_id}": MEMBER,
    "GET /api/exports/{export_id}/file": MEMBER, "POST /api/exports/{export_id}/cancel": MEMBER,
    "POST /api/projects/{project_id:int}/annotations": PROJECT_OWNER,
    **{f"{method} /api/videos/{{video_id:int}}/{rest}": MEMBER for method, rest in (
        ("GET", "masks"), ("GET", "frames/{frame:int}/prompts"), ("POST", "frames/{frame:int}/prompts"),
        ("DELETE", "frames/{frame:int}/prompts"), ("PUT", "frames/{frame:int}/masks/{object_id:int}"),
        ("DELETE", "frames/{frame:int}/masks/{object_id:int}"), ("POST", "clear"), ("POST", "verify"),
        ("POST", "absent"), ("POST", "preview"), ("POST", "discover"), ("POST", "frames/{frame:int}/masks"),
        ("POST", "undo"), ("POST", "redo"), ("GET", "timeline"), ("GET", "history"), ("GET", "events"),
        ("GET", "doubts"), ("POST", "stage"), ("GET", "threads"), ("POST", "threads"), ("GET", "work"),
        ("POST", "activity"), ("GET", "scores"), ("GET", "looked"), ("POST", "looked"),
        ("POST", "merge"), ("POST", "split"), ("POST", "swap"), ("GET", "partners"), ("POST", "spans"),
        ("POST", "cuts"),
    )},
    "PATCH /api/people/{person_id:int}": WORKPLACE_OWNER,
    "GET /api/videos/{video_id:int}/answers": MEMBER, "POST /api/videos/{video_id:int}/answers": MEMBER,
    "DELETE /api/videos/{video_id:int}/answers/{answer_id:int}": MEMBER,
    "POST /api/videos/{video_id:int}/searches": MEMBER, "GET /api/videos/{video_id:int}/searches": MEMBER,
    "GET /api/searches/{search_id:int}": MEMBER, "POST /api/searches/{search_id:int}/cancel": MEMBER,
    "GET /api/videos/{video_id:int}/tracks/masks": MEMBER, "POST /api/videos/{video_id:int}/tracks/accept": MEMBER,
    "POST /api/videos/{video_id:int}/tracks/reject": MEMBER,
    "POST /api/videos/{video_id:int}/checks": MEMBER, "GET /api/videos/{video_id:int}/findings": MEMBER,
    "GET /api/videos/{video_id:int}/versions": MEMBER,
    "GET /api/videos/{video_id:int}/versions/{version_id}/masks": MEMBER,
    "GET /api/videos/{video_id:int}/versions/{version_id}/agreement": MEMBER,
    "GET /api/videos/{video_id:int}/next": MEMBER,
    "POST /api/videos/{video_id:int}/mend": MEMBER, "GET /api/mends/{mend_id}": MEMBER,
    "POST /api/mends/{mend_id}/cancel": MEMBER,
    "GET /api/checks/{check_id}": MEMBER, "POST /api/checks/{check_id}/cancel": MEMBER,
    "PATCH /api/findings/{finding_id:int}": MEMBER,
    "GET /api/me/assignments": SIGNED_IN, "GET /api/projects/{project_id:int}/assignments": MEMBER,
    "POST /api/projects/{project_id:int}/assignments": REVIEWER,
    "PATCH /api/assignments/{assignment_id:int}": MEMBER, "DELETE /api/assignments/{assignment_id:int}": REVIEWER,
    **{f"{method} /api/videos/{{video_id:int}}/{rest}": REVIEWER for method, rest in (
        ("GET", "gold"), ("POST", "gold"), ("DELETE", "gold"), ("POST", "copies"),
    )},
    "POST /api/projects/{project_id:int}/agreement": REVIEWER, "GET /api/agreements/{agreement_id}": REVIEWER,
    "GET /api/projects/{project_id:int}/agreement": MEMBER,
    "GET /api/projects/{project_id:int}/queue": MEMBER, "GET /api/projects/{project_id:int}/threads": MEMBER,
}
NOT_ASKED = {"GET /api/videos/{video_id:int}/events"}
"""Allowed, it does not end."""


@dataclass
class World:
    """A workplace with accounts, and one of everything in a project."""

    app: FastAPI
    people: dict[str, Client]
    ids: dict[str, Any]

    def ask(self, who: str, route: str) -> Any:
        """Ask for a route of the one project, with a body that fits no route but `POST /api/runs`."""
        method, path = route.split(" ")
        url = path.replace(":int", "").replace(":path", "").format(**self.ids)
        body = {"video_id": self.ids["video_id"], "scope": "stale", "frame": 0} if path == "/api/runs" else {}
        return self.people[who].request(method, url, json=body if method != "GET" else None)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, clip: Path) -> Iterator[World]:
    settings = Settings(project_dir=tmp_path_factory.mktemp("access") / "project")
    password = "correct horse"
    with Database.open(settings.project_dir) as db, db.write() as session:
        people.create(session, "boss", password, is_owner=True)
        ids = {name: people.create(session, name, password).id
               for name in ("annotator", "reviewer", "owner", "outsider", "gone")}
    app = create_app(settings)
    with client_of(app) as boss:
        boss.enter("boss")
        everybody = {"boss": boss, **{name: client_of(app).enter(name) for name in ids}}
        body = {"name": "Squares", "labels": [{"name": "square"}]}
        project = boss.post("/api/projects", json=body).json()
        for name in ("annotator", "reviewer", "owner"):
            url = f"/api/projects/{project['id']}/members/{ids[name]}"
            assert boss.put(url, json={"role": name}).status_code == 200
        things = _one_of_everything(boss, project, clip)
        with app_db(app).write() as session:
            people.set_active(session, ids["gone"], False)
        yield World(app, {**everybody, "nobody": client_of(app)}, {**things, "person_id": ids["outsider"]})


def app_db(app: FastAPI) -> Database:
    """The database behind an application."""
    return app.state.workplace.db


def _one_of_everything(boss: Client, project: dict[str, Any], clip: Path) -> dict[str, Any]:
    p, label = project["id"], project["labels"][0]["id"]
    video = import_clip(boss, p, clip)
    made = boss.post(f"/api/videos/{video}/objects", json={"label_id": label}).json()["id"]
    mask = {"polygons": [[1, 1, 30, 1, 30, 30]], "base": 0}
    boss.put(f"/api/videos/{video}/frames/0/masks/{made}", json=mask)
    begun = {"video_id": video, "objects": [made], "scope": "one_forward", "frame": 0}
    run = boss.post("/api/runs", json=begun).json()["id"]
    boss.done(f"/api/runs/{run}")
    return {
        "project_id": p, "label_id": label, "video_id": video, "object_id": made, "run_id": run, "frame": 0,
        "content_hash": boss.get(f"/api/videos/{video}").json()["hash"],
        "thread_id": boss.post(f"/api/videos/{video}/threads", json={"frame": 0, "text": "Look."}).json()["id"],
        "upload_id": boss.post(f"/api/projects/{p}/uploads", json={"name": "a", "size": 5}).json()["id"],
        "import_id": boss.post(f"/api/projects/{p}/videos", json={"path": str(clip)}).json()["import"],
        "export_id": boss.post(f"/api/projects/{p}/exports", json={"format": "coco"}).json()["export"],
        "agreement_id": boss.post(f"/api/projects/{p}/agreement").json()["agreement"],
        "assignment_id": boss.post(f"/api/projects/{p}/assignments", json={
            "videos": [video], "people": [boss.get("/api/me").json()["id"]]}).json()[0]["id"],
        "mend_id": boss.post(f"/api/videos/{video}/mend", json={
            "objects": [made], "start": 0, "stop": 1, "operation": "fill holes"}).json()["mend"],
        "check_id": boss.post(f"/api/videos/{video}/checks", json={}).json()["check"],
        "finding_id": _a_finding(boss, video), "version_id": f"run-{run}", "digest": "0", "name": "x",
        "answer_id": 1, "search_id": boss.post(f"/api/videos/{video}/searches", json={}).json()["id"],
    }


def _a_finding(boss: Client, video: int) -> int:
    """The object's masks end on frame 1, and the video goes on."""
    boss.done(f"/api/checks/{boss.post(f'/api/videos/{video}/checks', json={}).json()['check']}")
    return boss.get(f"/api/videos/{video}/findings").json()[0]["id"]


def routes_of(app: FastAPI) -> set[str]:
    """"METHOD path" of all of them: the application's own, and those of the routers it includes."""
    own = [route for route in app.routes if isinstance(route, APIRoute)]
    mounted = [route for route in app.routes if isinstance(route, Mount)]
    assert [mount.path for mount in mounted] == ["/ui"], "a mounted application checks access by itself"
    assert len(app.routes) == len(own) + len(mounted) + len(ROUTERS), "a router that main.ROUTERS does not name"
    included = [route for module in ROUTERS for route in module.router.routes if isinstance(route, APIRoute)]
    return {f"{method} {route.path}" for route in own + included for method in route.methods}


def test_people_see_their_own_activity_and_owners_of_the_workplace_everybodys(world: World) -> None:
    url = f"/api/videos/{world.ids['video_id']}/activity"
    for name in ("annotator", "reviewer"):
        beat = {"objects": [{"object_id": 0, "seconds": 5.0}]}
        assert world.people[name].post(url, json=beat).status_code == 200
    for name, seen in (("annotator", {"annotator"}), ("owner", set()), ("boss", {"annotator", "reviewer", "boss"})):
        rows = world.people[name].get("/api/activity").json()["rows"]
        assert {row["person"] for row in rows} == seen, name


def test_where_a_missing_file_lay_is_for_owners_of_the_workplace(world: World, tmp_path: Path, clip: Path) -> None:
    boss, project = world.people["boss"], world.ids["project_id"]
    path = tmp_path / "secret folder" / "gone.mp4"
    path.parent.mkdir()
    encode(path, range(5, 9), size=(64, 48))
    shown = boss.get(f"/api/videos/{import_clip(boss, project, path)}").json()
    path.unlink()
    url = f"/api/videos/{shown['hash']}/frames/0.jpg"
    for name, knows in (("boss", True), ("owner", False), ("annotator", False)):
        refused = world.people[name].get(url)
        assert (refused.status_code, refused.json()["error"]) == (503, "video_missing")
        assert "gone.mp4" in refused.json()["message"]
        assert ("secret folder" in refused.text) == knows, name


def test_every_route_says_what_it_needs(world: World) -> None:
    assert routes_of(world.app) == set(NEEDS)


@pytest.mark.parametrize("who", ["nobody", "gone"])
def test_nobody_gets_in_without_signing_in(world: World, who: str) -> None:
    for route, needs in NEEDS.items():
        reply = world.ask(who, route)
        if needs == ANYBODY:
            assert reply.status_code not in (401, 403), route
        else:
            # A request that changes something and has no token is refused before it is known whose it is.
            wanted = (401,) if who == "gone" or route.startswith("GET") else (403,)
            assert reply.status_code in wanted, (route, reply.text)
            assert set(reply.json()) == {"error", "message", "remedy", "details"}, route


def test_an_outsider_learns_of_nothing(world: World) -> None:
    for route, needs in NEEDS.items():
        if needs in (MEMBER, OWN, REVIEWER, PROJECT_OWNER):
            assert world.ask("outsider", route).status_code == 404, route
        elif needs == WORKPLACE_OWNER:
            assert world.ask("outsider", route).status_code in (403, 404), route
    assert world.people["outsider"].get("/api/projects").json() == []


@pytest.mark.parametrize("who", ["annotator", "reviewer"])
def test_members_may_not_do_what_owners_do(world: World, who: str) -> None:
    for route, needs in NEEDS.items():
        if needs in (PROJECT_OWNER, WORKPLACE_OWNER):
            assert world.ask(who, route).status_code == 403, route
        elif needs == OWN:
            assert world.ask(who, route).status_code == 404, route


def test_annotators_may_not_do_what_reviewers_do(world: World) -> None:
    for route, needs in NEEDS.items():
        if needs == REVIEWER:
            assert world.ask("annotator", route).status_code == 403, route


@pytest.mark.parametrize("who", ["annotator", "reviewer", "owner", "boss"])
def test_members_may_see_everything_of_their_project(world: World, who: str) -> None:
    for route, needs in NEEDS.items():
        if route.startswith("GET") and needs == MEMBER and route not in NOT_ASKED:
            reply = world.ask(who, route)
            assert reply.status_code in (200, 422) or reply.json()["error"] == "not_exported", (route, reply.text)


def test_a_project_owner_owns_no_other_project_and_not_the_workplace(world: World) -> None:
    other = world.people["boss"].post("/api/projects", json={"name": "Other"}).json()["id"]
    assert world.people["owner"].get(f"/api/projects/{other}").status_code == 404
    for route, needs in NEEDS.items():
        if needs == WORKPLACE_OWNER:
            assert world.ask("owner", route).status_code == 403, route


def test_stages_ask_for_their_roles(world: World) -> None:
    url, version = f"/api/videos/{world.ids['video_id']}/stage", 1
    for who, stage, allowed in (
        ("annotator", "review", True), ("annotator", "accepted", False), ("reviewer", "accepted", True),
        ("reviewer", "annotate", False), ("owner", "annotate", True),
    ):
        reply = world.people[who].post(url, json={"stage": stage, "stage_version": version})
        assert reply.status_code == (200 if allowed else 403), (who, stage, reply.text)
        version = reply.json()["stage_version"] if allowed else version


def test_whoever_leaves_a_project_sees_no_more_frames(world: World) -> None:
    boss, p = world.people["boss"], world.ids["project_id"]
    guest = boss.post("/api/people", json={"name": "guest", "password": "correct horse"}).json()["id"]
    boss.put(f"/api/projects/{p}/members/{guest}", json={"role": "annotator"})
    browser = client_of(world.app).enter("guest")
    picture = f"/api/videos/{world.ids['content_hash']}/frames/0.jpg"
    assert browser.get(picture).status_code == 200
    boss.delete(f"/api/projects/{p}/members/{guest}")
    assert browser.get(picture).status_code == 404


def test_a_new_password_ends_old_sessions(world: World) -> None:
    boss = world.people["boss"]
    person = boss.post("/api/people", json={"name": "carol", "password": "correct horse"}).json()["id"]
    old = client_of(world.app).enter("carol")
    with app_db(world.app).write() as session:
        people.set_password(session, person, "battery staple")
    assert old.get("/api/me").status_code == 401
    assert client_of(world.app).enter("carol", "battery staple").get("/api/me").status_code == 200

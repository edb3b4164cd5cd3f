"""A real application on a real project directory, with a real video that a model can track."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from projects_db import people
from projects_db.database import Database
from tests.video_fixtures import encode

FRAMES = 16
_numbers = itertools.count()
SIZE = (160, 120)


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short video in which an orange square moves to the right by seven pixels a frame."""
    path = tmp_path_factory.mktemp("clip") / "square.mp4"
    encode(path, range(FRAMES), size=SIZE)
    return path


class Client(TestClient):
    """A person's browser: keeps the cookie and sends the CSRF token."""

    def enter(self, name: str | None = None, password: str = "correct horse") -> Client:
        """Sign in (without a name: as the local person) and learn the token."""
        if name is not None:
            reply = self.post("/api/session", json={"name": name, "password": password})
            assert reply.status_code == 200, reply.text
        me = self.get("/api/me")
        self.headers["X-Throughline-CSRF"] = me.json()["csrf"]
        return self

    def done(self, path: str) -> dict[str, Any]:
        """Wait for a job or run and return it."""
        while (job := self.get(path).json())["status"] in ("queued", "running"):
            time.sleep(0.02)
        return job


def client_of(app: Any) -> Client:
    return Client(app, base_url="http://localhost", follow_redirects=False)


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """The local person of a workplace without accounts; every test has a project of its own."""
    settings = Settings(project_dir=tmp_path_factory.mktemp("local") / "project")
    with client_of(create_app(settings)) as browser:
        yield browser.enter()


@pytest.fixture
def project(client: Client) -> dict[str, Any]:
    body = {"name": f"Squares {next(_numbers)}", "labels": [{"name": "square"}, {"name": "other"}]}
    return client.post("/api/projects", json=body).json()


def import_clip(client: Client, project_id: int, clip: Path) -> int:
    """Import a path and return the video's id."""
    begun = client.post(f"/api/projects/{project_id}/videos", json={"path": str(clip)})
    assert begun.status_code == 200, begun.text
    job = client.done(f"/api/imports/{begun.json()['import']}")
    assert job["status"] == "done", job
    return job["videos"][0]


@pytest.fixture
def video(client: Client, project: dict[str, Any], clip: Path) -> int:
    return import_clip(client, project["id"], clip)


@pytest.fixture
def square(client: Client, project: dict[str, Any], video: int) -> int:
    """An object, still without a mask."""
    body = {"label_id": project["labels"][0]["id"]}
    return client.post(f"/api/videos/{video}/objects", json=body).json()["id"]


SQUARE = [2, 60, 40, 60, 40, 100, 2, 100]
"""x, y, ... in pixels."""


@dataclass
class Team:
    """An owner, a reviewer and two annotators with a video of one object."""

    olga: Client
    rita: Client
    ann: Client
    ben: Client
    ids: dict[str, int]
    project: int
    video: int
    label: int

    def give(self, who: str, **more: Any) -> dict[str, Any]:
        body = {"videos": [self.video], "people": [self.ids[who]], **more}
        reply = self.rita.post(f"/api/projects/{self.project}/assignments", json=body)
        assert reply.status_code == 200, reply.text
        return reply.json()[0]

    def draw(self, by: Client, frame: int, video: int | None = None, thing: int | None = None, dx: int = 0) -> int:
        """A square by hand, `dx` pixels to the right; without a `thing` a new object is made. Returns its id."""
        video = video or self.video
        target = {"object_id": thing} if thing else {"object": {"label_id": self.label}}
        polygon = [at + dx * (i % 2 == 0) for i, at in enumerate(SQUARE)]
        drawn = {"masks": [{**target, "polygons": [polygon], "base": 0}]}
        reply = by.post(f"/api/videos/{video}/frames/{frame}/masks", json=drawn)
        assert reply.status_code == 200, reply.text
        return reply.json()["items"][0]["object_id"]

    def move(self, by: Client, stage: str, video: int | None = None) -> Any:
        url = f"/api/videos/{video or self.video}"
        version = by.get(url).json()["stage_version"]
        return by.post(f"{url}/stage", json={"stage": stage, "stage_version": version})


@pytest.fixture
def team(tmp_path: Path, clip: Path) -> Iterator[Team]:
    settings = Settings(project_dir=tmp_path / "project")
    roles = {"rita": "reviewer", "ann": "annotator", "ben": "annotator"}
    with Database.open(settings.project_dir) as db, db.write() as session:
        people.create(session, "olga", "correct horse", is_owner=True)
        ids = {name: people.create(session, name, "correct horse").id for name in roles}
    app = create_app(settings)
    with client_of(app) as olga:
        olga.enter("olga")
        project = olga.post("/api/projects", json={"name": "Squares", "labels": [{"name": "square"}]}).json()
        for name, role in roles.items():
            olga.put(f"/api/projects/{project['id']}/members/{ids[name]}", json={"role": role})
        everybody = {name: client_of(app).enter(name) for name in roles}
        yield Team(olga, **everybody, ids=ids, project=project["id"], video=import_clip(olga, project["id"], clip),
                   label=project["labels"][0]["id"])

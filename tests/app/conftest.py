"""A real application on a real project directory, with a real video that a model can track."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
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

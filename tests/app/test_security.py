"""What other sites, strangers and guessers run into."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.main import create_app
from app.settings import Settings
from app.workplace import Workplace
from backend.errors import BadInput
from projects_db import people
from projects_db.database import Database
from tests.app.conftest import Client, client_of

EVIL = "https://evil.example"


def test_changes_need_the_token(client: Client) -> None:
    for token in ("", "wrong", "\u00e9"):
        headers = {"X-Throughline-CSRF": token.encode()}
        reply = client.post("/api/projects", json={"name": "No"}, headers=headers)
        assert (reply.status_code, reply.json()["error"]) == (403, "csrf")
    assert "No" not in client.get("/api/projects").text


def test_another_site_can_send_nothing(client: Client) -> None:
    for path in ("/api/projects", "/api/session", "/ui/gradio_api/queue/join", "/ui/gradio_api/upload"):
        reply = client.post(path, json={"name": "No"}, headers={"Origin": EVIL})
        assert (reply.status_code, reply.json()["error"]) == (403, "cross_origin"), path
        reply = client.post(path, json={"name": "No"}, headers={"Sec-Fetch-Site": "cross-site"})
        assert reply.status_code == 403, path
    mine = client.post("/api/projects", json={"name": ""}, headers={"Origin": "http://localhost"})
    assert mine.status_code == 422


def test_another_site_can_read_nothing(client: Client) -> None:
    for path in ("/api/me", "/ui/", "/ui/config", "/healthz"):
        reply = client.get(path, headers={"Origin": EVIL})
        assert not [name for name in reply.headers if name.startswith("access-control-allow")], path
        asked = {"Origin": EVIL, "Access-Control-Request-Method": "POST"}
        assert "access-control-allow-origin" not in client.options(path, headers=asked).headers


def test_a_foreign_name_for_this_machine_is_refused(client: Client) -> None:
    for host in ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", ""):
        refused = client.get("/api/me", headers={"Host": host})
        assert (refused.status_code, refused.json()["error"]) == (400, "wrong_host"), host
    for host in ("localhost:7860", "127.0.0.1", "[::1]:7860"):
        assert client.get("/api/me", headers={"Host": host}).status_code == 200, host


def test_responses_say_what_browsers_may_do_with_them(client: Client) -> None:
    for path in ("/ui/", "/api/me", "/healthz", "/login"):
        headers = client.get(path).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
    assert client.get("/api/me").headers["cache-control"] == "no-store"
    assert "https:" not in client.get("/ui/").headers["content-security-policy"]


def test_the_cookie_is_not_for_scripts_or_other_sites(tmp_path: Path) -> None:
    with client_of(create_app(Settings(project_dir=tmp_path / "p"))) as browser:
        cookie = browser.get("/api/me").headers["set-cookie"].lower()
        assert "httponly" in cookie and "samesite=lax" in cookie
        assert (tmp_path / "p" / "session.key").stat().st_mode & 0o077 == 0
        browser.cookies.set("throughline", "e30=.bad.signature")
        assert browser.get("/api/me").status_code == 200  # the local person needs no session


def test_bodies_have_limits(tmp_path: Path) -> None:
    settings = Settings(project_dir=tmp_path / "p", json_bytes=2000)
    with client_of(create_app(settings)) as browser:
        browser.enter()
        body = b'{"name": "' + b"x" * 3000 + b'"}'
        assert browser.post("/api/projects", content=body).status_code == 413
        parts = (body[i : i + 100] for i in range(0, len(body), 100))  # sent without a length
        refused = browser.post("/api/projects", content=parts, headers={"Content-Type": "application/json"})
        assert (refused.status_code, refused.json()["error"]) == (413, "too_large")


def test_guessing_is_slowed_down(tmp_path: Path) -> None:
    settings = Settings(project_dir=tmp_path / "p")
    with Database.open(settings.project_dir) as db, db.write() as session:
        people.create(session, "ann", "correct horse", is_owner=True)
    with client_of(create_app(settings)) as browser:
        codes = [browser.post("/api/session", json={"name": "ann", "password": "guess"}).status_code for _ in range(6)]
        assert codes == [401] * 5 + [429]
        refused = browser.post("/api/session", json={"name": "ann", "password": "correct horse"})
        assert refused.status_code == 429 and int(refused.headers["retry-after"]) >= 1
        to_login = browser.get("/ui/annotate?video=3", headers={"Accept": "text/html"})
        assert to_login.headers["location"] == "/login?next=%2Fui%2Fannotate%3Fvideo%3D3"
        assert browser.get("/ui/config").status_code == 401


def test_a_server_that_others_reach_insists_on_accounts(tmp_path: Path) -> None:
    settings = Settings(project_dir=tmp_path / "p", host="0.0.0.0")
    with pytest.raises(BadInput, match="people add") as refused:
        Workplace.open(settings)
    assert refused.value.code == "no_accounts"
    with Database.open(settings.project_dir) as db, db.write() as session:  # which also shows that it was closed
        people.create(session, "ann", "correct horse", is_owner=True)
    Workplace.open(settings).close()


def test_the_first_account_is_an_owner(tmp_path: Path) -> None:
    with client_of(create_app(Settings(project_dir=tmp_path / "p"))) as browser:
        browser.enter()
        ann = {"name": "ann", "password": "correct horse"}
        assert browser.post("/api/people", json=ann).json()["error"] == "first_is_owner"
        assert browser.post("/api/people", json={**ann, "is_owner": True}).status_code == 200
        assert browser.get("/api/me").status_code == 401  # from now on everybody signs in
        browser.enter("ann")
        assert browser.get("/api/me").json()["accounts"] is True

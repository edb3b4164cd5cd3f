"""Assets: content-hashed addresses, right types, nothing else."""

import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

import widgets
from widgets.assets import asset_url, modules_of, mount_assets

ROOT = Path(widgets.__file__).parent


@pytest.fixture(scope="module")
def client() -> TestClient:
    app = FastAPI()
    mount_assets(app)
    return TestClient(app)


def test_modules_and_sheets_are_served_for_ever_with_their_types(client: TestClient) -> None:
    for name, kind in (("js/workspace.js", "text/javascript"), ("css/tokens.css", "text/css")):
        reply = client.get(asset_url(name))
        assert reply.status_code == 200
        assert reply.content == (ROOT / name).read_bytes()
        assert reply.headers["content-type"].startswith(kind)
        assert "immutable" in reply.headers["cache-control"]


@pytest.mark.parametrize("name", ["../assets.py", "%2e%2e/assets.py", "js/none.js", "assets.py", ""])
def test_nothing_else_is_served(client: TestClient, name: str) -> None:
    prefix = asset_url("js/workspace.js").removesuffix("js/workspace.js")
    assert client.get(prefix + name).status_code == 404


def test_an_old_address_is_refused(client: TestClient) -> None:
    assert client.get("/assets/0123456789abcdef/js/workspace.js").status_code == 404


def test_an_unknown_asset_has_no_address() -> None:
    with pytest.raises(FileNotFoundError):
        asset_url("js/none.js")


def test_every_relative_import_finds_its_module() -> None:
    for path in ROOT.glob("js/**/*.js"):
        for wanted in re.findall(r'(?:from|import)\s*\(?"(\.[^"]+)"', path.read_text()):
            assert (path.parent / wanted).resolve().is_file(), f"{path.relative_to(ROOT)} imports {wanted}"


def test_modules_are_named_with_all_that_they_import() -> None:
    named = modules_of("js/workspace.js")
    for name in named:
        imported = re.findall(r'^import [^;]*?"(\.[^"]+)";', (ROOT / name).read_text(), re.MULTILINE)
        files = {((ROOT / name).parent / wanted).resolve() for wanted in imported}
        assert {file.relative_to(ROOT).as_posix() for file in files} <= {*named}
    assert "js/timeline/bars.js" in named
    assert "js/ahead.js" not in named
    with pytest.raises(FileNotFoundError):
        modules_of("js/none.js")


def test_what_a_browser_unpacks_is_the_file(client: TestClient) -> None:
    packed = client.get(asset_url("js/workspace.js"), headers={"Accept-Encoding": "gzip"})
    plain = client.get(asset_url("js/workspace.js"), headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content

"""The weights of the default model are gone: the page says so once, nothing is lost, and no other model steps in."""

from __future__ import annotations

import json
import urllib.error
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import strict_page
from tests.checkout import copy_of_checkout
from tests.e2e.conftest import Annotating
from tests.server import FreshServer, Server
from tests.video_fixtures import encode

pytestmark = pytest.mark.e2e
FRAMES = 60
SIZE = 160, 120
REMEDY = "git checkout -- assets/compact"


@pytest.fixture
def begun(tmp_path: Path) -> tuple[Path, int, int]:
    """A project whose video has an object with a run of the default model that was cancelled: (project, video, run)."""
    encode(tmp_path / "square.mp4", range(FRAMES), size=SIZE)
    with Server(tmp_path / "project") as server:
        project = server.call("POST", "/api/projects", {"name": "Squares", "labels": [{"name": "square"}]})
        video = server.add_video(project["id"], tmp_path / "square.mp4")
        thing = server.call("POST", f"/api/videos/{video}/objects", {"label_id": project["labels"][0]["id"]})["id"]
        prompt = {"kind": "box", "x0": 0, "y0": 60, "x1": 40, "y1": 100}
        server.call("POST", f"/api/videos/{video}/frames/0/prompts", {"object_id": thing, "prompt": prompt, "base": 0})
        run = server.call("POST", "/api/runs", {"video_id": video, "objects": None, "scope": "forward", "frame": 0,
                                               "across_cuts": True})  # the square's way back to the left is one
        while server.call("GET", f"/api/runs/{run['id']}")["done"] < 3:
            pass
        assert server.call("POST", f"/api/runs/{run['id']}/cancel", {})["status"] == "cancelled"
    return tmp_path / "project", video, run["id"]


def refusal(server: Server, path: str, body: Any) -> dict[str, Any]:
    """What the server says to a request that it cannot do now."""
    with pytest.raises(urllib.error.HTTPError) as refused:
        server.call("POST", path, body)
    assert refused.value.code == 503
    return json.loads(refused.value.read())


def masks_of(server: Server, video: int) -> list[dict[str, Any]]:
    return server.call("GET", f"/api/videos/{video}/masks?start=0&stop={FRAMES}")["items"]


def test_the_page_says_so_and_offers_another(begun: tuple[Path, int, int], browser: Browser, tmp_path: Path) -> None:
    project, video, run = begun
    damaged = copy_of_checkout(tmp_path / "checkout", weights=False)
    with FreshServer(project, root=damaged) as server, strict_page(browser) as page:
        before = masks_of(server, video)
        assert len(before) >= 4
        point = {"kind": "point", "x": 20, "y": 80}
        for path, body in (
            (f"/api/videos/{video}/frames/0/prompts",
             {"object_id": before[0]["object_id"], "prompt": point, "base": 0}),
            (f"/api/videos/{video}/preview", {"frame": 0, "prompts": [point]}),
            ("/api/runs", {"video_id": video, "objects": None, "scope": "forward", "frame": 0}),
            (f"/api/runs/{run}/resume", {}),
        ):
            said = refusal(server, path, body)
            assert said["error"] == "model_not_ready" and REMEDY in said["remedy"] and "flow" in said["remedy"]
        assert server.call("GET", f"/api/runs/{run}")["status"] == "cancelled"

        page.goto(f"{server.url}/ui/annotate?video={video}")
        work = Annotating(page)
        banner = page.get_by_role("alert").filter(has_text="cannot be used")
        expect(banner).to_contain_text(REMEDY)
        work.key("n")
        page.mouse.click(*work.at(20, 80))
        expect(page.get_by_role("status").filter(has_text="The model compact cannot be used.")).to_be_visible()
        work.command("track.forward")
        assert len(work.state()["objects"]) == 1 and len(work.state()["runs"]) == 1
        assert masks_of(server, video) == before

        banner.get_by_role("button", name="Use flow").click()
        expect(banner).to_be_hidden()
        expect(page.get_by_label("Model", exact=True)).to_have_value("flow")
        work.click(20, 80)
        assert len(work.state()["objects"]) == 2
        work.go(3)
        work.key("]")
        work.go(0)
        work.key("a")
        assert work.track("forward")["model"] == "flow"
        after = {(item["frame"], item["object_id"]): item for item in masks_of(server, video)}
        assert all(after[item["frame"], item["object_id"]] == item for item in before)

    with Server(project) as server:  # the weights are back: the run goes on with its own model
        assert server.call("POST", f"/api/runs/{run}/resume", {})["model"] == "compact"
        assert server.done(f"/api/runs/{run}")["done"] == FRAMES - 1

"""Find objects in a real browser on real video: candidates are proposals, and only what is accepted is stored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import strict_page
from tests.e2e.conftest import READY, SLOW, Annotating, Scene
from tests.server import Server

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A workplace of the local person."""
    with Server(tmp_path_factory.mktemp("find") / "project") as server:
        yield server


@pytest.fixture
def video(server: Server, scene: Scene, request: pytest.FixtureRequest) -> int:
    """A video of a project with two labels."""
    labels = [{"name": "thing"}, {"name": "person"}]
    project = server.call("POST", "/api/projects", {"name": request.node.name, "labels": labels})
    return server.add_video(project["id"], scene.path)


def find(work: Annotating) -> list[dict[str, Any]]:
    """Press the key, and wait for the candidates."""
    work.key("i")
    work.page.wait_for_function("throughline.state().search?.looking === false", timeout=3 * SLOW)
    return candidates(work)


def candidates(work: Annotating) -> list[dict[str, Any]]:
    search = work.state()["search"]
    return search["candidates"] if search else []


def stored(server: Server, video: int, frame: int = 0) -> dict[int, dict[str, Any]]:
    items = server.call("GET", f"/api/videos/{video}/masks?start={frame}&stop={frame + 1}")["items"]
    return {item["object_id"]: item for item in items}


def judged(page: Page, count: int) -> None:
    page.wait_for_function("n => throughline.state().search.candidates.length === n", arg=count, timeout=SLOW)


def test_only_what_is_accepted_is_stored(server: Server, video: int, browser: Browser) -> None:
    with strict_page(browser) as page:
        page.goto(f"{server.url}/ui/annotate?video={video}")
        work = Annotating(page)
        found = find(work)
        assert len(found) >= 4
        assert page.locator(".tw-candidate").count() == len(found)
        assert stored(server, video) == {} and work.state()["objects"] == []

        # reject one by key; accept one by key and another, with another label, by a click
        work.key("Backspace")
        assert [one["number"] for one in candidates(work)] == [one["number"] for one in found[1:]]
        work.key("Enter")
        judged(page, len(found) - 2)
        page.get_by_label("Label of the next object").select_option("person")
        clicked = candidates(work)[1]
        page.mouse.click(*work.at(**clicked["anchor"]))
        judged(page, len(found) - 3)
        work.settle()
        assert clicked["number"] not in [one["number"] for one in candidates(work)]
        first, second = work.state()["objects"]
        assert (first["name"], second["name"]) == ("thing 1", "person 1")
        masks = stored(server, video)
        assert [masks[one["id"]]["area"] for one in (first, second)] == [found[1]["area"], clicked["area"]]
        assert {mask["source"] for mask in masks.values()} == {"human"}

        # undo takes back the last one alone, and the rest leaves no trace
        work.key("Control+z")
        assert work.state()["search"] is not None
        work.key("Escape")
        state = work.state()
        assert (state["search"], state["tool"]) == (None, "point")
        page.reload()
        page.wait_for_function(READY, timeout=SLOW)
        state = work.state()
        assert [one["id"] for one in state["objects"]] == [first["id"]]
        assert [mask["area"] for mask in state["masks"]] == [found[1]["area"]]
        assert stored(server, video) == {first["id"]: masks[first["id"]]}

        # another frame leaves as well, and so does another tool while the model looks; all at once is one change
        find(work)
        work.key("ArrowRight")
        assert work.state()["search"] is None
        work.key("i")
        work.key("r")
        assert (work.state()["search"], work.state()["tool"]) == (None, "box")
        left = find(work)
        work.key("Shift+Enter")
        page.wait_for_function("throughline.state().search === null", timeout=SLOW)
        work.settle()
        assert len(stored(server, video, 1)) == len(left) and work.state()["tool"] == "box"
        work.key("Control+z")
        assert stored(server, video, 1) == {}
        assert list(stored(server, video)) == [first["id"]]


def test_what_is_not_accepted_leaves_no_trace(server: Server, video: int, browser: Browser) -> None:
    with strict_page(browser) as page:
        page.goto(f"{server.url}/ui/annotate?video={video}")
        work = Annotating(page)
        found = find(work)
        target = found[0]
        page.mouse.click(*work.at(-5, -5))
        page.mouse.click(*work.at(**target["anchor"]), button="right")
        judged(page, len(found) - 1)
        page.get_by_role("button", name="Leave").click()
        work.settle()
        assert work.state()["search"] is None

        # a model that cannot do it says so, and nothing takes its place
        page.get_by_label("Model", exact=True).select_option("flow")
        work.key("i")
        expect(page.get_by_role("status").filter(has_text="flow cannot find objects")).to_be_visible()
        assert work.state()["tool"] == "point"
        assert work.state()["search"] is None
        assert stored(server, video) == {} and work.state()["objects"] == []

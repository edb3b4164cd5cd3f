"""Where to look next, in a real browser on real video: the place that is best, with the reason, until it is settled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import strict_page
from tests.e2e.conftest import SLOW, Annotating, Scene
from tests.server import Server

pytestmark = pytest.mark.e2e

STOP = 12


@pytest.fixture
def server(tmp_path: Path, scene: Scene) -> Iterator[Server]:
    """A workplace of the local person with one object, tracked over a few frames from a box on the first."""
    with Server(tmp_path / "project") as server:
        project = server.call("POST", "/api/projects", {"name": "Room", "labels": [{"name": "person"}]})
        server.add_video(project["id"], scene.path)
        x0, y0, x1, y1 = scene.box
        box = {"kind": "box", "x0": x0, "y0": y0, "x1": x1, "y1": y1}
        made = server.call("POST", "/api/videos/1/frames/0/prompts", {
            "object": {"label_id": server.call("GET", f"/api/projects/{project['id']}")["labels"][0]["id"]},
            "prompt": box, "base": 0})
        run = server.call("POST", "/api/runs", {"video_id": 1, "objects": [made["objects"][0]["id"]],
                                                "scope": "forward", "frame": 0, "stop": STOP})
        server.done(f"/api/runs/{run['id']}")
        yield server


def test_a_key_leads_to_what_is_worth_a_look(server: Server, browser: Browser) -> None:
    first, second = server.call("GET", "/api/videos/1/next?limit=2")
    with strict_page(browser) as page:
        page.goto(f"{server.url}/ui/annotate?video=1")
        work = Annotating(page)
        rows = page.get_by_role("list", name="Where to look next").get_by_role("listitem")
        expect(rows).to_have_count(0)

        # the best place, its object and the reason; once more, with nothing changed: the one after it
        for place in (first, second):
            page.keyboard.press("k")
            page.wait_for_function("f => throughline.state().shown === f", arg=place["frame"], timeout=SLOW)
            assert work.state()["selected"] == place["object_id"]
            why = page.get_by_role("status").filter(has_text=f"Frame {place['frame']}, person 1: ")
            expect(why.last).to_be_visible()
        expect(rows).to_have_count(5)

        # what is verified leaves the list at once, and is not advised again
        work.key("c")
        expect(rows).to_have_count(4)
        places = server.call("GET", "/api/videos/1/next?limit=50")
        assert len(places) == STOP - 2
        assert (second["frame"], second["object_id"]) not in [(one["frame"], one["object_id"]) for one in places]

        # the mouse does it too; when all is verified there is nothing
        rows.first.get_by_role("button").click()
        page.wait_for_function("f => throughline.state().shown === f", arg=first["frame"], timeout=SLOW)
        work.key("Shift+C")
        page.keyboard.press("k")
        expect(page.get_by_role("status").filter(has_text="There is nothing to look at.")).to_be_visible()
        page.get_by_role("button", name="Close the list").click()
        expect(page.get_by_text("Where to look next", exact=True)).to_be_hidden()

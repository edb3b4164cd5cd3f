"""The tour on the demo: each step waits for the real action; it can be left, is remembered, begins again from Help."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import strict_page
from tests.e2e.conftest import Annotating
from tests.server import Server
from tests.video_fixtures import encode

pytestmark = pytest.mark.e2e
FRAMES = 12


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A workplace that began with a demo, in which an orange square moves to the right."""
    folder = tmp_path_factory.mktemp("tour")
    encode(folder / "square.mp4", range(FRAMES), size=(320, 240))
    with Server(folder / "project", "--demo", str(folder / "square.mp4")) as server:
        yield server


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    server.call("PATCH", "/api/me/preferences", {"tour": None})
    with strict_page(browser) as page:
        yield page


def remembered(server: Server) -> str | None:
    return server.call("GET", "/api/me/preferences")["tour"]


def test_the_tour_goes_on_as_things_are_done(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/ui/annotate?video=1")
    hands = Annotating(page)
    tour = page.get_by_role("region", name="Tour")
    expect(tour.get_by_role("heading", name="Click an object")).to_be_visible()
    hands.key("b")
    hands.drag((10, 90), (60, 90))
    expect(tour.get_by_role("heading", name="Track it")).to_be_visible()
    hands.key("Shift+f")
    expect(tour.get_by_role("heading", name="Correct it")).to_be_visible()
    hands.wait_for_run("done")
    hands.go(6)
    hands.drag((60, 150), (90, 150))
    expect(tour.get_by_role("heading", name="Track what is stale")).to_be_visible()
    hands.key("Shift+r")
    expect(tour.get_by_role("heading", name="Verify a frame")).to_be_visible()
    assert remembered(server) is None
    hands.key("c")
    tour.get_by_role("link", name="To the export").click()
    expect(page.get_by_role("heading", name="Datasets")).to_be_visible()
    assert remembered(server) == "done"
    page.goto(f"{server.url}/ui/annotate?video=1")
    Annotating(page)
    expect(tour).to_have_count(0)


def test_it_can_be_left_is_not_forced_on_anybody_and_comes_back_from_help(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/ui/annotate?video=1")
    hands = Annotating(page)
    tour = page.get_by_role("region", name="Tour")
    tour.get_by_role("button", name="Skip").click()
    expect(tour.get_by_role("heading", name="Track it")).to_be_visible()
    with page.expect_response("**/api/me/preferences"):
        hands.key("Escape")
    expect(tour).to_have_count(0)
    assert remembered(server) == "left"
    hands.key("?")
    page.get_by_role("button", name="Take the tour").click()
    expect(tour.get_by_role("heading", name="Click an object")).to_be_visible()

    server.call("PATCH", "/api/me/preferences", {"tour": None})
    project = server.call("POST", "/api/projects", {"name": "Work", "labels": [{"name": "dog"}]})["id"]
    video = server.add_video(project, server.project.parent / "square.mp4")
    page.goto(f"{server.url}/ui/annotate?video={video}")
    Annotating(page)
    expect(tour).to_have_count(0)  # only on the demo

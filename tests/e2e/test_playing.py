"""Playing where the exact pictures do not come in time."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from tests.browser import strict_page
from tests.e2e.conftest import SLOW, Annotating, Scene
from tests.server import Server

IS_EXACT = "width => throughline.drawn.width === width && !throughline.state().playing"


def test_small_pictures_do_while_playing_lags_and_the_exact_one_comes_when_it_stops(
    browser: Browser, scene: Scene, tmp_path: Path,
) -> None:
    with Server(tmp_path / "project") as server, strict_page(browser) as page:
        project = server.call("POST", "/api/projects", {"name": "Play", "labels": [{"name": "dog"}]})["id"]
        video = server.call("GET", f"/api/videos/{server.add_video(project, scene.path)}")
        page.goto(f"{server.url}/ui/annotate?video={video['id']}")
        hand = Annotating(page)
        page.wait_for_timeout(1000)
        page.route("**/frames/*.jpg", lambda route: route.abort())
        hand.command("play")
        page.wait_for_function("throughline.drawn.width <= 480", timeout=SLOW)
        page.unroute("**/frames/*.jpg")
        hand.command("play")
        page.wait_for_function(IS_EXACT, arg=video["width"], timeout=SLOW)

"""Playing where the exact pictures do not come in time."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from tests.browser import strict_page
from tests.e2e.conftest import SLOW, Annotating, Scene
from tests.server import Server

IS_EXACT = "width => throughline.drawn.width === width && !throughline.state().playing"

AT_REST = "document.querySelector('.tw-layers').style.transform === ''"
ZOOM = """async () => {
  const stage = document.querySelector(".tw-stage");
  const layers = document.querySelector(".tw-layers");
  const box = stage.getBoundingClientRect();
  const places = [[0, 0], [300, 200]];
  const onPicture = () => places.map(([x, y]) => throughline.toScreen(x, y));
  const painted = onPicture();
  const over = { clientX: box.left + 200, clientY: box.top + 150, cancelable: true };
  stage.dispatchEvent(new WheelEvent("wheel", { deltaY: -40, ...over }));
  await new Promise(requestAnimationFrame); // asked for after the page's own: the layers have been moved
  const moved = layers.getBoundingClientRect();
  const scale = moved.width / box.width;
  const off = onPicture().map((at, n) => [
    moved.left + (painted[n].x - box.left) * scale - at.x, moved.top + (painted[n].y - box.top) * scale - at.y,
  ]);
  return { scale, off, at: onPicture()[1] };
}"""


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


def test_the_layers_lie_where_the_pointer_finds_the_picture_while_the_view_moves_and_at_rest(
    browser: Browser, scene: Scene, tmp_path: Path,
) -> None:
    with Server(tmp_path / "project") as server, strict_page(browser) as page:
        project = server.call("POST", "/api/projects", {"name": "Move", "labels": [{"name": "dog"}]})["id"]
        video = server.add_video(project, scene.path)
        page.goto(f"{server.url}/ui/annotate?video={video}")
        Annotating(page)
        page.wait_for_function(AT_REST)
        found = page.evaluate(ZOOM)
        assert found["scale"] > 1.1
        assert max(abs(x) + abs(y) for x, y in found["off"]) < 0.01  # CSS pixels
        page.wait_for_function(AT_REST)
        assert page.evaluate("throughline.toScreen(300, 200)") == found["at"]

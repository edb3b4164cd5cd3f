"""Every text of the interface goes through the table: where that puts each into brackets, nothing stands outside."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser import strict_page
from tests.e2e.conftest import Annotating
from tests.server import Server
from tests.video_fixtures import encode
from tests.words import TABLE

pytestmark = pytest.mark.e2e

SEEN = """() => {
  const found = [];
  const names = ["title", "aria-label", "placeholder", "alt", "aria-valuetext"];
  const isSeen = (element) => (
    element.checkVisibility({ visibilityProperty: true }) && !element.closest("code, option[lang]"));
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    if (["SCRIPT", "STYLE", "SVG"].includes(node.tagName.toUpperCase()) || !isSeen(node)) continue;
    const own = [...node.childNodes].filter((child) => child.nodeType === Node.TEXT_NODE).map((child) => child.data);
    found.push(...own, ...names.map((name) => node.getAttribute(name)));
  }
  return [...found, document.title].filter((text) => text?.trim());
}"""
"""What a person can read or hear on the page: texts, tooltips, labels."""
NO_WORDS = {
    "Throughline", "Zoo", "dog", "ball", "square", "mp", "local", "Look", "here", "compact", "flow", "COCO", "YouTube",
    "VIS", "DAVIS", "Alt", "Enter", "Tab", "KB", "MB", "JSON", "pose", "lying", "px",
}
"""What people wrote, names of things, and keys."""


def bracketed(words: dict[str, str]) -> dict[str, str]:
    return {key: "|".join(f"⟦{half}⟧" for half in key.split("|")) for key in words}


def outside(texts: list[str]) -> set[str]:
    """Texts with a word outside all brackets that is no name."""
    found = set()
    for text in texts:
        left = text
        while (inner := re.sub("⟦[^⟦⟧]*⟧", " ", left)) != left:
            left = inner
        if set(re.findall(r"[A-Za-z]{2,}", left)) - NO_WORDS:
            found.add(text.strip())
    return found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("words")
    encode(folder / "square.mp4", range(6), size=(320, 240))
    with Server(folder / "project") as server:
        labels = [{"name": "dog", "attributes": [{"name": "pose", "values": ["lying"]}]}, {"name": "ball"}]
        project = server.call("POST", "/api/projects", {"name": "Zoo", "labels": labels})["id"]
        server.add_video(project, folder / "square.mp4")
        thing = server.call("POST", "/api/videos/1/objects", {"label_id": 1})["id"]
        square = {"polygons": [[0, 60, 40, 60, 40, 100, 0, 100]], "base": 0}
        server.call("PUT", f"/api/videos/1/frames/0/masks/{thing}", square)
        run = server.call("POST", "/api/runs", {"video_id": 1, "objects": None, "scope": "forward", "frame": 0})
        server.done(f"/api/runs/{run['id']}")
        server.call("POST", "/api/videos/1/threads", {"frame": 0, "x": 20, "y": 70, "text": "Look here."})
        server.call("POST", "/api/videos/1/activity", {"objects": [{"object_id": thing, "seconds": 60}]})
        server.call("PATCH", "/api/me/preferences", {"language": "de"})
        yield server


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    table = {part: bracketed(words) for part, words in json.loads(TABLE.read_text()).items()}

    def answer(route: Route) -> None:
        route.fulfill(json=table)

    with strict_page(browser) as page:
        page.route(f"**/words/{TABLE.name}", answer)
        page.add_init_script("localStorage.setItem('throughline.language', 'de')")
        yield page


def assert_all_inside(page: Page) -> None:
    texts = page.evaluate(SEEN)
    assert sum("⟦" in text for text in texts) > 3, "the page has hardly a text in brackets"
    assert not (left := outside(texts)), f"{page.url}: {sorted(left)}"


def test_the_pages_say_everything_through_the_table(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/login")
    page.get_by_role("heading", name="Throughline").wait_for()
    assert_all_inside(page)
    for path, ready in (("", ".tl-table"), ("review", ".tl-main"), ("datasets", ".tl-panel"), ("activity", ".tl-table"),
                        ("people", ".tl-empty")):
        page.goto(f"{server.url}/ui/{path}")
        page.locator(ready).first.wait_for()
        page.wait_for_load_state("networkidle")
        assert_all_inside(page)
    page.goto(f"{server.url}/ui/")
    page.get_by_role("tab").nth(1).click()
    assert_all_inside(page)


def test_the_workspace_says_everything_through_the_table(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/ui/annotate?video=1")
    hands = Annotating(page)
    assert_all_inside(page)
    hands.key("1")
    page.mouse.move(*hands.at(20, 70))
    assert_all_inside(page)
    for tool in page.locator(".tw-tools [data-command^='tool.']").all():
        tool.click()
        hands.settle()
        assert_all_inside(page)
    hands.key("Escape")
    hands.key("?")
    assert_all_inside(page)
    page.get_by_role("button", name="Take the tour").click()
    assert_all_inside(page)
    hands.key("Escape")
    hands.key("Shift+l")
    page.goto(f"{server.url}/ui/review?video=1")
    Annotating(page)
    assert_all_inside(page)


def test_the_language_is_chosen_on_the_page_and_kept_with_the_person(browser: Browser, server: Server) -> None:
    for keeps in (True, False):  # in another browser the server knows
        with strict_page(browser) as page:
            page.goto(f"{server.url}/ui/")
            if keeps:
                page.get_by_label("Sprache").select_option("en")
            expect(page.get_by_role("link", name="Datasets")).to_be_visible()
            expect(page.get_by_role("heading", name="Zoo")).to_be_visible()
            assert page.evaluate("document.documentElement.lang") == "en"
            assert server.call("GET", "/api/me/preferences")["language"] == "en"
    with strict_page(browser) as page:
        page.goto(f"{server.url}/ui/")
        page.get_by_label("Language").select_option("de")
        expect(page.get_by_role("link", name="Datensätze")).to_be_visible()
        expect(page.get_by_text("6 Frames")).to_be_visible()
        assert page.evaluate("document.documentElement.lang") == "de"


def test_what_the_server_refuses_is_said_through_the_table(page: Page, server: Server, tmp_path: Path) -> None:
    page.goto(f"{server.url}/ui/")
    page.get_by_role("button", name="From a path on the server").click()
    page.get_by_label("Path").fill(str(tmp_path / "none.mp4"))
    page.get_by_role("dialog").get_by_role("button").last.click()
    page.get_by_role("alert").filter(has_text="⟦There is no file or folder").wait_for()
    page.goto(f"{server.url}/ui/annotate?video=99")
    page.get_by_text("⟦There is no video").wait_for()
    assert_all_inside(page)

"""Work by keys alone, by fingers, with keys of one's own, at 200 % zoom, and what axe finds on every page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser import strict_page
from tests.e2e.conftest import SLOW, Annotating, Scene
from tests.server import Server

pytestmark = pytest.mark.e2e

PAGES = ("", "annotate?video=1", "review", "review?video=1", "datasets?project=1", "people")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, scene: Scene) -> Iterator[Server]:
    """A workplace of the local person with one video."""
    with Server(tmp_path_factory.mktemp("comfort") / "project") as server:
        project = server.call("POST", "/api/projects", {"name": "Room", "labels": [{"name": "thing"}]})
        server.add_video(project["id"], scene.path)
        yield server


def open_video(page: Page, server: Server, frame: int = 0) -> Annotating:
    page.goto(f"{server.url}/ui/annotate?video=1&frame={frame}")
    return Annotating(page)


def serious_faults(page: Page) -> list[tuple[str, str]]:
    return [(one["id"], node["html"][:200]) for one in Axe().run(page).response["violations"]
            if one["impact"] in ("serious", "critical") for node in one["nodes"]]


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_serious(server: Server, browser: Browser, scene: Scene, dark: bool) -> None:
    with strict_page(browser, dark=dark) as page:
        for address in PAGES:
            page.goto(f"{server.url}/ui/{address}")
            if address.startswith("annotate"):
                Annotating(page).click(*scene.click)
            expect(page.get_by_text("Loading", exact=True)).to_have_count(0)
            assert serious_faults(page) == [], address
        page.goto(f"{server.url}/ui/annotate?video=1")
        Annotating(page).key("?")
        assert serious_faults(page) == []


def test_an_object_is_made_tracked_and_verified_by_keys_alone(server: Server, browser: Browser, scene: Scene) -> None:
    with strict_page(browser) as page:
        work = open_video(page, server, frame=20)
        before = len(work.state()["objects"])
        work.key("n")
        page.keyboard.press("Alt+ArrowUp")  # shows the crosshair in the middle of the picture
        wanted, scale = work.at(*scene.click), 16
        box = page.locator(".tw-stage").bounding_box()
        assert box
        middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        for axis, (less, more) in enumerate((("ArrowLeft", "ArrowRight"), ("ArrowUp", "ArrowDown"))):
            steps = round((wanted[axis] - middle[axis]) / scale)
            for _ in range(abs(steps)):
                page.keyboard.press(f"Alt+{more if steps > 0 else less}")
        with work.painted():
            page.keyboard.press("Alt+Enter")
        (made,) = work.state()["objects"][before:]
        assert work.mask(20, made["id"])
        work.key("Shift+D")
        work.wait_for_run("done")
        page.wait_for_function("id => throughline.mask(21, id)", arg=made["id"], timeout=SLOW)
        work.key("f")
        work.key("c")
        assert work.mask(21, made["id"])["state"] == "verified"
        spoken = page.locator("#tw-spoken")
        expect(spoken).to_contain_text("Frame 21")
        expect(spoken).to_contain_text(f"{made['name']}, selected: verified")


def test_keys_can_be_chosen_and_restored(server: Server, browser: Browser) -> None:
    with strict_page(browser) as page:
        work = open_video(page, server)
        page.keyboard.press("?")
        page.get_by_role("button", name="Choose keys").click()
        row = page.locator("[data-key-row='tool.brush']")
        row.get_by_role("button", name="Add a key").click()
        page.keyboard.press("Control+w")
        expect(page.get_by_text("The browser keeps Ctrl+W for itself")).to_be_visible()
        page.keyboard.press("w")
        expect(row).to_contain_text("W belongs to “Show each frame as it is tracked”.")
        row.get_by_role("button", name="Use it here instead").click()
        expect(page.get_by_text("Saved.")).to_be_visible()
        page.get_by_role("dialog").get_by_role("button", name="Close", exact=True).click()

        def takes_the_brush(key: str) -> bool:
            work.key("v")
            work.key(key)
            return bool(work.state()["tool"] == "brush")

        assert takes_the_brush("w") and takes_the_brush("b")
        button = page.locator("button[data-command='tool.brush']")
        expect(button).to_have_attribute("title", "Brush (B, W)")

        work = open_video(page, server)  # kept for the person, not for the page
        assert takes_the_brush("w")
        page.keyboard.press("?")
        page.get_by_role("button", name="Choose keys").click()
        page.get_by_role("button", name="Restore all").click()
        expect(page.get_by_text("Saved.")).to_be_visible()
        page.keyboard.press("Escape")
        assert takes_the_brush("b")
        assert not takes_the_brush("w")


class Fingers:
    """Touch as the browser gets it from a screen; playwright itself has only taps of one finger."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)

    def __call__(self, kind: str, *places: tuple[float, float]) -> None:
        points: list[dict[str, Any]] = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(places)]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def test_two_fingers_zoom_and_one_finger_prompts(server: Server, browser: Browser, scene: Scene) -> None:
    with strict_page(browser) as page:
        work = open_video(page, server, frame=40)
        work.key("n")
        before = work.state()
        touch = Fingers(page)
        x, y = work.at(*scene.click)
        left, _ = work.at(0, 0)
        touch("touchStart", (x - 20, y))
        touch("touchStart", (x - 20, y), (x + 20, y))
        touch("touchMove", (x - 40, y), (x + 40, y))
        touch("touchEnd", (x - 40, y))
        touch("touchMove", (x - 80, y + 60))
        touch("touchEnd")
        page.wait_for_timeout(200)
        zoomed, _ = work.at(0, 0)
        assert x - zoomed == pytest.approx(2 * (x - left), rel=0.02)
        assert len(work.state()["objects"]) == len(before["objects"]) and not work.state()["prompts"]
        with work.painted():
            touch("touchStart", work.at(*scene.click))
            touch("touchEnd")
        assert len(work.state()["objects"]) == len(before["objects"]) + 1


def test_at_200_percent_everything_can_be_reached(server: Server, browser: Browser, scene: Scene) -> None:
    """A window of 1280x720 zoomed to 200 % is one of 640x360."""
    with strict_page(browser, width=640, height=360) as page:
        work = open_video(page, server, frame=60)
        window = page.locator(".tw-workspace")
        assert window.evaluate("element => element.scrollWidth <= element.clientWidth")
        stage = page.locator(".tw-stage").bounding_box()
        assert stage and stage["height"] >= 180 and stage["width"] >= 500
        before = len(work.state()["objects"])
        work.click(*scene.click)
        assert len(work.state()["objects"]) == before + 1
        for name in ("tool.comment", "frame.last", "track.forward", "object.new", "mask.verify", "help"):
            button = page.locator(f"button[data-command='{name}']").first
            button.scroll_into_view_if_needed()
            box = button.bounding_box()
            assert box and box["x"] >= 0 and box["x"] + box["width"] <= 640, name
            button.click(trial=True)

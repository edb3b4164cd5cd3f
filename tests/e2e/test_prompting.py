"""Prompting in a real browser on real video: previews, gathered and moved points, strokes, boxes, words, hotkeys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import strict_page
from tests.e2e.conftest import SLOW, Annotating, Scene
from tests.server import Server

pytestmark = pytest.mark.e2e
LABELS = [{"name": "thing"}, {"name": "White"}]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, scene: Scene) -> Iterator[Server]:
    """A workplace of the local person with a video, and a model that takes words beside our own."""
    with Server(tmp_path_factory.mktemp("prompting") / "project", module="tests.colour_model") as server:
        project = server.call("POST", "/api/projects", {"name": "Room", "labels": LABELS})
        server.add_video(project["id"], scene.path)
        yield server


class Prompting(Annotating):
    """The Annotate page on a frame of its own."""

    def __init__(self, page: Page, server: Server, frame: int) -> None:
        page.goto(f"{server.url}/ui/annotate?video=1&frame={frame}")
        super().__init__(page)
        self.server, self.frame = server, frame

    def given(self) -> list[dict[str, Any]]:
        """Prompts of the frame, as the server has them."""
        prompts = self.server.call("GET", f"/api/videos/1/frames/{self.frame}/prompts")["prompts"]
        return [one["data"] for one in prompts]

    def stored(self) -> list[dict[str, Any]]:
        return self.server.call("GET", f"/api/videos/1/masks?start={self.frame}&stop={self.frame + 1}")["items"]

    def previewed(self, positive: bool) -> dict[str, Any]:
        """The mask that such a click would make, once it is seen."""
        self.page.wait_for_function("sign => throughline.state().preview?.point.positive === sign", arg=positive,
                                    timeout=SLOW)
        return self.state()["preview"]

    def point(self, x: float, y: float, button: Any = "left") -> None:
        self.page.mouse.click(*self.at(x, y), button=button)

    def known(self, count: int) -> None:
        """Until the page has read as many prompts of the frame from the server."""
        self.page.wait_for_function("n => throughline.state().prompts.filter(({ id }) => id !== null).length === n",
                                    arg=count, timeout=SLOW)

    def choose(self, model: str) -> None:
        self.page.get_by_label("Model", exact=True).select_option(model)


def test_the_mask_is_seen_before_the_click(server: Server, browser: Browser, scene: Scene) -> None:
    with strict_page(browser) as page:
        work = Prompting(page, server, 0)
        page.mouse.move(*work.at(*scene.click))
        page.keyboard.down("Shift")
        seen = work.previewed(positive=True)
        assert seen["area"] > 200
        assert work.given() == [] and work.stored() == [] and work.state()["objects"] == []
        with work.painted():
            page.mouse.down()
            page.mouse.up()
        (made,) = work.stored()
        assert made["area"] == seen["area"]
        work.known(1)

        # held, the right button shows what a negative point would leave; Esc gives up, and letting go of Shift ends it
        x, y = scene.click
        page.mouse.move(*work.at(x + 20, y + 20))
        work.previewed(positive=True)
        page.mouse.down(button="right")
        assert work.previewed(positive=False)["area"] < made["area"]
        page.keyboard.press("Escape")
        page.mouse.up(button="right")
        page.keyboard.up("Shift")
        work.settle()
        assert work.state()["preview"] is None
        assert (len(work.given()), work.stored()) == (1, [made])


def test_points_are_gathered_moved_and_swapped(server: Server, browser: Browser, scene: Scene) -> None:
    with strict_page(browser) as page:
        work = Prompting(page, server, 1)
        x, y = scene.click
        work.click(x, y)
        work.known(1)
        selected, (made,) = work.state()["selected"], work.stored()

        # three points, one of them taken back again, are two in one request, made by the model that is chosen last
        page.keyboard.down("Control")
        for place, button in (((x, y + 30), "left"), ((x + 60, y), "right"), ((x + 20, y + 20), "left")):
            work.point(*place, button=button)
        assert [one["positive"] for one in work.state()["batch"]["points"]] == [True, False, True]
        expect(page.get_by_text("3 points gathered")).to_be_visible()
        work.choose("flow")
        state = work.state()
        assert (len(state["batch"]["points"]), state["selected"], len(state["prompts"])) == (3, selected, 1)
        work.choose("compact")
        work.point(x + 20, y + 20)
        assert (len(work.given()), work.stored()) == (1, [made])
        page.keyboard.up("Control")
        work.known(3)
        work.settle()
        assert [one["positive"] for one in work.given()] == [True, True, False]
        assert len(server.call("GET", f"/api/videos/1/history?frame=1&object_id={selected}")) == 2
        work.key("Control+z")
        work.known(1)
        assert work.stored()[0]["rle"] == made["rle"]

        # Esc drops what was gathered
        page.keyboard.down("Control")
        work.point(x, y + 30)
        page.keyboard.press("Escape")
        page.keyboard.up("Control")
        work.settle()
        assert (work.state()["batch"], len(work.given())) == (None, 1)

        # a point is dragged elsewhere in one step, and taken back by a click
        page.mouse.move(*work.at(x, y))
        assert page.locator(".tw-stage").evaluate("(stage) => stage.style.cursor") == "grab"
        work.drag((x, y), (x + 5, y + 25))
        (moved,) = work.given()
        assert abs(moved["x"] - x - 5) < 1 and abs(moved["y"] - y - 25) < 1
        work.key("Control+z")
        work.known(1)
        (back,) = work.given()
        assert abs(back["x"] - x) < 1 and abs(back["y"] - y) < 1

        # swapped, the left button says what is not part of it
        work.key("Shift+p")
        with work.painted():
            work.point(x + 60, y)
        work.known(2)
        assert [one["positive"] for one in work.given()] == [True, False]
        work.command("prompt.swap")
        assert not work.state()["swapped"]
        work.point(x + 60, y)
        work.known(1)

        # a stroke is a prompt too, and is there again when the page is
        work.key("s")
        work.drag((x, y), (x + 5, y + 30), (x, y + 50))
        work.known(2)
        page.reload()
        work = Prompting(page, server, 1)
        work.known(2)
        assert [one["data"]["kind"] for one in work.state()["prompts"]] == ["point", "scribble"]


def test_every_box_may_make_an_object_of_its_own(server: Server, browser: Browser, scene: Scene) -> None:
    with strict_page(browser) as page:
        work = Prompting(page, server, 2)
        before = len(work.state()["objects"])
        x0, y0, x1, y1 = scene.box
        work.key("r")
        work.command("box.each")
        for shift in (0, 4, 8):  # the second is drawn while the first is on its way
            page.mouse.move(*work.at(x0 + shift, y0))
            page.mouse.down()
            page.mouse.move(*work.at(x1, y1), steps=3)
            page.mouse.up()
        page.wait_for_function("n => throughline.state().objects.length === n", arg=before + 3, timeout=SLOW)
        work.settle()
        work.known(3)
        assert [len(work.given()), len(work.stored())] == [3, 3]
        assert work.state()["selected"] == work.state()["objects"][-1]["id"]


def test_objects_are_found_by_words(server: Server, browser: Browser) -> None:
    with strict_page(browser) as page:
        work = Prompting(page, server, 3)
        before = len(work.state()["objects"])
        expect(page.get_by_label("Model that finds by words")).to_have_value("colours")  # compact takes none
        work.choose("colours")
        expect(page.locator("button[data-command='tool.scribble']")).to_be_hidden()  # it takes none
        page.keyboard.press("/")
        page.keyboard.type("white, black, zebra")
        page.keyboard.press("Enter")
        page.wait_for_function("throughline.state().search?.looking === false", timeout=SLOW)
        expect(page.get_by_role("status").filter(has_text="Not found on frame 3: zebra.")).to_be_visible()
        work.choose("compact")  # for the next action; what was found stays
        work.choose("colours")
        found = work.state()["search"]["candidates"]
        assert {one["category"] for one in found} == {"white", "black"}
        assert work.stored() == []

        # one key accepts or rejects each; a name that is a label is the label, another one can be made one
        work.key("b")
        assert work.state()["search"] is None
        page.keyboard.press("/")
        page.keyboard.press("Enter")
        page.wait_for_function("throughline.state().search?.looking === false", timeout=SLOW)
        accepted = set()
        for one in found:
            if one["category"] in accepted:
                work.key("Backspace")
                continue
            if one["category"] == "black":
                page.get_by_role("button", name="Make the label black").click()
                expect(page.get_by_text("a new black", exact=True)).to_be_visible()
                page.locator(".tw-stage").focus()
            page.keyboard.press("Enter")
            accepted.add(one["category"])
        page.wait_for_function("throughline.state().search === null", timeout=SLOW)
        work.settle()
        names = sorted(one["name"] for one in work.state()["objects"][before:])
        assert names == ["White 1", "black 1"]
        assert len(work.stored()) == 2

        # an expression; and what is not found makes no object
        page.get_by_label("What the words are").select_option("expression")
        for text in ("the red thing", "the zebra"):
            page.locator(".tw-query").fill(text)
            page.locator(".tw-query").press("Enter")
            if text == "the red thing":
                page.wait_for_function("throughline.state().search?.candidates.length === 1", timeout=SLOW)
        said = page.get_by_role("status").filter(has_text="Nothing was found on frame 3 for “the zebra”.")
        expect(said).to_be_visible()
        assert work.state()["search"] is None and len(work.stored()) == 2


def test_a_hotkey_chooses_its_label_with_alt(server: Server, browser: Browser) -> None:
    with strict_page(browser) as page:
        label = server.call("GET", "/api/projects/1")["labels"][1]["id"]
        server.call("PATCH", f"/api/labels/{label}", {"hotkey": "d"})
        server.call("PATCH", "/api/me/preferences", {"keys": {"undo": ["ctrl+z", "alt+e"]}})
        page.goto(f"{server.url}/ui/?project=1")
        page.get_by_role("tab", name="Labels").click()
        row = page.locator("tr[data-label='White']")
        expect(row.get_by_text("Alt+D", exact=True)).to_be_visible()
        page.locator("tr[data-label='thing']").get_by_label("Hotkey").press("e")
        expect(page.get_by_text("Alt+E is “Undo” in your keys.")).to_be_visible()
        work = Prompting(page, server, 4)
        assert work.state()["labelId"] != label
        work.key("Alt+d")
        assert (work.state()["labelId"], work.state()["frame"]) == (label, 4)
        work.key("d")
        page.wait_for_function("throughline.state().shown === 3", timeout=SLOW)
        server.call("PATCH", "/api/me/preferences", {"keys": {}})

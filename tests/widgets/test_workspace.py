"""The workspace in a browser against a real server: what a hand does, what the picture shows, what is refused."""

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser import strict_page
from tests.server import Server
from tests.video_fixtures import encode, read_number

pytestmark = pytest.mark.e2e
SLOW = 60_000
FRAMES = 40
SIZE = 320, 240


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("workspace")
    encode(folder / "numbers.mp4", range(FRAMES), size=SIZE)
    with Server(folder / "project") as server:
        labels = [{"name": "dog", "attributes": [{"name": "pose", "values": ["lying"]}]}, {"name": "ball"}]
        project = server.call("POST", "/api/projects", {"name": "Zoo", "labels": labels})
        server.add_video(project["id"], folder / "numbers.mp4")
        yield server


class Hand:
    """A person at the workspace."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page = page
        self.server = server

    def open(self, frame: int = 0) -> None:
        self.page.goto(f"{self.server.url}/ui/annotate?video=1&frame={frame}")
        self.online()

    def online(self) -> None:
        self.page.wait_for_function(
            "window.throughline?.state().connection === 'online' && throughline.state().shown >= 0", timeout=SLOW
        )

    def state(self) -> dict[str, Any]:
        return self.page.evaluate("throughline.state()")

    def at(self, x: float, y: float) -> tuple[float, float]:
        place = self.page.evaluate("([x, y]) => throughline.toScreen(x, y)", [x, y])
        return place["x"], place["y"]

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
        self.settle()

    def stroke(self, *places: tuple[float, float], up: bool = True) -> None:
        self.page.mouse.move(*self.at(*places[0]))
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*self.at(*place), steps=4)
        if up:
            self.page.mouse.up()
            self.settle()

    def settle(self) -> None:
        """Every change is answered; two frames of the screen let one that was just begun be counted."""
        self.page.evaluate("new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))")
        self.page.wait_for_function("throughline.state().pending === 0", timeout=SLOW)

    def stored(self, frame: int = 0) -> dict[int, dict[str, Any]]:
        items = self.server.call("GET", f"/api/videos/1/masks?start={frame}&stop={frame + 1}")["items"]
        return {item["object_id"]: item for item in items}

    def picture(self) -> np.ndarray:
        """The picture on the screen, without what lies over it."""
        (x0, y0), (x1, y1) = self.at(0, 0), self.at(*SIZE)
        style = self.page.add_style_tag(content=".tw-layer + .tw-layer, .tw-toasts, .tw-tip { visibility: hidden; }")
        clip = {"x": round(x0), "y": round(y0), "width": round(x1 - x0), "height": round(y1 - y0)}
        shot = Image.open(io.BytesIO(self.page.screenshot(clip=clip))).convert("RGB")
        style.evaluate("(tag) => tag.remove()")
        return np.asarray(shot.resize(SIZE, Image.Resampling.BILINEAR))


@pytest.fixture(scope="module")
def opened(browser: Browser, server: Server) -> Iterator[Hand]:
    with strict_page(browser) as page:
        hand = Hand(page, server)
        hand.open()
        yield hand


@pytest.fixture
def hand(opened: Hand) -> Hand:
    """The one open page, on frame 0 with no object selected: opening it for every test would take most of the time."""
    opened.page.set_viewport_size({"width": 1280, "height": 720})
    opened.press("Escape", "n", "Home")
    opened.page.wait_for_function("throughline.state().shown === 0", timeout=SLOW)
    return opened


def new_object(hand: Hand, *places: tuple[float, float]) -> int:
    """An object made with one stroke of the brush on the current frame."""
    hand.press("n", "b")
    hand.stroke(*(places or ((60, 150), (120, 150))))
    selected = hand.state()["selected"]
    assert selected is not None
    return int(selected)


def test_one_click_makes_an_object_with_a_mask(hand: Hand) -> None:
    hand.press("n", "p")
    before = hand.state()["objects"]
    hand.page.mouse.click(*hand.at(160, 140))
    hand.page.wait_for_function("throughline.clicks.length > 0", timeout=SLOW)
    hand.settle()
    state = hand.state()
    assert len(state["objects"]) == len(before) + 1
    item = hand.stored()[state["selected"]]
    assert item["source"] == "human"
    assert item["area"] > 0
    shown = next(mask for mask in state["masks"] if mask["object_id"] == state["selected"])
    assert (shown["area"], shown["local"]) == (item["area"], False)
    click = hand.page.evaluate("throughline.lastClick")
    assert 0 < click["model_ms"] < click["total_ms"]


def test_quick_first_clicks_make_one_object_which_undo_takes_away(hand: Hand) -> None:
    hand.press("n", "p")
    before = [one["id"] for one in hand.state()["objects"]]
    for place in ((160, 140), (170, 150)):
        hand.page.mouse.click(*hand.at(*place))
    hand.settle()
    (mine,) = {one["id"] for one in hand.state()["objects"]} - {*before}
    assert hand.state()["selected"] == mine
    prompts = hand.server.call("GET", "/api/videos/1/frames/0/prompts")["prompts"]
    assert [one["object_id"] for one in prompts].count(mine) == 2
    hand.press("Control+z", "Control+z")
    assert [one["id"] for one in hand.state()["objects"]] == before


def test_a_negative_point_and_a_point_taken_back(hand: Hand) -> None:
    hand.press("n", "p")
    hand.page.mouse.click(*hand.at(160, 140))
    hand.settle()
    hand.page.mouse.click(*hand.at(40, 220), button="right")
    hand.settle()
    mine = hand.state()["selected"]
    hand.page.wait_for_function(
        "(id) => throughline.state().prompts.filter((one) => one.object_id === id && one.id !== null).length === 2",
        arg=mine,
    )
    given = [one["data"]["positive"] for one in hand.state()["prompts"] if one["object_id"] == mine]
    assert given == [True, False]
    hand.page.mouse.click(*hand.at(40, 220))
    hand.settle()
    prompts = hand.server.call("GET", "/api/videos/1/frames/0/prompts")["prompts"]
    assert [one["data"]["positive"] for one in prompts if one["object_id"] == mine] == [True]


def test_brush_eraser_polygon_undo_redo(hand: Hand) -> None:
    hand.press("Home")
    mine = new_object(hand)
    painted = hand.stored()[mine]["area"]
    hand.press("e")
    hand.stroke((90, 150), (120, 150))
    erased = hand.stored()[mine]["area"]
    assert 0 < erased < painted
    hand.press("g")
    for place in ((200, 100), (240, 100), (240, 130), (200, 130)):
        hand.page.mouse.click(*hand.at(*place))
        hand.page.wait_for_timeout(400)  # nearer together, two clicks are a double click
    hand.press("Enter")
    assert hand.stored()[mine]["area"] == pytest.approx(erased + 40 * 30, abs=150)  # vertices lie between pixels
    drawn = hand.stored()[mine]["area"]
    hand.press("Control+z")
    assert hand.stored()[mine]["area"] == erased
    hand.press("Control+Shift+z")
    assert hand.stored()[mine]["area"] == drawn
    assert [one["area"] for one in hand.state()["masks"] if one["object_id"] == mine] == [drawn]


def test_quick_strokes_build_on_each_other(hand: Hand) -> None:
    """The second stroke begins before the first is answered, and is no conflict with it."""
    mine = new_object(hand)
    first = hand.stored()[mine]["area"]
    for y in (170, 190, 210):
        hand.stroke((60, y), (120, y), up=False)
        hand.page.mouse.up()
    hand.settle()
    assert not hand.page.locator("dialog[open]").count()
    assert hand.stored()[mine]["area"] > 2 * first


def test_no_quick_key_is_lost_and_the_picture_is_the_frame(hand: Hand) -> None:
    hand.press("Home")
    for _ in range(17):
        hand.page.keyboard.press("ArrowRight")
    hand.page.keyboard.press("Shift+ArrowRight")
    hand.page.wait_for_function("throughline.state().shown === 27", timeout=SLOW)
    hand.settle()
    assert read_number(hand.picture()) == 27
    hand.press("End")
    hand.page.wait_for_function("n => throughline.state().shown === n", arg=FRAMES - 1, timeout=SLOW)
    hand.settle()
    assert read_number(hand.picture()) == FRAMES - 1


def test_playing_ends_at_the_last_frame(hand: Hand) -> None:
    hand.page.keyboard.press(" ")
    hand.page.wait_for_function(
        "n => !throughline.state().playing && throughline.state().shown === n", arg=FRAMES - 1, timeout=SLOW
    )


def test_verify_and_absent_are_said_with_one_key_each(hand: Hand) -> None:
    mine = new_object(hand)
    hand.page.get_by_label("All objects").uncheck()
    hand.press("c")
    assert hand.stored()[mine]["state"] == "verified"
    hand.press("c")
    assert hand.stored()[mine]["state"] != "verified"
    hand.press("ArrowRight")
    hand.press("o")
    assert hand.stored(1)[mine]["state"] == "absent"
    hand.page.get_by_label("All objects").check()


def test_a_locked_object_refuses(hand: Hand) -> None:
    mine = new_object(hand)
    before = hand.stored()[mine]["revision"]
    hand.press("l")
    expect(hand.page.locator(f"[data-object='{mine}'] [aria-label^='Unlock']")).to_be_visible()
    hand.stroke((60, 200), (120, 200))
    expect(hand.page.get_by_text("is locked.")).to_be_visible()
    assert hand.stored()[mine]["revision"] == before


def test_letters_typed_into_a_field_are_no_commands(hand: Hand) -> None:
    mine = new_object(hand)
    name = hand.page.get_by_label("Name", exact=True)
    name.fill("")
    name.press_sequentially("bcnoh")
    name.press("Enter")
    expect(hand.page.locator(f".tw-object[data-object='{mine}']")).to_contain_text("bcnoh")
    state = hand.state()
    assert (state["selected"], state["tool"], state["hidden"]) == (mine, "brush", [])


def test_a_list_gives_the_keys_back(hand: Hand) -> None:
    panels = [hand.page.get_by_label(name, exact=True) for name in ("Objects", "Properties")]
    for panel in panels:
        new_object(hand)
        panel.locator("select").first.focus()
        hand.press("ArrowDown", "e")
        assert hand.state()["tool"] == "brush"  # still in the list, where letters find entries
        hand.press("Enter", "e")
        assert hand.state()["tool"] == "eraser"


def test_where_the_keyboard_is_can_be_seen(hand: Hand) -> None:
    seen = set()
    for _ in range(60):
        hand.page.keyboard.press("Tab")
        style, element = hand.page.evaluate("""() => {
          const element = document.activeElement;
          return [getComputedStyle(element).outlineStyle, element.outerHTML.slice(0, 80)];
        }""")
        seen.add(element)
        assert style == "solid" or element.startswith("<body"), element
    assert len(seen) > 30


def test_a_conflict_shows_both_and_keeps_what_is_chosen(hand: Hand) -> None:
    mine = new_object(hand)
    hand.press("b")
    hand.stroke((60, 180), (120, 180), up=False)
    base = hand.stored()[mine]["revision"]
    other = [[200.0, 200.0, 240.0, 200.0, 240.0, 230.0]]
    hand.server.call("PUT", f"/api/videos/1/frames/0/masks/{mine}", {"polygons": other, "base": base})
    theirs = hand.stored()[mine]["area"]
    hand.page.mouse.up()
    dialog = hand.page.locator("dialog[open]")
    expect(dialog).to_contain_text("Nothing was overwritten", timeout=SLOW)
    assert dialog.locator("canvas").count() == 2
    assert hand.stored()[mine]["area"] == theirs
    dialog.get_by_role("button", name="Keep mine").click()
    hand.settle()
    assert hand.stored()[mine]["area"] > theirs
    assert [one["area"] for one in hand.state()["masks"] if one["object_id"] == mine] == [hand.stored()[mine]["area"]]


def test_what_others_change_is_seen_at_once(hand: Hand) -> None:
    mine = new_object(hand)
    body = {"polygons": [[10.0, 100.0, 50.0, 100.0, 50.0, 140.0]], "base": hand.stored()[mine]["revision"]}
    hand.server.call("PUT", f"/api/videos/1/frames/0/masks/{mine}", body)
    hand.page.wait_for_function(
        "([id, area]) => throughline.state().masks.some((one) => one.object_id === id && one.area === area)",
        arg=[mine, hand.stored()[mine]["area"]], timeout=SLOW,
    )


def test_every_key_is_on_the_help_sheet(hand: Hand) -> None:
    hand.page.keyboard.press("?")
    sheet = hand.page.get_by_role("dialog", name="Keys and marks")
    for words in ("Track forward", "Shift+F", "Verify this frame", "Undo", "Ctrl+Z", "hatched"):
        expect(sheet.get_by_text(words, exact=True).first).to_be_visible()
    assert sheet.evaluate("(sheet) => sheet.scrollWidth - sheet.clientWidth") <= 0
    hand.page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)


def test_the_page_fills_the_window_and_does_not_scroll(hand: Hand) -> None:
    for width, height in ((1280, 720), (1920, 1080)):
        hand.page.set_viewport_size({"width": width, "height": height})
        hand.settle()
        size = hand.page.evaluate("""() => {
          const box = document.querySelector(".tw-workspace").getBoundingClientRect();
          const page = document.scrollingElement;
          return [box.width, box.height, page.scrollWidth - innerWidth, page.scrollHeight - innerHeight];
        }""")
        assert size[:2] == [width, height]
        assert max(size[2:]) <= 0


def test_not_connected_refuses_and_comes_back(hand: Hand) -> None:
    mine = new_object(hand)
    before = hand.stored()[mine]["revision"]
    hand.server.kill()
    hand.page.wait_for_function("throughline.state().connection === 'offline'", timeout=SLOW)
    expect(hand.page.get_by_role("alert").filter(has_text="Not connected")).to_be_visible()
    hand.stroke((60, 200), (120, 200))
    assert hand.state()["pending"] == 0
    hand.server.start()
    hand.server.csrf = ""
    hand.online()
    assert hand.stored()[mine]["revision"] == before
    hand.press("b")
    hand.stroke((60, 200), (120, 200))
    assert hand.stored()[mine]["revision"] > before

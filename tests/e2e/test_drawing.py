"""Masks drawn and mended by hand, in a real browser on real video: every step is one change, which undo takes back."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from backend.masks import BoolMask, Rle
from backend.mending import Operation, mend
from tests.browser import strict_page
from tests.e2e.conftest import SLOW, Annotating, Scene
from tests.server import Server

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, scene: Scene) -> Iterator[Server]:
    """A workplace of the local person with one video."""
    with Server(tmp_path_factory.mktemp("drawing") / "project") as server:
        project = server.call("POST", "/api/projects", {"name": "Room", "labels": [{"name": "thing"}]})
        server.add_video(project["id"], scene.path)
        yield server


@pytest.fixture(scope="module")
def opened(server: Server, browser: Browser) -> Iterator[Annotating]:
    with strict_page(browser) as page:
        page.goto(f"{server.url}/ui/annotate?video=1")
        yield Annotating(page)


@pytest.fixture
def hand(opened: Annotating) -> Annotating:
    """No object selected, on frame 0, a small round brush."""
    for key in ("Escape", "n", "Home", "\\", "b"):
        opened.key(key)
    opened.page.get_by_label("Brush size in pixels", exact=True).fill("12")
    opened.page.keyboard.press("Enter")
    return opened


def pixels(server: Server, object_id: int, frame: int = 0) -> BoolMask:
    """The stored mask, which must be there."""
    items = server.call("GET", f"/api/videos/1/masks?start={frame}&stop={frame + 1}")["items"]
    (found,) = (Rle.from_json(item["rle"]).to_mask() for item in items if item["object_id"] == object_id)
    return found


def drawn(hand: Annotating, *places: tuple[float, float]) -> int:
    """A new object, of one stroke or loop of the tool in the hand."""
    hand.key("n")
    hand.drag(*places)
    selected = hand.state()["selected"]
    assert selected is not None
    return int(selected)


def square(x: float, y: float, size: float) -> list[tuple[float, float]]:
    return [(x, y), (x + size, y), (x + size, y + size), (x, y + size), (x, y)]


def changed(server: Server, hand: Annotating, object_id: int, before: BoolMask) -> BoolMask:
    """The mask now, which differs from the one before; one undo brings that back, and redo this."""
    after = pixels(server, object_id)
    assert (after != before).any()
    hand.key("Control+z")
    assert (pixels(server, object_id) == before).all()
    hand.key("Control+Shift+z")
    assert (pixels(server, object_id) == after).all()
    return after


def test_brush_lasso_and_what_escape_takes_back(server: Server, hand: Annotating) -> None:
    page = hand.page
    mine = drawn(hand, (100, 100), (180, 100))
    round_tip = pixels(server, mine)
    page.mouse.move(*hand.at(120, 130))
    page.mouse.down()
    page.mouse.move(*hand.at(180, 160), steps=4)
    page.keyboard.press("Escape")
    page.mouse.up()
    hand.settle()
    assert (pixels(server, mine) == round_tip).all()
    assert [one["area"] for one in hand.state()["masks"] if one["object_id"] == mine] == [round_tip.sum()]

    page.keyboard.down("Shift")
    page.mouse.wheel(0, -100)
    page.keyboard.up("Shift")
    assert hand.state()["brush"] > 12
    hand.command("brush.square")
    hand.drag((100, 140), (180, 140))
    hand.command("brush.round")
    after = changed(server, hand, mine, round_tip)
    assert after[140, 100 - 5] and not round_tip[140, 95]

    hand.key("Shift+G")
    hand.drag(*square(100, 90, 60))
    looped = changed(server, hand, mine, after)
    assert looped[92:148, 102:158].all()
    page.keyboard.down("Control")
    hand.drag(*square(110, 110, 20))
    page.keyboard.up("Control")
    assert not changed(server, hand, mine, looped)[112:128, 112:128].any()

    # a stroke where the object has no mask yet is a mask by a human there
    hand.key("b")
    hand.go(1)
    hand.drag((100, 100), (140, 100))
    assert pixels(server, mine, 1).any()
    assert (hand.mask(1, mine) or {})["source"] == "human"


def test_a_polygon_is_changed_before_it_is_closed(server: Server, hand: Annotating) -> None:
    page = hand.page
    mine = drawn(hand, (60, 60), (64, 60))
    before = pixels(server, mine)
    hand.key("g")
    for place in ((100, 100), (160, 100), (160, 160), (200, 200)):
        page.mouse.click(*hand.at(*place))
    page.keyboard.press("Backspace")
    for place in ((100, 160), (60, 130)):
        page.mouse.click(*hand.at(*place))
    page.keyboard.down("Alt")
    page.mouse.click(*hand.at(60, 130))  # a vertex taken away again
    page.keyboard.up("Alt")
    hand.drag((160, 100), (190, 90))  # a vertex moved
    hand.drag((130, 160), (130, 190))  # one set on an edge
    page.keyboard.press("Enter")
    hand.settle()
    after = changed(server, hand, mine, before)
    inside = [(185, 95), (130, 185), (105, 105)]
    outside = [(80, 130), (180, 180), (185, 85)]
    assert all(after[y, x] for x, y in inside)
    assert not any(after[y, x] for x, y in outside)


def test_one_key_mends_the_mask(server: Server, hand: Annotating) -> None:
    hand.key("Shift+G")
    mine = drawn(hand, *square(200, 100, 80))
    hand.key("e")
    hand.drag((230, 130), (240, 130))
    hand.key("b")
    hand.drag((330, 100), (331, 100))
    mask = pixels(server, mine)
    steps: list[tuple[str, Operation, int | None]] = [
        ("Shift+ArrowUp", "grow", 1), ("Shift+ArrowDown", "shrink", 1), ("Shift+M", "smooth", 2),
        ("Shift+H", "fill holes", None),
    ]
    for key, operation, size in steps:
        expected = mend(mask, operation, size)
        hand.key(key)
        mask = changed(server, hand, mine, mask)
        assert (mask == expected).all(), operation
    hand.page.get_by_role("button", name="Mask: mend").click()
    field = hand.page.get_by_label("Specks are smaller than this")
    field.fill("500")
    hand.page.keyboard.press("Tab")
    hand.page.keyboard.press("Escape")
    expect(field).to_be_hidden()
    hand.key("Shift+J")
    assert not changed(server, hand, mine, mask)[90:110, 320:340].any()
    hand.key("Shift+H")
    expect(hand.page.get_by_text("Nothing of this mask would change.")).to_be_visible()


def test_masks_are_copied_and_cut_out_of_each_other(server: Server, hand: Annotating) -> None:
    page = hand.page
    hand.key("Shift+G")
    below = drawn(hand, *square(100, 200, 60))
    above = drawn(hand, *square(140, 220, 60))
    whole = pixels(server, below)
    hand.key("Shift+E")
    rest = changed(server, hand, below, whole)
    assert (rest == (whole & ~pixels(server, above))).all()

    menu = page.get_by_role("button", name="Mask: mend")
    menu.click()
    page.get_by_label("Do not paint over other objects").check()
    page.keyboard.press("Escape")
    hand.drag(*square(80, 180, 100))
    grown = pixels(server, above)
    assert grown.sum() > 5000 and not (grown & rest).any()
    menu.click()
    page.get_by_label("Do not paint over other objects").uncheck()
    page.keyboard.press("Escape")

    hand.key("[")
    page.keyboard.press("Control+b")
    page.keyboard.press("Control+b")
    page.wait_for_function("throughline.state().shown === 2", timeout=SLOW)
    hand.settle()
    assert [(pixels(server, above, frame) == grown).all() for frame in (1, 2)] == [True, True]
    hand.key("]")

    # the whole range is mended as one change, of the selected object alone
    page.get_by_label("All objects").uncheck()
    menu.click()
    hand.command("mask.growRange")
    expect(page.get_by_text("3 masks were changed.")).to_be_visible()
    page.get_by_label("All objects").check()
    wider = mend(grown, "grow", 1)
    assert all((pixels(server, above, frame) == wider).all() for frame in range(3))
    assert (pixels(server, below) == rest).all()
    page.keyboard.press("Escape")
    hand.key("Control+z")
    assert all((pixels(server, above, frame) == grown).all() for frame in range(3))



def test_an_outline_is_edited_and_the_rest_stays_as_it_was(server: Server, hand: Annotating) -> None:
    page = hand.page
    hand.key("Shift+G")
    mine = drawn(hand, (300, 100), (390, 110), (400, 200), (310, 190), (300, 100))
    before = pixels(server, mine)
    revision = (hand.mask(0, mine) or {})["revision"]
    top = int(np.flatnonzero(before.any(axis=1))[0])
    left = int(np.flatnonzero(before[top])[0])  # the first corner of the outline

    hand.key("Shift+V")
    hand.drag((left, top), (280, 60))
    assert [one["area"] for one in hand.state()["masks"] if one["object_id"] == mine] == []  # it is in the hand
    page.keyboard.press("Escape")
    hand.settle()
    assert hand.state()["tool"] == "lasso"
    assert (hand.mask(0, mine) or {})["revision"] == revision

    hand.key("Shift+V")
    hand.drag((left, top), (280, 60))
    page.keyboard.press("Enter")
    hand.settle()
    after = changed(server, hand, mine, before)
    assert after[:85].any() and not before[:85].any()
    assert (after[150:] == before[150:]).all()
    assert (after[:, 370:] == before[:, 370:]).all()

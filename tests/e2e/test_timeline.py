"""The timeline through hands: a range drawn and acted on, lanes found, jumps, frames looked at, keys."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from backend.masks import Rle
from projects_db import changes, masks, objects, people, projects, videos
from projects_db.database import Database
from projects_db.masks import MaskWrite
from tests.browser import strict_page
from tests.e2e.conftest import SLOW, Annotating, Scene
from tests.server import Server

pytestmark = [pytest.mark.e2e]
FRAMES = 60
"""Of the real video, those that the lanes have masks on."""
MANY = 150


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, scene: Scene) -> Iterator[Server]:
    """A real video with many objects, of which the first three have tracked masks; those of the second score low."""
    folder = tmp_path_factory.mktemp("timeline") / "project"
    with Server(folder) as server:
        project = server.call("POST", "/api/projects", {"name": "Lanes", "labels": [{"name": "dog"}, {"name": "ball"}]})
        server.add_video(project["id"], scene.path)
        server.stop()
        fill(folder, project["id"])
        server.start()
        yield server


def fill(folder: Path, project: int) -> None:
    with Database.open(folder) as db, db.write() as session:
        video = videos.of_project(session, project)[0]
        labels = [label.id for label in projects.labels(session, project)]
        person = people.local_person(session).id
        change = changes.begin(session, video.id, person, "object")
        made = [objects.create(session, change, labels[n % 2], f"thing {n + 1}").id for n in range(MANY)]
        disc = np.zeros((video.height, video.width), bool)
        disc[40:90, 60:140] = True
        rle = Rle.from_mask(disc)
        masks.write(session, changes.begin(session, video.id, person, "import"), [
            MaskWrite(frame, made[n], rle, None, source="model", score=0.3 if n == 1 and frame >= 30 else 0.8)
            for n in range(3) for frame in range(FRAMES)])
        masks.write(session, changes.begin(session, video.id, person, "mask"), [
            MaskWrite(45, made[2], rle, masks.get(session, video.id, 45, made[2]).revision)])


@pytest.fixture(scope="module")
def page(browser: Browser, server: Server) -> Iterator[Page]:
    with strict_page(browser) as page:
        page.goto(f"{server.url}/ui/annotate?video=1")
        yield page


@pytest.fixture
def hand(page: Page) -> Annotating:
    return Annotating(page)


def place(hand: Annotating, frame: float, lane: int | None) -> tuple[float, float]:
    """Where a frame is on the screen, on a lane (from 0, nothing scrolled) or on the ruler."""
    box = hand.page.locator("canvas.tw-lanes").first.bounding_box()
    assert box
    span = hand.page.evaluate("throughline.timelineScale")
    y = 13 if lane is None else 26 + 24 * lane + 12
    return box["x"] + (frame - span["start"]) * span["step"], box["y"] + y


def drag(hand: Annotating, start: tuple[float, float], end: tuple[float, float], shift: bool = False) -> None:
    mouse, keyboard = hand.page.mouse, hand.page.keyboard
    if shift:
        keyboard.down("Shift")
    mouse.move(*start)
    mouse.down()
    mouse.move(*end, steps=5)
    mouse.up()
    if shift:
        keyboard.up("Shift")


def test_a_range_drawn_on_a_lane_concerns_that_object_alone(hand: Annotating, server: Server) -> None:
    drag(hand, place(hand, 10.5, 1), place(hand, 19.5, 1), shift=True)
    state = hand.state()
    assert (state["inPoint"], state["outPoint"], state["scopeAll"]) == (10, 19, False)
    bar = hand.page.get_by_role("toolbar", name="Range")
    expect(bar).to_contain_text("Frames 10–19")
    expect(bar).to_contain_text("thing 2")
    bar.locator("[data-command='mask.verifyRange']").click()
    hand.settle()
    lanes = server.call("GET", "/api/videos/1/timeline")["objects"]
    first, second, _ = (lanes[str(one["id"])] for one in state["objects"][:3])
    assert [10, 20, "verified", "model"] in second
    assert first == [[0, FRAMES, "tracked", "model"]]
    drag(hand, place(hand, 20, None), place(hand, 25.5, None))  # its right bracket
    assert (hand.state()["inPoint"], hand.state()["outPoint"]) == (10, 25)
    bar.locator("[data-command='identity.absent']").click()
    hand.settle()
    lanes = server.call("GET", "/api/videos/1/timeline")["objects"]
    assert [20, 26, "absent", "human"] in lanes[str(state["objects"][1]["id"])]  # what is verified stays
    hand.key("Control+z")
    hand.key("Control+z")
    assert server.call("GET", "/api/videos/1/timeline")["objects"][str(state["objects"][1]["id"])] == [
        [0, FRAMES, "tracked", "model"]]


def test_keys_alone_choose_a_lane_and_its_run(hand: Annotating) -> None:
    hand.key("\\")
    hand.go(5)
    canvas = hand.page.get_by_role("slider", name="Frame")
    canvas.focus()
    hand.key("Home")
    hand.key("ArrowRight")
    assert hand.state()["frame"] == 1
    before = hand.page.evaluate("throughline.timelineScale.step")
    hand.key("+")
    assert hand.page.evaluate("throughline.timelineScale.step") > before
    hand.key("-")
    hand.page.locator(".tw-object").nth(0).click()
    canvas.focus()
    hand.key("ArrowDown")
    assert hand.state()["selected"] == hand.state()["objects"][1]["id"]
    hand.key("Enter")
    state = hand.state()
    assert (state["inPoint"], state["outPoint"]) == (0, FRAMES - 1)
    expect(hand.page.get_by_role("toolbar", name="Range").locator("button:focus")).to_have_count(1)
    hand.key("Escape")
    expect(canvas).to_be_focused()
    hand.key("\\")


def test_lanes_are_found_and_none_is_lost(hand: Annotating) -> None:
    names = hand.page.locator(".tw-name")
    assert names.count() < 20  # of 150
    query = hand.page.get_by_label("Find lanes by name")
    query.fill("thing 14")
    expect(names.first).to_have_text("thing 14")
    expect(hand.page.locator(".tw-lane-count")).to_have_text(f"11 of {MANY}")
    query.fill("")
    hand.page.get_by_role("button", name="Sort and filter the lanes").click()
    hand.page.get_by_label("Only with").select_option("low")
    expect(names).to_have_count(1)
    expect(names).to_have_text("thing 2")
    hand.page.get_by_role("button", name="Show all lanes as made").click()
    hand.page.keyboard.press("Escape")
    expect(hand.page.locator(".tw-lane-count")).to_have_text("")
    assert len(hand.state()["objects"]) == MANY


def test_jumps_of_the_chosen_kind_and_frames_looked_at(hand: Annotating, server: Server) -> None:
    hand.page.get_by_label("All objects").check()
    hand.go(0)
    kind = hand.page.get_by_label("Jump to", exact=True)
    for name, wanted in (("low", 30), ("barrier", 45)):
        kind.select_option(name)
        hand.page.get_by_role("slider", name="Frame").focus()
        hand.key("j")
        hand.page.wait_for_function("f => throughline.state().shown === f", arg=wanted, timeout=SLOW)
    hand.page.wait_for_function("throughline.state().looked.own.some(([a, b]) => a <= 45 && 45 < b)", timeout=SLOW)
    kind.select_option("unlooked")
    hand.page.get_by_role("slider", name="Frame").focus()
    hand.key("j")
    hand.page.wait_for_function("throughline.state().shown === 46", timeout=SLOW)
    hand.key("Control+j")
    hand.page.wait_for_function("throughline.state().shown === 44", timeout=SLOW)
    hand.page.wait_for_function("throughline.state().looked.own.some(([a, b]) => a <= 44 && 46 <= b)", timeout=SLOW)
    hand.page.goto("about:blank")  # what was not told yet is told when the page goes
    hand.page.wait_for_timeout(500)
    looked = server.call("GET", "/api/videos/1/looked")
    assert any(start <= 44 and stop >= 46 for start, stop in looked["own"])
    hand.page.goto(f"{server.url}/ui/annotate?video=1")


def test_the_open_lane_draws_the_scores(hand: Annotating) -> None:
    hand.page.locator(".tw-object").nth(1).click()
    with hand.page.expect_response(lambda reply: "/scores?" in reply.url) as asked:
        hand.page.get_by_role("button", name="Show the scores of thing 2").click()
    scores = {frame: score for frame, score, _ in asked.value.json()["buckets"]}
    assert (scores[29], scores[30]) == (0.8, 0.3)
    hand.page.get_by_role("button", name="Hide the scores of thing 2").click()

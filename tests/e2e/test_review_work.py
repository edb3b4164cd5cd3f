"""Review as work, in a browser: work is given, done, taken back, corrected, scored against hidden ground truth."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import strict_page
from tests.e2e.conftest import PASSWORD, SLOW, Annotating, Scene, sign_in
from tests.server import Server

pytestmark = pytest.mark.e2e
RANGE = 5
FRAMES = range(4)
GOLD = 2


def call(page: Page, method: str, path: str, body: Any = None) -> Any:
    """A request as whoever is signed in on the page."""
    return page.evaluate("""async ([method, path, body]) => {
        const me = await (await fetch('/api/me')).json();
        const reply = await fetch(path, {method, body: body === null ? undefined : JSON.stringify(body),
            headers: {'X-Throughline-CSRF': me.csrf, 'Content-Type': 'application/json'}});
        const said = await reply.json();
        if (!reply.ok) throw new Error(JSON.stringify(said));
        return said;
    }""", [method, path, body])


def prepare(page: Page, scene: Scene) -> tuple[int, int]:
    """Ann's project with a video whose first frames have a verified box, Rita who reviews and Ben who annotates."""
    ben = call(page, "POST", "/api/people", {"name": "Ben", "password": PASSWORD})["id"]
    rita = next(one["id"] for one in call(page, "GET", "/api/people") if one["name"] == "Rita")
    project = call(page, "POST", "/api/projects", {"name": "Bedroom", "labels": [{"name": "girl"}]})
    for person, role in ((ben, "annotator"), (rita, "reviewer")):
        call(page, "PUT", f"/api/projects/{project['id']}/members/{person}", {"role": role})
    path = f"/api/projects/{project['id']}/videos"
    job = call(page, "POST", path, {"path": str(scene.path.resolve())})["import"]
    while (state := call(page, "GET", f"/api/imports/{job}"))["status"] == "running":
        page.wait_for_timeout(100)
    video = state["videos"][0]
    draw(page, video, project["labels"][0]["id"], scene.box)
    call(page, "POST", f"/api/videos/{video}/verify", {"objects": None, "start": 0, "stop": len(FRAMES)})
    return project["id"], video


def draw(page: Page, video: int, label: int, box: tuple[int, int, int, int]) -> None:
    """One object, the same box on each of `FRAMES`."""
    left, top, right, bottom = box
    target: dict[str, Any] = {"object": {"label_id": label}}
    for frame in FRAMES:
        mask = {**target, "polygons": [[left, top, right, top, right, bottom, left, bottom]], "base": 0}
        made = call(page, "POST", f"/api/videos/{video}/frames/{frame}/masks", {"masks": [mask]})
        target = {"object_id": made["items"][0]["object_id"]}


def test_work_is_given_done_corrected_and_scored(workplace: Server, browser: Browser, scene: Scene) -> None:
    with strict_page(browser) as ann, strict_page(browser) as rita, strict_page(browser) as ben:
        sign_in(ann, workplace, "Ann")
        project, original = prepare(ann, scene)
        sign_in(rita, workplace, "Rita")

        # Rita keeps a verified frame as ground truth
        rita.goto(f"{workplace.url}/ui/review?project={project}&video={original}&frame={GOLD}")
        Annotating(rita)
        rita.get_by_text("Hidden ground truth").click()
        rita.get_by_role("button", name="Keep this frame").click()
        expect(rita.get_by_text("Hidden ground truth · 1 frame")).to_be_visible()

        # and gives Ben a blind copy of the video
        rita.goto(f"{workplace.url}/ui/review?project={project}&stage=all")
        rita.get_by_label(f"Choose {scene.path.name}").check()
        rita.get_by_role("button", name="Assign work").click()
        dialog = rita.get_by_role("dialog")
        dialog.get_by_label("Ben").check()
        dialog.get_by_label("Frames a range").fill(str(10_000))
        dialog.get_by_label("blind copy").check()
        dialog.get_by_label("Due").fill("2020-01-02")
        dialog.get_by_role("button", name="Assign").click()
        copy = f"{scene.path.name} (copy 1)"
        expect(rita.get_by_role("row", name=copy)).to_contain_text("overdue by")
        work = call(rita, "GET", f"/api/projects/{project}/assignments")[0]
        call(rita, "PATCH", f"/api/assignments/{work['id']}", {"stop": RANGE})
        video = work["video_id"]

        # Ben goes straight to his frames; what is outside them is said, and done is one key
        sign_in(ben, workplace, "Ben")
        mine = ben.get_by_role("region", name="My work")
        expect(mine).to_contain_text(f"frames 0–{RANGE - 1}")
        draw(ben, video, call(ben, "GET", f"/api/videos/{video}")["labels"][0]["id"], scene.box)
        mine.get_by_role("link", name="Open").click()
        hands = Annotating(ben)
        line = ben.get_by_role("region", name="My work")
        expect(line).to_contain_text(f"Yours: frames 0–{RANGE - 1}")
        hands.go(RANGE)
        expect(line).to_contain_text("This frame is outside them.")
        line.get_by_role("button", name="To frame 0").click()
        ben.wait_for_function("throughline.state().shown === 0", timeout=SLOW)
        ben.keyboard.press("Control+Enter")
        expect(line).to_contain_text("Your frames here are done.")

        # he hands in, takes back, hands in again
        ben.get_by_role("button", name="Send to review").click()
        ben.get_by_role("button", name="Take back").click()
        ben.get_by_role("button", name="Send to review").click()
        expect(ben.get_by_role("button", name="Take back")).to_be_visible()

        # Rita removes a mask, says why with one click, and sends the video back
        rita.goto(f"{workplace.url}/ui/review?project={project}")
        rita.get_by_role("link", name=copy).click()
        reviewing = Annotating(rita)
        reviewing.go(3)
        reviewing.key("1")
        reviewing.command("mask.delete")
        reviewing.key("q")
        rita.mouse.click(*reviewing.at(*scene.box[:2]))
        rita.get_by_role("button", name="Mask too large").click()
        expect(rita.get_by_role("heading", name="Comments · 1 open")).to_be_visible()
        rita.get_by_role("button", name="Send back", exact=True).click()
        rita.wait_for_function("throughline.state().stage === 'annotate'", timeout=SLOW)

        # it comes back to Ben with what was changed and why; he settles it, Rita opens it again
        changed = ben.get_by_role("region", name="Changed in review")
        expect(changed).to_contain_text("removed by Rita")
        changed.get_by_role("button").click()
        ben.wait_for_function("throughline.state().shown === 3", timeout=SLOW)
        ben.get_by_role("button", name="Frame 3 Rita Mask too large").click()
        ben.get_by_role("button", name="Resolve").click()
        rita.get_by_role("button", name="Reopen", exact=True).click()
        expect(ben.get_by_role("button", name="Resolve")).to_be_visible()

        # the report: Ben's first hand-in was as good as the ground truth, and he sees his own score only
        rita.goto(f"{workplace.url}/ui/quality?project={project}")
        rita.get_by_role("button", name="Measure now").click()
        report = rita.get_by_role("region", name="Against hidden ground truth")
        expect(report.get_by_role("img").first).to_have_attribute("aria-label", "By person. Ben: J 1.00, F 1.00")
        rita.get_by_text("Ground truth, frame by frame").click()
        expect(rita.get_by_role("link", name=str(GOLD), exact=True)).to_be_visible()
        ben.goto(f"{workplace.url}/ui/quality?project={project}")
        expect(ben.get_by_text("These are the scores of your own masks.")).to_be_visible()
        assert ben.get_by_text("frame by frame").count() == 0

        # Ann switches Ben's account off: he is out at once
        ann.goto(f"{workplace.url}/ui/people")
        ann.get_by_role("button", name="Switch off: Ben").click()
        ann.get_by_role("dialog").get_by_role("button", name="Switch off").click()
        expect(ann.get_by_text("switched off")).to_be_visible()
        ben.reload()
        ben.wait_for_url("**/login**", timeout=SLOW)

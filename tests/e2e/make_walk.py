"""The recorded walk of docs/guides/walk.md: `python -m tests.e2e.make_walk`, after `launch.py test`.

The three dogs of dogs-jump (development data beside the checkout), from an empty project to an accepted export, by the
hands of a person in a real browser. Where the person clicks is computed from the ground truth as a careful one would
click (`backend.quality.clicks.next_click`); where they look next is what the tool proposes (key K). Nothing but clicks
and keys goes to the tool. The walk ends when every dog has a mean J of 0.90, which a person sees and the script
computes.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from backend.masks import BoolMask, Rle
from backend.prompts import Point
from backend.quality.clicks import next_click
from backend.quality.region import region_similarity
from tests.browser import launch_chromium, strict_page
from tests.e2e.conftest import SLOW, Annotating
from tests.server import ROOT, Server

SEQUENCE = ROOT / "../shared/data/dev/dogs-jump"
IMAGES = ROOT / "docs/images"
START = 36
"""Where the three stand apart."""
GOOD, MOST_CLICKS, MOST_LOOKS = 0.90, 4, 25


@dataclass
class Walk:
    """The person, what they did, and how long each part took."""

    work: Annotating
    server: Server
    truth: list[dict[int, BoolMask]]
    did: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)
    dogs: dict[int, int] = field(default_factory=dict)
    """Object -> the value its dog has in the ground truth."""

    def key(self, keys: str) -> None:
        self.did["keys"] += 1
        self.work.key(keys)

    def click(self, point: Point) -> None:
        self.did["clicks"] += 1
        self.work.click(point.x, point.y, "left" if point.positive else "right")

    def mask(self, frame: int, object_id: int) -> BoolMask:
        items = self.server.call("GET", f"/api/videos/1/masks?start={frame}&stop={frame + 1}")["items"]
        rle = next((one["rle"] for one in items if one["object_id"] == object_id), None)
        shape = self.truth[0][1].shape
        return Rle.from_json(rle, height=shape[0], width=shape[1]).to_mask() if rle else np.zeros(shape, bool)

    def mean_j(self, object_id: int) -> float:
        return fmean(region_similarity(self.mask(frame, object_id), of[self.dogs[object_id]])
                     for frame, of in enumerate(self.truth))

    def make_dogs(self) -> None:
        """One click each on the frame where they stand apart."""
        self.work.go(START)
        for value, mask in self.truth[START].items():
            self.key("n")
            point = next_click(np.zeros_like(mask), mask)
            assert point
            self.click(point)
            self.dogs[self.work.state()["objects"][-1]["id"]] = value

    def correct(self, frame: int, object_id: int) -> None:
        """Click until the mask is good, or verify what is good already."""
        truth = self.truth[frame][self.dogs[object_id]]
        clicks: list[Point] = []
        while region_similarity(mask := self.mask(frame, object_id), truth) < GOOD and len(clicks) < MOST_CLICKS:
            point = next_click(mask, truth, clicks)
            if point is None:
                break
            clicks.append(point)
            self.click(point)
        self.did["frames corrected" if clicks else "frames found good"] += 1
        if not clicks:
            self.key("a")  # this object only
            self.key("c")
            self.key("a")

    def track(self, keys: str) -> None:
        before = len(self.work.state()["runs"])
        self.key(keys)
        self.work.page.wait_for_function("n => throughline.state().runs.length > n", arg=before, timeout=SLOW)
        assert self.work.wait_for_run("done")
        self.did["runs"] += 1

    def look(self) -> bool:
        """Go where the tool says, and see to what is there; whether there was such a place."""
        before = self.work.state()
        self.key("k")
        self.work.page.wait_for_timeout(400)
        state = self.work.state()
        if state["selected"] is None or (state["frame"], state["selected"]) == (before["frame"], before["selected"]):
            return False
        self.work.page.wait_for_function("f => throughline.state().shown === f", arg=state["frame"], timeout=SLOW)
        corrected = self.did["frames corrected"]
        self.correct(state["frame"], state["selected"])
        if self.did["frames corrected"] > corrected:
            self.track("Shift+R")
        return True


def truths() -> list[dict[int, BoolMask]]:
    found = []
    for path in sorted((SEQUENCE / "masks").iterdir()):
        with Image.open(path) as image:
            values = np.asarray(image)
        found.append({value: values == value for value in (1, 2, 3)})
    return found


def shoot(page: Page, name: str) -> None:
    page.locator(".tw-toast button").evaluate_all("buttons => buttons.forEach((button) => button.click())")
    page.wait_for_timeout(400)
    page.screenshot(path=IMAGES / f"walk-{name}.png")


def annotate(walk: Walk) -> list[float]:
    page, started = walk.work.page, time.monotonic()

    def stop_watch(part: str) -> None:
        nonlocal started
        walk.seconds[part] = walk.seconds.get(part, 0.0) + time.monotonic() - started
        started = time.monotonic()

    walk.make_dogs()
    stop_watch("three clicks")
    shoot(page, "1-clicked")
    started = time.monotonic()
    walk.track("Shift+T")
    stop_watch("first tracking")
    course = [fmean(walk.mean_j(one) for one in walk.dogs)]
    shoot(page, "2-tracked")
    for _ in range(MOST_LOOKS):
        if min(walk.mean_j(one) for one in walk.dogs) >= GOOD:
            break
        started = time.monotonic()
        if not walk.look():
            break
        stop_watch("looking, correcting and tracking again")
        course.append(fmean(walk.mean_j(one) for one in walk.dogs))
    shoot(page, "3-corrected")
    started = time.monotonic()
    walk.key("Shift+C")
    page.get_by_role("button", name="Send to review").click()
    walk.did["clicks"] += 1
    expect(page.get_by_text("In review")).to_be_visible()
    stop_watch("verify and send to review")
    return course


def accept_and_export(page: Page, server: Server, walk: Walk, folder: Path) -> None:
    started = time.monotonic()
    page.goto(f"{server.url}/ui/review?project=1&video=1")
    Annotating(page)
    page.get_by_role("button", name="Accept video").click()
    walk.did["clicks"] += 1
    expect(page.get_by_text("Accepted", exact=True).first).to_be_visible()
    shoot(page, "4-accepted")
    page.goto(f"{server.url}/ui/datasets?project=1")
    page.get_by_label("YouTube-VIS").check()
    with page.expect_download(timeout=SLOW) as download:
        page.get_by_role("button", name="Export").click()
    walk.did["clicks"] += 2
    download.value.save_as(folder / "dogs.zip")
    walk.seconds["accept and export"] = time.monotonic() - started
    page.screenshot(path=IMAGES / "walk-5-exported.png")


def main() -> None:
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        with Server(folder / "project") as server, launch_chromium(playwright) as browser:
            project = server.call("POST", "/api/projects", {"name": "Dogs", "labels": [{"name": "dog"}]})
            server.add_video(project["id"], SEQUENCE / "frames")
            with strict_page(browser) as page:
                page.goto(f"{server.url}/ui/annotate?video=1")
                walk = Walk(Annotating(page), server, truths())
                course = annotate(walk)
                accept_and_export(page, server, walk, folder)
                print(json.dumps({"did": walk.did, "seconds": walk.seconds, "mean J after each look": course,
                                  "J": {name: walk.mean_j(name) for name in walk.dogs}}, indent=1))


if __name__ == "__main__":
    main()

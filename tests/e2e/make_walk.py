"""The recorded walk of docs/guides/walk.md: `python -m tests.e2e.make_walk`, after `launch.py test`.

The person and the two dogs of dogs-jump (development data beside the checkout), from an empty project to an accepted
export, by the hands of an annotator in a real browser. Where they click is computed from the ground truth as a careful
one would click (`backend.quality.clicks.next_click`), and drawn with the lasso where clicks do not help; where they
look next is what the tool proposes (key K). Nothing but the pointer and keys goes to the tool. Looking ends when every
object has a mean J of 0.90, which an annotator sees and the script computes, or after `MOST_LOOKS`; what is quoted is
read from the exported file.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from math import hypot
from pathlib import Path
from statistics import fmean

import cv2
import numpy as np
from playwright.sync_api import Page, expect, sync_playwright

from backend.masks import BoolMask, Rle
from backend.prompts import Point
from backend.quality.clicks import next_click
from backend.quality.contour import contour_accuracy
from backend.quality.region import region_similarity
from backend.quality.sequences import find_sequences
from projects_db.formats import youtube_vis
from projects_db.formats.archive import Source
from tests.browser import launch_chromium, strict_page
from tests.e2e.conftest import SLOW, Annotating
from tests.e2e.make_screens import SEQUENCES, close_messages, shoot
from tests.server import Server

NAME = "dogs-jump"
LABELS = {1: "dog", 2: "dog", 3: "person"}
"""Of the values in the ground truth."""
START = 36
"""Where the three stand apart."""
GOOD, FAIR, MOST_CLICKS, MOST_LOOKS = 0.90, 0.85, 4, 8
"""J from which a mask is left as it is, and below which clicks are given up; clicks on a mask; frames looked at."""
SPECK, APART = 12, 8
"""Pixels: smaller parts are not drawn; points nearer to each other are not given."""


@dataclass
class Walk:
    """The person, what they did, and how long each part took."""

    work: Annotating
    server: Server
    truth: list[dict[int, BoolMask]]
    did: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)
    values: dict[int, int] = field(default_factory=dict)
    """Object -> its value in the ground truth."""

    def key(self, keys: str) -> None:
        self.did["keys"] += 1
        self.work.key(keys)

    def click(self, point: Point) -> None:
        """On the picture, once messages that lie over it are closed."""
        self.did["clicks"] += 1 + self.work.page.locator(".tw-toast button").count()
        close_messages(self.work.page)
        self.work.click(point.x, point.y, "left" if point.positive else "right")

    def masks(self, start: int, stop: int) -> dict[tuple[int, int], BoolMask]:
        """(frame, object) -> what is stored there; nothing where there is no mask."""
        items = self.server.call("GET", f"/api/videos/1/masks?start={start}&stop={stop}")["items"]
        height, width = self.truth[0][1].shape
        return {(one["frame"], one["object_id"]): Rle.from_json(one["rle"], height=height, width=width).to_mask()
                for one in items if one["rle"]}

    def mask(self, frame: int, object_id: int) -> BoolMask:
        empty = np.zeros_like(self.truth[frame][self.values[object_id]])
        return self.masks(frame, frame + 1).get((frame, object_id), empty)

    def j(self, frame: int, object_id: int) -> float:
        return region_similarity(self.mask(frame, object_id), self.truth[frame][self.values[object_id]])

    def mean_js(self) -> list[float]:
        """Of each object, over all frames."""
        masks, empty = self.masks(0, len(self.truth)), np.zeros_like(self.truth[0][1])
        return [fmean(region_similarity(masks.get((frame, one), empty), of[value])
                      for frame, of in enumerate(self.truth)) for one, value in self.values.items()]

    def make_objects(self) -> None:
        """One click each on the frame where they stand apart, then what that left wrong."""
        self.work.go(START)
        for value, mask in self.truth[START].items():
            self.key("n")
            self.key(f"Shift+{1 + sorted(set(LABELS.values())).index(LABELS[value])}")
            point = next_click(np.zeros_like(mask), mask)
            assert point
            self.click(point)
            self.values[self.work.state()["objects"][-1]["id"]] = value
        self.see_to(START)

    def see_to(self, frame: int) -> None:
        """Correct what is wrong on a frame, of all objects: they are all in sight. Then it is verified."""
        self.did["frames looked at"] += 1
        wrong = [place for place, one in enumerate(self.values) if self.j(frame, one) < GOOD]
        for place in wrong:
            self.key(f"{place + 1}")
            self.correct(frame, list(self.values)[place])
        self.key("c")

    def correct(self, frame: int, object_id: int) -> None:
        """Click while that helps; where it does not help enough, draw the object with the lasso."""
        truth, j = self.truth[frame][self.values[object_id]], self.j(frame, object_id)
        prompts = self.server.call("GET", f"/api/videos/1/frames/{frame}/prompts")["prompts"]
        clicks = [Point.model_validate(one["data"]) for one in prompts if one["object_id"] == object_id]
        for _ in range(MOST_CLICKS):
            point = next_click(self.mask(frame, object_id), truth, clicks)
            if j >= GOOD or point is None or any(hypot(one.x - point.x, one.y - point.y) < APART for one in clicks):
                break  # a click on a point that is there would take it back
            clicks.append(point)
            self.click(point)
            before, j = j, self.j(frame, object_id)
            if j < before:
                self.key("Control+z")
                self.did["clicks undone"] += 1
                j = before
                break
        if j < FAIR:
            self.draw(truth)

    def draw(self, truth: BoolMask) -> None:
        """In place of the mask, around every part of the object, up to two pixels beside its outline."""
        self.key("Delete")
        self.key("Shift+G")
        outlines, _ = cv2.findContours(truth.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        for outline in outlines:
            if cv2.contourArea(outline) < SPECK:
                continue
            places = cv2.approxPolyDP(outline, 2.0, closed=True)[:, 0]
            self.work.drag(*((int(x) + 0.5, int(y) + 0.5) for x, y in (*places, places[0])))
            self.did["lasso strokes"] += 1
        self.key("p")

    def track(self, keys: str) -> None:
        before = len(self.work.state()["runs"])
        self.key(keys)
        self.work.page.wait_for_function("n => throughline.state().runs.length > n", arg=before, timeout=SLOW)
        assert self.work.wait_for_run("done")
        self.did["runs"] += 1

    def look(self) -> None:
        """Go where the tool says, see to what is there, track again what turned stale."""
        before = self.work.state()
        self.key("k")
        self.work.page.wait_for_function(
            "([frame, one]) => throughline.state().frame !== frame || throughline.state().selected !== one",
            arg=[before["frame"], before["selected"]], timeout=SLOW)
        state = self.work.state()
        self.work.page.wait_for_function("f => throughline.state().shown === f", arg=state["frame"], timeout=SLOW)
        self.see_to(state["frame"])
        if self.work.page.locator(".tw-transport button[data-command='track.stale']").is_visible():
            self.track("Shift+R")


def annotate(walk: Walk) -> list[list[float]]:
    page, started = walk.work.page, time.monotonic()

    def stop_watch(part: str) -> None:
        nonlocal started
        walk.seconds[part] = walk.seconds.get(part, 0.0) + time.monotonic() - started
        started = time.monotonic()

    walk.make_objects()
    stop_watch("objects made")
    shoot(page, "walk-1-clicked")
    started = time.monotonic()
    walk.track("Shift+T")
    stop_watch("first tracking")
    course = [walk.mean_js()]
    shoot(page, "walk-2-tracked")
    for _ in range(MOST_LOOKS):
        if min(course[-1]) >= GOOD:
            break
        started = time.monotonic()
        walk.look()
        stop_watch("looking, correcting and tracking again")
        course.append(walk.mean_js())
        print(course[-1], dict(walk.did), flush=True)
    shoot(page, "walk-3-corrected")
    started = time.monotonic()
    walk.key("Shift+C")
    page.get_by_role("button", name="Send to review").click()
    walk.did["clicks"] += 1
    expect(page.get_by_text("In review", exact=True)).to_be_visible()
    stop_watch("verify and send to review")
    return course


def accept_and_export(page: Page, server: Server, walk: Walk, target: Path) -> None:
    started = time.monotonic()
    page.goto(f"{server.url}/ui/review?project=1&video=1")
    Annotating(page)
    page.get_by_role("button", name="Accept video").click()
    expect(page.get_by_text("Accepted", exact=True).first).to_be_visible()
    walk.seconds["accept"] = time.monotonic() - started
    shoot(page, "walk-4-accepted")
    started = time.monotonic()
    page.goto(f"{server.url}/ui/datasets?project=1")
    page.get_by_role("radio", name="YouTube-VIS").check()
    page.get_by_role("button", name="Export").click()
    link = page.get_by_role("link", name="Download")
    expect(link).to_be_visible()
    with page.expect_download() as download:
        link.click()
    download.value.save_as(target)
    walk.did["clicks"] += 4
    walk.seconds["export"] = time.monotonic() - started
    shoot(page, "walk-5-exported")


def scores(exported: Path, walk: Walk) -> dict[str, dict[str, float]]:
    """Mean J and F of each object over all frames, of the masks in the exported file."""
    with Source(exported) as source:
        dataset = youtube_vis.read(source)
    found = {}
    for item, value in zip(dataset.objects, walk.values.values(), strict=True):
        masks = {one.frame: one.rle.to_mask() for one in dataset.masks[item.id] if one.rle}
        pairs = [(masks.get(frame, np.zeros_like(of[value])), of[value]) for frame, of in enumerate(walk.truth)]
        found[item.name] = {"J": fmean(region_similarity(*pair) for pair in pairs),
                            "F": fmean(contour_accuracy(*pair) for pair in pairs)}
    return found


def main() -> None:
    (sequence,) = find_sequences(SEQUENCES, [NAME])
    truth = [sequence.truth(frame) for frame in range(len(sequence))]
    labels = [{"name": name} for name in sorted(set(LABELS.values()))]
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        with Server(folder / "project") as server, launch_chromium(playwright) as browser:
            server.call("POST", "/api/projects", {"name": "Dogs", "labels": labels})
            server.add_video(1, SEQUENCES / NAME / "frames")
            with strict_page(browser) as page:
                page.goto(f"{server.url}/ui/annotate?video=1")
                walk = Walk(Annotating(page), server, truth)
                course = annotate(walk)
                accept_and_export(page, server, walk, folder / "dogs.zip")
                print(json.dumps({"did": walk.did, "seconds": walk.seconds, "mean J after each look": course,
                                  "export": scores(folder / "dogs.zip", walk)}, indent=1))


if __name__ == "__main__":
    main()

"""Checks, comparing and what becomes of runs, in a real browser on real video."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from backend.masks import Rle
from tests.browser import strict_page
from tests.e2e.conftest import SLOW, Annotating, Scene
from tests.server import Server

pytestmark = pytest.mark.e2e
LAST, BAD = 12, 6


@pytest.fixture
def server(tmp_path: Path, scene: Scene) -> Iterator[Server]:
    """A workplace of the local person with one video and one label."""
    with Server(tmp_path / "project") as server:
        project = server.call("POST", "/api/projects", {"name": "Room", "labels": [{"name": "thing"}]})
        server.add_video(project["id"], scene.path)
        yield server


def masks_of(server: Server) -> dict[int, dict[str, Any]]:
    items = server.call("GET", "/api/videos/1/masks?start=0&stop=60")["items"]
    return {item["frame"]: item for item in items}


def counts_of(server: Server) -> dict[int, str]:
    return {frame: item["rle"]["counts"] for frame, item in masks_of(server).items()}


def with_hole(item: dict[str, Any]) -> dict[str, Any]:
    """A mask with a disc missing where it is thickest."""
    mask = Rle.from_json(item["rle"]).to_mask()
    depth = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    y, x = np.unravel_index(int(depth.argmax()), depth.shape)
    rows, columns = np.ogrid[: mask.shape[0], : mask.shape[1]]
    return Rle.from_mask(mask & ((rows - y) ** 2 + (columns - x) ** 2 > (0.8 * depth.max()) ** 2)).as_json()


def test_a_finding_is_opened_mended_and_another_dismissed_and_a_run_rolled_back(
    server: Server, browser: Browser, scene: Scene
) -> None:
    with strict_page(browser) as page:
        page.goto(f"{server.url}/ui/annotate?video=1")
        work = Annotating(page)
        work.key("r")
        work.box(*scene.box)
        thing = work.state()["objects"][0]["id"]
        work.go(LAST)
        work.key("]")
        work.go(0)
        work.track("forward")
        first_run = counts_of(server)
        spoiled = masks_of(server)[BAD]
        body = {"rle": with_hole(spoiled), "base": spoiled["revision"]}
        server.call("PUT", f"/api/videos/1/frames/{BAD}/masks/{thing}", body)

        # check: the hole is found, and where the masks end; the key opens the worst with its object, near
        page.get_by_role("button", name="Check every mask of the video").click()
        listed = page.get_by_role("list", name="Findings").get_by_role("listitem")
        findings = listed.filter(has=page.get_by_role("button"))
        expect(findings.filter(has_text="Holes")).to_have_count(1)
        ending = findings.filter(has_text="Ends too early")
        expect(ending).to_have_count(1)
        page.get_by_label("Kind of finding").select_option("hole")
        page.locator(".tw-stage").focus()
        work.key("'")
        page.wait_for_function("f => throughline.state().shown === f", arg=BAD, timeout=SLOW)
        assert work.state()["selected"] == thing
        here = findings.filter(has_text="Holes")
        expect(here.get_by_role("button", name="Track again")).to_be_visible()
        page.get_by_label("Kind of finding").select_option("")

        # mended by hand: the next check does not find it; the other one is dismissed and stays so
        server.call("DELETE", f"/api/videos/1/frames/{BAD}/masks/{thing}", {"base": masks_of(server)[BAD]["revision"]})
        server.call("PUT", f"/api/videos/1/frames/{BAD}/masks/{thing}", {"rle": spoiled["rle"], "base": 0})
        page.get_by_role("button", name="Check every mask of the video").click()
        expect(findings.filter(has_text="Holes")).to_have_count(0)
        ending.get_by_role("button").first.click()
        page.wait_for_function("f => throughline.state().shown === f", arg=LAST, timeout=SLOW)
        page.locator(".tw-stage").focus()
        work.key('"')
        expect(ending).to_have_count(0)
        statuses = {one["kind"]: one["status"] for one in server.call("GET", "/api/videos/1/findings")}
        assert (statuses["hole"], statuses["end"]) == ("fixed", "dismissed")

        # onion skin: the outlines of neighbours appear on the picture, and go
        work.go(3)
        plain = page.locator("canvas.tw-layer").nth(1).screenshot()
        work.key("y")
        expect(page.get_by_role("status").filter(has_text="1 frame before (dashed)")).to_be_visible()
        page.wait_for_timeout(300)
        assert page.locator("canvas.tw-layer").nth(1).screenshot() != plain
        for _ in range(3):
            work.key("y")
        expect(page.get_by_role("status").filter(has_text="Onion skin is off")).to_be_visible()

        # another model tracks again: what it replaced is said, compared, and brought back
        work.go(0)
        before = counts_of(server)
        page.get_by_label("Model", exact=True).select_option("flow")
        work.track("forward")
        after = counts_of(server)
        changed = {frame for frame in before if before[frame] != after[frame]}
        assert changed and BAD not in changed  # drawn by hand: a barrier
        waiting = page.locator(".tw-run").filter(has_text="Run replaced")
        expect(waiting).to_contain_text(f"{LAST - 1} masks")
        work.go(LAST)
        waiting.get_by_role("button", name="Compare").click()
        bar = page.get_by_role("region", name="Compare")
        expect(bar.get_by_label("Compare with")).to_have_value("before-2")
        expect(bar.get_by_role("status")).to_contain_text("IoU")
        line = page.get_by_role("slider", name="Line between the two")
        at = int(line.get_attribute("aria-valuenow") or 0)
        line.press("ArrowRight")
        expect(line).to_have_attribute("aria-valuenow", str(at + 2))
        bar.get_by_label("How it is compared").select_option("difference")
        expect(page.get_by_text("Now only")).to_be_visible()
        bar.get_by_role("button", name="End comparing").click()
        waiting.get_by_role("button", name="Roll back").click()
        expect(page.get_by_role("status").filter(has_text="The run was rolled back.")).to_be_visible()
        work.settle()
        assert counts_of(server) == before
        assert {**first_run, BAD: before[BAD]} == before
        expect(waiting.get_by_role("button", name="Accept")).to_be_hidden()

        # undo takes the roll back back, and the run waits again; accepted, it does no more
        page.locator(".tw-stage").focus()
        work.key("Control+z")
        assert counts_of(server) == after
        waiting.get_by_role("button", name="Accept").click()
        expect(waiting.get_by_role("button", name="Accept")).to_be_hidden()
        assert work.state()["runs"][-1]["verdict"] == "accepted"

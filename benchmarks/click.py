"""Click to painted overlay, in a real browser on the demo clip (1280x720)."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.browser import launch_chromium, strict_page
from tests.server import ROOT, Server

ABOUT = "click to painted overlay in a browser, 1280x720: all of it, the model's share, and the rest"
DEMO = ROOT / "build" / "demo" / "bigbuckbunny.mp4"
PLACES = [(0.26, 0.62), (0.3, 0.55), (0.22, 0.45), (0.75, 0.45), (0.6, 0.8), (0.2, 0.8), (0.45, 0.3), (0.85, 0.15)]
"""Where to click, as shares of the picture: small and large things, at all sides."""
READY = "window.throughline?.state().shown >= 0 && throughline.state().connection === 'online'"
ASIDE = 0.04
"""How far beside them corrections are: a click on a point takes it back."""


def run(quick: bool = False) -> dict[str, Any]:
    """Every click makes a new object, so that each pays for a first mask; then corrections of one object.

    Returns:
        Milliseconds: median and 95th percentile of the whole, of the model, and of what lies outside the model.
    """
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder) / "project", "--demo", str(DEMO)) as server:
        project = server.call("GET", "/api/projects")[0]["id"]
        video = server.call("GET", f"/api/projects/{project}/videos")[0]
        with sync_playwright() as playwright:
            browser = launch_chromium(playwright)
            with strict_page(browser, width=1920, height=1080) as page:
                page.goto(f"{server.url}/ui/annotate?video={video['id']}")
                page.wait_for_function(READY, timeout=60_000)
                clicks = [
                    click(page, video, (x + (0 if new else ASIDE), y), frame=11 * turn, new=new)
                    for turn in range(1 if quick else 4)
                    for new in (True, False)
                    for x, y in PLACES
                ]
            browser.close()
    return {
        "clicks": len(clicks),
        "total": spread([one["total_ms"] for one in clicks]),
        "model": spread([one["model_ms"] for one in clicks]),
        "outside the model": spread([one["total_ms"] - one["model_ms"] for one in clicks]),
    }


def click(page: Page, video: dict[str, Any], place: tuple[float, float], *, frame: int, new: bool) -> dict[str, float]:
    """One click at a place given as shares of the picture; for a new object or the selected one."""
    if page.evaluate("throughline.state().shown") != frame:
        number = page.get_by_label("Frame number")
        number.fill(str(frame))
        number.press("Enter")
        page.wait_for_function("f => throughline.state().shown === f", arg=frame)
        page.wait_for_timeout(600)  # neighbours and prompts have been read; nothing else is under way
    if new:
        page.keyboard.press("n")
    before = len(page.evaluate("throughline.clicks"))
    x, y = place[0] * video["width"], place[1] * video["height"]
    at = page.evaluate("([x, y]) => throughline.toScreen(x, y)", [x, y])
    page.mouse.click(at["x"], at["y"])
    page.wait_for_function("n => throughline.clicks.length > n", arg=before, timeout=60_000)
    page.wait_for_timeout(150)
    return dict(page.evaluate("throughline.lastClick"))


def spread(values: list[float]) -> dict[str, float]:
    """Median and 95th percentile."""
    return {"median_ms": statistics.median(values), "p95_ms": statistics.quantiles(values, n=20)[-1]}

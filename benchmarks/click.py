"""Click to painted overlay, in a real browser on the demo clip (1280x720)."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.browser import launch_chromium, strict_page
from tests.server import ROOT, FreshServer

ABOUT = "click to painted overlay in a browser, 1280x720: all of it, the model's share, and the rest"
DEMO = ROOT / "build" / "demo" / "bigbuckbunny.mp4"
PLACES = [(0.26, 0.62), (0.75, 0.45), (0.6, 0.8)]
"""Where to click, as shares of the picture: three objects, small and large."""
READY = "window.throughline?.state().shown >= 0 && throughline.state().connection === 'online'"
ASIDE = 0.04
"""How far beside them corrections are: a click on a point takes it back."""


def run(quick: bool = False) -> dict[str, Any]:
    """Three objects are made by a click each; then each gets a first click and a correction on one frame after another.

    Returns:
        Milliseconds: median and 95th percentile of the whole, of the model, and of what lies outside the model.
    """
    with tempfile.TemporaryDirectory() as folder, FreshServer(Path(folder) / "project", "--demo", str(DEMO)) as server:
        project = server.call("GET", "/api/projects")[0]["id"]
        video = server.call("GET", f"/api/projects/{project}/videos")[0]
        with sync_playwright() as playwright:
            browser = launch_chromium(playwright)
            with strict_page(browser, width=1280, height=720) as page:
                page.goto(f"{server.url}/ui/annotate?video={video['id']}")
                page.wait_for_function(READY, timeout=60_000)
                made = [click(page, video, place, frame=0, key="n") for place in PLACES]
                later = [
                    click(page, video, (x + aside, y), frame=frame, key=str(number))
                    for frame in range(11, 22 if quick else 132, 11)
                    for number, (x, y) in enumerate(PLACES, 1)
                    for aside in (0, ASIDE)
                ]
            browser.close()
    return {"a click that makes an object": figures(made), "a click for an object that is there": figures(later)}


def figures(clicks: list[dict[str, float]]) -> dict[str, Any]:
    """Of some clicks: how many, and the spread of the whole, of the model and of the rest."""
    return {
        "clicks": len(clicks),
        "total": spread([one["total_ms"] for one in clicks]),
        "model": spread([one["model_ms"] for one in clicks]),
        "outside the model": spread([one["total_ms"] - one["model_ms"] for one in clicks]),
    }


def click(page: Page, video: dict[str, Any], place: tuple[float, float], *, frame: int, key: str) -> dict[str, float]:
    """One click at a place given as shares of the picture, after a key that says for which object."""
    if page.evaluate("throughline.state().shown") != frame:
        number = page.get_by_label("Frame number")
        number.fill(str(frame))
        number.press("Enter")
        page.wait_for_function("f => throughline.state().shown === f", arg=frame)
        page.wait_for_timeout(600)  # neighbours and prompts have been read; nothing else is under way
    page.keyboard.press(key)
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

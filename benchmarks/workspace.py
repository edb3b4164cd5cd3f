"""The Annotate page on a long video with hundreds of objects, in a real browser."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks._project import make_project
from tests.browser import launch_chromium, strict_page
from tests.server import ROOT, FreshServer

ABOUT = "the Annotate page at 1920x1080 with 200 objects on 10,000 frames of 1920x1080: opening it, and its timeline"
SOURCE = ROOT / "build" / "demo" / "bigbuckbunny.mp4"
READY = "window.throughline && throughline.opened !== null && throughline.state().connection === 'online'"
COUNT = 200
LONGEST, LANES, RUNS = 100_000, 17, 300
"""Of the lanes that are painted on their own: frames, lanes (as many as the tallest timeline shows), runs a lane."""


def run(quick: bool = False) -> dict[str, Any]:
    """Milliseconds.

    Returns:
        opening: from the navigation to the first frame with its masks on the screen (picture), and to when the timeline
        is there and the page takes changes (whole): in fresh browsers, the first after the server started apart, and in
        one that was here before. replies: what opening asks for. timeline: script and interval of a frame of the
        screen while the wheel zooms and pans it, and of lanes of 100,000 frames on their own.
    """
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        frames = 1000 if quick else 10_000
        frame = frames // 2
        video = make_project(Path(folder), SOURCE, frames=frames, count=COUNT)
        print(f"(project made in {time.monotonic() - began:.0f} s)", flush=True)
        with FreshServer(Path(folder) / "project") as server, sync_playwright() as playwright:
            browser = launch_chromium(playwright)
            times = 2 if quick else 6
            fresh = []
            for _ in range(times):
                with strict_page(browser, width=1920, height=1080) as page:
                    fresh.append(open_page(page, server, video, frame))
            with strict_page(browser, width=1920, height=1080) as page:
                open_page(page, server, video, frame)
                again = [open_page(page, server, video, frame) for _ in range(times)]
                wheel = wheel_over_lanes(page, 20 if quick else 120)
                alone = dict(page.evaluate(PAINT, [_asset_root(page), LONGEST, LANES, RUNS]))
            browser.close()
            paths = {"video": "", "timeline": "/timeline?since=0",
                     "masks of 25 frames": f"/masks?start={frame}&stop={frame + 25}"}
            replies = {name: _request(server, f"/api/videos/{video}{path}") for name, path in paths.items()}
    opening = {"first of a server": fresh[:1], "fresh browser": fresh[1:], "browser that was here": again}
    return {"opening": {f"{name}, {what}": spread([one[what] for one in opened])
                        for name, opened in opening.items() for what in ("picture", "whole")},
            "replies": replies, "timeline": {**wheel, f"{LANES} lanes of {LONGEST} frames, {RUNS} runs each": alone}}


def open_page(page: Page, server: FreshServer, video: int, frame: int) -> dict[str, float]:
    """Open the page at a frame; when its picture was there, and all of it."""
    page.goto(f"{server.url}/ui/annotate?video={video}&frame={frame}", wait_until="commit")
    page.wait_for_function(READY, timeout=120_000)
    return dict(page.evaluate("({ picture: throughline.seen, whole: throughline.opened })"))


def wheel_over_lanes(page: Page, steps: int) -> dict[str, Any]:
    """Zoom in to a part of the video and pan over it, one turn of the wheel a frame of the screen."""
    box = page.locator("canvas.tw-lanes").first.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    found = {}
    for name, delta, shift in (("zoom", -10, False), ("pan", 12, True)):
        found[name] = dict(page.evaluate(WHEEL, [steps, delta, shift]))
    return found


def _asset_root(page: Page) -> str:
    return str(page.evaluate("document.querySelector('link[href*=\"css/workspace.css\"]').href.replace(/css.*/, '')"))


def _request(server: FreshServer, path: str) -> dict[str, float]:
    times = []
    for _ in range(5):
        began = time.perf_counter()
        server.call("GET", path)
        times.append((time.perf_counter() - began) * 1000)
    return spread(times)


def spread(values: list[float]) -> dict[str, float]:
    """Median and largest."""
    return {"median": statistics.median(values), "max": max(values)}


WHEEL = """async ([steps, deltaY, shiftKey]) => {
  const canvas = document.querySelector("canvas.tw-lanes");
  const box = canvas.getBoundingClientRect();
  const frame = () => new Promise((go) => requestAnimationFrame(go));
  const [script, interval] = [[], []];
  const middle = (list) => list.sort((a, b) => a - b)[list.length >> 1];
  for (let n = 0; n < steps; n++) {
    canvas.dispatchEvent(new WheelEvent("wheel", { deltaY, shiftKey, bubbles: true, cancelable: true,
      clientX: box.left + box.width / 2, clientY: box.top + box.height / 2 }));
    const began = await frame();
    interval.push(await frame() - began);
    script.push(throughline.timelinePaint);
  }
  return { "script, median": middle(script), "script, max": Math.max(...script), "interval, median": middle(interval) };
}"""

PAINT = """async ([root, frames, lanes, runs]) => {
  const { inksOf, paintLane } = await import(root + "js/timeline/paint.js");
  const { LANE, Scale } = await import(root + "js/timeline/scale.js");
  const states = ["tracked", "stale", "verified", "absent", "candidate"];
  const all = Array.from({ length: lanes }, (_, lane) => ({
    object: { id: lane, colour: "#56b4e9" }, top: lane * LANE, low: [], dim: false,
    prompts: Array.from({ length: runs }, (_, n) => Math.floor((n * frames) / runs)),
    segments: Array.from({ length: runs }, (_, n) => [
      Math.floor((n * frames) / runs), Math.floor(((n + 1) * frames) / runs), states[(n * 7 + lane) % 5],
      (n + lane) % 9 ? "model" : "human"]),
  }));
  const scale = new Scale(frames);
  scale.resize(1700);
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [1700, lanes * LANE];
  canvas.style.cssText = "position: fixed; top: 0; left: 0; z-index: 9";
  document.body.append(canvas);
  const context = canvas.getContext("2d");
  const inks = inksOf(document.body, 1);
  const [script, interval] = [[], []];
  const frame = () => new Promise((go) => requestAnimationFrame(go));
  const middle = (list) => list.sort((a, b) => a - b)[list.length >> 1];
  await frame();
  let before = await frame();
  for (let n = 0; n < 60; n++) {
    scale.zoomAt(n < 30 ? 1.1 : 1 / 1.1, 800);
    const began = performance.now();
    context.clearRect(0, 0, canvas.width, canvas.height);
    for (const lane of all) paintLane({ context, scale, inks, height: canvas.height }, lane);
    script.push(performance.now() - began);
    const now = await frame();
    interval.push(now - before);
    before = now;
  }
  canvas.remove();
  return { "script, median": middle(script), "script, max": Math.max(...script), "interval, median": middle(interval) };
}"""

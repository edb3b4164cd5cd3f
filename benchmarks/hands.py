"""What a hand feels on the Annotate page with 20 objects on every frame: a real pointer in a real browser."""

from __future__ import annotations

import itertools
import math
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks._project import ON_SCREEN, make_project
from benchmarks.workspace import READY, SOURCE
from tests.browser import launch_chromium
from tests.server import FreshServer

ABOUT = "the Annotate page at 1920x1080 with 20 objects on 1920x1080: input to paint, scrubbing and playing"
FRAMES, RATE = 300, 25
LATEST, FEWEST = 50, 25
"""Aims: milliseconds from input to paint, frames a second of scrubbing."""
STRETCH = range(100, 160)
"""Frames to scrub over."""

Place = tuple[float, float]


def run(quick: bool = False) -> dict[str, Any]:
    """
    Returns:
        input to paint: milliseconds from the oldest input that a frame of the screen answers until that frame is drawn,
        and to the beginning of the next one. frames: different frames of the video painted a second with their masks,
        and, while playing, the share of the frames that were due and were not painted.
    """
    with tempfile.TemporaryDirectory() as folder:
        video = make_project(Path(folder), SOURCE, frames=FRAMES, count=ON_SCREEN)
        with FreshServer(Path(folder) / "project") as server, sync_playwright() as playwright:
            browser = launch_chromium(playwright)
            with plain_page(browser) as page:
                page.goto(f"{server.url}/ui/annotate?video={video}&frame={STRETCH.start}", wait_until="commit")
                page.wait_for_function(READY, timeout=120_000)
                page.wait_for_timeout(2000)  # neighbours, prompts and thumbnails have been read
                page.evaluate(WATCH)
                inputs = {
                    "zoom": zoom(page, 20 if quick else 120),
                    "pan": pan(page, 20 if quick else 240),
                    "brush": brush(page, 20 if quick else 240),
                }
                frames = {"scrubbing, warm": scrub(page, 1 if quick else 4)}
                for name in ("playing, first time", "playing again"):
                    frames[name] = play(page, 2 if quick else FRAMES / RATE - 1)
            browser.close()
    return {"input to paint": inputs, "frames": frames}


@contextmanager
def plain_page(browser: Browser) -> Iterator[Page]:
    """A page as a person has it: that of the tests hears of every request, which turns off the browser's HTTP cache."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    faults: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(f"page error: {error}"))
    try:
        yield page
    finally:
        context.close()
    assert not faults, "\n".join(faults)


def zoom(page: Page, turns: int) -> dict[str, Any]:
    """Zoom in and out by turns of the wheel over the picture."""
    page.mouse.move(*screen(page, (960, 540)))
    with_inputs = Inputs(page, "wheel")
    for n in range(turns):
        page.mouse.wheel(0, -40 if n % 20 < 10 else 40)
    return with_inputs.figures()


def pan(page: Page, moves: int) -> dict[str, Any]:
    """Drag the picture in circles with the middle button."""
    around = circle(screen(page, (960, 540)), 150, moves)
    page.mouse.move(*next(around))
    page.mouse.down(button="middle")
    with_inputs = Inputs(page, "pointermove")
    for place in around:
        page.mouse.move(*place)
    figures = with_inputs.figures()
    page.mouse.up(button="middle")
    return figures


def brush(page: Page, moves: int) -> dict[str, Any]:
    """Paint a stroke of a wide brush in circles onto an object."""
    page.keyboard.press("1")
    page.locator("button[data-command='tool.brush']").click()
    thing = next(mask for mask in page.evaluate("throughline.state().masks"))
    x, y, width, height = thing["box"]
    around = circle(screen(page, (x + width / 2, y + height / 2)), 80, moves)
    page.mouse.move(*next(around))
    page.mouse.down()
    with_inputs = Inputs(page, "pointermove")
    for place in around:
        page.mouse.move(*place)
    figures = with_inputs.figures()
    page.mouse.up()
    page.wait_for_function("throughline.state().pending === 0")
    return figures


def scrub(page: Page, rounds: int) -> dict[str, Any]:
    """Drag along the timeline to and fro, a frame of the video a move; the first time, not counted, warms the cache."""
    there_and_back = [*STRETCH, *reversed(STRETCH)]
    page.mouse.move(*ruler(page, STRETCH.start))
    page.mouse.down()
    for frame in there_and_back:
        page.mouse.move(*ruler(page, frame))
        page.wait_for_function("frame => throughline.drawn.frame === frame && throughline.drawn.masks > 0", arg=frame)
    places = [ruler(page, frame) for frame in there_and_back]
    with_frames = Frames(page)
    for place in itertools.chain.from_iterable(itertools.repeat(places, rounds)):
        page.mouse.move(*place)
    figures = with_frames.figures()
    page.mouse.up()
    return figures | {"aim": f"at least {FEWEST}"}


def play(page: Page, seconds: float) -> dict[str, Any]:
    """Play from the first frame."""
    page.locator("button[data-command='frame.first']").click()
    page.wait_for_function("throughline.drawn.frame === 0 && throughline.drawn.masks > 0")
    page.wait_for_timeout(1000)
    play_button = page.locator("button[data-command='play']")
    play_button.click()
    with_frames = Frames(page)
    page.wait_for_timeout(seconds * 1000)
    figures = with_frames.figures()
    play_button.click()
    return figures | {"aim": f"{RATE}", "not painted": max(0.0, 1 - figures["frames/s"] / RATE)}


class Inputs:
    """Watches one kind of input event from when it is made until `figures` is asked for."""

    def __init__(self, page: Page, kind: str) -> None:
        self.page = page
        page.evaluate("kind => watchInputs(kind)", kind)

    def figures(self) -> dict[str, Any]:
        self.page.wait_for_timeout(200)
        drawn, following = self.page.evaluate("inputsWatched()")
        return {
            "frames drawn": len(drawn), "median, ms": statistics.median(drawn),
            "95th percentile, ms": statistics.quantiles(drawn, n=20)[-1],
            "to the next frame, median, ms": statistics.median(following), "aim, ms": f"under {LATEST}",
        }


class Frames:
    """Watches which frames of the video are painted, from when it is made until `figures` is asked for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.evaluate("watchFrames()")

    def figures(self) -> dict[str, Any]:
        seen = self.page.evaluate("framesWatched()")
        return {
            "frames/s": seen["changes"] / seen["seconds"], "masks a frame": statistics.mean(seen["masks"]),
            "width of pictures, median": statistics.median(seen["widths"]),
        }


def screen(page: Page, place: Place) -> Place:
    """A place of the picture, on the screen."""
    at = page.evaluate("([x, y]) => throughline.toScreen(x, y)", list(place))
    return at["x"], at["y"]


def ruler(page: Page, frame: int) -> Place:
    """The middle of a frame on the ruler of the timeline, on the screen."""
    box = page.locator("canvas.tw-lanes").first.bounding_box()
    scale = page.evaluate("throughline.timelineScale")
    assert box
    return box["x"] + (frame + 0.5 - scale["start"]) * scale["step"], box["y"] + 8


def circle(middle: Place, radius: float, places: int) -> Iterator[Place]:
    """Round and round, so fast that every place is another pixel."""
    for n in range(places):
        angle = n * 2 * math.pi / 60
        yield middle[0] + radius * math.cos(angle), middle[1] + radius * math.sin(angle)


WATCH = """() => {
  const soon = (then) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = then; // comes about when the browser has committed the frame
    channel.port2.postMessage(null);
  };
  let kind = null, oldest = null, drawn = [], following = [];
  const seen = (event) => {
    if (event.type !== kind || oldest !== null) return;
    oldest = Math.min(event.timeStamp, ...(event.getCoalescedEvents?.() ?? []).map((one) => one.timeStamp));
    const { paints } = throughline.drawn;
    const look = () => {
      if (throughline.drawn.paints === paints) return void requestAnimationFrame(look); // this one answers no input
      const began = oldest;
      oldest = null;
      soon(() => {
        drawn.push(performance.now() - began);
        requestAnimationFrame((at) => following.push(performance.now() - began));
      });
    };
    requestAnimationFrame(look); // after the page's own, which the same event asked for before
  };
  for (const name of ["pointermove", "wheel"]) window.addEventListener(name, seen, { passive: true });
  window.watchInputs = (name) => { [kind, oldest, drawn, following] = [name, null, [], []]; };
  window.inputsWatched = () => { kind = null; return [drawn, following]; };

  let watching = 0, began, frame, changes, masks, widths;
  const watch = () => {
    const now = throughline.drawn;
    if (now.frame !== frame && now.masks) {
      frame = now.frame;
      changes++;
      masks.push(now.masks);
      widths.push(now.width);
    }
    watching = requestAnimationFrame(watch);
  };
  window.watchFrames = () => {
    [began, frame, changes, masks, widths] = [performance.now(), null, 0, [], []];
    watch();
  };
  window.framesWatched = () => {
    cancelAnimationFrame(watching);
    return { changes, seconds: (performance.now() - began) / 1000, masks, widths };
  };
}"""

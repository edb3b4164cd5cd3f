"""Makes the pictures of the README from the demo clip: `python -m tests.e2e.make_screens`, after `launch.py test`.

What they show is made as a person makes it: prompts, a run, a verified frame, a correction that leaves stale masks.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import launch_chromium, strict_page
from tests.e2e.conftest import Annotating
from tests.server import ROOT, Server

CLIP = ROOT / "build/demo/bigbuckbunny.mp4"
IMAGES = ROOT / "docs/images"
START, CORRECTED, VERIFIED, LAST = 60, 74, 90, 110
RABBIT = (165, 45, 620, 630)
SHADOW = ((150, 175), (205, 150), (250, 190), (300, 220), (345, 250), (347, 270), (342, 330), (325, 375), (322, 420),
          (332, 500), (340, 545), (400, 590), (330, 660), (140, 620))
"""What the box took of the cave beside the rabbit, as a polygon to cut away."""
ROCK = (795, 300, 1225, 440)
PLACE = 345, 112
"""Of the comment: an ear."""


def annotate(page: Page, server: Server, video: int) -> None:
    """Two objects prompted, tracked, one frame verified, one corrected: the timeline tells the story."""
    page.goto(f"{server.url}/ui/annotate?video={video}&frame={START}")
    work = Annotating(page)
    work.key("r")
    work.box(*RABBIT)
    work.key("g")
    page.keyboard.down("Control")
    for place in SHADOW:
        page.mouse.click(*work.at(*place))
    page.keyboard.up("Control")
    work.key("Enter")
    name(page, "rabbit")
    page.get_by_label("Label of the next object").select_option("thing")
    work.key("n")
    work.key("r")
    work.box(*ROCK)
    name(page, "rock")
    work.go(LAST)
    work.key("]")
    work.go(START)
    work.command("track.forward")
    work.wait_for_run("done")
    work.key("\\")
    work.go(VERIFIED)
    work.key("c")
    work.go(CORRECTED)
    work.key("1")
    work.key("p")
    work.click(470, 380)
    page.mouse.move(60, 700)
    page.locator(".tw-toast button").evaluate_all("buttons => buttons.forEach((button) => button.click())")
    shoot(page, "annotate")


def review(page: Page, server: Server, project: int, video: int) -> None:
    """A reviewer at the worst doubt, with a comment pinned to the picture."""
    version = server.call("GET", f"/api/videos/{video}")["stage_version"]
    server.call("POST", f"/api/videos/{video}/stage", {"stage": "review", "stage_version": version})
    page.goto(f"{server.url}/ui/review?project={project}&video={video}")
    work = Annotating(page)
    page.locator(".tr-doubt").first.wait_for()
    work.key("j")
    page.wait_for_function("throughline.state().shown > 0")
    work.key("q")
    page.mouse.click(*work.at(*PLACE))
    page.keyboard.type("The mask misses the ear.")
    page.keyboard.press("Control+Enter")
    page.locator(".tr-thread").wait_for()
    work.key("v")
    page.mouse.move(60, 700)
    shoot(page, "review")


def name(page: Page, text: str) -> None:
    field = page.get_by_label("Properties").get_by_label("Name", exact=True)
    field.fill(text)
    field.press("Enter")


def shoot(page: Page, to: str) -> None:
    """Save the page in few bytes: 256 colours, dithered."""
    page.wait_for_timeout(800)  # timeline and lists follow the last change
    IMAGES.mkdir(exist_ok=True)
    path = IMAGES / f"{to}.png"
    page.screenshot(path=path)
    with Image.open(path) as image:
        picture = image.convert("RGB")
    small = picture.quantize(palette=picture.quantize(256), dither=Image.Dither.FLOYDSTEINBERG)
    small.save(path, optimize=True)


def scene(browser: Browser, folder: Path) -> None:
    with Server(folder / "project", "--demo", str(CLIP)) as server:
        project = server.call("GET", "/api/projects")[0]["id"]
        video = server.call("GET", f"/api/projects/{project}/videos")[0]["id"]
        with strict_page(browser) as page:
            annotate(page, server, video)
        with strict_page(browser, dark=True) as page:
            review(page, server, project, video)


if __name__ == "__main__":
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        scene(launch_chromium(playwright), Path(folder))

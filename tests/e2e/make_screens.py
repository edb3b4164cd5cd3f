"""Makes the pictures of the README: `python -m tests.e2e.make_screens [demo] [one-click]`, after `launch.py test`.

`demo` is made from the demo clip, `one-click` from development sequences that lie beside the checkout. What they show
is made as a person makes it: prompts, a run, a verified frame, a correction that leaves stale masks.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from io import BytesIO
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

SEQUENCES = ROOT / "../shared/data/dev"
ONE_CLICK = {"dog": (0, [(334, 163)]), "dogs-jump": (36, [(306, 144), (108, 158), (206, 116)])}
"""A frame of each sequence and where its objects are clicked there, as (x, y); nothing else is said of them."""
SMALL = {"width": 860, "height": 560}
"""A window in which the picture is about as large as in a strip, so that the points that were clicked are seen."""
SHOWN, TILE, GAP = 4, 400, 6
"""Frames in a strip, the width of one and the space between two, in pixels."""

EVERY_MASK_READ = "frame => throughline.state().objects.every(({id}) => throughline.mask(frame, id))"


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
    work.track("forward")
    work.key("\\")
    work.go(VERIFIED)
    work.key("c")
    work.go(CORRECTED)
    work.key("1")
    work.key("p")
    work.click(470, 380)
    page.mouse.move(60, 700)
    shoot(page, "annotate")


def review(page: Page, server: Server, project: int, video: int) -> None:
    """A reviewer at the worst doubt, with a comment pinned to the picture."""
    version = server.call("GET", f"/api/videos/{video}")["stage_version"]
    server.call("POST", f"/api/videos/{video}/stage", {"stage": "review", "stage_version": version})
    page.goto(f"{server.url}/ui/review?project={project}&video={video}")
    work = Annotating(page)
    page.locator(".tr-doubt").first.wait_for()
    work.key("'")
    page.wait_for_function("throughline.state().shown > 0")
    work.key("0")
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
    close_messages(page)
    page.wait_for_timeout(800)  # timeline and lists follow the last change
    with Image.open(BytesIO(page.screenshot())) as image:
        save(image.convert("RGB"), to)


def close_messages(page: Page) -> None:
    page.locator(".tw-toast button").evaluate_all("buttons => buttons.forEach((button) => button.click())")


def save(picture: Image.Image, to: str) -> None:
    IMAGES.mkdir(exist_ok=True)
    small = picture.quantize(palette=picture.quantize(256), dither=Image.Dither.FLOYDSTEINBERG)
    small.save(IMAGES / f"{to}.png", optimize=True)


def track_clicked(page: Page, start: int, clicks: Sequence[tuple[int, int]]) -> Annotating:
    """One click an object on a frame, tracked to both ends."""
    work = Annotating(page)
    work.go(start)
    for click in clicks:
        work.key("n")
        work.click(*click)
    work.track("forward")
    if start:
        work.go(start)
        work.track("backward")
    work.key("n")  # none is selected: all are drawn alike
    return work


def strip(work: Annotating, frames: Sequence[int]) -> Image.Image:
    """These frames side by side, as the page shows them."""
    tiles = []
    for frame in frames:
        work.go(frame)
        work.page.wait_for_function(EVERY_MASK_READ, arg=frame)
        tiles.append(photograph(work))
    height = tiles[0].height
    whole = Image.new("RGB", ((TILE + GAP) * len(tiles) - GAP, height), "white")
    for n, tile in enumerate(tiles):
        whole.paste(tile, ((TILE + GAP) * n, 0))
    return whole


def photograph(work: Annotating) -> Image.Image:
    """The picture with its masks, without the page around it, as wide as a tile."""
    page = work.page
    page.mouse.move(2, 2)
    close_messages(page)
    page.wait_for_timeout(300)  # drawn
    video = page.evaluate("fetch(`/api/videos/${new URL(location).searchParams.get('video')}`).then(r => r.json())")
    (left, top), (right, bottom) = work.at(0, 0), work.at(video["width"], video["height"])
    clip = {"x": left, "y": top, "width": right - left, "height": bottom - top}
    with Image.open(BytesIO(page.screenshot(clip=clip))) as image:
        size = TILE, round(TILE * clip["height"] / clip["width"])
        return image.convert("RGB").resize(size, Image.Resampling.LANCZOS)


def one_click(browser: Browser, folder: Path) -> None:
    """Objects that were clicked once each, on that frame and three others of the video."""
    with Server(folder / "project") as server:
        project = server.call("POST", "/api/projects", {"name": "One click", "labels": [{"name": "thing"}]})["id"]
        for name, (start, clicks) in ONE_CLICK.items():
            frames = (SEQUENCES / name / "frames").resolve()
            job = server.call("POST", f"/api/projects/{project}/videos", {"path": str(frames)})["import"]
            while (imported := server.call("GET", f"/api/imports/{job}"))["status"] == "running":
                pass
            (video,) = imported["videos"]
            last = server.call("GET", f"/api/videos/{video}")["frame_count"] - 1
            with strict_page(browser, **SMALL) as page:
                page.goto(f"{server.url}/ui/annotate?video={video}")
                work = track_clicked(page, start, clicks)
                shown = [start, *(round(last * n / (SHOWN - 1)) for n in range(SHOWN) if start or n)][:SHOWN]
                save(strip(work, shown), f"one-click-{name}")


def demo(browser: Browser, folder: Path) -> None:
    """The Annotate and the Review page."""
    with Server(folder / "project", "--demo", str(CLIP)) as server:
        server.call("PATCH", "/api/me/preferences", {"tour": "done"})
        project = server.call("GET", "/api/projects")[0]["id"]
        video = server.call("GET", f"/api/projects/{project}/videos")[0]["id"]
        with strict_page(browser) as page:
            annotate(page, server, video)
        with strict_page(browser, dark=True) as page:
            review(page, server, project, video)


SCENES = {"demo": demo, "one-click": one_click}


def main(wanted: Sequence[str]) -> None:
    """Make the pictures of these scenes, or of all."""
    with sync_playwright() as playwright, launch_chromium(playwright) as browser:
        for scene in wanted or SCENES:
            with tempfile.TemporaryDirectory() as folder:
                SCENES[scene](browser, Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])

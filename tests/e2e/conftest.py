"""A browser, a server with accounts, and a real video, for tests that do what people do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.server import ROOT, Server

PASSWORD = "correct horse battery"
SLOW = 60_000
"""Milliseconds that a reply may take on a busy machine: nothing here measures speed."""
READY = "window.throughline?.state().shown >= 0 && throughline.state().connection === 'online'"
"""The page shows a frame and takes changes."""


@dataclass(frozen=True)
class Scene:
    """A real video, and where two objects are on frame 0: one to click, one to box (x0, y0, x1, y1)."""

    path: Path
    click: tuple[int, int]
    box: tuple[int, int, int, int]


SCENES = (
    Scene(ROOT / "../shared/data/videos/sam2_bedroom.mp4", (400, 230), (150, 130, 300, 405)),
    Scene(ROOT / "build/demo/bigbuckbunny.mp4", (330, 480), (230, 210, 420, 480)),
)


@pytest.fixture(scope="session")
def scene() -> Scene:
    """Development video where it lies beside the checkout, else the demo clip that `launch.py` fetches."""
    here = [scene for scene in SCENES if scene.path.exists()]
    assert here, "no video: run `python3 launch.py test`, which fetches the demo clip"
    return here[0]


@pytest.fixture(scope="session", autouse=True)
def patient() -> None:
    expect.set_options(timeout=SLOW)


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Server]:
    """A server whose people are Ann (owner) and Rita."""
    project = tmp_path / "project"
    for name in ("Ann", "Rita"):
        command = ["people", "--project", str(project), "add", name, "--password-stdin"]
        subprocess.run([sys.executable, "-m", "app.cli", *command], cwd=ROOT, input=PASSWORD, text=True, check=True)
    with Server(project) as server:
        yield server


def sign_in(page: Page, server: Server, name: str) -> None:
    page.goto(server.url)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{server.url}/ui/**", timeout=SLOW)
    expect(page.get_by_label("Pages")).to_be_visible()


class Annotating:
    """The Annotate page through a person's hands: pointer, keys and buttons."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.wait_for_function(READY, timeout=SLOW)

    def state(self) -> dict:
        return self.page.evaluate("throughline.state()")

    def mask(self, frame: int, object_id: int) -> dict | None:
        return self.page.evaluate("([f, o]) => throughline.mask(f, o)", [frame, object_id])

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a place of the picture is on the screen."""
        place = self.page.evaluate("([x, y]) => throughline.toScreen(x, y)", [x, y])
        return place["x"], place["y"]

    def settle(self) -> None:
        """Until every change has been answered."""
        self.page.wait_for_function("throughline.state().pending === 0", timeout=SLOW)

    def click(self, x: float, y: float, button: str = "left") -> None:
        """Prompt with a point, and wait for the mask."""
        with self.painted():
            self.page.mouse.click(*self.at(x, y), button=button)

    def box(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """Prompt with a box, and wait for the mask."""
        with self.painted():
            self.drag((x0, y0), (x1, y1))

    @contextmanager
    def painted(self) -> Iterator[None]:
        """Until the answer to the prompt given inside is on the picture."""
        before = len(self.page.evaluate("throughline.clicks"))
        yield
        self.page.wait_for_function("n => throughline.clicks.length > n", arg=before, timeout=SLOW)
        self.settle()

    def drag(self, *places: tuple[float, float]) -> None:
        self.page.mouse.move(*self.at(*places[0]))
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*self.at(*place), steps=5)
        self.page.mouse.up()
        self.page.wait_for_timeout(50)
        self.settle()

    def key(self, keys: str) -> None:
        self.page.keyboard.press(keys)
        self.page.wait_for_timeout(50)
        self.settle()

    def command(self, name: str) -> None:
        """Press the button of a command."""
        self.page.locator(f"button[data-command='{name}']").first.click()
        self.page.wait_for_timeout(50)
        self.settle()

    def go(self, frame: int) -> None:
        number = self.page.get_by_label("Frame number")
        number.fill(str(frame))
        number.press("Enter")
        self.page.wait_for_function("f => throughline.state().shown === f", arg=frame, timeout=SLOW)

    def track(self, scope: str) -> dict:
        """Begin a run by its button, and wait until it is done."""
        before = len(self.state()["runs"])
        self.command(f"track.{scope}")
        self.page.wait_for_function("n => throughline.state().runs.length > n", arg=before, timeout=SLOW)
        return self.wait_for_run("done")

    def wait_for_run(self, *statuses: str) -> dict:
        self.page.wait_for_function(
            "wanted => wanted.includes(throughline.state().runs.at(-1)?.status)", arg=list(statuses), timeout=3 * SLOW)
        return self.state()["runs"][-1]

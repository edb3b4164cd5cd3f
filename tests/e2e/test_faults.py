"""Faults while people work, in a real browser: the page says what happened; nothing acknowledged is lost."""

from __future__ import annotations

import errno
import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests import exhausted
from tests.browser import strict_page
from tests.e2e.conftest import SLOW, Annotating, Scene
from tests.server import FreshServer, Server

pytestmark = pytest.mark.e2e

STROKE = ((300, 150), (340, 190), (380, 230))


@contextmanager
def workplace(server: Server, path: Path) -> Iterator[Server]:
    """A running server with the video that lies there."""
    with server:
        project = server.call("POST", "/api/projects", {"name": "Room", "labels": [{"name": "thing"}]})
        server.add_video(project["id"], path)
        yield server


def open_video(page: Page, server: Server, frame: int = 0) -> Annotating:
    page.goto(f"{server.url}/ui/annotate?video=1&frame={frame}")
    return Annotating(page)


def press(work: Annotating, *places: tuple[float, float]) -> None:
    """Begin a stroke of the brush, and stay on the picture."""
    work.page.keyboard.press("b")
    work.page.mouse.move(*work.at(*places[0]))
    work.page.mouse.down()
    for place in places[1:]:
        work.page.mouse.move(*work.at(*place), steps=4)


def masks(server: Server, frame: int = 0) -> list[dict[str, Any]]:
    return list(server.call("GET", f"/api/videos/1/masks?start={frame}&stop={frame + 1}")["items"])


def test_the_connection_is_lost_in_the_middle_of_a_stroke(tmp_path: Path, browser: Browser, scene: Scene) -> None:
    with workplace(Server(tmp_path / "project"), scene.path) as server, strict_page(browser) as page:
        work = open_video(page, server)
        work.key("b")
        work.drag(*STROKE)  # the first stroke makes the object, and is acknowledged
        (before,) = masks(server)

        press(work, (500, 150), (540, 190))
        server.kill()
        page.mouse.move(*work.at(580, 230), steps=4)
        page.mouse.up()
        banner = page.get_by_role("alert").filter(has_text="Not connected.")
        expect(banner).to_contain_text("kept here and sent then")
        work.page.mouse.click(*work.at(700, 300))
        expect(page.get_by_text("Not connected: nothing can be changed.")).to_be_visible()

        server.start()
        expect(banner).to_be_hidden()
        work.settle()
        (after,) = masks(server)
        assert after["area"] > before["area"] and work.mask(0, after["object_id"])["area"] == after["area"]
        history = server.call("GET", f"/api/videos/1/history?frame=0&object_id={after['object_id']}")
        assert len(history) == 2


def test_a_stroke_whose_answer_was_lost_is_stored_once(tmp_path: Path, browser: Browser, scene: Scene) -> None:
    with workplace(Server(tmp_path / "project"), scene.path) as server, strict_page(browser) as page:
        work = open_video(page, server)
        lost: list[str] = []

        def lose_the_first(route: Route) -> None:
            reply = route.fetch()
            if lost:
                route.fulfill(response=reply)
            else:
                lost.append(reply.text())
                route.abort("connectionreset")

        page.route("**/api/videos/1/frames/0/masks", lose_the_first)
        press(work, *STROKE)
        page.mouse.up()
        page.wait_for_function("throughline.state().objects.length === 1", timeout=SLOW)
        work.settle()
        (stored,) = masks(server)
        assert stored == json.loads(lost[0])["items"][0]
        assert [one["id"] for one in work.state()["objects"]] == [stored["object_id"]]


def test_two_tabs_of_one_person_on_one_mask(tmp_path: Path, browser: Browser, scene: Scene) -> None:
    with workplace(Server(tmp_path / "project"), scene.path) as server, strict_page(browser) as page:
        work = open_video(page, server)
        work.key("b")
        work.drag(*STROKE)
        (mine,) = work.state()["objects"]
        other = page.context.new_page()
        there = open_video(other, server)
        there.key("1")
        press(there, (500, 150), (540, 190))  # begun on the mask as it was

        page.bring_to_front()
        work.drag((300, 300), (340, 330))
        stored = masks(server)[0]
        other.bring_to_front()
        other.mouse.up()
        expect(other.get_by_role("heading", name="was changed by you in another window on frame 0")).to_be_visible()
        assert masks(server)[0] == stored, "nothing was overwritten"
        other.get_by_role("button", name="Keep mine").click()
        there.settle()
        kept = masks(server)[0]
        assert kept["revision"] > stored["revision"]
        page.wait_for_function("([id, area]) => throughline.mask(0, id).area === area", arg=[mine["id"], kept["area"]],
                               timeout=SLOW)  # the first tab sees it without loading again
        history = server.call("GET", f"/api/videos/1/history?frame=0&object_id={mine['id']}")
        assert len(history) == 3, "what was given up can be had again"


def test_a_model_that_runs_out_of_memory_half_way(tmp_path: Path, browser: Browser, scene: Scene) -> None:
    server = Server(tmp_path / "project", module="tests.exhausted")
    with workplace(server, scene.path) as server, strict_page(browser) as page:
        work = open_video(page, server)
        work.click(*scene.click)
        (made,) = work.state()["objects"]
        page.get_by_label("Model", exact=True).select_option("exhausted")
        work.command("track.forward")
        run = work.wait_for_run("failed")
        assert run["done"] == exhausted.FRAMES
        toast = page.get_by_role("status").filter(has_text="There is not enough memory for this.")
        expect(toast).to_contain_text("What it had finished is kept.")
        finished = [masks(server, frame)[0] for frame in range(1, exhausted.FRAMES + 1)]
        assert {one["object_id"] for one in finished} == {made["id"]}

        page.get_by_label("Model", exact=True).select_option("flow")  # another one goes on from there
        work.command("track.one_forward")
        work.wait_for_run("done")
        assert [masks(server, n + 1)[0] for n in range(1, exhausted.FRAMES)] == finished[1:]


def test_the_video_file_is_gone(tmp_path: Path, browser: Browser, scene: Scene) -> None:
    file = tmp_path / "filmed.mp4"
    shutil.copy(scene.path, file)
    with workplace(Server(tmp_path / "project"), file) as server, strict_page(browser) as page:
        work = open_video(page, server)
        work.key("b")
        work.drag(*STROKE)
        stored = masks(server)
        server.stop()
        shutil.rmtree(server.project / "cache", ignore_errors=True)
        away = file.rename(tmp_path / "away.mp4")
        server.start()
        page.goto(f"{server.url}/ui/annotate?video=1&frame=90")
        toast = page.get_by_role("status").filter(has_text="The file of filmed.mp4 is not where it was imported from.")
        expect(toast).to_contain_text("Put it back")
        assert masks(server) == stored
        away.rename(file)
        work = open_video(page, server, frame=90)
        assert work.state()["shown"] == 90 and masks(server) == stored


class SmallDisk(FreshServer):
    """A server whose project lies on a disk of 48 MB of its own, which no other process sees."""

    def whole_command(self) -> list[str]:
        self.project.mkdir(exist_ok=True)
        mount = 'mount -t tmpfs -o size=48m tmpfs "$0" && exec "$@"'
        return ["unshare", "--map-root-user", "--mount", "sh", "-c", mount, str(self.project), *super().whole_command()]

    @property
    def disk(self) -> Path:
        assert self.process
        return Path(f"/proc/{self.process.pid}/root{self.project}")

    def fill(self) -> Path:
        """Leave no byte free; the file to remove for that to end."""
        ballast = self.disk / "ballast"
        with ballast.open("wb", buffering=0) as file:
            for size in (2**20, 2**12, 1):
                try:
                    while True:
                        file.write(b"x" * size)
                except OSError as error:
                    assert error.errno == errno.ENOSPC
        return ballast


def can_mount() -> bool:
    try:
        return subprocess.run(["unshare", "--map-root-user", "--mount", "true"], capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not can_mount(), reason="a disk of its own needs Linux with user namespaces")
def test_the_disk_is_full(tmp_path: Path, browser: Browser, scene: Scene) -> None:
    with workplace(SmallDisk(tmp_path / "project"), scene.path) as server, strict_page(browser) as page:
        work = open_video(page, server)
        work.key("b")
        work.drag(*STROKE)
        before = masks(server)
        ballast = server.fill()
        work.drag((500, 150), (540, 190))
        toast = page.get_by_role("status").filter(has_text="The disk is full")
        expect(toast).to_contain_text("nothing was changed")
        assert masks(server) == before
        shown = work.mask(0, before[0]["object_id"])
        assert shown["area"] == before[0]["area"], "the picture shows what is stored"
        ballast.unlink()
        work.drag((500, 150), (540, 190))
        assert masks(server)[0]["area"] > before[0]["area"]

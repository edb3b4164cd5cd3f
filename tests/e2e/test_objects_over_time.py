"""Objects over time in a real browser on real video with a cut: merge, split, swap, link, flags, absence, tracking."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from backend.video import VideoReader, build_index
from tests.browser import strict_page
from tests.e2e.conftest import SLOW, Annotating, Scene
from tests.server import Server
from tests.video_fixtures import encode_pictures

pytestmark = pytest.mark.e2e
SIZE = 480, 270
CUT, FRAMES = 12, 24


@pytest.fixture(scope="module")
def two_shots(tmp_path_factory: pytest.TempPathFactory, scene: Scene) -> Path:
    """The first frames of a real video, and then the same upside down in other colours."""
    path = tmp_path_factory.mktemp("shots") / "two-shots.mp4"
    with VideoReader(scene.path, build_index(scene.path)) as frames:
        first = [np.asarray(cv2.resize(frames[f], SIZE, interpolation=cv2.INTER_AREA)) for f in range(CUT)]
    encode_pictures(path, [*first, *(255 - picture[::-1, ::-1] for picture in first)])
    return path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A workplace of the local person."""
    with Server(tmp_path_factory.mktemp("objects") / "project") as server:
        yield server


@pytest.fixture
def video(server: Server, two_shots: Path, request: pytest.FixtureRequest) -> int:
    """A video of a project of its own: the dog is on frames 0 to 7, the cat on 6 to 11, a bird on 13 to 16."""
    pose = {"name": "pose", "values": ["up", "down"], "over_time": True}
    project = server.call("POST", "/api/projects", {
        "name": request.node.name, "labels": [{"name": "animal", "attributes": [pose]}, {"name": "thing"}]})
    video = server.add_video(project["id"], two_shots)
    label = project["labels"][0]["id"]
    for name, frames, left in (("dog", range(8), 60), ("cat", range(6, 12), 70), ("bird", range(13, 17), 300)):
        made = server.call("POST", f"/api/videos/{video}/objects", {"label_id": label, "name": name})["id"]
        for frame in frames:
            x, y = left + 3 * frame, 80
            server.call("PUT", f"/api/videos/{video}/frames/{frame}/masks/{made}", {
                "polygons": [[x, y, x + 60, y, x + 60, y + 70, x, y + 70]], "base": 0})
    return video


def frames_of(server: Server, video: int) -> dict[str, list[int]]:
    """{object: frames where it has pixels}."""
    names = {one["id"]: one["name"] for one in server.call("GET", f"/api/videos/{video}")["objects"]}
    found: dict[str, list[int]] = {name: [] for name in names.values()}
    for item in server.call("GET", f"/api/videos/{video}/masks?start=0&stop={FRAMES}")["items"]:
        if item["area"]:
            found[names[item["object_id"]]].append(item["frame"])
    return found


def choose(page: Page, *names: str) -> None:
    rows = page.get_by_label("Objects", exact=True).get_by_role("row")
    rows.filter(has_text=names[0]).click()
    for name in names[1:]:
        rows.filter(has_text=name).click(modifiers=["Control"])


def spans(work: Annotating, name: str) -> list[tuple[str, str, int, int]]:
    item = next(one for one in work.state()["objects"] if one["name"] == name)
    return [(one["name"], one["value"], one["start"], one["stop"]) for one in item["spans"]]


BEFORE: dict[str, Any] = {"dog": list(range(8)), "cat": list(range(6, 12)), "bird": list(range(13, 17))}


def test_whose_masks_these_are(server: Server, video: int, browser: Browser) -> None:
    with strict_page(browser) as page, strict_page(browser) as other:
        for one in (page, other):
            one.goto(f"{server.url}/ui/annotate?video={video}")
        work, _ = Annotating(page), Annotating(other)
        page.wait_for_function("throughline.state().cuts?.length === 1", timeout=SLOW)
        assert work.state()["cuts"] == [CUT]

        # merge two by keys, keeping the masks of one; the other page sees it; one undo brings everything back
        choose(page, "dog", "cat")
        work.key("u")
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_text("Both are on 2 frames.")).to_be_visible()
        dialog.get_by_label("On these frames").select_option("keep")
        dialog.get_by_role("button", name="Merge").click()
        expect(dialog).to_be_hidden()
        assert frames_of(server, video) == {"dog": list(range(12)), "bird": BEFORE["bird"]}
        expect(other.get_by_role("row").filter(has_text="cat")).to_have_count(0)
        other.wait_for_function("throughline.state().masks.length === 1", timeout=SLOW)
        work.key("Control+z")
        assert frames_of(server, video) == BEFORE
        expect(other.get_by_role("row").filter(has_text="cat")).to_have_count(1)

        # split at this frame; swap two from this frame on, within a range
        choose(page, "dog")
        work.go(3)
        work.key("Shift+K")
        assert frames_of(server, video) == {**BEFORE, "dog": [0, 1, 2], "animal 4": [3, 4, 5, 6, 7]}
        work.key("Control+z")
        work.go(5)
        work.key("[")
        work.go(6)
        work.key("]")
        choose(page, "dog", "cat")
        work.key("Shift+W")
        assert frames_of(server, video) == {**BEFORE, "dog": [0, 1, 2, 3, 4, 6, 7], "cat": [5, *range(6, 12)]}
        work.key("Control+z")
        work.key("\\")

        # link across the cut: the likeliest is proposed, an object on the same frames is not
        choose(page, "bird")
        work.key("Shift+N")
        options = dialog.get_by_label("Before or after a cut").locator("option")
        expect(dialog.get_by_text(f"across the cut on frame {CUT}, 1 frame apart")).to_be_visible()
        expect(options.first).to_contain_text("cat")
        dialog.get_by_role("button", name="Link").click()
        expect(dialog).to_be_hidden()
        assert frames_of(server, video) == {"dog": BEFORE["dog"], "cat": [*range(6, 12), *range(13, 17)]}
        work.key("Control+z")

        # a locked object is refused, and nothing changes
        choose(page, "cat")
        work.key("l")
        expect(page.get_by_role("button", name="Unlock (L): cat")).to_be_visible()
        work.go(8)
        work.key("Shift+K")
        expect(page.get_by_role("status").filter(has_text="cat is locked.")).to_be_visible()
        assert frames_of(server, video) == BEFORE


def test_what_holds_on_some_frames_and_where_tracking_stops(server: Server, video: int, browser: Browser) -> None:
    with strict_page(browser) as page:
        page.goto(f"{server.url}/ui/annotate?video={video}&frame=2")
        work = Annotating(page)
        choose(page, "dog")
        work.key("Shift+O")
        work.key("[")
        work.go(5)
        work.key("]")
        work.key("Shift+U")
        page.get_by_label("pose").select_option("down")
        work.settle()
        assert spans(work, "dog") == [
            ("occluded", "yes", 2, 3), ("pose", "down", 2, 6), ("truncated", "yes", 2, 6)]
        expect(page.get_by_label("Truncated")).to_be_checked()
        expect(page.get_by_role("checkbox", name="Occluded")).not_to_be_checked()
        work.key("Shift+U")  # all of the range says so: once more takes that back
        assert spans(work, "dog") == [("occluded", "yes", 2, 3), ("pose", "down", 2, 6)]
        work.key("Control+z")
        work.key("Shift+A")
        assert frames_of(server, video)["dog"] == [0, 1, 6, 7]
        work.key("Shift+A")
        dog = next(one["id"] for one in work.state()["objects"] if one["name"] == "dog")
        assert [segment[:2] for segment in work.state()["timeline"]["objects"][str(dog)]] == [[0, 2], [6, 8]]
        work.key("Control+z")
        work.key("Control+z")
        assert frames_of(server, video) == BEFORE
        work.key("\\")

        # tracking stops at the cut, and goes on where it is told to; a person may say that it is none
        choose(page, "cat")
        work.key("a")
        work.go(11)
        work.command("track.forward")
        expect(page.get_by_role("status").filter(has_text=f"the cut on frame {CUT} is in the way")).to_be_visible()
        work.command("track.acrossCuts")
        work.track("one_forward")
        assert frames_of(server, video)["cat"][:6] == BEFORE["cat"]
        work.command("track.acrossCuts")
        work.go(CUT)
        work.command("cut.toggle")
        page.wait_for_function("throughline.state().cuts.length === 0", timeout=SLOW)
        expect(page.get_by_role("button", name="Track across cuts")).to_be_hidden()

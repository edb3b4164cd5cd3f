"""The pages in a browser against a real server: projects, labels, uploads that lose their connection, review."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from app.pages import build_pages
from tests.browser import strict_page
from tests.server import Server
from tests.video_fixtures import encode

SLOW = 60_000
FRAMES = 8
SIZE = 160, 120
PLACE = (60.0, 40.0)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("pages") / "project") as server:
        yield server


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with strict_page(browser) as page:
        page.set_default_timeout(SLOW)
        expect.set_options(timeout=SLOW)
        yield page


def made_project(server: Server, name: str) -> int:
    return server.call("POST", "/api/projects", {"name": name, "labels": [{"name": "square"}]})["id"]


def padded_video(path: Path, size: int) -> Path:
    """A video of at least `size` bytes: what is too little is a `free` box, which readers pass over."""
    encode(path, range(FRAMES), size=SIZE)
    with path.open("ab") as file:
        file.write(size.to_bytes(4, "big") + b"free" + bytes(size - 8))
    return path


@pytest.fixture(scope="module")
def tracked(server: Server, tmp_path_factory: pytest.TempPathFactory) -> tuple[int, int]:
    """A project, and a video of it in review whose one object was drawn on frame 0 and tracked from there."""
    path = tmp_path_factory.mktemp("clips") / "square.mp4"
    encode(path, range(FRAMES), size=SIZE)
    project = made_project(server, "To review")
    video = server.add_video(project, path)
    label = server.call("GET", f"/api/videos/{video}")["labels"][0]["id"]
    thing = server.call("POST", f"/api/videos/{video}/objects", {"label_id": label})["id"]
    square = [0, 60, 40, 60, 40, 100, 0, 100]
    server.call("PUT", f"/api/videos/{video}/frames/0/masks/{thing}", {"polygons": [square], "base": 0})
    run = server.call("POST", "/api/runs", {"video_id": video, "objects": None, "scope": "forward", "frame": 0})
    server.done(f"/api/runs/{run['id']}")
    server.call("POST", f"/api/videos/{video}/stage", {"stage": "review", "stage_version": 1})
    return project, video


def stage_of(server: Server, video: int) -> str:
    return server.call("GET", f"/api/videos/{video}")["stage"]


def test_every_page_is_built() -> None:
    pages = build_pages().config["pages"]
    assert [path for path, *_ in pages] == ["", "datasets", "review", "quality", "activity", "people", "annotate"]


@pytest.mark.e2e
def test_pages_never_flash_and_say_which_they_are(browser: Browser, server: Server) -> None:
    """What the server sends, before any script of Gradio, is dark for who chose dark, with our title and sheets."""
    with strict_page(browser, dark=True) as page:
        page.route("**/ui/assets/*.js", lambda route: route.abort())  # Gradio never starts
        page.goto(f"{server.url}/ui/people")
        expect(page).to_have_title("Throughline")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(23, 23, 26)"
        page.evaluate("localStorage.setItem('throughline.theme', 'light')")
        page.reload()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(244, 244, 245)"
    with strict_page(browser) as page:
        for path, title in (("", "Projects"), ("review", "Review"), ("quality", "Quality"), ("datasets", "Datasets"),
                            ("people", "People")):
            page.goto(f"{server.url}/ui/{path}")
            expect(page).to_have_title(f"{title} · Throughline")
            expect(page.locator(".nav-holder")).to_be_hidden()


@pytest.mark.e2e
def test_a_project_is_made_and_its_labels_are_edited(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/ui/")
    page.get_by_role("button", name="New project").first.click()
    page.get_by_label("Name").fill("Harbour")
    page.get_by_label("Labels").fill("ship, water")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name="Harbour")).to_be_visible()

    page.get_by_role("tab", name="Labels").click()
    water = page.locator("tr[data-label=water]")
    water.get_by_label("Kind").select_option("stuff")
    fresh = page.locator("tr.tl-new")
    fresh.get_by_label("Name").fill("crane")
    fresh.get_by_label("Attributes").fill("loaded: yes, no")
    fresh.get_by_role("button", name="Add").click()
    expect(page.get_by_role("button", name="Delete crane")).to_be_visible()
    project = next(one for one in server.call("GET", "/api/projects") if one["name"] == "Harbour")
    labels = {one["name"]: one for one in server.call("GET", f"/api/projects/{project['id']}")["labels"]}
    assert {name: label["is_thing"] for name, label in labels.items()} == {"ship": True, "water": False, "crane": True}
    assert labels["crane"]["attributes"] == [{"name": "loaded", "values": ["yes", "no"]}]

    fresh.get_by_label("Name").fill("crane")  # a name that is taken: said, and nothing changes
    fresh.get_by_role("button", name="Add").click()
    expect(page.get_by_role("alert")).to_contain_text("crane")
    assert len(server.call("GET", f"/api/projects/{project['id']}")["labels"]) == 3


@pytest.mark.e2e
def test_an_upload_survives_the_death_of_the_server(page: Page, server: Server, tmp_path: Path) -> None:
    project = made_project(server, "Uploads")
    video = padded_video(tmp_path / "large.mp4", 20 * 2**20)
    offsets: list[int] = []

    def break_the_second(route: Route, request: Request) -> None:
        offsets.append(int(request.headers["upload-offset"]))
        if len(offsets) == 2:
            server.kill()
        route.continue_()

    page.route("**/api/uploads/*", lambda route, request: break_the_second(route, request)
               if request.method == "PATCH" else route.continue_())
    page.goto(f"{server.url}/ui/?project={project}")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose files").click()
    chooser.value.set_files(video)
    expect(page.get_by_text("No connection")).to_be_visible()
    server.start()
    expect(page.get_by_role("row", name="large.mp4")).to_be_visible()
    assert offsets[0] == 0 < offsets[1] == offsets[2] < offsets[-1]  # what had arrived was not sent again
    (stored,) = server.call("GET", f"/api/projects/{project}/videos")
    assert stored["hash"] == hashlib.sha256(video.read_bytes()).hexdigest()
    assert stored["frame_count"] == FRAMES


@pytest.mark.e2e
def test_a_reviewer_steps_through_doubts_sends_back_and_accepts(
    page: Page, server: Server, tracked: tuple[int, int]
) -> None:
    project, video = tracked
    page.goto(f"{server.url}/ui/review?project={project}")
    page.get_by_role("link", name="square.mp4").click()
    looking(page)

    # the worst doubt, verified with a key
    worst = server.call("GET", f"/api/videos/{video}/doubts")[0]
    page.keyboard.press("'")
    page.wait_for_function("f => throughline.state().shown === f", arg=worst["frame"])
    page.keyboard.press('"')
    expect(page.get_by_role("heading", name=f"Checks · {FRAMES - 2}")).to_be_visible()
    items = server.call("GET", f"/api/videos/{video}/masks?start=0&stop={FRAMES}")["items"]
    assert [item["frame"] for item in items if item["state"] == "verified"] == [worst["frame"]]

    # sent back with a comment on a place
    page.get_by_role("button", name="Send back").click()
    expect(page.get_by_text("Nothing says what should change.")).to_be_visible()
    assert stage_of(server, video) == "review"
    place = page.evaluate("([x, y]) => throughline.toScreen(x, y)", PLACE)
    frame = page.evaluate("throughline.state().shown")
    page.mouse.click(place["x"], place["y"])
    page.keyboard.type("The corner is missing.")  # without another click: the comment has the focus
    page.get_by_role("button", name="Comment and send back").click()
    page.wait_for_function("throughline.state().stage === 'annotate'")
    (thread,) = server.call("GET", f"/api/videos/{video}/threads")
    assert (thread["frame"], thread["resolved"]) == (frame, False)
    assert (thread["x"], thread["y"]) == pytest.approx(PLACE, abs=1)

    # the annotator sees it, answers, resolves, hands in again
    page.goto(f"{server.url}/ui/annotate?video={video}")
    looking(page)
    page.get_by_role("button", name="The corner is missing.").first.click()
    page.wait_for_function("f => throughline.state().shown === f", arg=frame)
    page.get_by_label("Reply").fill("Mended.")
    page.get_by_label("Reply").press("Enter")
    expect(page.get_by_text("Mended.")).to_be_visible()
    page.get_by_role("button", name="Resolve").click()
    expect(page.get_by_role("button", name="Reopen")).to_be_visible()
    (thread,) = server.call("GET", f"/api/videos/{video}/threads")
    assert [comment["text"] for comment in thread["comments"]] == ["The corner is missing.", "Mended."]
    assert thread["resolved"]
    page.get_by_role("button", name="Send to review").click()
    page.wait_for_function("throughline.state().stage === 'review'")

    # accepted although masks are unverified, on purpose; reopened
    page.goto(f"{server.url}/ui/review?project={project}&video={video}")
    looking(page)
    page.get_by_role("button", name="Accept video").click()
    expect(page.get_by_role("heading", name="not verified")).to_contain_text(str(FRAMES - 2))
    assert stage_of(server, video) == "review"
    page.get_by_role("button", name="Accept", exact=True).click()
    page.wait_for_function("throughline.state().stage === 'accepted'")
    page.get_by_role("button", name="Reopen").click()
    page.wait_for_function("throughline.state().stage === 'annotate'")
    assert stage_of(server, video) == "annotate"


def looking(page: Page) -> None:
    page.wait_for_function("window.throughline?.state().connection === 'online' && throughline.state().shown >= 0")

"""Models with words in a real browser: expressions, candidates, questions about objects, searches over the video."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import tiny_univs
from tests.browser import strict_page
from tests.e2e.conftest import SLOW, Annotating
from tests.server import Server
from tests.video_fixtures import encode

pytestmark = pytest.mark.e2e
FRAMES, SIZE = 16, (320, 240)
LAST = 3
"""Frame of the short videos."""
COLOURS, NOISE = 1, 2
"""Ids of the videos: of one with masks that mean something, and of one for masks that do not."""
UNIFIED = {"uninext-r50": 3, tiny_univs.NAME: 4}
"""The models of the papers that find over a video and follow what they are shown, each with a short video."""
WORDS = "Model that finds by words"
SAID = "moving square"
"""All that the tiny UFO ever says to a list of categories (`tests.tiny_ufo.SAID`)."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A workplace of the local person with videos of a red square that moves, a model that finds and names colours,
    and those of the papers, at tiny weights by formula: the masks of these are noise."""
    folder = tmp_path_factory.mktemp("words")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("THROUGHLINE_WEIGHTS", str(folder / "weights"))
        with Server(folder / "project", module="tests.tiny_models") as server:
            labels = [{"name": "red"}, {"name": "thing"}]
            project = server.call("POST", "/api/projects", {"name": "Room", "labels": labels})
            videos = {COLOURS: range(FRAMES), NOISE: range(FRAMES + 1), 3: range(LAST + 1), 4: range(1, LAST + 2)}
            for video, numbers in videos.items():
                encode(folder / f"{video}.mp4", numbers, size=SIZE)
                assert server.add_video(project["id"], folder / f"{video}.mp4") == video
            yield server


def opened(page: Page, server: Server, frame: int, video: int = 1) -> Annotating:
    page.goto(f"{server.url}/ui/annotate?video={video}&frame={frame}")
    return Annotating(page)


def choose(page: Page, model: str, where: str = "Model") -> None:
    page.get_by_label(where, exact=True).select_option(model)
    page.locator(".tw-stage").focus()


def said(server: Server) -> list[dict[str, Any]]:
    return server.call("GET", "/api/videos/1/answers")


def test_a_model_is_asked_about_an_object_and_what_it_said_stays(server: Server, browser: Browser) -> None:
    with strict_page(browser) as page:
        work = opened(page, server, 2)
        choose(page, "colours", WORDS)
        panel = page.get_by_role("region", name="Said about it")
        expect(panel).to_be_hidden()
        page.keyboard.press("/")
        page.keyboard.type("red")
        page.keyboard.press("Enter")
        page.wait_for_function("throughline.state().search?.candidates.length === 1", timeout=SLOW)
        work.key("Enter")
        page.wait_for_function("throughline.state().search === null", timeout=SLOW)
        work.settle()
        (thing,) = work.state()["objects"]
        assert thing["name"] == "red 1"

        page.locator("[data-object]").click()
        panel.get_by_role("button", name="Describe").click()
        expect(panel.get_by_text("red 1 is red.")).to_be_visible()
        expect(panel.get_by_text("Describe red 1 in detail.")).to_be_visible()

        # masks of an answer are candidates; the objects they become are a person's
        question = panel.get_by_label("Question about the selected objects")
        question.fill("Which red or white things are beside it?")
        question.press("Enter")
        page.wait_for_function("throughline.state().search?.candidates.length > 0", timeout=SLOW)
        assert {one["frame"] for one in work.state()["search"]["candidates"]} == {2}
        page.locator(".tw-stage").focus()
        work.key("Escape")
        assert len(said(server)) == 2 and len(work.state()["objects"]) == 1

        # it is there after a reload, and gone on every page once it is deleted
        page.reload()
        work = Annotating(page)
        page.locator("[data-object]").click()
        expect(panel.locator("li")).to_have_count(2)
        panel.get_by_role("button", name="Delete the answer").first.click()
        expect(panel.locator("li")).to_have_count(1)
        assert [one["question"] for one in said(server)] == [f"Describe [{thing['id']}] in detail."]


def over_video(work: Annotating, words: str) -> list[dict[str, Any]]:
    """Find over the video, to the end; what waits then."""
    work.page.locator(".tw-query").fill(words)
    work.page.get_by_role("search").get_by_role("button", name="Find over the video").click()
    return searched(work)


def searched(work: Annotating) -> list[dict[str, Any]]:
    """Wait for the end of a search that was begun; what waits then."""
    begun = "throughline.state().searching !== null || throughline.state().found.length"
    work.page.wait_for_function(begun, timeout=SLOW)
    work.page.wait_for_function("throughline.state().searching === null", timeout=SLOW)
    return work.state()["found"]


def test_what_is_found_over_a_video_is_judged_with_keys(server: Server, browser: Browser) -> None:
    query = {"kind": "categories", "names": ["white", "black", "blue"]}
    search = server.call("POST", f"/api/videos/{COLOURS}/searches", {"query": query, "model": "colours"})
    assert server.call("POST", f"/api/searches/{search['id']}/cancel", {})["status"] == "cancelled"
    with strict_page(browser) as page:
        work = opened(page, server, 5)
        before = len(work.state()["objects"])
        expect(page.get_by_text(re.compile(r"Stopped at frame \d+"))).to_be_visible()
        page.get_by_role("button", name="Go on").click()
        found = searched(work)
        assert {one["category"] for one in found} >= {"white", "black"} and len(found) > 2

        # what waits is there after a reload; keys go through it, to the frame that shows each best
        page.reload()
        work = Annotating(page)
        assert work.state()["found"] == found
        page.locator(".tw-stage").focus()
        page.keyboard.press(";")
        page.wait_for_function("f => throughline.state().shown === f", arg=found[0]["best"], timeout=SLOW)
        work.key("Enter")
        page.wait_for_function("n => throughline.state().found.length === n", arg=len(found) - 1, timeout=SLOW)
        assert work.state()["objects"][-1]["name"] == f"{found[0]['category']} 1", "its label is new"
        work.key("Backspace")
        page.wait_for_function("n => throughline.state().found.length === n", arg=len(found) - 2, timeout=SLOW)

        # undo brings both back, one after the other; then all that is listed is rejected at once
        page.locator(".tw-stage").focus()
        for left in (1, 0):
            work.key("Control+z")
            page.wait_for_function("n => throughline.state().found.length === n", arg=len(found) - left, timeout=SLOW)
        assert len(work.state()["objects"]) == before
        panel = page.get_by_role("region", name="Found", exact=True)
        panel.get_by_label("Category").select_option("white")
        whites = sum(one["category"] == "white" for one in found)
        panel.get_by_text(f"Reject all {whites}").click()
        page.wait_for_function("n => throughline.state().found.length === n", arg=len(found) - whites, timeout=SLOW)
        panel.get_by_label("Category").select_option("")
        panel.locator("[data-track]").first.click()
        panel.locator("[data-track]").last.click(modifiers=["Shift"])
        work.settle()
        panel.get_by_text("Merge", exact=True).click()
        page.wait_for_function("throughline.state().found.length === 0", timeout=SLOW)
        assert len(work.state()["objects"]) == before + 1


def test_the_default_model_finds_over_the_range_without_words(server: Server, browser: Browser) -> None:
    with strict_page(browser) as page:
        work = opened(page, server, 12)
        work.key("[")
        page.get_by_role("region", name="Found", exact=True).get_by_text("Find over the video").click()
        found = searched(work)
        assert found and {one["model"] for one in found} == {"compact"}
        assert {one["category"] for one in found} == {""} and min(one["first"] for one in found) >= 12
        page.get_by_text(f"Reject all {len(found)}").click()
        page.wait_for_function("throughline.state().found.length === 0", timeout=SLOW)


def find(work: Annotating, kind: str, text: str) -> list[dict[str, Any]]:
    """Ask for candidates in words."""
    work.page.get_by_label("What the words are").select_option(kind)
    work.page.locator(".tw-query").fill(text)
    work.page.locator(".tw-query").press("Enter")
    work.page.wait_for_function("throughline.state().search?.looking === false", timeout=SLOW)
    return work.state()["search"]["candidates"]


def accept(work: Annotating) -> int:
    """Accept the candidate; the id of the object it becomes."""
    before = len(work.state()["objects"])
    work.page.locator(".tw-stage").focus()
    work.key("Enter")
    work.page.wait_for_function("n => throughline.state().objects.length > n", arg=before, timeout=SLOW)
    work.settle()
    return work.state()["objects"][-1]["id"]


def states(server: Server, thing: int, video: int = NOISE) -> dict[int, tuple[str, str]]:
    items = server.call("GET", f"/api/videos/{video}/masks?start=0&stop={FRAMES}")["items"]
    return {one["frame"]: (one["source"], one["state"]) for one in items if one["object_id"] == thing and one["area"]}


def test_sam2_prompts_tracks_and_takes_a_correction(server: Server, browser: Browser) -> None:
    with strict_page(browser) as page:
        work = opened(page, server, 0, NOISE)
        choose(page, "sam2-tiny")
        work.click(160, 120)
        (thing,) = work.state()["objects"]
        work.go(2)
        work.key("]")
        work.go(0)
        assert work.track("forward")["model"] == "sam2-tiny"
        made = ("model", "tracked")
        assert states(server, thing["id"]) == {0: ("human", "tracked"), 1: made, 2: made}
        work.go(1)
        work.click(60, 60, button="right")
        assert states(server, thing["id"]) == {0: ("human", "tracked"), 1: ("human", "tracked"), 2: ("model", "stale")}
        work.track("stale")
        assert states(server, thing["id"])[2] == made


def test_unipixel_finds_what_is_said_tracks_it_and_answers(server: Server, browser: Browser) -> None:
    with strict_page(browser) as page:
        work = opened(page, server, 6, NOISE)
        choose(page, "unipixel-3b")
        (found,) = find(work, "expression", "the red square")
        assert found["frame"] == 6 and found["area"] > 0
        thing = accept(work)
        page.locator(f"[data-object='{thing}']").click()
        page.get_by_label("All objects").uncheck()
        assert work.track("one_forward")["model"] == "unipixel-3b"
        assert states(server, thing) == {6: ("human", "tracked"), 7: ("model", "tracked")}
        page.get_by_role("button", name="Describe").click()
        page.wait_for_function("throughline.state().answers.length === 1", timeout=SLOW)
        (answer,) = server.call("GET", f"/api/videos/{NOISE}/answers")
        assert answer["text"].startswith("It is") and answer["model"] == "unipixel-3b"
        page.locator(".tw-stage").focus()
        work.key("Escape")


def test_ufo_proposes_and_the_chosen_tracker_tracks(server: Server, browser: Browser) -> None:
    with strict_page(browser) as page:
        work = opened(page, server, 10, NOISE)
        choose(page, "sam2-tiny")
        choose(page, "ufo-internvl-multi-448", WORDS)
        (found,) = find(work, "categories", SAID)
        assert (found["category"], found["frame"]) == (SAID, 10)
        thing = accept(work)
        page.locator(f"[data-object='{thing}']").click()
        page.get_by_label("All objects").uncheck()
        assert work.track("one_forward")["model"] == "sam2-tiny"
        assert states(server, thing) == {10: ("human", "tracked"), 11: ("model", "tracked")}

        choose(page, "ufo-internvl-res", WORDS)
        work.go(14)
        assert [one["category"] for one in find(work, "expression", "the red square")] == [None]
        work.page.locator(".tw-stage").focus()
        work.key("Escape")
        assert thing == work.state()["objects"][-1]["id"]


@pytest.mark.parametrize(("model", "video"), UNIFIED.items())
def test_one_model_finds_tracks_takes_a_correction_and_its_masks_are_exported(
    server: Server, browser: Browser, model: str, video: int, tmp_path: Path
) -> None:
    with strict_page(browser) as page:
        work = opened(page, server, 0, video)
        choose(page, model)
        choose(page, model, WORDS)
        page.get_by_label("What the words are").select_option("categories")
        for end in ("[", "]"):  # the last frames are left for tracking
            page.locator(".tw-stage").focus()
            work.key(end)
            work.go(LAST - 2)
        found = over_video(work, "dog")
        assert found and {one["model"] for one in found} == {model} and {one["category"] for one in found} == {"dog"}
        page.locator(".tw-stage").focus()
        work.key(";")
        work.key("Enter")
        page.wait_for_function("n => throughline.state().found.length < n", arg=len(found), timeout=SLOW)
        thing = work.state()["objects"][-1]
        assert thing["name"].startswith("dog ")
        there = states(server, thing["id"], video)
        assert [source for source, _ in there.values()].count("human") == 1 and set(there) <= set(range(LAST - 1))

        page.locator(".tw-stage").focus()
        work.key("\\")
        page.locator(f"[data-object='{thing['id']}']").click()
        page.get_by_label("All objects").uncheck()
        work.go(max(there))
        assert work.track("forward")["model"] == model

        # a correction: what lies up to the barrier beside it is stale, and is made anew
        work.go(LAST)
        work.key("r")
        work.box(60, 60, 220, 180)
        assert states(server, thing["id"], video)[LAST][0] == "human"
        work.track("stale")
        made = states(server, thing["id"], video)
        assert "stale" not in {state for _, state in made.values()}

        page.goto(f"{server.url}/ui/datasets?project=1")
        with page.expect_download(timeout=3 * SLOW) as waiting:
            page.get_by_role("button", name="Export").click()
            page.get_by_role("link", name="Download").click(timeout=3 * SLOW)
        waiting.value.save_as(tmp_path / "export.zip")
    with zipfile.ZipFile(tmp_path / "export.zip") as content:
        (name,) = [one for one in content.namelist() if one.endswith(".json") and "annotations" in one]
        dataset = json.loads(content.read(name))
    ours = {one["id"] for one in dataset["categories"] if one["name"] == "dog"}
    frames = {one["id"]: one["frame_index"] for one in dataset["images"]}
    assert {frames[one["image_id"]] for one in dataset["annotations"] if one["category_id"] in ours} >= set(made)

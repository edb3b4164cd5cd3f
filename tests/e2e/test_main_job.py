"""The main job in a real browser on real video: prompt, track, cancel, resume, correct, verify, review, export."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from pycocotools.coco import COCO

from tests.browser import strict_page
from tests.e2e.conftest import SLOW, Annotating, Scene, sign_in
from tests.server import Server

pytestmark = pytest.mark.e2e
MIDDLE, VERIFIED, LAST = 20, 30, 40


def test_from_a_video_to_a_reviewed_dataset(workplace: Server, browser: Browser, scene: Scene, tmp_path: Path) -> None:
    with strict_page(browser) as page:
        sign_in(page, workplace, "Ann")

        # a project, a reviewer in it, a video
        page.get_by_role("button", name="New project").first.click()
        page.get_by_label("Name").fill("Bedroom")
        page.get_by_label("Labels").fill("girl, boy")
        page.get_by_role("button", name="Create").click()
        expect(page.get_by_role("heading", name="Bedroom")).to_be_visible()
        page.get_by_role("button", name="From a path on the server").click()
        page.get_by_label("Path").fill(str(scene.path.resolve()))
        page.get_by_role("button", name="Import", exact=True).click()
        row = page.get_by_role("row", name=scene.path.name)
        expect(row).to_be_visible()
        project = page.evaluate("fetch('/api/projects').then(r => r.json())")[0]["id"]
        page.evaluate("""async ([project]) => {
            const me = await (await fetch('/api/me')).json();
            const people = await (await fetch('/api/people')).json();
            const rita = people.find((person) => person.name === 'Rita').id;
            const reply = await fetch(`/api/projects/${project}/members/${rita}`, {method: 'PUT',
                headers: {'X-Throughline-CSRF': me.csrf, 'Content-Type': 'application/json'},
                body: JSON.stringify({role: 'reviewer'})});
            if (!reply.ok) throw new Error(await reply.text());
        }""", [project])
        row.get_by_role("link", name="Annotate").click()
        work = Annotating(page)

        # two objects: one by a click, one by a box
        work.click(*scene.click)
        page.get_by_label("Label of the next object").select_option("boy")
        work.key("n")
        work.key("r")
        work.box(*scene.box)
        first, second = (thing["id"] for thing in work.state()["objects"])
        for thing in (first, second):
            assert work.mask(0, thing)["area"] > 200
        assert page.get_by_role("grid", name="Objects").get_by_role("row").count() == 2

        # track to the out mark, cancel half way, resume
        work.go(LAST)
        work.key("]")
        work.go(0)
        work.command("track.forward")
        page.wait_for_function("throughline.state().runs.at(-1)?.done >= 12", timeout=3 * SLOW)
        work.command("track.cancel")
        cancelled = work.wait_for_run("cancelled")
        assert 0 < cancelled["done"] < cancelled["total"] == 2 * LAST
        kept = masks_of(page, work)
        assert len(kept) == 2 + cancelled["done"]
        page.get_by_role("button", name="Resume").click()
        tracked = work.wait_for_run("done")
        assert (tracked["done"], tracked["model"]) == (2 * LAST, "compact")
        before = masks_of(page, work)
        assert len(before) == 2 * (LAST + 1)
        assert all(before[place] == kept[place] for place in kept)

        # verify a frame, correct another by brush: what lies between the barriers is stale, then made anew
        work.go(VERIFIED)
        work.key("c")
        work.go(MIDDLE)
        work.key("1")
        area = work.mask(MIDDLE, first)
        work.key("b")
        left, top, width, height = area["box"]
        right, middle = left + width + 25, top + height / 2
        work.drag((left + width / 2, middle), (right, middle), (right, top + height))
        assert work.mask(MIDDLE, first)["source"] == "human"
        corrected = masks_of(page, work)
        stale = {place for place, item in corrected.items() if item["state"] == "stale"}
        assert stale == {(frame, first) for frame in range(1, VERIFIED) if frame != MIDDLE}
        page.get_by_role("button", name="Send to review").click()
        question = page.get_by_role("dialog").filter(has_text=f"{len(stale)} masks are stale")
        question.get_by_role("button", name="Cancel").click()
        assert work.state()["stage"] == "annotate"
        page.get_by_label("Model", exact=True).select_option("flow")  # another one may go on where the first was
        assert work.track("stale")["model"] == "flow"
        after = masks_of(page, work)
        changed = {place for place in after if after[place]["rle"] != before[place]["rle"]}
        assert changed <= {(frame, first) for frame in range(1, VERIFIED)}  # one object, up to the barriers
        assert any(frame > MIDDLE for frame, _ in changed)
        assert not any(item["state"] == "stale" for item in after.values())
        assert after[VERIFIED, first] == corrected[VERIFIED, first]
        assert after[VERIFIED, first]["state"] == "verified"

        # undo and redo the re-tracking; absent; then verify all and hand in
        work.key("Control+z")
        assert masks_of(page, work)[MIDDLE + 1, first]["rle"] == before[MIDDLE + 1, first]["rle"]
        work.key("Control+Shift+z")
        assert masks_of(page, work)[MIDDLE + 1, first]["rle"] == after[MIDDLE + 1, first]["rle"]
        work.go(LAST)
        work.key("2")
        work.key("o")
        assert work.mask(LAST, second)["state"] == "absent"
        work.key("Shift+C")
        page.get_by_role("button", name="Send to review").click()
        page.wait_for_function("throughline.state().stage === 'review'", timeout=SLOW)
        final = masks_of(page, work)

    review(workplace, browser, scene)
    export(workplace, browser, tmp_path, final, first, second)


def masks_of(page, work: Annotating) -> dict[tuple[int, int], dict]:
    """{(frame, object): mask item} as the server has them now."""
    work.settle()
    video = page.evaluate("Number(new URL(location).searchParams.get('video'))")
    reply = page.evaluate("v => fetch(`/api/videos/${v}/masks?start=0&stop=200`).then(r => r.json())", video)
    fields = ("rle", "area", "state", "source", "revision")
    return {(m["frame"], m["object_id"]): {field: m[field] for field in fields} for m in reply["items"]}


def review(workplace: Server, browser: Browser, scene: Scene) -> None:
    """Rita finds the video in her queue, comments, and accepts it."""
    with strict_page(browser) as page:
        sign_in(page, workplace, "Rita")
        page.get_by_label("Pages").get_by_role("link", name="Review").click()
        page.get_by_text(scene.path.name).first.click()
        Annotating(page)
        page.get_by_role("button", name="Accept video").click()
        page.wait_for_function("throughline.state().stage === 'accepted'", timeout=SLOW)


def export(workplace: Server, browser: Browser, folder: Path, masks: dict, first: int, second: int) -> None:
    """Ann exports COCO from the page; pycocotools reads the very masks that were on the screen."""
    with strict_page(browser) as page:
        sign_in(page, workplace, "Ann")
        page.get_by_label("Pages").get_by_role("link", name="Datasets").click()
        with page.expect_download(timeout=3 * SLOW) as waiting:
            page.get_by_role("button", name="Export").click()
            page.get_by_role("link", name="Download").click(timeout=3 * SLOW)
        archive = folder / "export.zip"
        waiting.value.save_as(archive)
    with zipfile.ZipFile(archive) as content:
        content.extractall(folder / "export")
    (annotations,) = [p for p in (folder / "export").rglob("*.json") if "images" in json.loads(p.read_text())]
    coco = COCO(str(annotations))
    expected = {place: item["rle"]["counts"] for place, item in masks.items() if item["area"]}
    assert (LAST, second) not in expected  # she said that it is absent there
    read = {}
    for annotation in coco.anns.values():
        image = coco.imgs[annotation["image_id"]]
        assert annotation["iscrowd"] == 0
        assert annotation["area"] == coco.annToMask(annotation).sum()
        assert (annotations.parent / "JPEGImages" / image["file_name"]).exists()
        read[image["frame_index"], annotation["track_id"]] = annotation["segmentation"]["counts"]
    assert read == expected

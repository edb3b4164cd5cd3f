"""A page tells how long a person worked and what they gave; the report shows it, and an owner switches it off."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import strict_page
from tests.e2e.conftest import SLOW, Annotating
from tests.server import Server
from tests.video_fixtures import encode

pytestmark = pytest.mark.e2e


def test_work_is_logged_shown_and_can_be_switched_off(browser: Browser, tmp_path: Path) -> None:
    encode(tmp_path / "square.mp4", range(8), size=(160, 120))
    with Server(tmp_path / "project") as server, strict_page(browser) as page:
        project = server.call("POST", "/api/projects", {"name": "Zoo", "labels": [{"name": "dog"}]})["id"]
        server.add_video(project, tmp_path / "square.mp4")
        page.goto(f"{server.url}/ui/annotate?video=1")
        hands = Annotating(page)
        hands.key("b")
        hands.drag((20, 60), (60, 60))
        hands.drag((20, 80), (60, 80))  # corrects the mask of the first stroke
        page.mouse.move(200, 200)
        page.goto(f"{server.url}/ui/activity")  # leaving the page tells what is left

        line = page.get_by_role("row", name="local")
        expect(line).to_be_visible()
        rows = server.call("GET", "/api/activity")["rows"]
        (drawn,) = [row for row in rows if row["object_id"]]
        assert (drawn["corrections"], drawn["clicks"], drawn["made"]) == (1, 0, 1)
        assert 0 < sum(row["seconds"] for row in rows) < SLOW / 1000
        page.get_by_label("Group by").select_option("object")
        expect(page.get_by_role("row", name="dog 1")).to_be_visible()

        page.get_by_label("Log the work of everybody here").uncheck()
        expect(page.get_by_text("Nothing is logged now.")).to_be_visible()
        page.goto(f"{server.url}/ui/annotate?video=1")
        hands = Annotating(page)
        hands.key("b")
        hands.drag((20, 100), (60, 100))
        page.goto(f"{server.url}/ui/activity")
        expect(page.get_by_text("Nothing is logged now.")).to_be_visible()
        assert sum(row["corrections"] for row in server.call("GET", "/api/activity")["rows"]) == 1

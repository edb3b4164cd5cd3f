"""Runs over HTTP: queue, cancel, resume, who is told."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest

from backend.models import registry
from tests import colour_model
from tests.app.conftest import FRAMES, Client
from tests.app.test_annotate import all_masks, prompt, track
from tests.app.test_answers import draw


def begin(client: Client, video: int, square: int, **how: Any) -> dict[str, Any]:
    reply = client.post("/api/runs", json={"video_id": video, "objects": [square], **how})
    assert reply.status_code == 200, reply.text
    return reply.json()


def test_cancel_keeps_finished_frames_and_resume_makes_the_rest(client: Client, video: int, square: int) -> None:
    prompt(client, video, square, 0)
    run = begin(client, video, square, scope="forward", frame=0)
    url = f"/api/runs/{run['id']}"
    while client.get(url).json()["done"] < 3:
        pass
    cancelled = client.post(f"{url}/cancel").json()
    assert cancelled["status"] == "cancelled"
    kept = {f: item for f, item in all_masks(client, video).items() if item["run_id"] == run["id"]}
    assert sorted(kept) == list(range(1, cancelled["done"] + 1)) and 3 <= len(kept) < FRAMES - 1
    assert client.get(url).json()["total"] == FRAMES - 1
    client.post(f"{url}/resume")
    done = client.done(url)
    assert (done["status"], done["done"], done["total"]) == ("done", FRAMES - 1, FRAMES - 1)
    after = all_masks(client, video)
    assert sorted(after) == list(range(FRAMES))
    assert {f: after[f] for f in kept} == kept
    assert client.post(f"{url}/resume").json()["error"] == "nothing_to_track"


def test_a_run_resumed_at_once_is_not_ended_by_the_worker_that_was_cancelled(
    client: Client, video: int, square: int
) -> None:
    prompt(client, video, square, 0)
    run = begin(client, video, square, scope="forward", frame=0)
    url = f"/api/runs/{run['id']}"
    while client.get(url).json()["status"] == "queued":
        pass
    assert client.post(f"{url}/cancel").json()["status"] == "cancelled"
    resumed = client.post(f"{url}/resume").json()
    seen = {resumed["status"]}
    while (now := client.get(url).json())["status"] != "done":
        seen.add(now["status"])
        assert "cancelled" not in seen
    assert now["done"] == now["total"] == FRAMES - 1


def test_a_click_and_a_run_do_not_wait_for_each_other(client: Client, video: int, square: int) -> None:
    prompt(client, video, square, 0)
    run = begin(client, video, square, scope="forward", frame=0)
    made = prompt(client, video, square, FRAMES - 1)
    assert made.status_code == 200
    assert client.get(f"/api/runs/{run['id']}").json()["status"] in ("queued", "running")
    assert client.done(f"/api/runs/{run['id']}")["status"] == "done"
    after = all_masks(client, video)
    assert after[FRAMES - 1]["rle"] == made.json()["items"][0]["rle"], "the run leaves the new barrier alone"


def test_runs_queue_and_one_that_waits_can_be_cancelled(client: Client, video: int, square: int) -> None:
    prompt(client, video, square, 8)
    first = begin(client, video, square, scope="forward", frame=8)
    second = begin(client, video, square, scope="backward", frame=8)
    cancelled = client.post(f"/api/runs/{second['id']}/cancel").json()
    assert (cancelled["status"], cancelled["done"]) == ("cancelled", 0)
    assert client.done(f"/api/runs/{first['id']}")["status"] == "done"
    assert sorted(all_masks(client, video)) == list(range(8, FRAMES))


def test_undoing_a_run_removes_its_frames_in_one_step(client: Client, video: int, square: int) -> None:
    prompt(client, video, square, 0)
    track(client, video, square, scope="forward", frame=0)
    undone = client.post(f"/api/videos/{video}/undo").json()
    assert undone["kind"] == "run" and sorted(all_masks(client, video)) == [0]
    client.post(f"/api/videos/{video}/redo")
    assert sorted(all_masks(client, video)) == list(range(FRAMES))


def test_an_object_that_is_locked_meanwhile_ends_the_run_with_a_reason(
    client: Client, video: int, square: int
) -> None:
    prompt(client, video, square, 0)
    run = begin(client, video, square, scope="forward", frame=0)
    client.patch(f"/api/objects/{square}", json={"version": 1, "locked": True})
    ended = client.done(f"/api/runs/{run['id']}")
    assert ended["status"] == "failed" and "locked" in ended["message"]


def test_every_open_page_is_told_of_each_frame(client: Client, video: int, square: int) -> None:
    workplace = client.app.state.workplace
    told: list[tuple[str, Any]] = []
    ended = threading.Event()

    def hear(video_id: int, event: str, data: Any) -> None:
        told.append((event, data))
        if event == "run" and data["status"] == "done":
            ended.set()

    publish, workplace.events.publish = workplace.events.publish, hear
    try:
        made = prompt(client, video, square, 0).json()
        begin(client, video, square, scope="forward", frame=0)
        assert ended.wait(60)
    finally:
        workplace.events.publish = publish
    frames = [item["frame"] for event, data in told if event == "masks" for item in data["items"]]
    assert frames == list(range(FRAMES))
    assert told[0][1]["items"] == made["items"]
    statuses = [data["status"] for event, data in told if event == "run"]
    assert statuses[0] == "queued" and statuses[-1] == "done"
    assert [data["done"] for event, data in told if event == "run"][-1] == FRAMES - 1


def test_a_model_that_heeds_categories_is_told_the_labels(
    client: Client, video: int, square: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[int, str]] = []
    monkeypatch.setitem(registry._PACKAGES, "colours", colour_model.Package())
    monkeypatch.setattr(colour_model.ColourModel, "spec", replace(colour_model.SPEC, heeds_categories=True))
    monkeypatch.setattr(colour_model.ColourSession, "categorize", lambda self, labels: told.append(dict(labels)),
                        raising=False)
    draw(client, video, square, 0)
    run = client.post("/api/runs", json={"video_id": video, "objects": [square], "scope": "one_forward", "frame": 0,
                                         "model": "colours"}).json()
    assert client.done(f"/api/runs/{run['id']}")["status"] == "done"
    assert told == [{square: "square"}]

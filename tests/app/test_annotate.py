"""The main job over HTTP, with the real model: prompt, track, correct, verify, undo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.app.conftest import FRAMES, SIZE, Client

Item = dict[str, Any]


def box_on(frame: int) -> dict[str, Any]:
    """Around the square of the fixture video."""
    left = 7 * frame % (SIZE[0] - 40)
    return {"kind": "box", "x0": left, "y0": 60, "x1": left + 40, "y1": 100}


def prompt(
    client: Client, video: int, square: int, frame: int, data: dict[str, Any] | None = None, base: int = 0
) -> Any:
    body = {"object_id": square, "prompt": data or box_on(frame), "base": base}
    return client.post(f"/api/videos/{video}/frames/{frame}/prompts", json=body)


def all_masks(client: Client, video: int) -> dict[int, Item]:
    items = client.get(f"/api/videos/{video}/masks", params={"start": 0, "stop": FRAMES}).json()["items"]
    return {item["frame"]: item for item in items}


def track(client: Client, video: int, square: int, **how: Any) -> dict[str, Any]:
    begun = client.post("/api/runs", json={"video_id": video, "objects": [square], **how})
    assert begun.status_code == 200, begun.text
    run = client.done(f"/api/runs/{begun.json()['id']}")
    assert run["status"] == "done", run
    return run


def test_a_box_becomes_a_mask_that_is_stored(client: Client, video: int, square: int) -> None:
    reply = prompt(client, video, square, 4).json()
    (item,) = reply["items"]
    x, y, w, h = item["box"]
    assert abs(x - 28) <= 4 and abs(y - 60) <= 4 and abs(w - 40) <= 8 and abs(h - 40) <= 8
    assert (item["state"], item["source"], item["revision"] > 0, reply["undo"]) == ("tracked", "human", True, True)
    assert reply["model_ms"] > 0
    assert all_masks(client, video) == {4: item}
    given = client.get(f"/api/videos/{video}/frames/4/prompts").json()["prompts"]
    assert [one["data"]["kind"] for one in given] == ["box"]


def test_a_prompt_on_a_tracked_frame_starts_from_its_mask(client: Client, video: int, square: int) -> None:
    prompt(client, video, square, 0)
    track(client, video, square, scope="forward", frame=0)
    before = all_masks(client, video)[6]
    left = before["box"][0]
    reply = prompt(client, video, square, 6, {"kind": "point", "x": left + 20, "y": 80}, before["revision"]).json()
    given = client.get(f"/api/videos/{video}/frames/6/prompts").json()["prompts"]
    assert [one["data"]["kind"] for one in given] == ["mask", "point"]
    assert given[0]["data"]["counts"] == before["rle"]["counts"]
    more = prompt(client, video, square, 6, {"kind": "point", "x": left + 10, "y": 80}, reply["items"][0]["revision"])
    given = client.get(f"/api/videos/{video}/frames/6/prompts").json()["prompts"]
    assert [one["data"]["kind"] for one in given] == ["mask", "point", "point"]
    # Withdrawing both points leaves what the run made, which is no barrier.
    base = more.json()["items"][0]["revision"]
    for one in given[1:]:
        body = {"object_id": square, "prompt_id": one["id"], "base": base}
        reply = client.request("DELETE", f"/api/videos/{video}/frames/6/prompts", json=body).json()
        base = reply["items"][0]["revision"]
    now = all_masks(client, video)[6]
    assert now["rle"] == before["rle"] and now["source"] == "model"


def test_withdrawing_the_last_prompt_removes_the_mask(client: Client, video: int, square: int) -> None:
    made = prompt(client, video, square, 2).json()["items"][0]
    body = {"object_id": square, "base": made["revision"]}
    reply = client.request("DELETE", f"/api/videos/{video}/frames/2/prompts", json=body).json()
    assert [(item["frame"], item["rle"]) for item in reply["items"]] == [(2, None)]
    assert all_masks(client, video) == {}
    client.post(f"/api/videos/{video}/undo")
    assert all_masks(client, video)[2]["rle"] == made["rle"]


def test_preview_stores_nothing(client: Client, video: int, square: int) -> None:
    reply = client.post(f"/api/videos/{video}/preview", json={"frame": 3, "prompts": [box_on(3)]}).json()
    assert reply["rle"]["size"] == [SIZE[1], SIZE[0]]
    assert all_masks(client, video) == {}


def test_a_correction_changes_the_stretch_to_its_barriers_and_no_other_frame(
    client: Client, video: int, square: int
) -> None:
    prompt(client, video, square, 0)
    track(client, video, square, scope="forward", frame=0)
    assert len(all_masks(client, video)) == FRAMES
    client.post(f"/api/videos/{video}/verify", json={"objects": [square], "start": 3, "stop": 5})
    client.post(f"/api/videos/{video}/verify", json={"objects": None, "start": 12, "stop": 13})
    before = all_masks(client, video)
    small = [[7 * 8 + 10, 70, 7 * 8 + 30, 70, 7 * 8 + 30, 90, 7 * 8 + 10, 90]]
    body = {"polygons": small, "base": before[8]["revision"]}
    reply = client.put(f"/api/videos/{video}/frames/8/masks/{square}", json=body).json()
    assert reply["stale"] == [[square, 5, 8], [square, 9, 12]]
    run = track(client, video, square, scope="stale", frame=8)
    after = all_masks(client, video)
    for frame in (0, 3, 4, 12):
        assert after[frame] == before[frame], f"frame {frame} is a barrier"
    assert [f for f in range(FRAMES) if after[f]["run_id"] == run["id"]] == [5, 6, 7, 9, 10, 11]
    assert after[9]["rle"] != before[9]["rle"]
    assert {item["state"] for item in after.values()} == {"tracked", "verified"}
    for frame in (1, 2, 13, 14, 15):
        assert after[frame] == before[frame], f"frame {frame} is beyond a barrier"


def test_two_writers_meet_a_conflict_that_shows_both_masks(client: Client, video: int, square: int) -> None:
    made = prompt(client, video, square, 4).json()["items"][0]
    url = f"/api/videos/{video}/frames/4/masks/{square}"
    mine = {"polygons": [[0, 0, 20, 0, 20, 20, 0, 20]], "base": 0}
    refused = client.put(url, json=mine)
    assert refused.status_code == 409
    details = refused.json()["details"]
    assert details["theirs"] == made
    assert details["yours"]["area"] == 400
    kept = client.put(url, json={**mine, "base": details["theirs"]["revision"]})
    assert kept.status_code == 200 and all_masks(client, video)[4]["area"] == 400


def test_undo_and_redo_survive_a_restart_of_the_page(client: Client, video: int, square: int) -> None:
    made = prompt(client, video, square, 4).json()["items"][0]
    undone = client.post(f"/api/videos/{video}/undo").json()
    assert (undone["kind"], undone["frame"], undone["redo"]) == ("prompt", 4, True)
    assert all_masks(client, video) == {}
    assert client.get(f"/api/videos/{video}/frames/4/prompts").json() == {"prompts": []}
    client.post(f"/api/videos/{video}/redo")
    assert all_masks(client, video)[4]["rle"] == made["rle"]
    past = client.get(f"/api/videos/{video}/history", params={"frame": 4, "object_id": square}).json()
    assert [one["kind"] for one in past] == ["redo", "undo", "prompt"]


def test_absent_clear_and_timeline(client: Client, video: int, square: int) -> None:
    prompt(client, video, square, 0)
    client.post(f"/api/videos/{video}/absent", json={"objects": [square], "start": 8, "stop": 10})
    track(client, video, square, scope="to_barrier", frame=0)
    lanes = client.get(f"/api/videos/{video}/timeline").json()
    assert lanes["objects"][str(square)] == [
        [0, 1, "tracked", "human"], [1, 8, "tracked", "model"], [8, 10, "absent", "human"]]
    assert lanes["prompts"] == {str(square): [0]}
    client.post(f"/api/videos/{video}/clear", json={"objects": [square], "start": 0, "stop": FRAMES})
    assert sorted(all_masks(client, video)) == [0, 8, 9]


def test_locked_objects_and_accepted_videos_refuse(client: Client, video: int, square: int) -> None:
    made = prompt(client, video, square, 0).json()["items"][0]
    locked = client.patch(f"/api/objects/{square}", json={"version": 1, "locked": True}).json()
    assert prompt(client, video, square, 0, base=made["revision"]).status_code == 423
    assert client.patch(f"/api/objects/{square}", json={"version": 1, "locked": False}).status_code == 409
    client.patch(f"/api/objects/{square}", json={"version": locked["version"], "locked": False})
    for version, stage in enumerate(("review", "accepted"), start=1):
        moved = client.post(f"/api/videos/{video}/stage", json={"stage": stage, "stage_version": version})
        assert moved.json() == {"stage": stage, "stage_version": version + 1}
    assert prompt(client, video, square, 0, base=made["revision"]).status_code == 423
    body = {"video_id": video, "objects": [square], "scope": "forward", "frame": 0}
    assert client.post("/api/runs", json=body).status_code == 423
    assert list(all_masks(client, video).values()) == [made]


def test_review_queue_orders_by_doubt(client: Client, project: dict[str, Any], video: int, square: int) -> None:
    prompt(client, video, square, 0)
    track(client, video, square, scope="forward", frame=0)
    client.post(f"/api/videos/{video}/stage", json={"stage": "review", "stage_version": 1})
    (waiting,) = client.get(f"/api/projects/{project['id']}/review").json()
    assert (waiting["video"]["id"], waiting["waiting"]) == (video, FRAMES)
    doubts = client.get(f"/api/videos/{video}/doubts").json()
    assert len(doubts) == FRAMES - 1 and doubts[0]["doubt"] == waiting["worst"]
    assert doubts == sorted(doubts, key=lambda one: -one["doubt"])
    body = {"frame": 5, "object_id": square, "x": 40.5, "y": 80.0, "text": "The corner is missing."}
    thread = client.post(f"/api/videos/{video}/threads", json=body).json()
    client.post(f"/api/threads/{thread['id']}/comments", json={"text": "Mended."})
    client.patch(f"/api/threads/{thread['id']}", json={"resolved": True})
    (seen,) = client.get(f"/api/videos/{video}/threads").json()
    assert [one["text"] for one in seen["comments"]] == ["The corner is missing.", "Mended."] and seen["resolved"]


@pytest.mark.parametrize("kind", ["frames", "proxies"])
def test_frames_are_immutable_and_exact(client: Client, video: int, kind: str, clip: Path) -> None:
    from tests.video_fixtures import read_jpeg

    content_hash = client.get(f"/api/videos/{video}").json()["hash"]
    for frame in (11, 0, 5):
        reply = client.get(f"/api/videos/{content_hash}/{kind}/{frame}.jpg")
        assert read_jpeg(reply.content) == frame
        assert reply.headers["cache-control"] == "private, max-age=31536000, immutable"
    again = client.get(f"/api/videos/{content_hash}/{kind}/5.jpg", headers={"If-None-Match": reply.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    for frame in (str(FRAMES), "-1", "1e3", "99999999999999999999", "\u0663"):
        assert client.get(f"/api/videos/{content_hash}/{kind}/{frame}.jpg").status_code == 404


@pytest.mark.parametrize("kind", ["prompt", "mask", "verify", "undo"])
def test_a_request_whose_answer_was_lost_is_not_done_twice(client: Client, video: int, square: int, kind: str) -> None:
    first = prompt(client, video, square, 4).json()["items"][0]
    base, rle = first["revision"], first["rle"]
    path, method, body = {
        "prompt": ("frames/4/prompts", "POST", {"object_id": square, "base": base,
                                                "prompts": [{"kind": "point", "x": 48, "y": 80}]}),
        "mask": (f"frames/6/masks/{square}", "PUT", {"rle": rle, "base": 0}),
        "verify": ("verify", "POST", {"objects": [square], "start": 4, "stop": 5, "verified": True}),
        "undo": ("undo", "POST", {}),
    }[kind]
    replies = [client.request(method, f"/api/videos/{video}/{path}", json=body, headers={"Idempotency-Key": "k1"})
               for _ in range(2)]
    assert [reply.status_code for reply in replies] == [200, 200], replies[1].text
    once, again = (reply.json() for reply in replies)
    assert (again["change_id"], again["items"]) == (once["change_id"], once["items"])
    if kind == "prompt":
        given = client.get(f"/api/videos/{video}/frames/4/prompts").json()["prompts"]
        assert [one["data"]["kind"] for one in given] == ["box", "point"]
    other = client.request(method, f"/api/videos/{video}/{path}", json=body, headers={"Idempotency-Key": "k2"})
    assert other.status_code in (409, 422) or other.json()["change_id"] != once["change_id"]

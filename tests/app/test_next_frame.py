"""Where to look next, over HTTP."""

from __future__ import annotations

from typing import Any

from tests.app.conftest import FRAMES, Client
from tests.app.test_annotate import prompt, track


def advised(client: Client, video: int, **how: Any) -> list[dict[str, Any]]:
    reply = client.get(f"/api/videos/{video}/next", params={"limit": 100, **how})
    assert reply.status_code == 200, reply.text
    return reply.json()


def test_what_is_settled_is_not_advised(client: Client, video: int, square: int) -> None:
    assert advised(client, video) == []
    prompt(client, video, square, 0)
    assert advised(client, video) == [], "made by a person"
    track(client, video, square, scope="forward", frame=0)
    before = advised(client, video)
    assert sorted(one["frame"] for one in before) == list(range(1, FRAMES))
    assert [one["gain"] for one in before] == sorted((one["gain"] for one in before), reverse=True)
    best = before[0]["frame"]
    client.post(f"/api/videos/{video}/verify", json={"objects": [square], "start": best, "stop": best + 1})
    after = advised(client, video)
    assert sorted(one["frame"] for one in after) == [f for f in range(1, FRAMES) if f != best]
    assert after[0]["gain"] < before[0]["gain"], "what is around it is cut in two"


def test_a_correction_makes_its_neighbours_stale_and_that_is_a_reason(client: Client, video: int, square: int) -> None:
    prompt(client, video, square, 0)
    track(client, video, square, scope="forward", frame=0, stop=5)
    prompt(client, video, square, 8)
    assert {tuple(one["reasons"]) for one in advised(client, video)} == {("stale",)}


def test_only_the_objects_that_were_asked_for_and_none_that_is_locked(
    client: Client, video: int, square: int, project: dict[str, Any]
) -> None:
    body = {"label_id": project["labels"][0]["id"]}
    other = client.post(f"/api/videos/{video}/objects", json=body).json()["id"]
    for one in (square, other):
        prompt(client, video, one, 0)
        track(client, video, one, scope="forward", frame=0, stop=3)
    assert {one["object_id"] for one in advised(client, video)} == {square, other}
    assert {one["object_id"] for one in advised(client, video, objects=other)} == {other}
    assert len(advised(client, video, limit=1)) == 1
    client.patch(f"/api/objects/{other}", json={"version": 1, "locked": True})
    assert {one["object_id"] for one in advised(client, video)} == {square}
    assert advised(client, video, objects=other) == []
    assert client.get(f"/api/videos/{video}/next", params={"limit": 0}).status_code == 422


def test_the_way_back_turns_what_was_half_made_current(client: Client, video: int, square: int) -> None:
    """A stretch between two barriers: the run counts both ways, and nothing is left stale."""
    prompt(client, video, square, 0)
    prompt(client, video, square, 6)
    run = track(client, video, square, scope="to_barrier", frame=0)
    assert (run["done"], run["total"]) == (10, 10)
    lanes = client.get(f"/api/videos/{video}/timeline").json()["objects"][str(square)]
    assert lanes == [[0, 1, "tracked", "human"], [1, 6, "tracked", "model"], [6, 7, "tracked", "human"]]
    undone = client.post(f"/api/videos/{video}/undo").json()
    assert undone["kind"] == "run"
    lanes = client.get(f"/api/videos/{video}/timeline").json()["objects"][str(square)]
    assert lanes == [[0, 1, "tracked", "human"], [6, 7, "tracked", "human"]]

"""Checks as a job of the server, on masks of a real video."""

from __future__ import annotations

from typing import Any

import numpy as np

from backend.masks import Rle
from tests.app.conftest import FRAMES, SIZE, Client


def put_square(client: Client, video: int, thing: int, frame: int, hole: bool = False) -> None:
    """The square of the clip, by hand."""
    mask = np.zeros((SIZE[1], SIZE[0]), bool)
    mask[60:100, 10 + 7 * frame : 50 + 7 * frame] = True
    if hole:
        mask[70:82, 20 + 7 * frame : 32 + 7 * frame] = False
    items = client.get(f"/api/videos/{video}/masks?start={frame}&stop={frame + 1}").json()["items"]
    base = next((item["revision"] for item in items if item["object_id"] == thing), 0)
    body = {"rle": Rle.from_mask(mask).as_json(), "base": base}
    assert client.put(f"/api/videos/{video}/frames/{frame}/masks/{thing}", json=body).status_code == 200


def checked(client: Client, video: int) -> list[dict[str, Any]]:
    job = client.done(f"/api/checks/{client.post(f'/api/videos/{video}/checks', json={}).json()['check']}")
    assert job["status"] == "done", job
    return client.get(f"/api/videos/{video}/findings?status=open").json()


def test_a_hole_is_found_dismissed_and_mended(client: Client, video: int, square: int) -> None:
    for frame in range(FRAMES):
        put_square(client, video, square, frame, hole=frame == 6)
    (found,) = checked(client, video)
    assert (found["kind"], found["frame"], found["object_id"]) == ("hole", 6, square)
    assert found["score"] > 0.5 and found["sentence"]

    dismissed = client.patch(f"/api/findings/{found['id']}", json={"status": "dismissed"}).json()
    assert dismissed["status"] == "dismissed"
    assert checked(client, video) == []
    assert client.patch(f"/api/findings/{found['id']}", json={"status": "fixed"}).status_code == 422
    client.patch(f"/api/findings/{found['id']}", json={"status": "open"})
    put_square(client, video, square, 6)
    assert checked(client, video) == []
    assert [one["status"] for one in client.get(f"/api/videos/{video}/findings").json()] == ["fixed"]


def test_a_verified_mask_is_not_questioned(client: Client, video: int, square: int) -> None:
    for frame in range(FRAMES):
        put_square(client, video, square, frame, hole=frame == 6)
    body = {"objects": [square], "start": 6, "stop": 7, "verified": True}
    client.post(f"/api/videos/{video}/verify", json=body)
    assert checked(client, video) == []

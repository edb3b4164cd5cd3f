"""Masks of a range mended over HTTP: one change, verified masks left alone, nothing changed by a cancelled one."""

from __future__ import annotations

from typing import Any

import numpy as np

from backend.masks import Rle
from backend.mending import mend
from tests.app.conftest import FRAMES, SIZE, Client

HOLED = np.zeros((SIZE[1], SIZE[0]), dtype=bool)
HOLED[40:80, 50:100] = True
HOLED[50:60, 60:70] = False


def draw(client: Client, video: int, square: int, frame: int, mask: np.ndarray, base: int = 0) -> dict[str, Any]:
    body = {"rle": Rle.from_mask(mask).as_json(), "base": base}
    reply = client.put(f"/api/videos/{video}/frames/{frame}/masks/{square}", json=body)
    assert reply.status_code == 200, reply.text
    return reply.json()["items"][0]


def stored(client: Client, video: int) -> dict[int, dict[str, Any]]:
    items = client.get(f"/api/videos/{video}/masks", params={"start": 0, "stop": FRAMES}).json()["items"]
    return {item["frame"]: item for item in items}


def mended(client: Client, video: int, **body: Any) -> dict[str, Any]:
    begun = client.post(f"/api/videos/{video}/mend", json={"objects": None, "start": 0, "stop": FRAMES, **body})
    assert begun.status_code == 200, begun.text
    return client.done(f"/api/mends/{begun.json()['mend']}")


def test_a_range_is_mended_as_one_change_and_verified_masks_stay(client: Client, video: int, square: int) -> None:
    for frame in range(4):
        draw(client, video, square, frame, HOLED)
    body = {"objects": [square], "start": 2, "stop": 3, "verified": True}
    assert client.post(f"/api/videos/{video}/verify", json=body).status_code == 200
    before = stored(client, video)
    job = mended(client, video, operation="fill holes", start=1, stop=4)
    assert (job["status"], job["mended"], job["verified"], job["vanishing"]) == ("done", 2, 1, 0)
    after = stored(client, video)
    filled = Rle.from_mask(mend(HOLED, "fill holes")).as_json()
    assert [after[frame]["rle"] == filled for frame in range(4)] == [False, True, False, True]
    assert after[2] == before[2] and after[1]["source"] == "human"
    undone = client.post(f"/api/videos/{video}/undo").json()
    assert undone["kind"] == "mend"
    assert [stored(client, video)[frame]["rle"] for frame in range(4)] == [before[0]["rle"]] * 4


def test_a_models_masks_stay_the_models(client: Client, video: int, square: int) -> None:
    draw(client, video, square, 0, HOLED)
    run = client.post("/api/runs", json={"video_id": video, "objects": [square], "scope": "forward", "frame": 0})
    assert client.done(f"/api/runs/{run.json()['id']}")["status"] == "done"
    before = stored(client, video)[5]
    job = mended(client, video, operation="grow", size=3, start=1)
    assert job["mended"] == FRAMES - 1
    after = stored(client, video)[5]
    assert after["area"] > before["area"]
    assert [after[key] for key in ("source", "state", "score", "run_id")] == ["model", "tracked", before["score"],
                                                                             before["run_id"]]


def test_what_would_vanish_and_what_would_not_change_is_left(client: Client, video: int, square: int) -> None:
    small = np.zeros_like(HOLED)
    small[10:13, 10:13] = True
    made = draw(client, video, square, 3, small)
    job = mended(client, video, operation="shrink", size=4)
    assert (job["status"], job["mended"], job["vanishing"]) == ("done", 0, 1)
    assert mended(client, video, operation="fill holes")["mended"] == 0
    assert stored(client, video)[3] == made
    assert client.post(f"/api/videos/{video}/undo").json()["kind"] == "mask", "nothing changed, so nothing to undo"


def test_what_cannot_be_done_is_refused_at_once(client: Client, video: int, square: int) -> None:
    wish = {"objects": [square], "start": 0, "stop": 4, "operation": "smooth", "size": 2}
    for wrong in ({"operation": "melt"}, {"size": 0}, {"size": 101}, {"size": None}, {"stop": FRAMES + 1}):
        reply = client.post(f"/api/videos/{video}/mend", json={**wish, **wrong})
        assert reply.status_code == 422 and reply.json()["remedy"], wrong
    assert client.get(f"/api/mends/{'0' * 32}").status_code == 404
    draw(client, video, square, 0, HOLED)
    version = client.get(f"/api/videos/{video}").json()["objects"][0]["version"]
    client.patch(f"/api/objects/{square}", json={"version": version, "locked": True})
    job = mended(client, video, objects=[square], operation="fill holes")
    assert job["status"] == "failed" and job["error"]["error"] == "object_locked"
    assert mended(client, video, operation="fill holes")["mended"] == 0, "without names, locked objects are left out"

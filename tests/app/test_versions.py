"""Compare and roll back over HTTP, on real runs of a real video."""

from __future__ import annotations

from tests.app.conftest import FRAMES, Client
from tests.app.test_checks import put_square


def tracked(client: Client, video: int, square: int, model: str = "flow") -> int:
    body = {"video_id": video, "objects": [square], "scope": "forward", "frame": 0, "model": model}
    run = client.post("/api/runs", json=body).json()["id"]
    assert client.done(f"/api/runs/{run}")["status"] == "done"
    return run


def areas(client: Client, path: str) -> dict[int, int]:
    items = client.get(f"{path}masks?start=0&stop={FRAMES}").json()["items"]
    return {item["frame"]: item["area"] for item in items}


def test_a_run_is_compared_and_rolled_back(client: Client, video: int, square: int) -> None:
    here = f"/api/videos/{video}/"
    put_square(client, video, square, 0)
    first = tracked(client, video, square)
    before = areas(client, here)
    put_square(client, video, square, 0, hole=True)
    second = tracked(client, video, square)
    replaced = client.get(f"/api/runs/{second}/replaced").json()
    assert (replaced["masks"], replaced["new"]) == (FRAMES - 1, 0) and 0 < replaced["iou"] < 1

    versions = {one["id"]: one for one in client.get(f"{here}versions").json()}
    assert {f"before-{second}", f"run-{second}", f"before-{first}", f"run-{first}"} <= set(versions)
    old = areas(client, f"{here}versions/before-{second}/")
    assert {frame: old[frame] for frame in range(1, FRAMES)} == {frame: before[frame] for frame in range(1, FRAMES)}
    rows = client.get(f"{here}versions/before-{second}/agreement?start=1&stop=4&contour=true").json()["objects"]
    assert [frame for frame, _, _ in rows[str(square)]] == [1, 2, 3]
    assert all(0 < iou < 1 and 0 < f <= 1 for _, iou, f in rows[str(square)])

    reply = client.post(f"/api/runs/{second}/roll-back", json={}).json()
    assert reply["undo"] and reply["changed"] == [[square, 1, FRAMES]]
    now = areas(client, here)
    assert now[5] == before[5] and now[0] != before[0]  # drawn since the first run: it stays
    assert client.get(f"/api/runs/{second}").json()["verdict"] == "rolled back"
    assert client.post(f"/api/runs/{second}/accept", json={}).status_code == 409
    client.post(f"{here}undo", json={})
    assert client.get(f"/api/runs/{second}").json()["verdict"] is None
    assert client.post(f"/api/runs/{second}/accept", json={}).json()["verdict"] == "accepted"


def test_a_blind_copy_is_compared_object_by_object(client: Client, video: int, square: int) -> None:
    copy = client.post(f"/api/videos/{video}/copies", json={}).json()["id"]
    label = client.get(f"/api/videos/{copy}").json()["labels"][0]["id"]
    same, more = (client.post(f"/api/videos/{copy}/objects", json={"label_id": label}).json()["id"] for _ in range(2))
    for frame in range(FRAMES):
        put_square(client, video, square, frame)
        put_square(client, copy, same, frame, hole=True)
    body = {"polygons": [[0, 0, 20, 0, 20, 20]], "base": 0}
    client.put(f"/api/videos/{copy}/frames/0/masks/{more}", json=body)
    there = f"/api/videos/{video}/versions/copy-{copy}"
    items = client.get(f"{there}/masks?start=0&stop=2").json()["items"]
    assert [(item["frame"], item["object_id"]) for item in items] == [(0, square), (0, -more), (1, square)]
    rows = client.get(f"{there}/agreement?start=0&stop=2").json()["objects"]
    assert rows[str(-more)] == [[0, 0.0, None]]
    assert all(0.8 < iou < 1 for _, iou, _ in rows[str(square)])


def test_what_is_refused(client: Client, video: int, square: int) -> None:
    here = f"/api/videos/{video}/versions"
    assert client.get(f"{here}/copy-{video}/masks?start=0&stop=2").status_code == 404
    assert client.get(f"{here}/nonsense/agreement?start=0&stop=2").status_code == 404
    put_square(client, video, square, 0)
    person = next(one["id"] for one in client.get(here).json() if one["kind"] == "person")
    for wrong in ("masks?start=0&stop=201", "agreement?start=0&stop=51&contour=true", "agreement?start=3&stop=3"):
        assert client.get(f"{here}/{person}/{wrong}").status_code == 422

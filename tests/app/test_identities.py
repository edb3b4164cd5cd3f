"""Objects over time over HTTP: merge, split, swap, link, spans; what is told, refused and undone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.app.conftest import FRAMES, Client


def polygon(frame: int) -> list[list[float]]:
    """On the square of the fixture video."""
    left = 7 * frame % 120
    return [[left, 60, left + 40, 60, left + 40, 100, left, 100]]


def draw(client: Client, video: int, object_id: int, frames: range) -> None:
    for frame in frames:
        reply = client.put(f"/api/videos/{video}/frames/{frame}/masks/{object_id}",
                           json={"polygons": polygon(frame), "base": 0})
        assert reply.status_code == 200, reply.text


def owners(client: Client, video: int) -> dict[int, list[int]]:
    """{object: frames where it has pixels}."""
    items = client.get(f"/api/videos/{video}/masks", params={"start": 0, "stop": FRAMES}).json()["items"]
    found: dict[int, list[int]] = {}
    for item in items:
        if item["area"]:
            found.setdefault(item["object_id"], []).append(item["frame"])
    return found


@pytest.fixture
def other(client: Client, project: dict[str, Any], video: int, square: int) -> int:
    """A second object: the square is on frames 0 to 5, this one on 8 to 11."""
    made = client.post(f"/api/videos/{video}/objects", json={"label_id": project["labels"][0]["id"]}).json()["id"]
    draw(client, video, square, range(6))
    draw(client, video, made, range(8, 12))
    return made


def seen(*ids: int, version: int = 1) -> list[dict[str, int]]:
    return [{"id": one, "version": version} for one in ids]


def post(client: Client, video: int, path: str, **body: Any) -> dict[str, Any]:
    reply = client.post(f"/api/videos/{video}/{path}", json=body)
    assert reply.status_code == 200, reply.text
    return reply.json()


def test_merge_is_one_change_that_is_told_and_undone(client: Client, video: int, square: int, other: int) -> None:
    workplace = client.app.state.workplace
    told: list[tuple[str, Any]] = []
    publish, workplace.events.publish = workplace.events.publish, lambda v, event, data: told.append((event, data))
    try:
        reply = post(client, video, "merge", objects=seen(square, other))
    finally:
        workplace.events.publish = publish
    assert reply["changed"] == [[square, 8, 12]] and reply["undo"] and not reply["stale"]
    assert [(one["id"], one["deleted"]) for one in reply["objects"]] == [(other, True)]
    assert owners(client, video) == {square: [0, 1, 2, 3, 4, 5, 8, 9, 10, 11]}
    told = [(event, data) for event, data in told if event != "cuts"]  # they may be told late
    assert [event for event, _ in told] == ["object", "masks"]
    assert told[1][1]["items"] == reply["items"]
    undone = client.post(f"/api/videos/{video}/undo").json()
    assert (undone["kind"], undone["frame"]) == ("merge", 8)
    assert owners(client, video) == {square: [0, 1, 2, 3, 4, 5], other: [8, 9, 10, 11]}


def test_split_and_swap(client: Client, video: int, square: int, other: int) -> None:
    made = post(client, video, "split", object=seen(square)[0], frame=3)["objects"]
    new = next(one["id"] for one in made if one["id"] != square)
    assert owners(client, video) == {square: [0, 1, 2], new: [3, 4, 5], other: [8, 9, 10, 11]}
    post(client, video, "swap", objects=seen(new, other), start=5)
    assert owners(client, video) == {square: [0, 1, 2], new: [3, 4, 8, 9, 10, 11], other: [5]}
    post(client, video, "swap", objects=seen(new, other), start=8, stop=10)
    assert owners(client, video) == {square: [0, 1, 2], new: [3, 4, 10, 11], other: [5, 8, 9]}
    for _ in range(3):
        client.post(f"/api/videos/{video}/undo")
    assert owners(client, video) == {square: [0, 1, 2, 3, 4, 5], other: [8, 9, 10, 11]}


def test_the_likeliest_partner_comes_first(client: Client, video: int, square: int, other: int) -> None:
    project = client.get(f"/api/videos/{video}").json()
    third = client.post(f"/api/videos/{video}/objects", json={"label_id": project["labels"][1]["id"]}).json()["id"]
    draw(client, video, third, range(6, 7))
    wait_for_cuts(client, video)
    post(client, video, "cuts", frame=7)
    found = client.get(f"/api/videos/{video}/partners", params={"object_id": square}).json()
    assert [(one["object_id"], one["shared"], one["gap"], one["cut"], one["same_label"]) for one in found] == [
        (other, 0, 2, 7, True), (third, 0, 0, None, False)]
    assert all(one["likeness"] > 0.8 for one in found), "it is the same square"
    draw(client, video, other, range(5, 6))
    found = client.get(f"/api/videos/{video}/partners", params={"object_id": square}).json()
    assert [(one["object_id"], one["shared"]) for one in found] == [(third, 0), (other, 1)]
    refused = client.post(f"/api/videos/{video}/merge", json={"objects": seen(square, other), "overlap": "refuse"})
    assert (refused.status_code, refused.json()["error"]) == (422, "share_frames")


def test_spans_hold_on_their_range(client: Client, video: int, square: int, other: int) -> None:
    def spans(object_id: int) -> list[tuple[str, int, int, str]]:
        there = client.get(f"/api/videos/{video}").json()["objects"]
        return [(one["name"], one["start"], one["stop"], one["value"])
                for one in next(o for o in there if o["id"] == object_id)["spans"]]

    reply = post(client, video, "spans", objects=[square, other], name="occluded", value="yes", start=2, stop=10)
    assert [one["version"] for one in reply["objects"]] == [2, 2] and not reply["changed"]
    post(client, video, "spans", objects=[square], name="occluded", value=None, start=4, stop=5)
    assert spans(square) == [("occluded", 2, 4, "yes"), ("occluded", 5, 10, "yes")]
    assert spans(other) == [("occluded", 2, 10, "yes")]
    client.post(f"/api/videos/{video}/undo")
    assert spans(square) == [("occluded", 2, 10, "yes")]
    label = client.get(f"/api/videos/{video}").json()["labels"][0]["id"]
    pose = [{"name": "pose", "values": ["up", "down"], "over_time": True}]
    assert client.patch(f"/api/labels/{label}", json={"attributes": pose}).json()["attributes"] == pose
    post(client, video, "spans", objects=[square], name="pose", value="up", start=0, stop=FRAMES)
    post(client, video, "spans", objects=[square], name="pose", value="down", start=3, stop=FRAMES)
    assert spans(square)[1:] == [("pose", 0, 3, "up"), ("pose", 3, FRAMES, "down")]


@pytest.mark.parametrize(("path", "body"), [
    ("merge", {"objects": "both"}), ("split", {"object": "first", "frame": 3}),
    ("swap", {"objects": "both", "start": 2}),
])
def test_what_somebody_changed_is_not_merged_split_or_swapped(
    client: Client, video: int, square: int, other: int, path: str, body: dict[str, Any],
) -> None:
    before = owners(client, video)

    def refused(version: int) -> Any:
        named = {"both": seen(square, other, version=version), "first": seen(square, version=version)[0]}
        filled = {key: named[value] if isinstance(value, str) else value for key, value in body.items()}
        reply = client.post(f"/api/videos/{video}/{path}", json=filled)
        assert owners(client, video) == before
        return reply.status_code, reply.json()["error"]

    client.patch(f"/api/objects/{square}", json={"version": 1, "name": "mine"})
    assert refused(1) == (409, "object_changed")
    client.patch(f"/api/objects/{square}", json={"version": 2, "locked": True})
    client.patch(f"/api/objects/{other}", json={"version": 1, "name": "a"})
    client.patch(f"/api/objects/{other}", json={"version": 2, "name": "b"})
    assert refused(3) == (423, "object_locked")
    client.patch(f"/api/objects/{square}", json={"version": 3, "locked": False})
    accept(client, video)
    assert refused(3) == (423, "video_accepted")


def test_spans_and_cuts_of_what_is_read_only_stay(client: Client, video: int, square: int) -> None:
    span = {"objects": [square], "name": "occluded", "value": "yes", "start": 0, "stop": 1}
    client.patch(f"/api/objects/{square}", json={"version": 1, "locked": True})
    reply = client.post(f"/api/videos/{video}/spans", json=span)
    assert (reply.status_code, reply.json()["error"]) == (423, "object_locked")
    wait_for_cuts(client, video)
    accept(client, video)
    assert client.post(f"/api/videos/{video}/cuts", json={"frame": 4}).status_code == 423
    assert client.get(f"/api/videos/{video}").json()["cuts"] == []


@pytest.mark.parametrize("change", [
    {"name": "occluded", "value": "perhaps"}, {"name": "pose", "value": "up"}, {"stop": FRAMES + 1}, {"objects": []},
])
def test_a_span_that_makes_no_sense_is_refused(client: Client, video: int, square: int, change: dict[str, Any]) -> None:
    span = {"objects": [square], "name": "occluded", "value": "yes", "start": 0, "stop": 1}
    assert client.post(f"/api/videos/{video}/spans", json={**span, **change}).status_code == 422
    assert client.post(f"/api/videos/{video}/undo").json()["kind"] == "object", "nothing but the object was made"


def wait_for_cuts(client: Client, video: int) -> list[int]:
    while (cuts := client.get(f"/api/videos/{video}").json()["cuts"]) is None:
        pass
    return cuts


def accept(client: Client, video: int) -> None:
    for stage in ("review", "accepted"):
        version = client.get(f"/api/videos/{video}").json()["stage_version"]
        assert client.post(f"/api/videos/{video}/stage", json={"stage": stage, "stage_version": version}).is_success

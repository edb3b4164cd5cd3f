"""Candidates over HTTP, with the real model: found, accepted as one change, never proposed twice."""

from __future__ import annotations

from typing import Any

import pytest

from backend.masks import Rle, iou
from tests.app.conftest import SIZE, Client
from tests.app.test_annotate import all_masks, box_on, prompt

Item = dict[str, Any]


def square_on(frame: int) -> Rle:
    """The square of the fixture video."""
    box = box_on(frame)
    x0, x1, y0, y1 = box["x0"], box["x1"], box["y0"], box["y1"]
    return Rle.from_polygons([[x0, y0, x1, y0, x1, y1, x0, y1]], SIZE[1], SIZE[0])


def discover(client: Client, video: int, frame: int, **more: Any) -> list[Item]:
    reply = client.post(f"/api/videos/{video}/discover", json={"frame": frame, "model": "compact", **more})
    assert reply.status_code == 200, reply.text
    assert reply.json()["model_ms"] > 0
    return reply.json()["candidates"]


def on_square(candidates: list[Item], frame: int) -> list[Item]:
    return [one for one in candidates if iou(Rle.from_json(one["rle"]), square_on(frame)) > 0.5]


def accept(client: Client, video: int, frame: int, *chosen: Item) -> Any:
    return client.post(f"/api/videos/{video}/frames/{frame}/masks", json={"masks": list(chosen)})


def objects_of(client: Client, video: int) -> list[Item]:
    return client.get(f"/api/videos/{video}").json()["objects"]


def new(rle: Rle, label: int) -> Item:
    return {"object": {"label_id": label}, "rle": rle.as_json(), "base": 0}


@pytest.fixture
def label(project: dict[str, Any]) -> int:
    return project["labels"][0]["id"]


def test_the_square_is_found_and_nothing_is_stored(client: Client, video: int) -> None:
    candidates = discover(client, video, 4)
    (found,) = on_square(candidates, 4)
    assert iou(Rle.from_json(found["rle"]), square_on(4)) > 0.8
    assert (found["object_id"], found["category"]) == (None, None)
    assert found["box"] == list(Rle.from_json(found["rle"]).box)
    assert [one["score"] for one in candidates] == sorted((one["score"] for one in candidates), reverse=True)
    assert all_masks(client, video) == {} and objects_of(client, video) == []


def test_accepted_candidates_are_objects_of_one_change(client: Client, video: int, label: int) -> None:
    (found,) = on_square(discover(client, video, 4), 4)
    other = Rle.from_polygons([[100, 10, 140, 10, 140, 40, 100, 40]], SIZE[1], SIZE[0])
    square = {"object": {"label_id": label, "name": "mine"}, "rle": found["rle"], "base": 0}
    reply = accept(client, video, 4, square, new(other, label)).json()
    assert [one["name"] for one in reply["objects"]] == ["mine", "square 2"]
    assert [(item["object_id"], item["source"], item["state"]) for item in reply["items"]] == [
        (one["id"], "human", "tracked") for one in reply["objects"]]
    assert reply["items"][0]["rle"] == found["rle"]
    undone = client.post(f"/api/videos/{video}/undo").json()
    assert [one["deleted"] for one in undone["objects"]] == [True, True]
    assert all_masks(client, video) == {} and objects_of(client, video) == []
    client.post(f"/api/videos/{video}/redo")
    items = client.get(f"/api/videos/{video}/masks", params={"start": 4, "stop": 5}).json()["items"]
    assert [item["rle"] for item in items] == [found["rle"], other.as_json()]


def test_what_has_a_mask_is_not_proposed_again(client: Client, video: int, label: int) -> None:
    assert on_square(discover(client, video, 4), 4)
    accept(client, video, 4, new(square_on(4), label))
    assert on_square(discover(client, video, 4), 4) == []


def test_what_is_known_from_other_frames_is_not_taken_for_new(client: Client, video: int, label: int) -> None:
    known = accept(client, video, 2, new(square_on(2), label)).json()["objects"][0]["id"]
    assert all(one["object_id"] == known for one in on_square(discover(client, video, 4), 4))


def test_what_a_person_called_absent_is_not_found_again(client: Client, video: int, label: int) -> None:
    known = accept(client, video, 2, new(square_on(2), label)).json()["objects"][0]["id"]
    client.post(f"/api/videos/{video}/absent", json={"objects": [known], "start": 4, "stop": 5})
    (found,) = on_square(discover(client, video, 4), 4)
    assert found["object_id"] is None


def test_a_lost_object_gets_its_mask_back(client: Client, video: int, label: int) -> None:
    known = accept(client, video, 2, new(square_on(2), label)).json()["objects"][0]["id"]
    mask = {"object_id": known, "rle": square_on(4).as_json(), "base": 0}
    reply = accept(client, video, 4, mask).json()
    assert reply["objects"] == [] and [item["frame"] for item in reply["items"]] == [4]
    assert sorted(all_masks(client, video)) == [2, 4]
    assert accept(client, video, 4, mask).status_code == 409


def test_all_are_stored_or_none(client: Client, video: int, label: int) -> None:
    refused = accept(client, video, 4, new(square_on(4), label), {**new(square_on(4), label), "base": 7})
    assert refused.status_code == 409
    assert all_masks(client, video) == {} and objects_of(client, video) == []
    small = {"object": {"label_id": label}, "rle": Rle.empty(8, 8).as_json(), "base": 0}
    assert accept(client, video, 4, small).json()["error"] == "wrong_mask_size"
    assert accept(client, video, 4, {**new(square_on(4), label), "object_id": 1}).status_code == 422
    assert accept(client, video, 4).status_code == 422


def test_a_first_click_makes_its_object_in_the_same_change(client: Client, video: int, label: int) -> None:
    body = {"object": {"label_id": label}, "prompt": box_on(3), "base": 0}
    url = f"/api/videos/{video}/frames/3/prompts"
    reply = client.post(url, json=body).json()
    (made,) = reply["objects"]
    assert [item["object_id"] for item in reply["items"]] == [made["id"]]
    assert client.get(url).json()["prompts"][0]["object_id"] == made["id"]
    client.post(f"/api/videos/{video}/undo")
    assert (objects_of(client, video), all_masks(client, video)) == ([], {})
    assert client.get(url).json() == {"prompts": []}
    for refused in ({**body, "object_id": made["id"]}, {"prompt": box_on(3), "base": 0}):
        assert client.post(url, json=refused).status_code == 422


def test_what_is_refused_makes_no_object(client: Client, video: int) -> None:
    body = {"object": {"label_id": 10**6}, "prompt": box_on(3), "base": 0}
    refused = client.post(f"/api/videos/{video}/frames/3/prompts", json=body)
    assert (refused.status_code, refused.json()["error"]) == (422, "unknown_label")
    assert objects_of(client, video) == []


def test_what_a_model_cannot_do_is_said(client: Client, video: int, square: int) -> None:
    url = f"/api/videos/{video}/discover"
    refused = client.post(url, json={"frame": 0, "model": "flow"}).json()
    assert refused["error"] == "cannot_discover" and "Compact" in refused["remedy"]
    for query in ({"kind": "categories", "names": ["dog"]}, {"kind": "expression", "text": "the dog"}):
        refused = client.post(url, json={"frame": 0, "model": "compact", "query": query}).json()
        assert refused["error"] == "prompt_not_taken", query
    assert client.post(url, json={"frame": 10**6, "model": "compact"}).status_code == 422
    prompt(client, video, square, 0)
    for version, stage in enumerate(("review", "accepted"), start=1):
        client.post(f"/api/videos/{video}/stage", json={"stage": stage, "stage_version": version})
    assert client.post(url, json={"frame": 0, "model": "compact"}).status_code == 423

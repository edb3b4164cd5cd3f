"""Finding over a video: what is found is kept, and a person makes objects of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from app.services import searching
from backend.masks import Rle, iou
from backend.models import registry
from backend.models.seam import Sighting
from backend.tracking import search
from tests import colour_model
from tests.app.conftest import FRAMES, Client, Team
from tests.app.test_answers import draw
from tests.app.test_discovery import square_on

SEEN = 13
"""Frames from the first that show enough of the square for the model of colours; then it leaves the picture."""
RED = {"kind": "categories", "names": ["red"]}


@pytest.fixture(autouse=True)
def colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry._PACKAGES, "colours", colour_model.Package())
    monkeypatch.setattr(searching, "FRAMES_EACH", 4)


def find(client: Client, video: int, **more: Any) -> dict[str, Any]:
    """Search to its end."""
    body = {"query": RED, "model": "colours", "every": 3, **more}
    begun = client.post(f"/api/videos/{video}/searches", json=body)
    assert begun.status_code == 200, begun.text
    return client.done(f"/api/searches/{begun.json()['id']}")


def waiting(client: Client, video: int) -> list[dict[str, Any]]:
    return client.get(f"/api/videos/{video}/searches").json()["tracks"]


def found_masks(client: Client, video: int) -> dict[int, dict[int, Rle]]:
    """{track: {frame: mask}}"""
    found: dict[int, dict[int, Rle]] = {}
    for one in client.get(f"/api/videos/{video}/tracks/masks?start=0&stop={FRAMES}").json()["items"]:
        found.setdefault(one["object_id"], {})[one["frame"]] = Rle.from_json(one["rle"])
    return found


def the_square(client: Client, video: int) -> dict[str, Any]:
    """The track of the square that moves; the ground has a red place as well."""
    masks = found_masks(client, video)
    (found,) = [one for one in waiting(client, video) if all(
        iou(rle, square_on(frame)) > 0.5 for frame, rle in masks[one["id"]].items())]
    return found


def accept(client: Client, video: int, tracks: list[int], **more: Any) -> dict[str, Any]:
    reply = client.post(f"/api/videos/{video}/tracks/accept", json={"tracks": tracks, **more})
    assert reply.status_code == 200, reply.text
    return reply.json()


def states(client: Client, video: int, thing: int) -> dict[int, tuple[str, str]]:
    items = client.get(f"/api/videos/{video}/masks?start=0&stop={FRAMES}").json()["items"]
    return {one["frame"]: (one["source"], one["state"]) for one in items if one["object_id"] == thing and one["area"]}


def test_an_accepted_track_is_an_object_that_goes_on_as_any(client: Client, video: int, project: dict) -> None:
    job = find(client, video)
    assert (job["status"], job["done"], job["total"], job["kind"]) == ("done", FRAMES, FRAMES, "vis"), job
    track = the_square(client, video)
    assert (track["category"], track["first"], track["last"], track["frames"]) == ("red", 0, SEEN - 1, SEEN)
    reply = accept(client, video, [track["id"]])
    (thing,) = reply["objects"]
    (label,) = reply["labels"]
    assert (thing["name"], thing["colour"], label["name"], label["is_thing"]) == (
        "red 1", track["colour"], "red", True)
    made = {frame: ("human" if frame == track["best"] else "model", "tracked") for frame in range(SEEN)}
    assert states(client, video, thing["id"]) == made
    assert track["id"] not in {one["id"] for one in waiting(client, video)}
    (run,) = client.get(f"/api/videos/{video}").json()["runs"]
    assert (run["model"], run["done"], run["verdict"], run["objects"]) == (
        "colours", SEEN, "accepted", [thing["id"]])

    # a correction puts in doubt what lies between the barriers around it, and that can be tracked again
    away = 0 if track["best"] > SEEN // 2 else SEEN - 1
    (there,) = [one for one in client.get(f"/api/videos/{video}/masks?start={away}&stop={away + 1}").json()["items"]
                if one["object_id"] == thing["id"]]
    draw(client, video, thing["id"], away, base=there["revision"])
    stale = {frame for frame, one in states(client, video, thing["id"]).items() if one[1] == "stale"}
    assert stale == {*range(*sorted((away, track["best"])))} - {away, track["best"]}
    again = client.post("/api/runs", json={"video_id": video, "objects": [thing["id"]], "scope": "stale", "frame": away,
                                           "model": "colours"}).json()
    assert client.done(f"/api/runs/{again['id']}")["status"] == "done"
    assert {one[1] for one in states(client, video, thing["id"]).values()} == {"tracked"}


def test_judging_is_undone_and_done_again(client: Client, video: int) -> None:
    find(client, video)
    track = the_square(client, video)
    others = [one["id"] for one in waiting(client, video) if one["id"] != track["id"]]
    assert others
    client.post(f"/api/videos/{video}/tracks/reject", json={"tracks": others})
    (thing,) = accept(client, video, [track["id"]])["objects"]
    assert waiting(client, video) == []
    client.post(f"/api/videos/{video}/undo", json={})
    assert states(client, video, thing["id"]) == {} and the_square(client, video) == track
    client.post(f"/api/videos/{video}/undo", json={})
    assert {one["id"] for one in waiting(client, video)} == {track["id"], *others}
    for _ in range(2):
        client.post(f"/api/videos/{video}/redo", json={})
    assert waiting(client, video) == [] and len(states(client, video, thing["id"])) == SEEN
    twice = client.post(f"/api/videos/{video}/tracks/accept", json={"tracks": [track["id"]]})
    assert (twice.status_code, twice.json()["error"]) == (409, "track_judged")


def test_what_is_there_is_not_proposed_again(client: Client, video: int, square: int) -> None:
    find(client, video)
    assert len(waiting(client, video)) == len(found_masks(client, video)) > 1
    before = waiting(client, video)
    assert find(client, video)["known"] == len(before), "what waits is not proposed again"
    assert waiting(client, video) == before
    accept(client, video, [one["id"] for one in before])
    find(client, video)
    assert waiting(client, video) == [], "nor what are objects by now"


def test_a_second_search_knows_an_object_of_which_few_frames_have_masks(
    client: Client, video: int, square: int
) -> None:
    for frame in (3, 6):
        draw(client, video, square, frame)
    find(client, video)
    with pytest.raises(ValueError, match="not enough values"):
        the_square(client, video)


def test_several_tracks_become_one_object(client: Client, video: int) -> None:
    find(client, video, start=0, stop=4)
    assert find(client, video, start=8, stop=SEEN)["known"] == 0, "they share no frame"
    masks = found_masks(client, video)
    squares = [one["id"] for one in waiting(client, video) if all(
        iou(rle, square_on(frame)) > 0.5 for frame, rle in masks[one["id"]].items())]
    assert [sorted(masks[one]) for one in sorted(squares)] == [list(range(4)), list(range(8, SEEN))]
    (thing,) = accept(client, video, squares, together=True)["objects"]
    there = states(client, video, thing["id"])
    assert set(there) == {*range(4), *range(8, SEEN)}
    assert [source for source, _ in there.values()].count("human") == 1
    find(client, video, start=4, stop=8)
    (middle,) = [one for one in waiting(client, video) if one["first"] == 4 and one["frames"] == 4
                 and iou(found_masks(client, video)[one["id"]][4], square_on(4)) > 0.5]
    accept(client, video, [middle["id"]], into={"id": thing["id"], "version": thing["version"]})
    there = states(client, video, thing["id"])
    assert len(there) == SEEN and [source for source, _ in there.values()].count("human") == 1
    client.post(f"/api/videos/{video}/undo", json={})
    assert set(states(client, video, thing["id"])) == {*range(4), *range(8, SEEN)}
    assert {one[1] for one in states(client, video, thing["id"]).values()} == {"tracked"}


def test_tracks_on_the_same_frames_are_united(client: Client, video: int) -> None:
    find(client, video)
    masks = found_masks(client, video)
    (one, other) = [track["id"] for track in waiting(client, video)][:2]
    frame = next(iter(masks[one].keys() & masks[other].keys()))
    (thing,) = accept(client, video, [one, other], together=True)["objects"]
    items = client.get(f"/api/videos/{video}/masks?start={frame}&stop={frame + 1}").json()["items"]
    (mask,) = [item for item in items if item["object_id"] == thing["id"]]
    assert mask["area"] == (masks[one][frame].to_mask() | masks[other][frame].to_mask()).sum()
    assert mask["source"] == "model"


def test_regions_make_labels_of_stuff(client: Client, video: int, project: dict) -> None:
    find(client, video, query={"kind": "categories", "names": ["black", "red"]}, kind="vps")
    found = waiting(client, video)
    black = [one["id"] for one in found if one["category"] == "black"]
    assert black and not any(one["is_thing"] for one in found if one["id"] in black)
    (label,) = accept(client, video, black)["labels"]
    assert (label["name"], label["is_thing"]) == ("black", False)
    labels = client.get(f"/api/projects/{project['id']}").json()["labels"]
    assert label in labels


def test_an_expression_means_one_object(client: Client, video: int, project: dict) -> None:
    job = find(client, video, query={"kind": "expression", "text": "the red square"})
    assert job["kind"] == "rvos"
    (track,) = waiting(client, video)
    assert track["category"] == ""
    refused = client.post(f"/api/videos/{video}/tracks/accept", json={"tracks": [track["id"]]})
    assert (refused.status_code, refused.json()["error"]) == (422, "no_label")
    (thing,) = accept(client, video, [track["id"]], label_id=project["labels"][1]["id"])["objects"]
    assert thing["name"] == "other 1"


def test_only_owners_make_labels(team: Team) -> None:
    find(team.ann, team.video)
    (track, *_) = waiting(team.ann, team.video)
    refused = team.ann.post(f"/api/videos/{team.video}/tracks/accept", json={"tracks": [track["id"]]})
    assert refused.json()["error"] == "no_label"
    reply = accept(team.ann, team.video, [track["id"]], label_id=team.label)
    assert reply["labels"] == [] and reply["objects"][0]["label_id"] == team.label


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A model that waits on frame 9 until it is let go on."""
    plain = colour_model.ColourSearch.__iter__
    go_on = threading.Event()

    def slowly(self: Any) -> Iterator[Sighting]:
        for sighting in plain(self):
            if sighting.frame == 9:
                assert go_on.wait(20)
            yield sighting

    monkeypatch.setattr(colour_model.ColourSearch, "__iter__", slowly)
    yield go_on
    go_on.set()


def begun(client: Client, video: int) -> int:
    """Search until something waits; the search's id."""
    found = client.post(f"/api/videos/{video}/searches", json={"query": RED, "model": "colours"}).json()["id"]
    while client.get(f"/api/searches/{found}").json()["done"] < 8:
        pass
    return found


def test_a_search_that_is_cancelled_keeps_what_it_found(
    client: Client, video: int, slow: threading.Event
) -> None:
    one = begun(client, video)
    track = the_square(client, video)
    early = client.post(f"/api/videos/{video}/tracks/accept", json={"tracks": [track["id"]]})
    assert (early.status_code, early.json()["error"]) == (409, "search_active")
    assert client.post(f"/api/searches/{one}/cancel", json={}).json()["status"] == "cancelled"
    slow.set()
    track = the_square(client, video)
    (thing,) = accept(client, video, [track["id"]])["objects"]
    assert len(states(client, video, thing["id"])) == track["frames"] >= 8
    assert client.get(f"/api/searches/{one}").json()["status"] == "cancelled"


def test_what_was_found_before_a_failure_can_be_judged(
    client: Client, video: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = colour_model.ColourSearch.__iter__

    def fails(self: Any) -> Iterator[Sighting]:
        for sighting in plain(self):
            if sighting.frame == 6:
                raise RuntimeError("CUDA out of memory.")
            yield sighting

    monkeypatch.setattr(colour_model.ColourSearch, "__iter__", fails)
    job = find(client, video)
    assert job["status"] == "failed" and "memory" in job["message"], job
    assert the_square(client, video)["last"] == 5


REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"model": "flow"}, "cannot_search"), ({"model": "compact"}, "prompt_not_taken"), ({"every": 0}, "bad_request"),
    ({"start": 3}, "bad_request"), ({"start": 3, "stop": 99}, "frame_out_of_range"), ({"kind": "rvos"}, "wrong_query"),
    ({"query": {"kind": "expression", "text": "red"}, "kind": "vis"}, "wrong_query"),
)


def test_what_cannot_be_looked_for(client: Client, video: int) -> None:
    for more, code in REFUSED:
        body = {"query": RED, "model": "colours", **more}
        refused = client.post(f"/api/videos/{video}/searches", json=body)
        assert refused.status_code == 422 and refused.json()["error"] == code, refused.text


def test_what_only_the_model_can_refuse_is_said_of_the_search(client: Client, video: int) -> None:
    job = find(client, video, query={"kind": "categories", "names": ["red", "zebra"]})
    assert job["status"] == "failed" and "zebra" in job["message"]


def test_the_default_model_finds_and_follows(client: Client, video: int) -> None:
    job = find(client, video, query=None, model=None, every=5)
    assert (job["status"], job["model"]) == ("done", "compact")
    assert the_square(client, video)["frames"] > FRAMES // 2


def test_every_model_says_what_it_can_find_over_a_video(client: Client, video: int) -> None:
    models = {one["name"]: one for one in client.get(f"/api/videos/{video}").json()["models"]}
    assert models["compact"]["searches"] == ["vis"] and models["flow"]["searches"] == []
    assert set(models["colours"]["searches"]) == set(search.kinds(colour_model.SPEC))

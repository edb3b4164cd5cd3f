"""Questions about objects over HTTP, with a real model that talks of colours."""

from __future__ import annotations

from typing import Any

import pytest

from backend.masks import Rle, iou
from backend.models import registry
from backend.models.seam import Answer, Segment
from tests import colour_model
from tests.app.conftest import FRAMES, Client, Team
from tests.app.test_annotate import box_on
from tests.app.test_discovery import square_on

QUESTION = "What colour is it?"


@pytest.fixture(autouse=True)
def colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry._PACKAGES, "colours", colour_model.Package())


def ask(client: Client, video: int, **more: Any) -> Any:
    body = {"question": QUESTION, "frame": 3, "model": "colours", **more}
    return client.post(f"/api/videos/{video}/answers", json=body)


def draw(client: Client, video: int, thing: int, frame: int, empty: bool = False, base: int = 0) -> None:
    box = box_on(frame)
    x0, x1, y0, y1 = box["x0"], box["x1"], box["y0"], box["y1"]
    body = {"polygons": [] if empty else [[x0, y0, x1, y0, x1, y1, x0, y1]], "base": base}
    assert client.put(f"/api/videos/{video}/frames/{frame}/masks/{thing}", json=body).status_code == 200


def test_an_answer_is_kept_with_its_objects_until_it_is_deleted(client: Client, video: int, square: int) -> None:
    draw(client, video, square, 3)
    said = ask(client, video, objects=[square]).json()
    kept = said["answer"]
    assert kept["question"] == f"[{square}]: {QUESTION}"
    assert kept["text"] == f"[{square}] is red."
    assert (kept["objects"], kept["frame"], kept["model"]) == ([square], 3, "colours")
    assert kept["person"] and kept["created_at"] and said["candidates"] == []
    assert client.get(f"/api/videos/{video}/answers").json() == [kept]
    assert client.delete(f"/api/videos/{video}/answers/{kept['id']}").status_code == 200
    assert client.get(f"/api/videos/{video}/answers").json() == []
    assert client.delete(f"/api/videos/{video}/answers/{kept['id']}").status_code == 404


def test_masks_of_an_answer_are_candidates(client: Client, video: int, square: int) -> None:
    draw(client, video, square, 5)
    name = client.get(f"/api/videos/{video}").json()["objects"][0]["name"]
    said = ask(client, video, objects=[square], question=f"Is [{name}] the only white thing, or red thing?").json()
    assert said["answer"]["question"] == f"Is [{square}] the only white thing, or red thing?"
    assert {(one["frame"], one["object_id"]) for one in said["candidates"]} == {(5, None)}
    shown = [Rle.from_json(one["rle"]) for one in said["candidates"]]
    assert shown and all(iou(one, square_on(5)) < 0.5 for one in shown), "the red one is known"
    assert len(client.get(f"/api/videos/{video}/masks?start=0&stop={FRAMES}").json()["items"]) == 1


def test_the_model_is_shown_the_range_alone(
    client: Client, video: int, square: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Any] = []

    def answer(self: Any, question: Any, objects: Any, within: range | None = None) -> Answer:
        shown.append((sorted(objects[square]), within))
        return Answer("<|seg|> ] } nothing that parses")

    monkeypatch.setattr(colour_model.ColourSession, "answer", answer)
    for frame in (1, 2, 5):
        draw(client, video, square, frame)
    draw(client, video, square, 3, empty=True)
    assert ask(client, video, objects=[square], start=2, stop=5).json()["answer"]["text"].startswith("<|seg|> ]")
    assert ask(client, video, objects=[square, square]).status_code == 200
    assert shown == [([2], range(2, 5)), ([1, 2, 5], None)]


def test_masks_of_an_answer_are_called_what_they_are_on_the_page(
    client: Client, video: int, square: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(*given: Any) -> Answer:
        here = square_on(3).to_mask()
        masks = [here, here & False, ~here]
        return Answer("(mask 1) is beside (mask 3); (mask 2) is gone; (mask 9)?", [
            Segment(one, 0.5) for one in masks], frame=3)

    monkeypatch.setattr(colour_model.ColourSession, "answer", answer)
    draw(client, video, square, 3)
    said = ask(client, video, objects=[square]).json()
    assert said["answer"]["text"] == f"[{square}] is beside (mask 1); (no mask) is gone; (mask 9)?"
    assert len(said["candidates"]) == 1


@pytest.mark.parametrize(("more", "status", "code"), [
    ({"model": "compact"}, 422, "cannot_answer"), ({"objects": []}, 422, "bad_request"),
    ({"start": 2}, 422, "bad_request"), ({"start": 2, "stop": 1000}, 422, "frame_out_of_range"),
    ({"start": 5, "stop": 7}, 422, "no_mask_to_show"), ({"question": ""}, 422, "bad_request"),
    ({"objects": [1_000_000]}, 404, "no_such_object"), ({"question": "?" * 4000}, 422, "question_too_long"),
])
def test_what_cannot_be_asked(
    client: Client, video: int, square: int, more: dict[str, Any], status: int, code: str
) -> None:
    draw(client, video, square, 3)
    reply = ask(client, video, **{"objects": [square], **more})
    assert (reply.status_code, reply.json()["error"]) == (status, code), reply.text
    assert client.get(f"/api/videos/{video}/answers").json() == []


def test_others_answers_are_theirs(team: Team) -> None:
    thing = team.draw(team.ann, 0)
    copy = team.rita.post(f"/api/videos/{team.video}/copies").json()["id"]
    assert ask(team.rita, copy, objects=[thing]).status_code == 404, "an object of another video"
    said = ask(team.ann, team.video, objects=[thing]).json()["answer"]
    assert said["person"] == "ann"
    assert [one["id"] for one in team.rita.get(f"/api/videos/{team.video}/answers").json()] == [said["id"]]
    other = team.olga.post("/api/projects", json={"name": "Other", "labels": []}).json()["id"]
    assert other and team.ben.get("/api/videos/99/answers").status_code == 404


def test_candidates_on_another_frame_say_so(
    client: Client, video: int, square: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = colour_model.ColourSession.discover

    def discover(self: Any, frame: int, query: Any, within: range | None = None) -> Any:
        assert within == range(4, 8)
        return [colour_model.Candidate(one.segment, frame=6) for one in plain(self, 6, query)]

    monkeypatch.setattr(colour_model.ColourSession, "discover", discover)
    body = {"frame": 4, "query": {"kind": "expression", "text": "red"}, "model": "colours", "start": 4, "stop": 8}
    (found,) = client.post(f"/api/videos/{video}/discover", json=body).json()["candidates"]
    assert found["frame"] == 6
    draw(client, video, square, 6)
    assert client.post(f"/api/videos/{video}/discover", json=body).json()["candidates"] == []

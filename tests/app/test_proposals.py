"""Candidates over a video: looked for in the background, each object proposed once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from app.services import proposals
from app.services.proposals import _can_be_seen, frames_to_look, without_repeats
from backend.masks import Rle, iou
from backend.models import registry
from backend.models.seam import Candidate, Segment
from tests import colour_model
from tests.app.conftest import Client
from tests.app.test_answers import draw
from tests.app.test_discovery import square_on
from tests.moving_shapes import Pictures

RED = {"kind": "categories", "names": ["red"]}


@pytest.fixture(autouse=True)
def colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry._PACKAGES, "colours", colour_model.Package())


def propose(client: Client, video: int, **more: Any) -> dict[str, Any]:
    body = {"query": RED, "model": "colours", "every": 3, **more}
    return client.done(f"/api/proposals/{client.post(f'/api/videos/{video}/proposals', json=body).json()['proposal']}")


def on_square(job: dict[str, Any]) -> list[int]:
    """Frames on which the square was proposed; the ground has a red place as well."""
    return [one["frame"] for one in job["candidates"] if iou(Rle.from_json(one["rle"]), square_on(one["frame"])) > 0.5]


def test_an_object_that_moves_is_proposed_once(client: Client, video: int) -> None:
    job = propose(client, video)
    assert job["status"] == "done" and job["found"] == len(job["candidates"]), job
    assert on_square(job) == [0]
    assert {one["category"] for one in job["candidates"]} == {"red"}


def test_each_shot_is_looked_at_anew_from_its_first_frame(client: Client, video: int) -> None:
    while client.get(f"/api/videos/{video}").json()["cuts"] is None:
        pass
    client.post(f"/api/videos/{video}/cuts", json={"frame": 7, "cut": True})
    assert on_square(propose(client, video, every=100)) == [0, 7]
    assert on_square(propose(client, video, every=2, start=8, stop=12)) == [8]


def test_what_has_a_mask_is_not_proposed(client: Client, video: int, square: int) -> None:
    for frame in range(0, 16, 3):
        draw(client, video, square, frame)
    assert on_square(propose(client, video)) == []


def test_what_was_found_before_a_failure_can_be_judged(
    client: Client, video: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = colour_model.ColourSession.discover

    def discover(self: Any, frame: int, *given: Any) -> Any:
        if frame:
            raise RuntimeError("CUDA out of memory.")
        return plain(self, frame, *given)

    monkeypatch.setattr(colour_model.ColourSession, "discover", discover)
    job = propose(client, video)
    assert (job["status"], job["error"]["error"]) == ("failed", "out_of_memory")
    assert [one["frame"] for one in job["candidates"]] == [0]


def test_a_search_that_is_cancelled_keeps_what_it_found(
    client: Client, video: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = colour_model.ColourSession.discover
    begun: dict[str, Any] = {}

    def discover(self: Any, frame: int, *given: Any) -> Any:
        found = plain(self, frame, *given)
        if frame:
            while "id" not in begun:
                pass
            client.app.state.workplace.jobs.get(begun["id"], "proposal").cancelled.set()  # type: ignore[attr-defined]
        return found

    monkeypatch.setattr(colour_model.ColourSession, "discover", discover)
    body = {"query": RED, "model": "colours", "every": 3}
    begun["id"] = client.post(f"/api/videos/{video}/proposals", json=body).json()["proposal"]
    job = client.done(f"/api/proposals/{begun['id']}")
    assert (job["status"], len(job["candidates"])) == ("cancelled", 1)


@pytest.mark.parametrize(("more", "status"), [
    ({"model": "flow"}, 422), ({"every": 0}, 422), ({"start": 3}, 422), ({"start": 3, "stop": 99}, 422),
])
def test_what_cannot_be_looked_for(client: Client, video: int, more: dict[str, Any], status: int) -> None:
    body = {"query": RED, "model": "colours", **more}
    assert client.post(f"/api/videos/{video}/proposals", json=body).status_code == status


def test_frames_that_are_looked_at() -> None:
    assert frames_to_look(range(10, 31), 10, [5, 15, 30, 31]) == [10, 15, 20, 30]


def test_a_frame_that_cannot_be_decoded_is_stepped_over(
    client: Client, video: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposals, "_can_be_seen", lambda pictures, frame: (
        frame != 0 and _can_be_seen(Pictures([np.zeros((8, 8, 3), np.uint8)] * 16, frozenset({3})), frame)))
    assert on_square(propose(client, video)) == [6]


def test_two_of_one_category_are_two() -> None:
    def at(x: int, category: str = "dog") -> Candidate:
        mask = np.zeros((20, 60), bool)
        mask[5:15, x:x + 10] = True
        return Candidate(Segment(mask, 0.9), category)

    earlier: list[Any] = []
    assert [one.frame for one in without_repeats([at(0), at(8)], earlier, 4)] == [4, 4]
    assert list(without_repeats([at(2), at(10)], earlier, 8)) == []
    assert [one.category for one in without_repeats([at(4), at(12), at(12, "cat"), at(40)], earlier, 12)] == [
        "cat", "dog"]

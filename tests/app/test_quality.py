"""Hidden ground truth, blind copies and agreement over HTTP: what is measured, and what annotators never learn."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import pytest

from tests.app.conftest import Client, Team
from tests.app.test_access import NEEDS, REVIEWER


def measured(team: Team) -> dict[str, Any]:
    begun = team.rita.post(f"/api/projects/{team.project}/agreement").json()["agreement"]
    job = team.rita.done(f"/api/agreements/{begun}")
    assert job["status"] == "done", job
    return team.rita.get(f"/api/projects/{team.project}/agreement").json()


def basis(report: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in report["bases"] if one["basis"] == name)


def verified(team: Team, *frames: int) -> int:
    """An object that Rita draws and verifies on these frames."""
    thing = None
    for frame in frames:
        thing = team.draw(team.rita, frame, thing=thing)
        body = {"objects": [thing], "start": frame, "stop": frame + 1}
        assert team.rita.post(f"/api/videos/{team.video}/verify", json=body).status_code == 200
    assert thing is not None
    return thing


def keep(team: Team, frame: int, stop: int | None = None, **more: Any) -> Any:
    return team.rita.post(f"/api/videos/{team.video}/gold", json={"start": frame, "stop": stop or frame + 1, **more})


def test_ground_truth_scores_a_blind_copy(team: Team) -> None:
    """Ben's copy: frame 2 as it should be, frame 4 beside it, frame 6 left out, and an object nobody asked for."""
    verified(team, 2, 4, 6)
    assert keep(team, 3).json()["error"] == "not_verified"
    assert [one["frame"] for one in keep(team, 0, 16, every=2).json()["frames"]] == [2, 4, 6]
    copy = team.rita.post(f"/api/videos/{team.video}/copies").json()
    assert (copy["copy"], copy["objects"], copy["name"]) == (1, 0, "square.mp4 (copy 1)")
    team.give("ben", videos=[copy["id"]])
    thing = team.draw(team.ben, 2, copy["id"])
    team.draw(team.ben, 4, copy["id"], thing, dx=20)
    team.draw(team.ben, 4, copy["id"], dx=100)
    assert measured(team)["bases"] == []  # it is not handed in
    team.move(team.ben, "review", copy["id"])
    report = measured(team)
    found = basis(report, "gold")
    row, = found["people"]
    assert (row["person"], row["instances"], row["missing"], row["extra"]) == ("ben", 4, 1, 1)
    inside = 18 / (38 + 20)  # of the square's 38 columns 18 are common, of both together 58
    assert row["J"] == pytest.approx((1 + inside) / 4, abs=0.02)
    assert row["identity_errors"] is None and found["of_frames"] == 3
    assert {(one["frame"], one["person"]): one["instances"] for one in report["gold"]} == {
        (2, "ben"): 1, (4, "ben"): 2, (6, "ben"): 1}
    assert any("square.mp4 is not handed in" in note for note in report["notes"])
    # Ben sees his own score and not where it comes from; Ann sees nothing of it
    own = team.ben.get(f"/api/projects/{team.project}/agreement").json()
    assert (own["gold"], own["notes"], basis(own, "gold")["videos"]) == ([], [], [])
    assert basis(own, "gold")["people"] == [row]
    assert team.ann.get(f"/api/projects/{team.project}/agreement").json()["bases"] == []


def test_masks_that_became_the_ground_truth_do_not_score_themselves(team: Team) -> None:
    thing = team.draw(team.ann, 2)
    team.draw(team.ann, 3, thing=thing)
    team.rita.post(f"/api/videos/{team.video}/verify", json={"objects": None, "start": 2, "stop": 4})
    keep(team, 2, 4)
    team.move(team.ann, "review")
    assert measured(team)["bases"] == []
    team.move(team.rita, "annotate")
    team.rita.post(f"/api/videos/{team.video}/verify", json={"objects": None, "start": 2, "stop": 3, "verified": True})
    assert keep(team, 3, clear=True).status_code == 200
    team.draw(team.ann, 3, thing=thing, dx=19)
    team.move(team.ann, "review")
    row, = basis(measured(team), "gold")["people"]
    assert (row["person"], row["instances"]) == ("ann", 1) and row["J"] == pytest.approx(1 / 3, abs=0.02)


def test_handed_in_against_accepted_and_copies_against_the_original(team: Team) -> None:
    thing = team.draw(team.ann, 0)
    for frame in (1, 2, 3):
        team.draw(team.ann, frame, thing=thing)
    copy = team.rita.post(f"/api/videos/{team.video}/copies").json()["id"]
    first = team.draw(team.ben, 0, copy)
    team.draw(team.ben, 1, copy, first)
    second = team.draw(team.ben, 2, copy)  # an identity error: the same square as another object
    team.draw(team.ben, 3, copy, second)
    team.move(team.ben, "review", copy)
    team.move(team.ann, "review")
    team.rita.request("DELETE", f"/api/videos/{team.video}/frames/3/masks/{thing}", json={
        "base": mask_at(team.rita, team.video, 3)["revision"]})
    assert team.move(team.rita, "accepted").status_code == 200
    report = measured(team)
    accepted, = basis(report, "accepted")["people"]
    assert (accepted["person"], accepted["instances"], accepted["extra"], accepted["J"]) == ("ann", 4, 1, 0.75)
    blind, = basis(report, "copies")["people"]
    assert (blind["person"], blind["instances"], blind["extra"], blind["identity_errors"]) == ("ben", 4, 1, 1)
    assert basis(report, "copies")["labels"][0]["label"] == "square"
    assert sum(basis(report, "accepted")["histogram"]) == 4
    for table in ("people", "labels", "videos", "histogram", "gold"):
        reply = team.rita.get(f"/api/projects/{team.project}/agreement?format=csv&table={table}")
        rows = list(csv.DictReader(io.StringIO(reply.text)))
        assert bool(rows) == (table != "gold"), table
    own = team.ben.get(f"/api/projects/{team.project}/agreement?format=csv&table=people").text
    assert "ben" in own and "ann" not in own
    # the copy goes with the original's file still there, and the original after it
    assert team.olga.delete(f"/api/videos/{copy}").status_code == 200
    team.move(team.olga, "annotate")
    assert team.olga.delete(f"/api/videos/{team.video}").status_code == 200


def mask_at(by: Client, video: int, frame: int) -> dict[str, Any]:
    return by.get(f"/api/videos/{video}/masks?start={frame}&stop={frame + 1}").json()["items"][0]


def test_no_route_tells_an_annotator_where_ground_truth_is(team: Team) -> None:
    """Whatever a member may read says the same before and after a frame was kept."""
    thing = verified(team, 5)
    ids = {"project_id": team.project, "video_id": team.video, "label_id": team.label, "object_id": thing, "frame": 5}
    asked = [route.removeprefix("GET ").replace(":int", "") for route, needs in NEEDS.items()
             if route.startswith("GET /api") and needs != REVIEWER and "events" not in route]
    paths = [path.format(**ids) for path in asked if set(re.findall(r"\{(.*?)\}", path)) <= set(ids)]
    assert len(paths) > 12

    def told() -> dict[str, Any]:
        query = "?start=0&stop=16&frame=5&object_id=" + str(thing)
        return {path: team.ann.get(path + query).json() for path in paths}

    while team.ann.get(f"/api/videos/{team.video}").json()["cuts"] is None:
        pass  # they are looked for when a video is opened first
    before = told()
    assert keep(team, 5).status_code == 200
    assert told() == before
    assert "gold" not in json.dumps(before).replace('"gold": []', "")
    for method in ("GET", "POST", "DELETE"):
        assert team.ann.request(method, f"/api/videos/{team.video}/gold").status_code == 403


def test_a_copy_and_its_original_are_hidden_from_each_others_annotators(team: Team) -> None:
    copy = team.rita.post(f"/api/videos/{team.video}/copies").json()["id"]
    assert team.ben.get(f"/api/videos/{copy}").status_code == 200  # nobody has work on either yet
    team.give("ann")
    team.give("ben", videos=[copy])
    for who, sees, hidden in ((team.ann, team.video, copy), (team.ben, copy, team.video)):
        for path in ("", "/timeline", "/masks?start=0&stop=9", "/work", "/threads", "/events"):
            assert who.get(f"/api/videos/{hidden}{path}").status_code == 404, path
        assert who.get(f"/api/videos/{sees}").status_code == 200
        assert [one["id"] for one in who.get(f"/api/projects/{team.project}/videos").json()] == [sees]
        assert [one["video"]["id"] for one in who.get(f"/api/projects/{team.project}/queue").json()] == [sees]
    assert team.rita.get(f"/api/videos/{copy}").status_code == 200


def test_exports_leave_blind_copies_out_unless_they_are_chosen(team: Team) -> None:
    team.draw(team.ann, 0)
    copy = team.rita.post(f"/api/videos/{team.video}/copies").json()["id"]
    team.draw(team.ben, 0, copy)

    def exported(**more: Any) -> str:
        body = {"format": "coco", "images": False, **more}
        job = team.rita.post(f"/api/projects/{team.project}/exports", json=body).json()["export"]
        return team.rita.done(f"/api/exports/{job}")["message"]

    assert exported().startswith("1 masks of 1 objects")
    assert exported(videos=[team.video, copy]).startswith("2 masks of 2 objects")

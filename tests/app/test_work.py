"""Work, hand-ins and blind copies over HTTP: who may give, finish and see what."""

from __future__ import annotations

import csv
import io
from typing import Any

from tests.app.conftest import Team


def rows_of(reply: Any) -> list[dict[str, str]]:
    assert reply.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(reply.text)))


def test_work_is_given_by_reviewers_and_done_by_its_person(team: Team) -> None:
    work = team.give("ann", start=2, stop=8, due="2030-01-04", note="=1+1")
    other = team.give("ben", start=8)
    url = f"/api/projects/{team.project}/assignments"
    assert [one["id"] for one in team.ann.get(url).json()] == [work["id"]]
    assert [one["id"] for one in team.rita.get(url).json()] == [work["id"], other["id"]]
    assert [one["id"] for one in team.ann.get("/api/me/assignments").json()] == [work["id"]]
    assert team.ann.patch(f"/api/assignments/{other['id']}", json={"done": True}).status_code == 403
    assert team.ann.patch(f"/api/assignments/{work['id']}", json={"stop": 3}).status_code == 403
    assert team.ann.patch(f"/api/assignments/{work['id']}", json={"done": True}).json()["done_at"]
    moved = team.rita.patch(f"/api/assignments/{other['id']}", json={"person_id": team.ids["ann"], "due": None})
    assert moved.json()["person"] == "ann"
    assert team.ann.post(url, json={"videos": [team.video], "people": [team.ids["ann"]]}).status_code == 403
    assert team.rita.post(url, json={"videos": [999], "people": [team.ids["ann"]]}).status_code == 404
    written = rows_of(team.rita.get(f"{url}?format=csv"))
    assert [(row["person"], row["start"], row["stop"], row["note"]) for row in written] == [
        ("ann", "8", "16", ""), ("ann", "2", "8", "'=1+1")]  # the open one first; no spreadsheet runs the note
    assert team.rita.delete(f"/api/assignments/{work['id']}").json() == {}


def test_the_queue_knows_stages_people_and_comments(team: Team) -> None:
    team.give("ann", due="2030-01-04")
    thing = team.draw(team.ann, 0)
    team.rita.post(f"/api/videos/{team.video}/threads", json={"frame": 0, "object_id": thing, "text": "Wrong label"})
    one, = team.ann.get(f"/api/projects/{team.project}/queue").json()
    assert (one["video"]["stage"], one["waiting"], one["open_threads"]) == ("annotate", 1, 1)
    assert [(each["person"], each["due"]) for each in one["assignments"]] == [("ann", "2030-01-04")]
    row, = rows_of(team.ann.get(f"/api/projects/{team.project}/queue?format=csv"))
    assert (row["people"], row["due"], row["open_comments"]) == ("ann (annotate 0-15)", "2030-01-04", "1")
    thread, = team.ann.get(f"/api/projects/{team.project}/threads").json()
    team.ann.patch(f"/api/threads/{thread['id']}", json={"resolved": True})
    team.rita.patch(f"/api/threads/{thread['id']}", json={"resolved": False})  # reopened
    row, = rows_of(team.ann.get(f"/api/projects/{team.project}/threads?format=csv"))
    assert (row["video"], row["text"], row["resolved"]) == ("square.mp4", "Wrong label", "False")


def test_an_annotator_takes_back_what_nobody_has_looked_at(team: Team) -> None:
    team.draw(team.ann, 0)
    assert team.move(team.ann, "review").status_code == 200
    assert team.ben.get(f"/api/videos/{team.video}/work").json()["may_take_back"] is False
    assert team.ann.get(f"/api/videos/{team.video}/work").json()["may_take_back"] is True
    assert team.move(team.ben, "annotate").status_code == 403
    assert team.move(team.ann, "annotate").status_code == 200
    team.move(team.ann, "review")
    team.draw(team.rita, 3)
    assert team.move(team.ann, "annotate").status_code == 403
    assert team.move(team.rita, "annotate").status_code == 200
    told = team.ann.get(f"/api/videos/{team.video}/work").json()
    assert [(one["start"], one["kind"], one["person"]) for one in told["corrections"]] == [(3, "added", "rita")]
    items = team.ann.get(f"/api/videos/{team.video}/masks?start=0&stop=16").json()["items"]
    assert {item["frame"]: item["edited_in"] for item in items} == {0: "annotate", 3: "review"}


def test_accounts_are_switched_off_by_owners_and_not_their_own(team: Team) -> None:
    url = f"/api/people/{team.ids['ben']}"
    assert team.rita.patch(url, json={"active": False}).status_code == 403
    assert team.olga.patch(url, json={"active": False}).json()["active"] is False
    assert team.ben.get("/api/me").status_code == 401
    body = {"videos": [team.video], "people": [team.ids["ben"]]}
    assert team.rita.post(f"/api/projects/{team.project}/assignments", json=body).json()["error"] == "cannot_do_this"
    assert team.olga.patch(url, json={"active": True}).json()["active"] is True
    assert team.ben.get("/api/me").status_code == 200
    own = team.olga.get("/api/me").json()["id"]
    assert team.olga.patch(f"/api/people/{own}", json={"active": False}).json()["error"] == "own_account"

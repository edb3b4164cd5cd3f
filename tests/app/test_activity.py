"""The routes of activity: a page's account, the report, the owner's switch."""

import csv
import io
from typing import Any

import pytest

from tests.app.conftest import Client


def test_what_a_page_says_is_in_the_report_and_its_csv(client: Client, video: int, square: int) -> None:
    sent = {"objects": [{"object_id": square, "seconds": 24.0, "clicks": 3, "corrections": 1},
                        {"object_id": 0, "seconds": 6.0}]}
    assert client.post(f"/api/videos/{video}/activity", json=sent).json() == {"logged": True}
    client.put(f"/api/videos/{video}/frames/0/masks/{square}", json={"polygons": [[1, 1, 30, 1, 30, 30]], "base": 0})
    project = client.get(f"/api/videos/{video}").json()["project_id"]
    reply = client.get("/api/activity", params={"project": project, "since": "2020-01-01T00:00:00+02:00"}).json()
    assert reply["logged"]
    found = {row["object_id"]: row for row in reply["rows"]}
    assert [found[square][name] for name in ("seconds", "clicks", "corrections", "made", "masks")] == [24.0, 3, 1, 1, 1]
    assert found[0]["seconds"] == 6.0
    assert client.get("/api/activity", params={"until": "2020-01-01T00:00:00Z"}).json()["rows"] == []

    table = client.get("/api/activity", params={"project": project, "format": "csv"})
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert (rows[1]["seconds_per_mask"], rows[1]["masks_per_minute"]) == ("24.0", "2.5")


def test_an_owner_switches_it_off(client: Client, video: int, square: int) -> None:
    try:
        assert client.put("/api/activity/logging", json={"logged": False}).json() == {"logged": False}
        beat = {"objects": [{"object_id": square, "seconds": 5.0}]}
        assert client.post(f"/api/videos/{video}/activity", json=beat).json() == {"logged": False}
        assert not client.get("/api/activity").json()["logged"]
    finally:
        client.put("/api/activity/logging", json={"logged": True})
    assert client.get("/api/activity").json()["logged"]


@pytest.mark.parametrize("one", [
    {"object_id": -1, "seconds": 1}, {"object_id": 0, "seconds": -1}, {"object_id": 0, "seconds": 1e9},
    {"object_id": 0, "seconds": 1, "clicks": "3"},
])
def test_what_makes_no_sense_is_refused(client: Client, video: int, one: dict[str, Any]) -> None:
    assert client.post(f"/api/videos/{video}/activity", json={"objects": [one]}).status_code == 422
    assert client.get("/api/activity", params={"since": "yesterday"}).status_code == 422

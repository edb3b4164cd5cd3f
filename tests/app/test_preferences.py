"""What people chose for themselves."""

from typing import Any

import pytest

from tests.app.conftest import Client

NOTHING = {"language": None, "keys": {}, "tour": None}


def test_what_is_sent_changes_and_the_rest_stays(client: Client) -> None:
    path = "/api/me/preferences"
    assert client.get(path).json() == NOTHING
    keys = {"track.forward": ["shift+g"], "undo": []}
    assert client.patch(path, json={"language": "de"}).json() == NOTHING | {"language": "de"}
    assert client.patch(path, json={"keys": keys, "tour": "done"}).json() == {
        "language": "de", "keys": keys, "tour": "done"}
    assert client.get("/api/me").json()["preferences"] == {"language": "de", "keys": keys, "tour": "done"}
    assert client.patch(path, json=NOTHING).json() == NOTHING


@pytest.mark.parametrize("body", [
    {"language": "xx"}, {"tour": True}, {"keys": None}, {"keys": {"no such sign!": []}}, {"keys": {"undo": ["x"] * 5}},
    {"colour": "red"},
])
def test_what_makes_no_sense_is_refused(client: Client, body: dict[str, Any]) -> None:
    assert client.patch("/api/me/preferences", json=body).status_code == 422
    assert client.get("/api/me/preferences").json() == NOTHING

"""Cuts over HTTP: found after an import, told, changed by people, and where a run stops."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from projects_db import tables
from tests.app.conftest import SIZE, Client, import_clip
from tests.app.test_annotate import prompt, track
from tests.app.test_identities import wait_for_cuts
from tests.video_fixtures import encode_pictures, picture_of

CUT, FRAMES = 10, 20


@pytest.fixture(scope="session")
def two_shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The orange square of the fixture video, and from frame `CUT` on the same in other colours."""
    path = tmp_path_factory.mktemp("shots") / "two.mp4"
    pictures = [picture_of(number, SIZE) for number in range(FRAMES)]
    encode_pictures(path, [*pictures[:CUT], *(255 - picture for picture in pictures[CUT:])])
    return path


@pytest.fixture
def video(client: Client, project: dict[str, Any], two_shots: Path) -> int:
    return import_clip(client, project["id"], two_shots)


def test_they_are_found_told_and_kept(client: Client, video: int) -> None:
    assert wait_for_cuts(client, video) == [CUT]
    workplace = client.app.state.workplace
    with workplace.db.write() as session:  # as it is where the server ended before it had looked
        session.get_one(tables.Video, video).cuts = None
    told: list[Any] = []
    publish, workplace.events.publish = workplace.events.publish, lambda v, event, data: told.append((event, data))
    try:
        assert wait_for_cuts(client, video) == [CUT]
        for _ in range(500):  # they are told once they are stored
            if told[-1:] == [("cuts", {"cuts": (CUT,), "looked": 1.0})] and len(told) > 1:
                break
            time.sleep(0.02)
    finally:
        workplace.events.publish = publish
    looking, found = ("cuts", {"cuts": None, "looked": 0.0}), ("cuts", {"cuts": (CUT,), "looked": 1.0})
    # What was found the first time may be told only now, once more than is asked for here.
    assert looking in told and found in told[told.index(looking):]


def test_people_add_and_remove_them(client: Client, video: int) -> None:
    wait_for_cuts(client, video)
    url = f"/api/videos/{video}/cuts"
    assert client.post(url, json={"frame": 4}).json()["cuts"] == [4, CUT]
    assert client.post(url, json={"frame": 4}).json()["cuts"] == [4, CUT]
    assert client.post(url, json={"frame": CUT, "cut": False}).json()["cuts"] == [4]
    assert client.get(f"/api/videos/{video}").json()["cuts"] == [4]
    for frame in (0, FRAMES):
        assert client.post(url, json={"frame": frame}).status_code == 422


def test_a_run_stops_at_a_cut_unless_told_otherwise(client: Client, video: int, square: int) -> None:
    wait_for_cuts(client, video)
    prompt(client, video, square, 4)
    run = track(client, video, square, scope="forward", frame=4)
    assert (run["total"], run["notes"]) == (CUT - 5, [f"Tracking stops at the cut on frame {CUT}."])
    run = track(client, video, square, scope="forward", frame=4, across_cuts=True)
    assert (run["total"], run["notes"]) == (FRAMES - 5, [])

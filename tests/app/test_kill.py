"""`kill -9` of a server at twenty random moments of a run: every frame a page was told of is there, the database is
sound, and the run goes on. And an orderly stop, with pages open."""

from __future__ import annotations

import json
import random
import threading
import time
import urllib.error
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import Any

from projects_db import masks
from projects_db.backup import integrity_problems
from projects_db.database import DATABASE, Database
from tests.server import Server
from tests.video_fixtures import encode

KILLS = 20
FRAMES = 1000
SIZE = (96, 72)


class Page(threading.Thread):
    """An open page: what it was told of, until its server is gone."""

    def __init__(self, server: Server, video: int) -> None:
        super().__init__(daemon=True)
        self.url = f"{server.url}/api/videos/{video}/events"
        self.masks: dict[int, dict[str, Any]] = {}
        self.first = threading.Event()
        self.open = threading.Event()

    def run(self) -> None:
        try:
            with urllib.request.urlopen(self.url, timeout=60) as stream:
                event = ""
                for line in stream:
                    name, _, value = line.decode().strip().partition(": ")
                    event = value if name == "event" else event
                    if name == "data" and event == "hello":
                        self.open.set()
                    elif name == "data" and event == "masks":
                        self.masks |= {item["frame"]: item for item in json.loads(value)["items"]}
                        self.first.set()
        except (OSError, HTTPException):
            pass  # the server was killed


def make_project(server: Server, folder: Path) -> tuple[int, int]:
    """A long video with an object that has a mask on frame 0; ids of both."""
    clip = folder / "long.mp4"
    encode(clip, range(FRAMES), size=SIZE)
    project = server.call("POST", "/api/projects", {"name": "Kill", "labels": [{"name": "square"}]})
    video = server.add_video(project["id"], clip)
    label = project["labels"][0]["id"]
    square = server.call("POST", f"/api/videos/{video}/objects", {"label_id": label})["id"]
    mask = {"polygons": [[0, 36, 40, 36, 40, 72, 0, 72]], "base": 0}
    server.call("PUT", f"/api/videos/{video}/frames/0/masks/{square}", mask)
    return video, square


def test_killed_twenty_times_during_one_run(tmp_path: Path) -> None:
    dice = random.Random(4)
    acknowledged: dict[int, dict[str, Any]] = {}
    with Server(tmp_path / "project") as server:
        video, square = make_project(server, tmp_path)
        run = server.call("POST", "/api/runs", {"video_id": video, "objects": [square], "scope": "forward", "frame": 0})
        url = f"/api/runs/{run['id']}"
        server.call("POST", f"{url}/cancel")
        for _ in range(KILLS):
            page = Page(server, video)
            page.start()
            assert page.open.wait(30)
            server.call("POST", f"{url}/resume")
            assert page.first.wait(30)
            time.sleep(dice.uniform(0.0, 0.3))
            server.kill()
            page.join()
            acknowledged |= page.masks
            assert integrity_problems(server.project / DATABASE) == []
            with Database.open(server.project, exclusive=False) as db, db.read() as session:
                there = {item.frame: item for item in masks.in_range(session, video, 0, FRAMES)}
            for frame, item in acknowledged.items():
                assert there[frame].as_json() == item, f"frame {frame} was acknowledged"
            server.start()
            state = server.call("GET", url)
            assert state["status"] == "interrupted"
            assert state["done"] == len(there) - 1 < FRAMES - 1
        server.call("POST", f"{url}/resume")
        while server.call("GET", url)["done"] < state["done"] + 5:
            time.sleep(0.05)
        assert server.call("POST", f"{url}/cancel")["status"] == "cancelled"
    assert len(acknowledged) >= KILLS


def test_an_orderly_stop_ends_streams_and_offers_the_run_again(tmp_path: Path) -> None:
    with Server(tmp_path / "project") as server:
        video, square = make_project(server, tmp_path)
        page = Page(server, video)
        page.start()
        assert page.open.wait(30)
        run = server.call("POST", "/api/runs", {"video_id": video, "objects": [square], "scope": "forward", "frame": 0})
        assert page.first.wait(30)
        server.stop()
        page.join(10)
        assert not page.is_alive()
        server.start()
        state = server.call("GET", f"/api/runs/{run['id']}")
        assert state["status"] == "interrupted" and state["done"] >= len(page.masks) > 0

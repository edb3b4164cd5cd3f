"""Hostile requests: always 4xx in the one error shape, never a 500, and nothing is written."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.app.conftest import Client

HUGE = 2**70
NAMES: list[Any] = [
    "", " ", "x" * 10_000, "a\x00b", "a\nb", "\x1b[31m", "\ud800", None, 7, True, [], {}, float("nan"), "\u2028",
]
POINTS: list[Any] = [
    {"kind": "point", "x": float("nan"), "y": 1}, {"kind": "point", "x": float("inf"), "y": 1},
    {"kind": "point", "x": -1, "y": 1}, {"kind": "point", "x": 1e308, "y": 1}, {"kind": "point", "x": 160, "y": 1},
    {"kind": "point", "x": "1; DROP TABLE masks", "y": 1}, {"kind": "point", "x": 1}, {"kind": "laser"}, {}, None,
    [], 7,
    {"kind": "point", "x": 1, "y": 1, "extra": 1}, {"kind": "box", "x0": 9, "y0": 9, "x1": 9, "y1": 9},
    {"kind": "box", "x0": 1e300, "y0": 0, "x1": 1e301, "y1": 9},
    {"kind": "box", "x0": 50, "y0": 50, "x1": 10, "y1": 10},
    {"kind": "scribble", "points": []}, {"kind": "scribble", "points": [[1, 2, 3]]},
    {"kind": "scribble", "points": [[1, 2]], "width": -1}, {"kind": "scribble", "points": [[-5, -5]]},
    {"kind": "mask", "size": [120, 160], "counts": "\u00ff" * 50}, {"kind": "mask", "size": [1, 1], "counts": [1]},
    {"kind": "mask", "size": [120, 160], "counts": [HUGE]}, {"kind": "mask", "size": [HUGE, 1], "counts": "1"},
    {"kind": "mask", "size": [120, 160], "counts": "o" * 100_000}, {"kind": "expression", "text": "the square"},
]
RLES: list[Any] = [
    {"size": [120, 160], "counts": [1, 2]}, {"size": [120, 160], "counts": [19200, -5, 5]},
    {"size": [0, 0], "counts": []},
    {"size": [120, 160], "counts": ""}, {"size": [160, 120], "counts": [19200]}, {"size": [120, 160], "counts": "PPPP"},
    {"size": [120, 160, 3], "counts": [1]}, {"size": "ab", "counts": [1]}, {"size": [120, 160]}, {"counts": [1]},
    [], 1, "",
    {"size": [120, 160], "counts": [HUGE]}, {"size": [120, 160], "counts": {"a": 1}},
    {"size": [120.5, 160], "counts": [1]},
]
POLYGONS: list[Any] = [
    [[1, 2, 3]], [[1, 2, 3, 4, 5]], [[1, 2, 3, 4, float("nan"), 6]], [[1, 2, 3, 4, 5, float("inf")]], "x", [[]], [7],
    [["a"] * 6], [[1e308] * 6], [[0.0] * 50_000], [[[0, 0], [1, 1], [2, 2]]],
]
NUMBERS: list[Any] = [HUGE, -1, "1", 1.5, True, None, [], float("nan"), 2**63]
BODIES = [
    b"", b"{", b"null", b"[]", b"7", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"a":' * 50_000, b'{"name": "\xc3\x28"}',
    b'{"name": 1e999999}', b"1" * 10_000, b'{"name": "a", "name": "b"}',
]


@pytest.fixture
def unchanged(client: Client, video: int, square: int) -> Any:
    """Fails the test where it changed the video."""
    def state() -> Any:
        return [client.get(url).json() for url in (
            f"/api/videos/{video}", f"/api/videos/{video}/timeline", "/api/projects", "/api/people",
            f"/api/videos/{video}/threads")]

    while client.get(f"/api/videos/{video}").json()["cuts"] is None:
        pass
    before = state()
    yield
    assert state() == before


def refused(client: Client, method: str, url: str, body: Any = None, *, raw: bytes | None = None) -> None:
    """The reply is 4xx, has the shape of an error, and says what is wrong and what to do."""
    content = json.dumps(body).encode() if raw is None else raw  # unlike httpx this writes NaN and lone surrogates
    reply = client.request(method, url, content=content, headers={"Content-Type": "application/json"})
    assert 400 <= reply.status_code < 500, (method, url, content[:200], reply.text[:500])
    assert set(reply.json()) == {"error", "message", "remedy", "details"}, reply.text[:500]
    assert reply.json()["message"] and reply.json()["remedy"], reply.text[:500]


def test_prompts(client: Client, video: int, square: int, unchanged: None) -> None:
    url = f"/api/videos/{video}/frames/0/prompts"
    for point in POINTS:
        refused(client, "POST", url, {"object_id": square, "prompt": point, "base": 0})
        refused(client, "POST", f"/api/videos/{video}/preview", {"frame": 0, "prompts": [point]})
    good = {"kind": "point", "x": 20, "y": 80}
    for number in NUMBERS:
        refused(client, "POST", url, {"object_id": number, "prompt": good, "base": 0})
        refused(client, "POST", url, {"object_id": square, "prompt": good, "base": number})
    refused(client, "POST", url, {"object_id": square, "prompts": [good] * 1000, "base": 0})
    refused(client, "POST", url, {"object_id": square, "prompt": good, "base": 0, "model": "../../etc/passwd"})
    refused(client, "POST", url, {"object_id": square + 1000, "prompt": good, "base": 0})


def test_masks(client: Client, video: int, square: int, unchanged: None) -> None:
    url = f"/api/videos/{video}/frames/0/masks/{square}"
    for rle in RLES:
        refused(client, "PUT", url, {"rle": rle, "base": 0})
    for polygons in POLYGONS:
        refused(client, "PUT", url, {"polygons": polygons, "base": 0})
    refused(client, "PUT", url, {"base": 0})
    refused(client, "PUT", url, {"rle": {"size": [120, 160], "counts": [19200]}, "polygons": [], "base": 0})
    good = {"polygons": [[0, 0, 9, 0, 9, 9]], "base": 0}
    refused(client, "PUT", f"/api/videos/{video}/frames/16/masks/{square}", good)


def test_ids_in_addresses(client: Client, video: int, square: int, unchanged: None) -> None:
    for number in (HUGE, 2**63, 0, "x", "..%2f..", "1%00", "9" * 5000, "\u0661"):
        for method, url in (
            ("GET", f"/api/videos/{number}"), ("GET", f"/api/projects/{number}"), ("DELETE", f"/api/labels/{number}"),
            ("GET", f"/api/runs/{number}"), ("PATCH", f"/api/objects/{number}"), ("PATCH", f"/api/threads/{number}"),
            ("GET", f"/api/uploads/{number}"), ("GET", f"/api/imports/{number}"), ("GET", f"/api/exports/{number}"),
            ("PUT", f"/api/projects/1/members/{number}"), ("GET", f"/api/videos/{number}/frames/0/prompts"),
            ("GET", f"/api/videos/{number}/frames/0.jpg"),
        ):
            refused(client, method, url, {"role": "owner", "version": 1, "resolved": True})
    for number in (HUGE, 16, "x"):
        refused(client, "GET", f"/api/videos/{video}/frames/{number}/prompts")
    for query in ("start=0&stop=201", "start=5&stop=5", f"start=0&stop={HUGE}", "start=-1&stop=3", "start=nan&stop=1",
                  ""):
        refused(client, "GET", f"/api/videos/{video}/masks?{query}")
    for query in (f"frame={HUGE}&object_id=1", "frame=0&object_id=x", f"frame=0&object_id={2**63 - 1}", "frame=0"):
        refused(client, "GET", f"/api/videos/{video}/history?{query}")


def test_names(client: Client, project: dict[str, Any], video: int, square: int, unchanged: None) -> None:
    label = project["labels"][0]["id"]
    for name in NAMES:
        refused(client, "POST", "/api/projects", {"name": name})
        refused(client, "PATCH", f"/api/projects/{project['id']}", {"name": name})
        refused(client, "POST", f"/api/projects/{project['id']}/labels", {"name": name})
        refused(client, "PATCH", f"/api/labels/{label}", {"name": name})
        refused(client, "POST", f"/api/projects/{project['id']}/uploads", {"name": name, "size": 5})
        refused(client, "POST", "/api/people", {"name": name, "password": "correct horse", "is_owner": True})
        refused(client, "PATCH", f"/api/objects/{square}", {"version": 1, "name": name})
        if name is not None:
            refused(client, "POST", f"/api/videos/{video}/objects", {"label_id": label, "name": name})
        refused(client, "POST", f"/api/projects/{project['id']}/videos", {"path": name})
    for colour in ("red", "#12345", "url(x)", "#12345g", 7):
        refused(client, "POST", f"/api/projects/{project['id']}/labels", {"name": "new", "colour": colour})
    for attributes in ({"a": float("nan")}, {"": 1}, {"a": {"deep": 1}}, [1], {"unknown": "x"}):
        refused(client, "PATCH", f"/api/objects/{square}", {"version": 1, "attributes": attributes})
    for text in ("", " ", "x" * 10_000, "\x00", "\ud800", 7, None):
        refused(client, "POST", f"/api/videos/{video}/threads", {"frame": 0, "text": text})
    for place in ({"x": float("nan"), "y": 1}, {"x": 1}, {"x": -1, "y": 0}, {"x": 1e9, "y": 1}, {"object_id": 10**6}):
        refused(client, "POST", f"/api/videos/{video}/threads", {"frame": 0, "text": "a", **place})


def test_ranges_and_runs(client: Client, video: int, square: int, unchanged: None) -> None:
    for start, stop in ((0, 0), (5, 3), (-1, 3), (0, 17), (HUGE, HUGE), ("0", 3), (0.5, 3), (None, 3)):
        for action in ("verify", "absent", "clear"):
            body = {"objects": [square], "start": start, "stop": stop}
            refused(client, "POST", f"/api/videos/{video}/{action}", body)
        if start is not None:
            run = {"video_id": video, "scope": "forward", "frame": 0, "start": start, "stop": stop}
            refused(client, "POST", "/api/runs", run)
    for change in ({"scope": "sideways"}, {"frame": 16}, {"frame": HUGE}, {"objects": [HUGE]},
                   {"objects": [square + 1000]}, {"objects": []}, {"model": "none"}, {"video_id": HUGE},
                   {"video_id": 10**9}, {}):
        run = {"video_id": video, "scope": "forward", "frame": 0, "objects": [square], **change}
        refused(client, "POST", "/api/runs", run)  # the last for want of a mask to start from
    refused(client, "POST", f"/api/videos/{video}/stage", {"stage": "accepted", "stage_version": 1})
    refused(client, "POST", f"/api/videos/{video}/stage", {"stage": "review", "stage_version": 9})
    refused(client, "POST", f"/api/videos/{video}/redo")


def test_bodies_that_are_no_json(
    client: Client, project: dict[str, Any], video: int, square: int, unchanged: None
) -> None:
    for body in BODIES:
        for method, url in (
            ("POST", "/api/projects"), ("POST", "/api/runs"), ("PATCH", f"/api/objects/{square}"),
            ("POST", f"/api/videos/{video}/frames/0/prompts"), ("PUT", f"/api/videos/{video}/frames/0/masks/{square}"),
            ("POST", f"/api/projects/{project['id']}/annotations"), ("POST", f"/api/projects/{project['id']}/exports"),
            ("POST", "/api/session"),
        ):
            if not (method == "POST" and url == "/api/projects" and b'"b"' in body):
                refused(client, method, url, raw=body)


def test_formats_and_filters(client: Client, project: dict[str, Any], unchanged: None) -> None:
    url = f"/api/projects/{project['id']}/exports"
    for change in ({"format": "zip"}, {"every": 0}, {"every": HUGE}, {"videos": ["x"]}, {"stages": ["done"]},
                   {"to": "/etc"}):
        refused(client, "POST", url, {"format": "coco", **change})

"""Videos in: uploads that survive a break, paths of the server, what is refused and what is left behind."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from backend.video import source
from tests.app.conftest import FRAMES, SIZE, Client, import_clip
from tests.video_fixtures import encode, make, read_jpeg

HOSTILE_NAME = "../../etc/pass\u200bwd .mp4"


def upload(client: Client, project_id: int, data: bytes, name: str = HOSTILE_NAME) -> dict[str, Any]:
    """Upload in chunks, losing the connection after the second; the finished import."""
    begun = client.post(f"/api/projects/{project_id}/uploads", json={"name": name, "size": len(data)}).json()
    url, third = f"/api/uploads/{begun['id']}", len(data) // 3
    for start in (0, third):
        chunk = data[start : start + third]
        assert client.patch(url, content=chunk, headers={"Upload-Offset": str(start)}).status_code == 200
    assert client.post(f"{url}/finish").json()["error"] == "upload_incomplete"
    again = client.patch(url, content=data[:third], headers={"Upload-Offset": "0"})
    assert (again.status_code, again.json()["details"]["offset"]) == (409, 2 * third)
    offset = client.get(url).json()["offset"]
    too_much = client.patch(url, content=data[offset:] + b"x", headers={"Upload-Offset": str(offset)})
    assert too_much.json()["error"] == "too_many_bytes"
    client.patch(url, content=data[offset:], headers={"Upload-Offset": str(offset)})
    return client.done(f"/api/imports/{client.post(f'{url}/finish').json()['import']}")


def files_of(client: Client) -> set[str]:
    """Everything in the folders that hold media and uploads."""
    directory = client.app.state.workplace.db.directory
    return {f"{folder}/{path.name}" for folder in ("media", "uploads") for path in (directory / folder).iterdir()}


def test_an_upload_goes_on_after_a_break(client: Client, project: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    encode(path, range(5, 5 + FRAMES), size=SIZE)
    job = upload(client, project["id"], path.read_bytes())
    assert (job["status"], job["progress"]) == ("done", 1.0), job
    (video,) = client.get(f"/api/projects/{project['id']}/videos").json()
    assert (video["id"], video["frame_count"], video["name"]) == (job["videos"][0], FRAMES, HOSTILE_NAME)
    assert f"media/{video['hash']}" in files_of(client)
    assert not [name for name in files_of(client) if name.startswith("uploads/")]
    picture = client.get(f"/api/videos/{video['hash']}/frames/3.jpg")
    assert read_jpeg(picture.content) == 8


def test_what_is_no_video_is_refused_and_leaves_no_row(client: Client, project: dict[str, Any]) -> None:
    job = upload(client, project["id"], b"this is no video, however long it may be", name="holiday.mp4")
    assert job["status"] == "failed" and job["error"]["remedy"]
    assert job["error"]["message"].startswith("holiday.mp4 ")  # by the name people know it
    assert client.get(f"/api/projects/{project['id']}/videos").json() == []
    assert not [name for name in files_of(client) if name.startswith("uploads/")]


def test_limits_of_an_upload(client: Client, project: dict[str, Any]) -> None:
    url = f"/api/projects/{project['id']}/uploads"
    assert client.post(url, json={"name": "a", "size": 2**62}).json()["error"] == "upload_too_large"
    begun = client.post(url, json={"name": "a", "size": 2**30}).json()
    large = client.patch(f"/api/uploads/{begun['id']}", content=b"0" * (begun["chunk"] + 1),
                         headers={"Upload-Offset": "0"})
    assert large.status_code == 413
    client.delete(f"/api/uploads/{begun['id']}")
    assert client.get(f"/api/uploads/{begun['id']}").status_code == 404


def test_the_same_file_twice_is_a_conflict(client: Client, project: dict[str, Any], video: int, clip: Path) -> None:
    begun = client.post(f"/api/projects/{project['id']}/videos", json={"path": str(clip)}).json()
    job = client.done(f"/api/imports/{begun['import']}")
    assert job["error"]["error"] == "video_exists"
    assert len(client.get(f"/api/projects/{project['id']}/videos").json()) == 1


def test_a_folder_of_videos_and_a_folder_of_pictures(client: Client, project: dict[str, Any], tmp_path: Path) -> None:
    folder = tmp_path / "videos"
    folder.mkdir()
    for name, first in (("b.mp4", 20), ("a.mkv", 40)):
        encode(folder / name, range(first, first + 6), size=SIZE)
    (folder / "notes.txt").write_text("no video")
    begun = client.post(f"/api/projects/{project['id']}/videos", json={"path": str(folder), "copy": True}).json()
    job = client.done(f"/api/imports/{begun['import']}")
    assert job["status"] == "done" and len(job["videos"]) == 2 and "notes.txt" in job["message"]
    pictures, numbers = make("images", tmp_path)
    (tmp_path / "walk").mkdir()
    frames = pictures.rename(tmp_path / "walk" / "frames")
    video = client.get(f"/api/videos/{import_clip(client, project['id'], frames)}").json()
    assert video["name"] == "walk"  # many folders are called frames
    assert read_jpeg(client.get(f"/api/videos/{video['hash']}/frames/2.jpg").content) == numbers[2]


def test_paths_that_hold_nothing(client: Client, project: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "none.mp4", tmp_path / "empty", tmp_path / "pipe", Path("/dev/zero"), Path("a.mp4")):
        refused = client.post(f"/api/projects/{project['id']}/videos", json={"path": str(path)})
        assert refused.status_code == 422 and refused.json()["remedy"], path


def test_deleting_a_video_deletes_its_copy_once_nobody_has_it(
    client: Client, project: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "c.mp4"
    encode(path, range(30, 36), size=SIZE)
    other = client.post("/api/projects", json={"name": f"Other {project['id']}"}).json()
    videos = []
    for owner in (project, other):
        begun = client.post(f"/api/projects/{owner['id']}/videos", json={"path": str(path), "copy": True}).json()
        videos += client.done(f"/api/imports/{begun['import']}")["videos"]
    content_hash = client.get(f"/api/videos/{videos[0]}").json()["hash"]
    client.get(f"/api/videos/{content_hash}/frames/0.jpg")
    assert client.delete(f"/api/videos/{videos[0]}").status_code == 200
    assert f"media/{content_hash}" in files_of(client)
    assert client.delete(f"/api/videos/{videos[1]}").status_code == 200
    assert f"media/{content_hash}" not in files_of(client)
    assert client.get(f"/api/videos/{content_hash}/frames/0.jpg").status_code == 404


@pytest.mark.parametrize("kind", ["vfr", "rotated 90"])
def test_a_video_says_when_its_frames_are_shown(
    client: Client, project: dict[str, Any], tmp_path: Path, kind: str
) -> None:
    path, numbers = make(kind, tmp_path)
    video = client.get(f"/api/videos/{import_clip(client, project['id'], path)}").json()
    assert len(video["times"]) == video["frame_count"] == len(numbers)
    assert video["times"] == sorted(video["times"]) and video["times"][0] == 0
    assert video["models"][0]["name"] == video["default_model"] and video["models"][0]["ready"]


def test_names_that_are_no_utf8_and_names_that_are_too_long(
    client: Client, project: dict[str, Any], tmp_path: Path
) -> None:
    encode(tmp_path / "a.mp4", range(50, 53), size=SIZE)
    (tmp_path / "folder").mkdir()
    try:
        (tmp_path / "a.mp4").rename(tmp_path / "folder" / os.fsdecode(b"lat\xe9n.mp4"))
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    url = f"/api/projects/{project['id']}/videos"
    job = client.done(f"/api/imports/{client.post(url, json={'path': str(tmp_path / 'folder')}).json()['import']}")
    assert job["error"]["error"] == "unreadable_path" and "is no UTF-8" in job["error"]["message"]
    refused = client.post(url, json={"path": f"/{'x' * 300}"})
    assert (refused.status_code, refused.json()["error"]) == (422, "unreadable_path")


def test_a_copy_serves_every_project_and_goes_with_the_last_that_has_it(
    client: Client, project: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "d.mp4"
    encode(path, range(60, 64), size=SIZE)
    where_it_lies = import_clip(client, project["id"], path)
    other = client.post("/api/projects", json={"name": f"Copies {project['id']}"}).json()
    begun = client.post(f"/api/projects/{other['id']}/videos", json={"path": str(path), "copy": True}).json()
    copied = client.done(f"/api/imports/{begun['import']}")["videos"][0]
    content_hash = client.get(f"/api/videos/{copied}").json()["hash"]
    path.unlink()
    assert read_jpeg(client.get(f"/api/videos/{content_hash}/frames/2.jpg").content) == 62
    assert client.delete(f"/api/videos/{copied}").status_code == 200
    assert f"media/{content_hash}" not in files_of(client)
    assert client.delete(f"/api/videos/{where_it_lies}").status_code == 200


def test_a_copy_that_a_killed_server_left_unfinished_is_made_again(
    client: Client, project: dict[str, Any], tmp_path: Path
) -> None:
    pictures, _ = make("images", tmp_path, count=4)
    left = client.app.state.workplace.db.media / f"{source.content_hash(pictures)}.part"
    left.mkdir()
    begun = client.post(f"/api/projects/{project['id']}/videos", json={"path": str(pictures), "copy": True}).json()
    job = client.done(f"/api/imports/{begun['import']}")
    assert job["status"] == "done", job
    assert not left.exists()

"""Datasets out and in over HTTP, read by the official toolkit."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools.coco import COCO

from backend.masks import Rle
from tests.app.conftest import FRAMES, SIZE, Client, import_clip
from tests.app.test_annotate import all_masks, prompt, track
from tests.video_fixtures import read_jpeg


def exported(client: Client, project_id: int, **wanted: Any) -> zipfile.ZipFile:
    begun = client.post(f"/api/projects/{project_id}/exports", json=wanted)
    assert begun.status_code == 200, begun.text
    job = client.done(f"/api/exports/{begun.json()['export']}")
    assert job["status"] == "done", job
    reply = client.get(f"/api/exports/{job['id']}/file")
    assert len(reply.content) == job["size"]
    return zipfile.ZipFile(io.BytesIO(reply.content))


def test_a_coco_export_is_what_the_page_shows(
    client: Client, project: dict[str, Any], video: int, square: int, tmp_path: Path
) -> None:
    prompt(client, video, square, 0)
    track(client, video, square, scope="forward", frame=0)
    files = exported(client, project["id"], format="coco")
    (name,) = [name for name in files.namelist() if name.endswith(".json") and "manifest" not in name]
    (tmp_path / "coco.json").write_bytes(files.read(name))
    coco = COCO(str(tmp_path / "coco.json"))
    shown = all_masks(client, video)
    assert len(coco.anns) == FRAMES
    for annotation in coco.anns.values():
        image = coco.imgs[annotation["image_id"]]
        item = shown[image["frame_index"]]
        assert annotation["iscrowd"] == 0 and annotation["area"] == item["area"]
        assert np.array_equal(coco.annToMask(annotation), Rle.from_json(item["rle"]).to_mask())
        picture = next(name for name in files.namelist() if name.endswith(image["file_name"]))
        assert read_jpeg(files.read(picture)) == image["frame_index"]


@pytest.mark.parametrize("format_name", ["coco", "youtube-vis", "davis"])
def test_an_export_comes_back_unchanged(
    client: Client, project: dict[str, Any], video: int, square: int, clip: Path, format_name: str
) -> None:
    prompt(client, video, square, 3)
    track(client, video, square, scope="to_barrier", frame=3, stop=9)
    made = exported(client, project["id"], format=format_name, images=False)
    other = client.post("/api/projects", json={"name": f"Copy {project['id']}"}).json()["id"]
    copy = import_clip(client, other, clip)
    assert made.fp is not None
    made.fp.seek(0)
    form = {"format": format_name, "video_id": str(copy)}
    begun = client.post(f"/api/projects/{other}/annotations", data=form, files={"file": ("x.zip", made.fp)})
    job = client.done(f"/api/imports/{begun.json()['import']}")
    assert (job["status"], job["videos"]) == ("done", [copy]), job
    assert {f: item["rle"] for f, item in all_masks(client, copy).items()} == {
        f: item["rle"] for f, item in all_masks(client, video).items()}
    assert {item["source"] for item in all_masks(client, copy).values()} == {"import"}


def test_an_annotation_file_that_disagrees_changes_nothing(
    client: Client, project: dict[str, Any], video: int, square: int
) -> None:
    wrong = {"images": [{"id": 1, "file_name": "a/00000.jpg", "width": SIZE[0] + 1, "height": SIZE[1]}],
             "annotations": [], "categories": [{"id": 1, "name": "square"}]}
    for content in (json.dumps(wrong).encode(), b"{", b"PK\x03\x04 no zip", b"[]"):
        form = {"format": "coco", "video_id": str(video)}
        sent = {"file": ("C:/masks/Ann's.json", content)}
        begun = client.post(f"/api/projects/{project['id']}/annotations", data=form, files=sent)
        job = client.done(f"/api/imports/{begun.json()['import']}")
        assert job["status"] == "failed" and job["error"]["error"] != "internal", job
        if content != json.dumps(wrong).encode():  # there it is the video that is named
            assert job["error"]["message"].startswith("Ann's.json "), job  # by the name people know it
    assert all_masks(client, video) == {}
    directory = client.app.state.workplace.db.uploads
    assert not [path for path in directory.iterdir() if "annotations" in path.name]
    assert client.post(f"/api/projects/{project['id']}/annotations", data={"format": "coco"}).status_code == 422


def test_nothing_to_export_is_said(client: Client, project: dict[str, Any], video: int, square: int) -> None:
    begun = client.post(f"/api/projects/{project['id']}/exports", json={"format": "coco", "verified_only": True}).json()
    job = client.done(f"/api/exports/{begun['export']}")
    assert job["status"] == "failed" and job["error"]["remedy"]
    assert client.get(f"/api/exports/{job['id']}/file").status_code == 404

"""`launch.py export` and `launch.py import`, run as a person runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backend.masks import Rle
from backend.video import build_index
from projects_db.projects import NewLabel
from tests.app.cli.test_commands import launch
from tests.projects_db.formats.studio import FRAMES, HEIGHT, WIDTH, Studio, box, load, members
from tests.video_fixtures import encode, read_jpeg


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A project directory whose first video has a car on every frame."""
    clips = []
    for number in range(2):
        path = tmp_path / f"clip-{number}.mp4"
        encode(path, range(FRAMES), size=(WIDTH - 2 * number, HEIGHT))
        clips.append((path, build_index(path)))
    studio = Studio.open(tmp_path / "project", clips, [NewLabel("car"), NewLabel("dog")])
    studio.add(studio.videos[0], "car", lambda frame: box(5 * frame, 20, 20, 11), name="the car")
    studio.db.close()
    return tmp_path / "project"


def test_out_and_in_again(directory: Path, tmp_path: Path) -> None:
    out = tmp_path / "out" / "coco.zip"
    done = launch("export", "--project", directory, "--name", "Street", "--format", "coco", "--out", out,
                  "--video", "video-0.mp4", "--label", "car", "--stage", "annotate", "--every", 4, "--polygons")
    assert done.returncode == 0, done.stderr
    assert "3 masks of 1 objects on 3 frames of 1 videos" in done.stdout
    found = load(out)
    assert [Rle.from_polygons(one["segmentation"], HEIGHT, WIDTH) for one in found["annotations"]] == [
        box(5 * frame, 20, 20, 11) for frame in (0, 4, 8)]
    pictures = {name: read_jpeg(data) for name, data in members(out).items() if name.endswith(".jpg")}
    assert pictures == {f"JPEGImages/video-0/{frame:05d}.jpg": frame for frame in (0, 4, 8)}
    assert load(out, "manifest.json")["filters"]["every"] == 4

    done = launch("import", "--project", directory, "--format", "coco", out, "--video", "video-0.mp4")
    assert done.returncode == 0, done.stderr
    assert "3 masks of 1 objects in 1 videos" in done.stdout
    again = launch("export", "--project", directory, "--format", "youtube-vis", "--out", tmp_path / "all",
                   "--no-images")
    assert again.returncode == 0, again.stderr
    whole = json.loads((tmp_path / "all" / "annotations.json").read_text())
    assert [sum(area is not None for area in one["areas"]) for one in whole["annotations"]] == [FRAMES, 3]
    assert {one["name"] for one in whole["annotations"]} == {"the car"}


@pytest.mark.parametrize(("arguments", "says"), [
    (["export", "--format", "coco", "--out", "x.zip", "--video", "none.mp4"], "There are: video-0.mp4, video-1.mp4"),
    (["export", "--format", "coco", "--out", "x.zip", "--name", "Other"], "There are: Street"),
    (["export", "--format", "coco", "--out", "x.zip", "--stage", "accepted"], "No video"),
    (["import", "--format", "coco", "missing.json"], "no file missing.json"),
])
def test_mistakes_are_explained(directory: Path, arguments: list[str], says: str) -> None:
    done = launch(*arguments, "--project", directory)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_for_another_video_is_refused(directory: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.zip"
    assert launch("export", "--project", directory, "--format", "davis", "--out", out, "--no-images",
                  "--video", "video-0.mp4").returncode == 0
    done = launch("import", "--project", directory, "--format", "davis", out, "--video", "video-1.mp4")
    assert done.returncode == 2
    assert "160x120 in the file, 158x120 in the project" in done.stderr


def test_no_project_is_not_made(tmp_path: Path) -> None:
    done = launch("export", "--project", tmp_path / "none", "--format", "coco", "--out", tmp_path / "a.zip")
    assert done.returncode == 2
    assert not (tmp_path / "none").exists()

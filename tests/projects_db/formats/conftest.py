"""Studios, full and empty, on the same two videos."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backend.masks import Rle
from backend.video import FrameIndex, build_index
from projects_db import masks, objects
from projects_db.masks import MaskWrite
from projects_db.projects import NewLabel
from projects_db.spans import Span
from tests.projects_db.formats.studio import FRAMES, HEIGHT, WIDTH, Studio, blob, box
from tests.video_fixtures import encode

LABELS = (
    NewLabel("car", "#e69f00", attributes=[{"name": "colour", "values": ["red", "blue"]},
                                           {"name": "door", "values": ["open", "shut"], "over_time": True}]),
    NewLabel("dog", "#56b4e9"),
    NewLabel("road", "#808080", is_thing=False),
)
Open = Callable[..., Studio]


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, FrameIndex]]:
    """Two videos of 12 frames, of different content."""
    folder, found = tmp_path_factory.mktemp("clips"), []
    for number in range(2):
        path = folder / f"{number}.mp4"
        encode(path, range(100 * number, 100 * number + FRAMES), size=(WIDTH, HEIGHT))
        found.append((path, build_index(path)))
    return found


@pytest.fixture
def open_studio(tmp_path: Path, clips: list[tuple[Path, FrameIndex]]) -> Iterator[Open]:
    """Opens project directories with these videos; closed at the end."""
    opened: list[Studio] = []

    def make(labels: tuple[NewLabel, ...] = ()) -> Studio:
        opened.append(Studio.open(tmp_path / f"project-{len(opened)}", clips, labels))
        return opened[-1]

    yield make
    for studio in opened:
        studio.db.close()


@pytest.fixture
def studio(open_studio: Open) -> Studio:
    """Objects that never overlap, with masks of every state and source."""
    made = open_studio(LABELS)
    first, second = made.videos
    car = made.add(first, "car", {0: blob(0, 30, 30)}, name="my car", colour="#112233", attributes={"colour": "red"})
    made.track(first, car, {f: blob(f, 30 + f, 30) if f < 10 else Rle.empty(HEIGHT, WIDTH) for f in range(1, FRAMES)})
    dog = made.add(first, "dog", lambda f: box(100, 20 + 5 * f, 20, 11))
    made.change("verify", masks.verify, first, [car], 2, 5)
    made.change("absent", masks.absent, first, [dog], 8, 10)
    made.change("verify", masks.verify, first, [dog], 9, 10)
    made.change("spans", objects.set_spans, first, car, [
        Span("door", 0, 3, "open"), Span("door", 3, 8, "shut"), Span("occluded", 2, 5, "yes")])
    made.change("spans", objects.set_spans, first, dog, [Span("truncated", 6, FRAMES, "yes")])
    made.add(second, "road", {f: box(0, 90, WIDTH, 30) for f in range(3, 7)})
    made.add(second, "car", {5: blob(9, 80, 40)})
    hint = made.add(second, "dog", {})
    made.change("mask", masks.write, second, [MaskWrite(4, hint, box(5, 5, 9, 9), 0, "candidate", "model", 0.3)])
    return made

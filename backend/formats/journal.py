"""Results that grow video by video: what is finished stays, whenever the work ends, and is not done again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from backend.errors import BadInput
from backend.formats import Entries, Format
from backend.tasks.found import CategoryIds

FOLDER = ".run"
"""Where the journal lies in the folder of results."""


class Journal:
    """The folder of results of one task.

    Args:
        folder: made where it is not there, with the first video.
        settings: JSON-able; what makes the results what they are.

    Raises:
        BadInput: the folder holds results of other settings.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any]) -> None:
        self._folder, self._run = folder, folder / FOLDER
        self._about, self._settings = self._run / "settings.json", json.loads(json.dumps(settings))
        if self._about.exists():
            before, now = json.loads(self._about.read_text(encoding="utf-8")), self._settings
            if other := sorted(key for key in {**before, **now} if before.get(key) != now.get(key)):
                raise BadInput("other_results", f"{folder} holds results made otherwise; what differs: "
                               f"{', '.join(other)}.", "Choose another folder for --out, or delete this one.")

    def is_done(self, video: str) -> bool:
        """Whether all files of a video are there."""
        return self._entry(video).exists()

    def add(self, video: str, write: Callable[[Path], Entries]) -> None:
        """Write the files of a video beside, then bring them to their places, and last note that it is done."""
        part = self._run / "part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        replace_json(self._about, self._settings)
        entries = write(part)
        for file in sorted(path for path in part.rglob("*") if path.is_file()):
            place = self._folder / file.relative_to(part)
            place.parent.mkdir(parents=True, exist_ok=True)
            file.replace(place)
        shutil.rmtree(part)
        entry = self._entry(video)
        entry.parent.mkdir(parents=True, exist_ok=True)
        replace_json(entry, entries)

    def collect(self, videos: list[str], made: Format, categories: CategoryIds) -> None:
        """Write the files that the dataset has one of, from the videos that are done; nothing where none is."""
        if not self._about.exists():
            return
        entries = [entry for video in videos if self.is_done(video)
                   for entry in json.loads(self._entry(video).read_text(encoding="utf-8"))]
        for name, data in made.collect(entries, categories).items():
            replace_json(self._folder / name, data)

    def _entry(self, video: str) -> Path:
        return self._run / "videos" / f"{video}.json"


def replace_json(file: Path, data: Any) -> None:
    """Write a whole file, or leave the old one as it was."""
    beside = file.with_name(file.name + ".part")
    beside.write_text(json.dumps(data), encoding="utf-8")
    beside.replace(file)

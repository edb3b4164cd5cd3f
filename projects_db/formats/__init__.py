"""Dataset formats: a reader and a writer each, between files and `dataset.Dataset`. To add one, write its file and
list it in `FORMATS`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from backend.errors import BadInput
from projects_db.formats import coco, davis, youtube_vis
from projects_db.formats.archive import Sink, Source
from projects_db.formats.dataset import Dataset, Progress


@dataclass(frozen=True)
class Format:
    """A dataset format.

    Attributes:
        name: short and stable, for URLs and the command line.
        title, about: for people.
        options: what `write` can be asked for, beside what every format has.
        read: gives the dataset of a file.
        write: writes the masks of a dataset (not its images), with or without polygons; returns remarks on what the
            format could not keep.
    """

    name: str
    title: str
    about: str
    options: tuple[str, ...]
    read: Callable[[Source], Dataset]
    write: Callable[[Dataset, Sink, bool, Progress], list[str]]

    def view(self) -> dict[str, Any]:
        """As JSON."""
        return {"name": self.name, "title": self.title, "reads": True, "writes": True, "about": self.about,
                "options": list(self.options)}


FORMATS = {one.name: one for one in (
    Format("coco", "COCO", "Frames as images, a mask an annotation; nothing is lost.", ("polygons",),
           coco.read, coco.write),
    Format("youtube-vis", "YouTube-VIS", "An annotation an object, with its masks through the video; nothing is lost.",
           (), youtube_vis.read, youtube_vis.write),
    Format("davis", "DAVIS", "An indexed PNG a frame; where objects overlap, the later one lies on top.", (),
           davis.read, davis.write),
)}


def format_named(name: str) -> Format:
    """Raises BadInput, with the names there are."""
    if name not in FORMATS:
        raise BadInput("unknown_format", f"There is no format {name!r}.", f"Choose one of {', '.join(FORMATS)}.")
    return FORMATS[name]

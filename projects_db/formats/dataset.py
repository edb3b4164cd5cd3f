"""The one form every reader makes and every writer takes: a dataset in memory, free of files and of the database.

Ids are the dataset's own, 1, 2, 3, ... in order, so that the same masks give the same file wherever they come from;
`origin` is the database row a part came from. Frames are decode-order indices of the video. Masks are at the video's
upright size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from backend.masks import Rle
from projects_db import spans as timed
from projects_db.spans import Span

Progress = Callable[[float, str], None]
"""Called with the share done (0..1) and what is being done. Raising from it gives up; what was begun is removed."""

FrameSource = Callable[[int, Sequence[int]], Iterator[bytes]]
"""(database id of a video, frames in rising order) -> the JPEG of each, in that order, at full upright size."""


T = TypeVar("T")


def silent(share: float, message: str) -> None:
    """A `Progress` that tells nobody."""


def portion(progress: Progress, start: float, stop: float) -> Progress:
    """The progress of a part of the work, which reaches from `start` to `stop` of the whole."""
    return lambda share, message: progress(start + share * (stop - start), message)


def counted(items: Sequence[T], progress: Progress, doing: str) -> Iterator[T]:
    """The items, with the progress reported before each: `doing` with its number for {0} and how many there are for
    {1}."""
    for done, item in enumerate(items):
        progress(done / len(items), doing.format(done + 1, len(items)))
        yield item


@dataclass(frozen=True)
class DatasetLabel:
    """A category.

    Attributes:
        colour: "#rrggbb"; None where the file has none.
        attributes: what objects of this label may say, as `tables.Label` has it.
    """

    id: int
    name: str
    is_thing: bool = True
    colour: str | None = None
    attributes: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class DatasetVideo:
    """A video, or the frames of it that are in the dataset.

    Attributes:
        folder: name of its folder of images; unique in the dataset, safe in any file system.
        width, height: upright size, pixels.
        frames: which frames are in the dataset, rising.
        frame_count: of the whole video; None where the file does not say.
        times: presentation time of each of `frames`, seconds; empty where the file does not say.
        content_hash: SHA-256 of the source; None where the file does not say.
    """

    id: int
    name: str
    folder: str
    width: int
    height: int
    frames: tuple[int, ...]
    frame_count: int | None = None
    times: tuple[float, ...] = ()
    content_hash: str | None = None
    origin: int | None = None

    def image_name(self, frame: int) -> str:
        """Name of a frame's JPEG below the folder of images: the number in it is the frame."""
        return f"{self.folder}/{frame:05d}.jpg"


@dataclass(frozen=True)
class DatasetObject:
    """One identity through one video. `spans`: what holds on some frames only."""

    id: int
    video_id: int
    label_id: int
    name: str = ""
    colour: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    origin: int | None = None
    spans: tuple[Span, ...] = ()

    def flags_on(self, frame: int) -> dict[str, bool]:
        """Whether it is occluded and truncated on a frame."""
        holds = timed.at(self.spans, frame)
        return {flag: flag in holds for flag in timed.FLAGS}

    def attributes_on(self, frame: int) -> dict[str, Any]:
        """All that is said of it on a frame, flags included. A flag gives way to an attribute that bears its name."""
        return {**self.flags_on(frame), **self.attributes,
                **{name: value for name, value in timed.at(self.spans, frame).items() if name not in timed.FLAGS}}


@dataclass(frozen=True, slots=True)
class DatasetMask:
    """The pixels of one object on one frame.

    Attributes:
        rle: None where the object is known to be absent (state "absent", or "verified").
        state, source: as in the glossary.
        score: what the model said, 0..1; None for a mask made by hand.
        model: "name version" of what made it; None for a mask made by hand or of unknown origin.
    """

    frame: int
    rle: Rle | None
    state: str = "tracked"
    source: str = "import"
    score: float | None = None
    model: str | None = None


@dataclass(frozen=True)
class Dataset:
    """Labels, videos, objects and masks.

    Attributes:
        masks: object id -> its masks, one a frame, in rising frame order.
        notes: what a reader had to decide, in sentences for the person who imports.
    """

    labels: tuple[DatasetLabel, ...]
    videos: tuple[DatasetVideo, ...]
    objects: tuple[DatasetObject, ...]
    masks: Mapping[int, tuple[DatasetMask, ...]]
    notes: tuple[str, ...] = ()

    def objects_of(self, video: DatasetVideo) -> list[DatasetObject]:
        """The objects of a video, in order."""
        return [item for item in self.objects if item.video_id == video.id]

    def walk(self, progress: Progress) -> Iterator[tuple[DatasetVideo, int, list[tuple[DatasetObject, DatasetMask]]]]:
        """Every frame of every video, with what is known of it, absences too, in object order."""
        total, done = sum(len(video.frames) for video in self.videos), 0
        for video in self.videos:
            found: dict[int, list[tuple[DatasetObject, DatasetMask]]] = {}
            for item in self.objects_of(video):
                for mask in self.masks[item.id]:
                    found.setdefault(mask.frame, []).append((item, mask))
            for frame in video.frames:
                progress(done / total, f"writing masks of frame {done + 1} of {total}")
                yield video, frame, found.get(frame, [])
                done += 1

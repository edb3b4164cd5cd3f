"""Putting a dataset together from a file, with the checks that every format needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from projects_db import spans
from projects_db.formats.dataset import Dataset, DatasetLabel, DatasetMask, DatasetObject, DatasetVideo
from projects_db.formats.parsing import CategoryPart, ObjectPart, bad_file, unique


class Builder:
    """A dataset in the making; `where` is a place in the file, for the error. Ids are those of the file.

    Raises:
        BadInput: from every method: an id that comes twice or is not there, two masks of one object on one frame.
    """

    def __init__(self, file: str, categories: Sequence[CategoryPart]) -> None:
        unique(file, "categories", (part.id for part in categories))
        unique(file, "categories", (part.name for part in categories))
        self.file = file
        self.labels = {part.id: part.label() for part in categories}
        self.videos: dict[int, DatasetVideo] = {}
        self.objects: dict[int, DatasetObject] = {}
        self._masks: dict[int, dict[int, DatasetMask]] = {}

    def add_label(self, label: DatasetLabel) -> None:
        """A label the file has no category for."""
        self.labels[label.id] = label

    def add_video(self, where: str, video: DatasetVideo) -> None:
        """A video, before its objects."""
        if video.id in self.videos:
            raise bad_file(self.file, where, f"video {video.id} comes twice")
        if not video.frames:
            raise bad_file(self.file, where, "it has no frames")
        self.videos[video.id] = video

    def add_object(self, where: str, key: int, video_id: int, label_id: int, facts: ObjectPart) -> None:
        """An object, before its masks."""
        if key in self.objects:
            raise bad_file(self.file, where, f"object {key} comes twice")
        if video_id not in self.videos:
            raise bad_file(self.file, where, f"there is no video {video_id}, or none of its frames")
        if label_id not in self.labels:
            raise bad_file(self.file, where, f"there is no category {label_id}")
        held = tuple(spans.read(part.model_dump() for part in facts.spans))
        self.objects[key] = DatasetObject(key, video_id, label_id, facts.name, facts.colour, facts.attributes,
                                          spans=held)
        self._masks[key] = {}

    def put(self, where: str, key: int, mask: DatasetMask | None) -> None:
        """A mask of an object; None says nothing."""
        if mask is None:
            return
        if mask.frame in self._masks[key]:
            raise bad_file(self.file, where, f"object {key} is on frame {mask.frame} already")
        self._masks[key][mask.frame] = mask

    def flag(self, key: int, frame: int, flags: Sequence[str]) -> None:
        """Flags that hold of an object on a frame."""
        if flags:
            item = self.objects[key]
            held = [*item.spans, *(spans.Span(flag, frame, frame + 1, spans.YES) for flag in flags)]
            self.objects[key] = replace(item, spans=tuple(spans.joined(held)))

    def dataset(self, *notes: str) -> Dataset:
        """What was put together; videos and objects by id, labels in the order of the file."""
        masks = {key: tuple(found[frame] for frame in sorted(found)) for key, found in self._masks.items()}
        videos = (self.videos[key] for key in sorted(self.videos))
        objects = (self.objects[key] for key in sorted(self.objects))
        return Dataset(tuple(self.labels.values()), tuple(videos), tuple(objects), masks, notes)

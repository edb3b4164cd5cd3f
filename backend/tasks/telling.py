"""What a task is told about each video, from what is given for the dataset: first masks, boxes, labels, expressions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from backend.errors import BadInput, NotFound
from backend.masks import BoolMask
from backend.prompts import Box, check_inside
from backend.quality.sequences import VOID, indices_of, pictures_in
from backend.tasks.dataset import Listed, read_json
from backend.tasks.found import ANYTHING, XYWH, CategoryIds, Video
from backend.tasks.perform import Told
from backend.tasks.table import BenchmarkTask


@dataclass(frozen=True)
class Given:
    """What is given for a dataset.

    Attributes:
        categories: the categories; None: everything.
        expressions: of every video; empty: those of the annotations.
        box: of a dataset of one video.
        boxes: a folder with VIDEO.txt or VIDEO/groundtruth.txt, whose first line is the box.
        masks: a PNG for the first frame, a folder of PNGs that are named as their frames, or of VIDEO folders of such.
        labels: JSON, {object: category}, or {video: {object: category}}.
    """

    categories: CategoryIds | None = None
    expressions: tuple[str, ...] = ()
    box: XYWH | None = None
    boxes: Path | None = None
    masks: Path | None = None
    labels: Path | None = None

    @property
    def ids(self) -> CategoryIds:
        """The numbers of what is found; where no categories are given, all is of one."""
        return self.categories or CategoryIds({ANYTHING: 1})

    def check(self, task: BenchmarkTask) -> None:
        """Refuse what the task cannot begin without. Raises BadInput."""
        if task.told == "masks" and self.masks is None:
            raise BadInput("no_masks", f"For {task.name} the first mask of every object has to be given.",
                           "Give --masks: a PNG for the first frame, or the folder of them.")
        if task.told == "box" and self.box is None and self.boxes is None:
            raise BadInput("no_box", "For sot the box of the object on the first frame has to be given.",
                           "Give --box X Y W H, or --boxes with the folder of them.")

    def told(self, task: BenchmarkTask, listed: Listed, video: Video) -> Told:
        """What is said of one video.

        Raises:
            NotFound: a video that nothing is given for.
            BadInput: masks or a box that do not fit it, or files that cannot be read.
        """
        if task.told == "categories":
            return Told(categories=None if self.categories is None else tuple(self.categories.ids))
        if task.told == "expression":
            texts = {str(n): text for n, text in enumerate(self.expressions)} or listed.expressions
            if not texts:
                raise BadInput("no_expression", f"There is no expression for {video.name}.",
                               "Give --expression, or annotations that have them.")
            return Told(expressions=texts)
        if task.told == "box":
            return Told(box=self._box_of(video))
        assert self.masks is not None, "check was called"
        labels = _labels_of(read_json(self.labels), video.name) if self.labels else {}
        return Told(starts=first_masks(self.masks, video), labels=labels)

    def _box_of(self, video: Video) -> XYWH:
        box = self.box
        if self.boxes is not None:
            files = (self.boxes / f"{video.name}.txt", self.boxes / video.name / "groundtruth.txt")
            file = next((one for one in files if one.is_file()), None)
            if file is None:
                raise NotFound("no_box", f"There is no box for {video.name} in {self.boxes}.",
                               "Put it into VIDEO.txt or VIDEO/groundtruth.txt.")
            box = read_boxes(file)[0]
        assert box is not None, "check was called"
        x, y, width, height = box
        check_inside(Box(x0=x, y0=y, x1=x + width, y1=y + height), *video.shape)
        return box


def read_boxes(file: Path) -> list[XYWH]:
    """The boxes of a text file, x, y, width, height a line, with commas, tabs or spaces between them.

    Raises:
        BadInput: a line that is not four numbers, or none at all.
    """
    boxes = []
    for n, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            x, y, width, height = (float(part) for part in re.split(r"[,\s]+", line.strip()))
        except ValueError as error:
            raise BadInput("bad_boxes", f"Line {n} of {file} is not x, y, width and height.",
                           "Give four numbers a line.") from error
        boxes.append((x, y, width, height))
    if not boxes:
        raise BadInput("bad_boxes", f"{file} is empty.", "Give four numbers a line.")
    return boxes


def first_masks(given: Path, video: Video) -> dict[int, dict[int, BoolMask]]:
    """Frame -> objects that are seen first on it, with their masks. Later masks are not looked at.

    Raises:
        NotFound: nothing is given for the video.
        BadInput: pictures of another size, or without an object.
    """
    pictures = _mask_pictures(given, video)
    starts: dict[int, dict[int, BoolMask]] = {}
    seen: set[int] = set()
    for frame, path in pictures.items():
        indices = indices_of(path)
        if indices.shape != video.shape:
            raise BadInput("wrong_mask_size", f"{path} is {indices.shape[1]}x{indices.shape[0]} but {video.name} is "
                           f"{video.shape[1]}x{video.shape[0]}.", "Give masks of the size of the video.")
        values = set(np.unique(indices).tolist()) - {0}
        objects = {VOID: 1} if values == {VOID} and not seen - {1} else {one: one for one in values - {VOID}}
        new = {one: indices == value for value, one in sorted(objects.items()) if one not in seen}
        if new:
            starts[frame] = new
        seen |= set(new)
    if not starts:
        raise BadInput("no_objects", f"The masks given for {video.name} hold no object: every pixel is 0.",
                       "Mark objects with the indices 1, 2, 3, ...")
    return starts


def _mask_pictures(given: Path, video: Video) -> dict[int, Path]:
    """Frame within the range -> its picture, ascending."""
    if given.is_file():
        return {video.within.start: given}
    folder = next((one for one in (given / video.name, given) if pictures_in(one)), None)
    by_name = {path.stem: path for path in pictures_in(folder)} if folder else {}
    found = {frame: by_name[name] for frame in video.within if (name := video.names[frame]) in by_name}
    if not found:
        raise NotFound("no_masks", f"There is no mask for a frame of {video.name} in {given}.",
                       "Name the pictures as the frames they belong to, in a folder of the video's name.")
    return found


def _labels_of(data: Any, video: str) -> Mapping[int, str]:
    """Of one video."""
    try:
        of_it = data.get(video, data)
        return {int(one): str(name) for one, name in of_it.items() if not isinstance(name, dict)}
    except (AttributeError, ValueError) as error:
        raise BadInput("bad_labels", f"The labels are no objects with categories ({error}).",
                       'Give {"1": "dog", "2": "sky"}, or one such a video by name.') from error

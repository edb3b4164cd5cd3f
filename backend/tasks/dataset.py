"""The videos a task is done on: files and folders as they lie, or what the annotations of a benchmark list."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from backend.errors import BadInput, NotFound
from backend.models.vocabulary import OVIS, VIPSEG, YOUTUBE_VIS_2019, YOUTUBE_VIS_2021
from backend.quality.sequences import PictureFrames, pictures_in
from backend.tasks.found import CategoryIds, Video
from backend.video.indexer import build_index
from backend.video.reader import VideoReader

_WHERE = ("", "JPEGImages", "JPEGImages/480p", "train", "val")
"""Where below the folder that is given the pictures may lie that annotations name."""

LISTS = {"ytvis19": YOUTUBE_VIS_2019, "ytvis21": YOUTUBE_VIS_2021, "ovis": OVIS, "vipseg": VIPSEG}
"""The category lists that benchmarks number from 1 without gaps."""


@dataclass(frozen=True)
class Listed:
    """A video that is opened when its turn comes.

    Attributes:
        name, number: as of `Video`.
        source: a video file, or the pictures.
        images: as of `Video`.
        expressions: id -> text, where the annotations have them.
    """

    name: str
    number: int
    source: Path | tuple[Path, ...]
    images: tuple[int, ...] = ()
    expressions: Mapping[str, str] = field(default_factory=dict)

    @contextmanager
    def opened(self, within: slice) -> Iterator[Video]:
        """The video, and of its frames those of the slice.

        Raises:
            BadInput: it cannot be read, or none of its frames is in the slice.
        """
        if isinstance(self.source, tuple):
            yield self._video(PictureFrames(self.source), [path.stem for path in self.source], within)
            return
        with VideoReader(self.source, build_index(self.source)) as reader:
            yield self._video(reader, [f"{frame:05d}" for frame in range(len(reader))], within)

    def _video(self, frames: PictureFrames | VideoReader, names: list[str], within: slice) -> Video:
        taken = range(len(frames))[within]
        if not taken:
            raise BadInput("bad_range", f"{self.name} has the frames 0 to {len(frames) - 1}; none of them is in the "
                           f"range {within.start or 0}:{within.stop or ''}.", "Choose frames of the video.")
        return Video(self.name, self.number, frames, names, taken, self.images)


def listed(paths: Iterable[Path], annotations: Path | None) -> list[Listed]:
    """The videos of a task.

    Args:
        paths: video files, folders of pictures, folders of such folders; with annotations the one folder that the
            pictures they name lie in.
        annotations: JSON of YouTube-VIS, VIPSeg, Ref-YouTube-VOS (`meta_expressions.json`) or COCO.

    Raises:
        NotFound: a file or folder that is not there.
        BadInput: annotations that are none of these, or two videos of one name.
    """
    paths = list(paths)
    for path in paths:
        if not path.exists():
            raise NotFound("no_such_path", f"There is no file or folder {path}.", "Check the path.")
    if annotations is None:
        found = [Listed(name, n, source) for n, (name, source) in enumerate(_sources(paths), 1)]
    elif len(paths) != 1:
        raise BadInput("one_folder", f"With annotations one folder of pictures is needed; these are {len(paths)}.",
                       "Give the folder that the file names in the annotations begin at.")
    else:
        found = _annotated(paths[0], read_json(annotations), annotations.name)
    names = [one.name for one in found]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise BadInput("duplicate_video", f"Two videos have the name {twice}.", "Rename one of them.")
    return found


def read_json(file: Path) -> Any:
    """What a file holds. Raises NotFound, BadInput."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, IsADirectoryError) as error:
        raise NotFound("no_such_path", f"There is no file {file}.", "Check the path.") from error
    except ValueError as error:
        raise BadInput("bad_json", f"{file} is no JSON: {error}.", "Give the file as the benchmark has it.") from error


def read_categories(given: str | None, annotations: Path | None) -> CategoryIds | None:
    """The categories to find.

    Args:
        given: names with commas between them, one of `LISTS`, or a file: a name a line, or JSON with `categories`.
        annotations: taken where nothing is given and they have categories.

    Returns:
        None where there are none: then everything is found, and all of it is of one category.

    Raises:
        BadInput: as `CategoryIds.of`, or a file that has no categories.
    """
    if given is None:
        data = read_json(annotations) if annotations else {}
        return _of_json(data) if isinstance(data, dict) and "categories" in data else None
    if given in LISTS:
        return CategoryIds.of((name, number) for number, name in enumerate(LISTS[given].names, 1))
    file = Path(given)
    if file.suffix.lower() == ".json":
        data = read_json(file)
        if not isinstance(data, dict) or "categories" not in data:
            raise BadInput("no_categories", f"{file} has no categories.", "Give the annotations of a benchmark.")
        return _of_json(data)
    names = file.read_text(encoding="utf-8").strip().split("\n") if file.is_file() else given.split(",")
    return CategoryIds.of((name, number) for number, name in enumerate(names, 1))


def _of_json(data: Mapping[str, Any]) -> CategoryIds:
    """In plain words, as models know them: "giant_panda" is a "giant panda"."""
    with _as("categories"):
        return CategoryIds.of((str(one["name"]).replace("_", " "), int(one["id"])) for one in data["categories"])


def _sources(paths: Iterable[Path]) -> Iterator[tuple[str, Path | tuple[Path, ...]]]:
    """(name, video file or pictures) of each."""
    for path in paths:
        if path.is_file():
            yield path.stem, path
            continue
        folders = [path] if pictures_in(path) else sorted(child for child in path.iterdir() if pictures_in(child))
        if not folders:
            raise BadInput("no_images", f"{path} holds no pictures, and no folders of pictures.",
                           "Give a video file, a folder of pictures, or a folder of such folders.")
        for folder in folders:
            yield folder.resolve().name, tuple(pictures_in(folder))


def _annotated(root: Path, data: Any, file: str) -> list[Listed]:
    with _as(file):
        if isinstance(data.get("videos"), dict):
            return [_of_expressions(root, name, n, one) for n, (name, one) in enumerate(data["videos"].items(), 1)]
        if "videos" in data and "images" not in data:
            return [_of_video(root, n, one) for n, one in enumerate(data["videos"], 1)]
        return [_of_image(root, one) for one in data["images"]]


def _of_video(root: Path, number: int, one: Mapping[str, Any]) -> Listed:
    """YouTube-VIS names files, VIPSeg images."""
    if "file_names" in one:
        names = one["file_names"]
        name = str(PurePosixPath(names[0]).parent) if "/" in names[0] else str(one.get("name", one["id"]))
        return Listed(name, int(one["id"]), _pictures(root, names))
    name = str(one["video_id"])
    return Listed(name, number, _pictures(root, [f"{name}/{image['file_name']}" for image in one["images"]]))


def _of_expressions(root: Path, name: str, number: int, one: Mapping[str, Any]) -> Listed:
    expressions = {key: str(said["exp"]) for key, said in one["expressions"].items()}
    return Listed(name, number, _pictures(root, [f"{name}/{frame}.jpg" for frame in one["frames"]]),
                  expressions=expressions)


def _of_image(root: Path, one: Mapping[str, Any]) -> Listed:
    file = str(one["file_name"])
    said = one.get("expressions", ())
    return Listed(str(PurePosixPath(file).with_suffix("")), int(one["id"]), _pictures(root, [file]), (int(one["id"]),),
                  {str(n): str(text) for n, text in enumerate(said)})


def _pictures(root: Path, names: Iterable[str]) -> tuple[Path, ...]:
    """The files; names that lead out of the folder are refused, since results are written under them."""
    names = list(names)
    if any(".." in PurePosixPath(name).parts or PurePosixPath(name).is_absolute() for name in names):
        raise BadInput("bad_name", f"The annotations name files outside {root}.", "Give other annotations.")
    for below in _WHERE:
        if (root / below / names[0]).is_file():
            return tuple(root / below / name for name in names)
    raise NotFound("no_such_path", f"There is no {names[0]} in {root}.",
                   "Give the folder that the file names in the annotations begin at.")


@contextmanager
def _as(what: str) -> Iterator[None]:
    """What is missing in annotations, as an error a person can act on."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise BadInput("bad_annotations", f"{what} is not as a benchmark has it ({type(error).__name__}: {error}).",
                       "Give JSON of YouTube-VIS, VIPSeg, Ref-YouTube-VOS or COCO.") from error

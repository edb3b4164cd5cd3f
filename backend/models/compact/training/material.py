"""Pictures with masks and clips with masks, in folders or in tars, found by one rule.

A picture and its mask differ in one folder of their path: `images` and `masks` for stills, `frames` and `masks` for
clips (a clip is a folder of frames), `JPEGImages` and `Annotations` for clips of DAVIS and YouTube-VOS. Masks are PNG.
"""

from __future__ import annotations

import tarfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from backend.errors import BadInput
from backend.video.source import natural_key

_MASK_FOLDER = {"images": "masks", "frames": "masks", "JPEGImages": "Annotations"}
_STILLS = "images"


@dataclass(frozen=True)
class Entry:
    """Bytes of a file, alone or inside a tar."""

    path: Path
    offset: int
    size: int

    def read(self) -> bytes:
        """The bytes."""
        with self.path.open("rb") as file:
            file.seek(self.offset)
            return file.read(self.size)


@dataclass(frozen=True)
class Pair:
    """A picture and its mask.

    Attributes:
        name: path inside the material, for messages.
        parts: mask values are parts of one object, not objects.
    """

    name: str
    picture: Entry
    mask: Entry
    parts: bool = False

    def load(self) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
        """RGB, shape (height, width, 3), and object ids, shape (height, width).

        Raises:
            BadInput: cannot be read, or sizes differ."""
        picture = cv2.imdecode(np.frombuffer(self.picture.read(), np.uint8), cv2.IMREAD_COLOR_RGB)
        try:
            with Image.open(BytesIO(self.mask.read())) as image:
                ids = np.asarray(image if image.mode == "P" else image.convert("L"))
        except OSError as error:
            raise BadInput("bad_mask", f"Cannot read the mask of {self.name}: {error}.", "Copy it again.") from error
        if picture is None or picture.shape[:2] != ids.shape:
            raise BadInput("bad_pair", f"The picture {self.name} cannot be read or its mask has another size.",
                           "Copy both again.")
        return np.asarray(picture, np.uint8), (ids > 0).astype(np.uint8) if self.parts else ids


@dataclass(frozen=True)
class Material:
    """Everything to train on: single pairs, and clips of several."""

    stills: tuple[Pair, ...]
    clips: tuple[tuple[Pair, ...], ...]

    @classmethod
    def find(cls, places: Sequence[Path], parts: Sequence[str] = ()) -> Material:
        """Look through folders, and the tars in them.

        Args:
            places: folders or tar files.
            parts: names of folders whose masks hold the parts of one object.

        Raises:
            BadInput: nothing there.
        """
        entries = {PurePosixPath(name).as_posix(): entry for place in places for name, entry in _entries(place)}
        stills: list[Pair] = []
        clips: dict[PurePosixPath, list[Pair]] = defaultdict(list)
        for name in sorted(entries, key=natural_key):
            path = PurePosixPath(name)
            kind = next((part for part in path.parts if part in _MASK_FOLDER), None)
            if kind is None:
                continue
            mask = "/".join(_MASK_FOLDER[kind] if part == kind else part for part in path.with_suffix(".png").parts)
            if mask in entries:
                pair = Pair(name, entries[name], entries[mask], parts=any(part in parts for part in path.parts))
                stills.append(pair) if kind == _STILLS else clips[path.parent].append(pair)
        if not stills and not clips:
            raise BadInput("no_material", f"No pictures with masks in {', '.join(map(str, places))}.",
                           "Give folders or tars that hold images/ and masks/, or frames/ and masks/.")
        return cls(tuple(stills), tuple(tuple(clip) for clip in clips.values() if len(clip) > 1))

    def split(self, every: int) -> tuple[Material, Material]:
        """What to train on, and every n-th still held aside."""
        aside = self.stills[::every]
        return Material(tuple(p for i, p in enumerate(self.stills) if i % every), self.clips), Material(aside, ())

    def __str__(self) -> str:
        frames = sum(map(len, self.clips))
        return f"{len(self.stills)} stills, {len(self.clips)} clips of {frames} frames"


def _entries(place: Path) -> Iterator[tuple[str, Entry]]:
    if place.is_dir():
        for path in sorted(place.rglob("*")):
            if path.suffix == ".tar":
                yield from _entries(path)
            elif path.is_file():
                yield path.relative_to(place).as_posix(), Entry(path, 0, path.stat().st_size)
        return
    try:
        with tarfile.open(place) as tar:
            for member in tar:
                if member.isfile():
                    yield member.name, Entry(place, member.offset_data, member.size)
    except (OSError, tarfile.TarError) as error:
        raise BadInput("bad_tar", f"Cannot read {place}: {error}.", "Copy it again.") from error

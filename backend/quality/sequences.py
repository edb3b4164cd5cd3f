"""Sequences with the true mask on every frame, read from a folder as they are asked for.

Two layouts are read:

* `<name>/frames/*` and `<name>/masks/*`, paired in natural order (file names may differ);
* DAVIS: `JPEGImages/480p/<name>/*` and `Annotations/480p/<name>/*` (`Full-Resolution` where there is no `480p`).

Mask pictures are index (palette) or grey: 0 is background. Where 255 is the only other value of a sequence it is
object 1; beside small indices 255 is DAVIS's void, which counts neither for nor against a mask.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from backend.errors import BadInput, NotFound
from backend.masks import BoolMask
from backend.video.source import IMAGE_SUFFIXES, natural_key

VOID = 255
MAX_VALUES = 64
"""More values than this in one picture are a smoothed outline or a photograph, not indices."""

_RESOLUTIONS = ("480p", "Full-Resolution")
_MODES = {"P": "P", "L": "L", "1": "L", "LA": "L", "RGB": "RGB", "RGBA": "RGB"}
_AS_INDICES = "Save masks as PNG with 0 and 255, or with the small indices 0, 1, 2, ..., without smoothing."


class PictureFrames:
    """A folder of pictures as `backend.models.seam.Frames`: each is read when it is asked for."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self.paths = tuple(paths)
        self.width, self.height = _size_of(self.paths[0])

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> npt.NDArray[np.uint8]:
        """RGB, uint8, shape (height, width, 3). Raises IndexError, BadInput."""
        if not 0 <= index < len(self.paths):
            raise IndexError(index)
        try:
            with Image.open(self.paths[index]) as picture:
                return np.asarray(picture.convert("RGB"))
        except OSError as error:
            # Not Unavailable: a run steps over frames a damaged video lacks, but a measurement must not.
            raise BadInput("bad_frame", f"Cannot read the frame {self.paths[index]}: {error}.",
                           "Copy this file again from where it came from.") from error


@dataclass(frozen=True)
class TrueMasks:
    """The true masks of a video.

    Attributes:
        name: of its folder.
        mask_paths: one mask picture a frame.
    """

    name: str
    mask_paths: tuple[Path, ...]

    def __len__(self) -> int:
        return len(self.mask_paths)

    @property
    def objects(self) -> tuple[int, ...]:
        """Ids of the objects, ascending."""
        return tuple(sorted(self.first_frames))

    @cached_property
    def first_frames(self) -> dict[int, int]:
        """Object -> the first frame it is visible on.

        Raises:
            BadInput: a mask picture that is no index picture, or not one object in the sequence.
        """
        if self._is_binary:
            return {1: self._first_seen[VOID]}
        first = {value: frame for value, frame in self._first_seen.items() if value != VOID}
        if not first:
            raise BadInput("no_objects", f"The masks of the sequence {self.name} hold no object: every pixel is 0.",
                           "Mark objects with 255, or with the indices 1, 2, 3, ...")
        return first

    def truth(self, frame: int) -> dict[int, BoolMask]:
        """Object -> its true mask, bool, shape (height, width); all false where it is not visible."""
        indices = indices_of(self.mask_paths[frame])
        return {one: indices == (VOID if self._is_binary else one) for one in self.objects}

    def void(self, frame: int) -> BoolMask | None:
        """The pixels that count neither way, bool, shape (height, width); None where there is none."""
        if self._is_binary or VOID not in self._first_seen:
            return None
        return indices_of(self.mask_paths[frame]) == VOID

    @property
    def _is_binary(self) -> bool:
        return set(self._first_seen) == {VOID}

    @cached_property
    def _first_seen(self) -> dict[int, int]:
        """Value of a mask picture, other than 0 -> the first frame that has it."""
        first: dict[int, int] = {}
        for frame, path in enumerate(self.mask_paths):
            for value in np.unique(indices_of(path)):
                first.setdefault(int(value), frame)
        first.pop(0, None)
        return first


@dataclass(frozen=True)
class Sequence(TrueMasks):
    """Frames and their true masks.

    Attributes:
        frames: the pictures, as many as masks and of their size.
    """

    frames: PictureFrames


def find_sequences(folder: Path, names: Collection[str] | None = None) -> list[Sequence]:
    """The sequences of a folder, by name. Sizes and counts are checked now, pixels are read when asked for.

    Args:
        folder: of one of the two layouts, or one sequence of the first.
        names: only these; None for all.

    Raises:
        NotFound: no such folder, no sequence in it, or none of a name that was asked for.
        BadInput: a sequence whose frames and masks differ in number or size, or with fewer than three frames.
    """
    if not folder.is_dir():
        raise NotFound("no_folder", f"There is no folder {folder}.", "Give the folder that holds the sequences.")
    pairs = _folders_of(folder)
    if not pairs:
        raise NotFound("no_sequences", f"No sequences in {folder}.",
                       "Give a folder with NAME/frames and NAME/masks, or with JPEGImages/480p and Annotations/480p.")
    unknown = sorted(set(names or ()) - set(pairs))
    if unknown:
        raise NotFound("no_sequence", f"No sequence {', '.join(unknown)} in {folder}.",
                       f"It has: {', '.join(sorted(pairs))}.")
    return [_checked(name, *pairs[name]) for name in sorted(pairs) if names is None or name in names]


def _folders_of(folder: Path) -> dict[str, tuple[Path, Path]]:
    """Name -> (folder of frames, folder of masks)."""
    for resolution in _RESOLUTIONS:
        frames, masks = folder / "JPEGImages" / resolution, folder / "Annotations" / resolution
        if frames.is_dir() and masks.is_dir():
            return {child.name: (child, masks / child.name) for child in frames.iterdir() if child.is_dir()}
    return {
        child.resolve().name: (child / "frames", child / "masks")
        for child in (folder, *folder.iterdir()) if (child / "frames").is_dir() and (child / "masks").is_dir()
    }


def _checked(name: str, frame_folder: Path, mask_folder: Path) -> Sequence:
    frames, masks = pictures_in(frame_folder), pictures_in(mask_folder)
    if len(frames) != len(masks):
        raise BadInput("wrong_mask_count", f"The sequence {name} has {len(frames)} frames but {len(masks)} masks.",
                       "Give one mask picture for every frame.")
    if len(frames) < 3:
        raise BadInput("short_sequence", f"The sequence {name} has {len(frames)} frames.",
                       "At least three are needed: the first one is given and the last one is not scored.")
    sequence = Sequence(name, tuple(masks), PictureFrames(frames))
    wanted = (sequence.frames.width, sequence.frames.height)
    for path in (*frames, *masks):
        size = _size_of(path)
        if size != wanted:
            raise BadInput("wrong_mask_size" if path in masks else "wrong_frame_size",
                           f"{path} is {size[0]}x{size[1]} but the first frame of {name} is {wanted[0]}x{wanted[1]}.",
                           "Frames and masks of a sequence need one size.")
    return sequence


def pictures_in(folder: Path) -> list[Path]:
    """The pictures of a folder in natural order; none where there is no such folder."""
    if not folder.is_dir():
        return []
    found = [p for p in folder.iterdir() if p.suffix.lower() in IMAGE_SUFFIXES and not p.name.startswith(".")]
    return sorted(found, key=lambda path: natural_key(path.name))


def _size_of(path: Path) -> tuple[int, int]:
    """(width, height), from the file's header."""
    try:
        with Image.open(path) as picture:
            return picture.size
    except (OSError, UnidentifiedImageError) as error:
        raise BadInput("bad_picture", f"{path} is no picture: {error}.", "Replace or remove this file.") from error


def indices_of(path: Path) -> npt.NDArray[np.uint8]:
    """Object indices, uint8, shape (height, width). A colour picture is read where its channels are equal (grey)."""
    try:
        with Image.open(path) as picture:
            if picture.mode not in _MODES:
                raise BadInput("not_indexed", f"The mask {path} has pixels of mode {picture.mode}.", _AS_INDICES)
            indices = np.asarray(picture.convert(_MODES[picture.mode]))
    except OSError as error:
        raise BadInput("bad_picture", f"Cannot read the mask {path}: {error}.", "Replace this file.") from error
    if indices.ndim == 3:
        if (indices != indices[..., :1]).any():
            raise BadInput("not_indexed", f"The mask {path} is a colour picture.", _AS_INDICES)
        indices = indices[..., 0]
    values = len(np.unique(indices))
    if values > MAX_VALUES:
        raise BadInput("not_indexed", f"The mask {path} has {values} different values.", _AS_INDICES)
    return indices

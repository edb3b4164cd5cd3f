"""What a path holds: a video file, a folder of numbered pictures, a folder of videos; and what it is known by."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from backend.errors import BadInput, Cancelled

Progress = Callable[[float], None]
"""Called with 0..1 as work goes on."""
Stop = Callable[[], bool]
"""Asked often; true means that the work is to stop."""

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})
_CHUNK = 1 << 20


def natural_key(name: str) -> tuple[tuple[int, int | str], ...]:
    """Sort key by which "frame2" comes before "frame10"."""
    parts = re.split(r"(\d+)", name.lower())
    return tuple((0, int(p)) if p.isdecimal() else (1, p) for p in parts if p)


def image_names(folder: Path) -> list[str]:
    """Names of the numbered pictures in a folder, in natural order. Other files are passed over.

    Raises BadInput: `unreadable_path`.
    """
    pictures = [f for f in _visible(folder) if f.suffix.lower() in IMAGE_SUFFIXES and re.search(r"\d", f.stem)]
    for picture in pictures:
        _check_name(picture)
    return sorted((f.name for f in pictures), key=lambda name: (natural_key(name), name))


def sources_at(path: Path) -> list[Path]:
    """The videos a path holds: a file itself, a folder of numbered pictures itself, else the files in the folder, in
    natural order (whether each is a video shows when it is indexed).

    Raises BadInput: `no_such_path`, `unreadable_path`, `nothing_to_import`.
    """
    if is_file(path):
        return [path]
    if image_names(path):
        return [path]
    found = sorted(_visible(path), key=lambda f: natural_key(f.name))
    if not found:
        raise BadInput("nothing_to_import", f"{path.name} holds no video and no numbered pictures.",
                       "Choose a video file, a folder of videos, or a folder of numbered pictures.")
    return found


def is_file(path: Path) -> bool:
    """Whether it is a file and not a folder. Raises BadInput where it is neither, or cannot be read."""
    _check_name(path)
    try:
        if path.is_dir():
            next(path.iterdir(), None)
            return False
        if path.is_file():
            path.open("rb").close()
            return True
    except OSError as error:
        raise BadInput("unreadable_path", f"{path.name[:100]} cannot be read: {error.strerror}.",
                       "Check the path, and that the account that runs Throughline may read it.") from error
    raise BadInput("no_such_path", f"There is no file or folder {str(path)[:500]}.", "Check the path.")


def _check_name(path: Path) -> None:
    """Python reads names that are no UTF-8 as text that nothing else takes: no database, no JSON, no page."""
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        shown = path.name.encode("utf-8", "replace").decode()
        raise BadInput("unreadable_path", f"The name {shown} is no UTF-8.", "Rename the file or folder.") from error


def content_hash(path: Path, progress: Progress | None = None, cancelled: Stop | None = None) -> str:
    """SHA-256, as hex, of a file's bytes, or of the names, sizes and bytes of a folder's numbered pictures in natural
    order. Raises BadInput as `sources_at`, Cancelled.
    """
    files = [path] if is_file(path) else [path / name for name in image_names(path)]
    if not files:
        raise no_images(path)
    digest, done, total = hashlib.sha256(), 0, max(1, sum(f.stat().st_size for f in files))
    for file in files:
        if file is not path:
            digest.update(f"{file.name}\0{file.stat().st_size}\0".encode())
        with file.open("rb") as opened:
            while chunk := opened.read(_CHUNK):
                digest.update(chunk)
                done += len(chunk)
                if progress:
                    progress(min(1.0, done / total))
                if cancelled and cancelled():
                    raise Cancelled("cancelled", f"Reading {path.name} was cancelled.", "Start it again.")
    return digest.hexdigest()


def no_images(folder: Path) -> BadInput:
    """The error of a folder that was to hold numbered pictures."""
    return BadInput("no_images", f"{folder.name} holds no numbered pictures.",
                    "Name them so that they sort in order, such as 00001.jpg, 00002.jpg.")


def _visible(folder: Path) -> list[Path]:
    return [f for f in folder.iterdir() if f.is_file() and not f.name.startswith(".")]

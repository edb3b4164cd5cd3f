"""Files that commands write their figures into."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from backend.errors import BadInput


def check_folders(files: Iterable[Path | None]) -> None:
    """Refuse before hours of measuring what could not be written after them.

    Raises:
        BadInput: the folder of a file is not there.
    """
    for file in files:
        if file and not (parent := file.absolute().parent).is_dir():
            raise BadInput("no_folder", f"There is no folder {parent} to write into.", "Make it first.")


def replace_text(file: Path | None, text: str) -> None:
    """Write a whole file, or leave the old one as it was; nothing where no file was asked for."""
    if file:
        beside = file.with_name(file.name + ".part")
        beside.write_text(text + "\n", encoding="utf-8")
        beside.replace(file)

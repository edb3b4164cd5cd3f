"""What commands have in common: files they write their figures into, and a line that says how far they are."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
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


def shower(name: str) -> Callable[[str, int, int], None]:
    """Shows (what is done, steps done, steps in all) on one line that is overwritten; nothing where nobody watches."""
    def show(doing: str, done: int, total: int) -> None:
        if sys.stderr.isatty():
            line = f"\r\033[K{name}: {doing} {done}/{total}"
            print(line, end="" if done < total else "\r\033[K", file=sys.stderr, flush=True)

    return show

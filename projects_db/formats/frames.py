"""Which frame of its video a picture is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from projects_db.formats.parsing import bad_file, unique


def frame_numbers(names: Sequence[str], given: Sequence[int | None], file: str) -> list[int]:
    """The frame of each picture of one video: as the file says, else the number in its name.

    Args:
        names: file names.
        given: the frame index of each, as far as the file says.

    Raises:
        BadInput: a picture without either, or two of one frame.
    """
    frames = []
    for name, index in zip(names, given, strict=True):
        number = re.search(r"(\d{1,9})$", PurePosixPath(name).stem)
        if index is None and number is None:
            raise bad_file(file, name, "it has neither a frame index nor a number at the end of its name")
        frames.append(index if index is not None else int(number.group(1)) if number else 0)
    unique(file, "frames", frames)
    return frames

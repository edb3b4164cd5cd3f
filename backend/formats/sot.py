"""Single object tracking: `VIDEO.txt`, a line x,y,w,h a frame, as OTB, LaSOT, TrackingNet and GOT-10k read it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from backend.tasks.found import CategoryIds, Found, Video
from backend.tasks.perform import Told


def write(
    video: Video, told: Told, found: Sequence[Found], categories: CategoryIds, into: Path
) -> list[dict[str, Any]]:
    """The format has a box for every frame: where the object is not seen, it is where it was last."""
    target, = found
    box, rows = told.box, []
    for frame in video.within:
        box = target.spots[frame].box if frame in target.spots else box
        assert box is not None, "the first box is given"
        rows.append(",".join(f"{side:.2f}" for side in box) + "\n")
    file = into / f"{video.name}.txt"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(rows), encoding="ascii")
    return []

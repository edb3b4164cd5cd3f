"""Measure a model on sequences: J and F of its tracking, clicks to a mask, rounds of correction."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence as Listing
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from backend.masks import BoolMask
from backend.models.seam import Model, Session
from backend.quality import clicks as simulated
from backend.quality import rounds as correction
from backend.quality.contour import BOUND_TH, contour_accuracy
from backend.quality.region import region_similarity
from backend.quality.sequences import Sequence
from backend.tracking.runner import run

Progress = Callable[[str, int, int], None]
"""(what is being done, steps done, steps in all)."""

DEFINITIONS = {
    "J": "intersection over union of mask and truth; 1 where both are empty",
    "F": f"DAVIS contour accuracy, outlines matched within {BOUND_TH} of the frame's diagonal",
    "frames": "each object's mask is given on the first frame it is visible on; scored are the frames after it, "
              "without the last frame of the sequence (DAVIS semi-supervised)",
    "mean": "over objects, not over sequences (DAVIS 2017)",
    "clicks": "next click at the point deepest inside the error region; at most "
              f"{simulated.MAX_CLICKS}, which also counts where the target is never reached",
    "rounds": "in each round every object below the target gets its worst frame corrected, and what that made stale is "
              "tracked again; mean J over all frames after the given one",
    "frames_per_second": "frames tracked a second of wall time on this machine, reading of pictures included",
}


@dataclass(frozen=True)
class ObjectScore:
    """J and F of one object, a value a scored frame."""

    object: int
    first_frame: int
    j: tuple[float, ...]
    f: tuple[float, ...]

    def as_json(self) -> dict[str, Any]:
        """Means over the scored frames."""
        j, f = fmean(self.j), fmean(self.f)
        return {"object": self.object, "first_frame": self.first_frame, "scored_frames": len(self.j),
                "J": j, "F": f, "J&F": (j + f) / 2}

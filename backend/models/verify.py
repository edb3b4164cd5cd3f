"""A known input through a model as it was loaded: whether its weights do what they are for.

The pictures are made by formula: a plain disc that moves to the right on plain ground. Any segmenter that was loaded
right masks it from a click on its middle, whereas one with wrong weights makes noise; so this tells right from wrong
also where nobody has noted what the released weights make of it.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from backend.masks import BoolMask, Rle, iou
from backend.models.seam import Model, ModelSpec, Segment, Session
from backend.prompts import Box, Categories, Expression, Point, Question

HEIGHT, WIDTH, FRAMES = 240, 320, 3
RADIUS = 45.0
STEP = 12.0
"""Pixels to the right from frame to frame."""
GROUND, DISC = (64, 96, 80), (220, 60, 40)
ENOUGH = 0.5
"""Overlap (intersection over union) with the disc from which a mask is of it."""
OBJECT = 1

KNOWN: dict[str, dict[str, tuple[int, float]]] = {
    "compact 1": {"segment": (6401, 0.991), "track": (6399, 0.990)},
}
"""Name and version -> check -> (area in pixels, score) of the released weights at float32. Processors round
differently, so that areas within `NEAR` and scores within `NEAR` are the same."""
NEAR = 0.02


@dataclass(frozen=True)
class Check:
    """One thing that was asked of the model.

    Attributes:
        name: the method of the session.
        passed: None where there is nothing it could be held against.
        about: what came, for people.
        fingerprint: CRC-32 of the mask's run lengths, in hexadecimal; "" where there is no mask.
    """

    name: str
    passed: bool | None
    about: str
    fingerprint: str = ""


class Discs:
    """The pictures. See `backend.models.seam.Frames`."""

    height, width = HEIGHT, WIDTH

    def __len__(self) -> int:
        return FRAMES

    def __getitem__(self, index: int) -> npt.NDArray[np.uint8]:
        if not 0 <= index < FRAMES:
            raise IndexError(index)
        return np.where(disc(index)[..., None], np.array(DISC, np.uint8), np.array(GROUND, np.uint8))


def middle(frame: int) -> tuple[float, float]:
    """Middle of the disc: (x, y) in continuous pixels."""
    return WIDTH / 3 + STEP * frame, HEIGHT / 2


def disc(frame: int) -> BoolMask:
    """Its mask: bool, shape (HEIGHT, WIDTH)."""
    x, y = middle(frame)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    return (columns - x) ** 2 + (rows - y) ** 2 < RADIUS**2


def is_known(spec: ModelSpec) -> bool:
    """Whether it was noted what the released weights of this version make of the pictures."""
    return _key(spec) in KNOWN


def checks(model: Model) -> Iterator[Check]:
    """Ask the model for everything that it can do, one task after the other."""
    session = model.open(Discs())
    asked = {"segment": _segment, "track": _track, "discover": _discover, "answer": _answer}
    try:
        for task, ask in asked.items():
            if task in model.spec.tasks:
                yield ask(model, session)
    finally:
        session.close()


def _segment(model: Model, session: Session) -> Check:
    (x, y), around = middle(0), RADIUS + 1
    clicked = Point(x=x, y=y) if "point" in model.spec.prompts else Box(
        x0=x - around, y0=y - around, x1=x + around, y1=y + around)
    return _of_mask(model, "segment", session.segment(0, {OBJECT: [clicked]})[OBJECT], 0)


def _track(model: Model, session: Session) -> Check:
    session.remember(0, {OBJECT: disc(0)})
    session.track(1)
    found = session.track(2)[OBJECT]
    session.forget([OBJECT])
    return _of_mask(model, "track", found, 2)


def _discover(model: Model, session: Session) -> Check:
    takes = model.spec.prompts
    query = (Expression(text="the red disc") if "expression" in takes
             else Categories(names=["sports ball", "disc"]) if "categories" in takes else None)
    found = session.discover(0, query)
    overlaps = [iou(Rle.from_mask(one.segment.mask), Rle.from_mask(disc(one.frame or 0))) for one in found]
    about = f"{len(found)} candidates" + (f", the nearest overlaps the disc by {max(overlaps):.2f}" if overlaps else "")
    if not found:
        return Check("discover", False, about)
    best = int(np.argmax(overlaps))
    return Check("discover", overlaps[best] > ENOUGH, about, _crc(found[best].segment.mask))


def _answer(model: Model, session: Session) -> Check:
    said = session.answer(Question(text=f"What colour is [{OBJECT}]?"), {OBJECT: {0: disc(0)}})
    return Check("answer", None, f'says "{said.text.strip()[:200]}" of the red disc')


def _of_mask(model: Model, name: str, found: Segment, frame: int) -> Check:
    area = int(found.mask.sum())
    about = f"{area} pixels, score {found.score:.3f}"
    if not math.isfinite(found.score):
        return Check(name, False, f"{about}: the numbers are not finite")
    overlap = iou(Rle.from_mask(found.mask), Rle.from_mask(disc(frame)))
    known = KNOWN.get(_key(model.spec), {}).get(name)
    same = known is None or (math.isclose(area, known[0], rel_tol=NEAR) and abs(found.score - known[1]) < NEAR)
    if not same:
        about += f"; the released weights make {known[0]} pixels, score {known[1]:.3f}" if known else ""
    return Check(name, overlap > ENOUGH and same, f"{about}, overlaps the disc by {overlap:.2f}", _crc(found.mask))


def _key(spec: ModelSpec) -> str:
    return f"{spec.name} {spec.version}"


def _crc(mask: BoolMask) -> str:
    return f"{zlib.crc32(Rle.from_mask(mask).counts):08x}"

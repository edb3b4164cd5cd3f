"""The flow model at work on one video: what it remembers of every object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from backend.masks import BoolMask
from backend.models.flow.appearance import Appearance
from backend.models.flow.outline import enlarge, grey_of
from backend.models.flow.segment import segment
from backend.models.flow.track import Guess, Motion, advance, search
from backend.models.flow.view import Float, View, Views, resize
from backend.models.seam import Answer, Candidate, Frames, Segment
from backend.prompts import Categories, Expression, Question

MAX_TRUSTED = 8
"""Trusted frames kept of an object; beyond, the one farthest from the newest is dropped."""

LOST_SHARE = 0.04
"""An object with less than this share of the area it had on the nearest trusted frame is taken for lost."""

SEARCH_START, SEARCH_GROWTH = 1.0, 0.1
"""How far a lost object is looked for, in lengths of the object, at once and more with every frame."""


@dataclass(frozen=True)
class _Known:
    """A mask on a frame, at working size, and how the object looks there.

    `appearance` is None where the mask has no pixel, or leaves none to tell it from."""

    frame: int
    mask: Float
    appearance: Appearance | None

    @property
    def shows(self) -> bool:
        """Whether the object is on the frame."""
        return bool((self.mask > 0.5).any())

    @property
    def area(self) -> float:
        return float(self.mask.sum())


@dataclass
class _Memory:
    """Of one object: trusted masks by frame, the mask tracked last, and where it was seen last."""

    trusted: dict[int, _Known] = field(default_factory=dict)
    last: _Known | None = None
    seen: _Known | None = None

    def nearest(self, frame: int) -> _Known:
        """What tracking to a frame starts from: the last mask, unless a trusted one is nearer in time."""
        known = [*([self.last] if self.last else []), *reversed(self.trusted.values())]
        return min(known, key=lambda one: abs(one.frame - frame))

    def trust(self, known: _Known) -> None:
        """Take in a trusted mask; the newest comes last."""
        self.trusted.pop(known.frame, None)
        if len(self.trusted) >= MAX_TRUSTED:
            del self.trusted[max(self.trusted, key=lambda frame: abs(frame - known.frame))]
        self.trusted[known.frame] = known
        self.note(known)

    def note(self, known: _Known) -> None:
        """Take in the mask tracked or trusted last."""
        self.last = known
        if known.shows:
            self.seen = known

    def appearance(self) -> Appearance | None:
        """How the object looks on trusted frames."""
        looks = [known.appearance for known in self.trusted.values() if known.appearance]
        return Appearance.joined(looks) if looks else None

    def area_near(self, frame: int) -> float:
        """Area on the trusted frame nearest in time that shows the object; 0 where none does."""
        shown = [known for known in self.trusted.values() if known.shows]
        return min(shown, key=lambda known: abs(known.frame - frame)).area if shown else 0.0


class FlowSession:
    """See `backend.models.seam.Session`."""

    def __init__(self, frames: Frames) -> None:
        self._frames = frames
        self._views = Views(frames)
        self._memory: dict[int, _Memory] = {}

    def segment(self, frame: int, prompts: Mapping[int, Sequence[Any]]) -> dict[int, Segment]:
        """Each object by itself."""
        picture = self._frames[frame]
        return {object: segment(picture, given) for object, given in prompts.items()}

    def remember(self, frame: int, masks: Mapping[int, BoolMask]) -> None:
        """Keeps the masks and samples of how the objects look, both at working size."""
        view = self._views[frame]
        for object, mask in masks.items():
            self._memory.setdefault(object, _Memory()).trust(self._known(frame, view, mask))

    def forget(self, objects: Iterable[int]) -> None:
        """Their memory is all there is of them."""
        for object in objects:
            self._memory.pop(object, None)

    def track(self, frame: int) -> dict[int, Segment]:
        """The flow is computed once for all objects; each is carried by itself.

        Objects do not compete for pixels: each comes out exactly as it would alone. Every way of competing that was
        tried took from a right mask about as often as from a wrong one (J&F of `dogs-jump`: -0.0015, -0.0001, +0.0003
        an object at best), because the colours of two look-alikes do not say whose a pixel is.
        """
        if not self._memory:
            return {}
        view, grey = self._views[frame], grey_of(self._frames[frame])
        motions: dict[int, Motion] = {}
        segments = {}
        for object, memory in self._memory.items():
            source = memory.nearest(frame).frame
            if source not in motions:
                motions[source] = Motion.between(self._views, source, frame)
            guess = _carry(memory, view, frame, motions[source])
            mask = enlarge(guess.mask, view, grey)
            memory.note(self._known(frame, view, mask))
            segments[object] = Segment(mask, guess.score, present=bool(mask.any()))
        return segments

    def discover(
        self, frame: int, query: Categories | Expression | None, within: range | None = None
    ) -> list[Candidate]:
        """This model knows no categories."""
        raise NotImplementedError("flow has no discover task")

    def answer(
        self, question: Question, objects: Mapping[int, Mapping[int, BoolMask]], within: range | None = None
    ) -> Answer:
        """This model has no language."""
        raise NotImplementedError("flow has no answer task")

    def close(self) -> None:
        """Drops memory and views."""
        self._memory.clear()
        self._views.clear()

    def _known(self, frame: int, view: View, mask: BoolMask) -> _Known:
        """From a mask of the frame's size, as they are stored: a session rebuilt from those knows the same."""
        small = resize(mask.astype(np.float32), *self._views.size)
        if mask.any() and not (small > 0.5).any():
            # Thinner than a pixel of the small copy: what is left of it stands for it.
            small = small / float(small.max())
        return _Known(frame, small, Appearance.of(view, small > 0.5))


def _carry(memory: _Memory, view: View, frame: int, motion: Motion) -> Guess:
    """One object's mask on the frame; empty where it is lost."""
    start, trusted = memory.nearest(frame), memory.appearance()
    expected = memory.area_near(frame)
    if start.shows:
        guess = advance(view, motion, start.mask, trusted, start.appearance)
        if guess.mask[guess.mask > 0.5].sum() >= LOST_SHARE * expected:
            return guess
    if trusted is None:
        return Guess(np.zeros_like(start.mask), 1.0)
    seen = memory.seen
    if seen is None:
        return search(view, trusted, expected, None, 0.0)
    reach = (SEARCH_START + SEARCH_GROWTH * abs(frame - seen.frame)) * np.sqrt(seen.area)
    return search(view, trusted, max(seen.area, LOST_SHARE * expected), seen.mask > 0.5, reach)

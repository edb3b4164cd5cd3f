"""UNINEXT at work on one video."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from backend.masks import BoolMask
from backend.models import vocabulary
from backend.models.known import Known
from backend.models.placement import told_when_full
from backend.models.replay import kept
from backend.models.seam import Answer, Candidate, Frames, Search, SearchKind, Segment
from backend.models.uninext import pictures, words
from backend.models.uninext.asking import MOST, Asked, Instances, instances, look
from backend.models.uninext.types import Features, Network
from backend.models.uninext.words import Words
from backend.prompts import Categories, Expression, Question

LEAST = 0.3
"""Instances of categories that are less likely are not proposed; the tracker of the authors takes them for ground."""

_FRAMES, _PROMPTS = 2, 4
"""Frames (pixels, and features: 60 MB a frame at 800 pixels) and prompts kept."""


class UninextSession:
    """See `backend.models.seam.Session`.

    Args:
        title: of the model, for errors.
        limit: pixels that the shorter side of a picture may have at most; None: as many as the task wants.
    """

    def __init__(
        self, frames: Frames, network: Network, words: Words, title: str, limit: int | None = None
    ) -> None:
        self._frames, self._network, self._words, self._title, self._limit = frames, network, words, title, limit
        self._known = Known()
        self._pictures: OrderedDict[tuple[int, int], Tensor] = OrderedDict()
        self._features: OrderedDict[tuple[int, int], Features] = OrderedDict()
        self._asked: OrderedDict[tuple[str, ...] | str, Asked] = OrderedDict()

    def segment(self, frame: int, prompts: Mapping[int, Sequence[Any]]) -> dict[int, Segment]:
        """Not of weights that were trained on pictures alone."""
        raise NotImplementedError("this UNINEXT has no segment task")

    def remember(self, frame: int, masks: Mapping[int, BoolMask]) -> None:
        """Objects that need not be proposed again."""
        self._known.remember(frame, masks)

    def forget(self, objects: Iterable[int]) -> None:
        """See `Session.forget`."""
        self._known.forget(objects)

    def track(self, frame: int) -> dict[int, Segment]:
        """Not of weights that were trained on pictures alone."""
        raise NotImplementedError("this UNINEXT has no track task")

    def detect(self, frame: int, query: Categories) -> list[Candidate]:
        """The best pairs of a query and a category (see `Detecting.detect`)."""
        found = self._instances(frame, query, 0.0)
        return [Candidate(_segment(found, place), query.names[label])
                for place, label in enumerate(found.labels.tolist())]

    def discover(
        self, frame: int, query: Categories | Expression | None, within: range | None = None
    ) -> list[Candidate]:
        """Objects of the categories (None: those of COCO), or the one that an expression means. Only this frame is
        looked at."""
        query = Categories(names=list(vocabulary.COCO.names)) if query is None else query
        least = LEAST if isinstance(query, Categories) else 0.0
        return self._known.others(frame, _candidates(self._instances(frame, query, least), query))

    def search(self, kind: SearchKind, query: Categories | Expression | None, within: range) -> Search:
        """Not of weights that were trained on pictures alone."""
        raise NotImplementedError("this UNINEXT searches no video")

    def answer(
        self, question: Question, objects: Mapping[int, Mapping[int, BoolMask]], within: range | None = None
    ) -> Answer:
        """This model has no language of its own."""
        raise NotImplementedError("UNINEXT has no answer task")

    def close(self) -> None:
        """Free what is kept."""
        for one in (self._known, self._pictures, self._features, self._asked):
            one.clear()

    def _instances(self, frame: int, query: Categories | Expression, least: float) -> Instances:
        """Those of at least this score, on the processor."""
        expression = isinstance(query, Expression)
        with told_when_full(self._title), torch.inference_mode():
            asked = self._ask(query.text if isinstance(query, Expression) else tuple(query.names))
            queries = look(self._network, self._seen(frame, pictures.IMAGES), asked)
            found = instances(queries, (self._frames.height, self._frames.width), 1 if expression else MOST,
                              least=least)
        return Instances(*(one.cpu() for one in found))

    def _pixels(self, frame: int, shorter: int) -> Tensor:
        """A frame with a shorter side of so many pixels, for the network."""
        shorter = min(shorter, self._limit or shorter)
        return kept(self._pictures, (frame, shorter), _FRAMES,
                    lambda: self._network.pixels(pictures.resized(self._frames[frame], shorter)))

    def _seen(self, frame: int, shorter: int) -> Features:
        """The same after the backbone."""
        return kept(self._features, (frame, shorter), _FRAMES,
                    lambda: self._network.features(self._pixels(frame, shorter)))

    def _ask(self, for_what: tuple[str, ...] | str) -> Asked:
        """The prompt of category names, or of an expression."""
        def ask() -> Asked:
            texts = ([self._words.expression(for_what)] if isinstance(for_what, str)
                     else list(self._words.categories(for_what)))
            return words.asked(self._network, texts)

        return kept(self._asked, for_what, _PROMPTS, ask)


def _candidates(found: Instances, query: Categories | Expression) -> list[Candidate]:
    """What is proposed: what has a pixel (what an expression means has a box in any case), each query as what it is
    likeliest."""
    names = None if isinstance(query, Expression) else query.names
    made: dict[int, Candidate] = {}
    for place, row in enumerate(found.queries.tolist()):
        segment = _segment(found, place)
        if row not in made and (names is None or segment.mask.any()):
            made[row] = Candidate(segment, None if names is None else names[int(found.labels[place])])
    return list(made.values())


def _segment(found: Instances, place: int) -> Segment:
    x0, y0, x1, y1 = found.boxes[place].tolist()
    return Segment(found.masks[place].numpy(), float(found.scores[place]), box=(x0, y0, x1, y1))

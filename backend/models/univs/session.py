"""UniVS at work on one video."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import torch

from backend.masks import BoolMask
from backend.models.known import Known
from backend.models.placement import told_when_full
from backend.models.replay import kept
from backend.models.seam import Answer, Candidate, Frames, Segment
from backend.models.univs import pictures, rules
from backend.models.univs.canvas import Canvas
from backend.models.univs.clip import Clip, Features
from backend.models.univs.image import Picture
from backend.models.univs.parts import Parts
from backend.models.vocabulary import COCO_PANOPTIC
from backend.prompts import Categories, Expression, Question

LEAST = 0.3
"""Objects that are less likely are not proposed."""

_FRAMES = 12
"""Features kept: 64 MB a frame of 640 x 1138 pixels."""


class UnivsSession:
    """See `backend.models.seam.Session`.

    Args:
        title: of the model, for errors.
    """

    def __init__(self, frames: Frames, parts: Parts, title: str) -> None:
        self._frames, self._parts, self._title = frames, parts, title
        self._known = Known()
        self._features: OrderedDict[int, Features] = OrderedDict()
        inner = pictures.fitted(frames.height, frames.width, parts.shortest)
        self._canvas = Canvas(pictures.padded(inner), inner, (frames.height, frames.width))

    def segment(self, frame: int, prompts: Mapping[int, Sequence[Any]]) -> dict[int, Segment]:
        """Not yet."""
        raise NotImplementedError("UniVS has no segment task")

    def remember(self, frame: int, masks: Mapping[int, BoolMask]) -> None:
        """Objects that need not be proposed again."""
        self._known.remember(frame, masks)

    def forget(self, objects: Iterable[int]) -> None:
        """See `Session.forget`."""
        self._known.forget(objects)

    def track(self, frame: int) -> dict[int, Segment]:
        """Not yet."""
        raise NotImplementedError("UniVS has no track task")

    def detect(self, frame: int, query: Categories) -> list[Candidate]:
        """The best pairs of a learnable query and a category (see `Detecting.detect`)."""
        with told_when_full(self._title), torch.inference_mode():
            return [Candidate(Segment(one.mask.cpu().numpy(), one.score), query.names[one.category])
                    for one in self._picture(frame, query.names).instances()]

    def discover(
        self, frame: int, query: Categories | Expression | None, within: range | None = None
    ) -> list[Candidate]:
        """Objects of the categories (None: those of COCO), or the one that an expression means. Only this frame is
        looked at."""
        with told_when_full(self._title), torch.inference_mode():
            found = self._meant(frame, query.text) if isinstance(query, Expression) else self._of(frame, query)
        return self._known.others(frame, found)

    def answer(
        self, question: Question, objects: Mapping[int, Mapping[int, BoolMask]], within: range | None = None
    ) -> Answer:
        """This model has no language of its own."""
        raise NotImplementedError("UniVS has no answer task")

    def close(self) -> None:
        """Free what is kept."""
        self._known.clear()
        self._features.clear()

    def _picture(self, frame: int, names: Sequence[str], stuff: Collection[int] = ()) -> Picture:
        network = self._parts.network
        table = self._parts.concepts.rows(names).to(network.device)
        return Picture(network.decode(self._clip([frame]), table).found(), self._canvas, stuff)

    def _of(self, frame: int, query: Categories | None) -> list[Candidate]:
        names, stuff = (COCO_PANOPTIC.names, COCO_PANOPTIC.stuff) if query is None else (query.names, frozenset[int]())
        picture = self._picture(frame, names, stuff)
        likeliest = {one.query: one for one in reversed(picture.instances(LEAST)) if one.mask.any()}
        return [Candidate(Segment(one.mask.cpu().numpy(), one.score), names[one.category])
                for one in likeliest.values()]

    def _meant(self, frame: int, expression: str) -> list[Candidate]:
        network, clip = self._parts.network, self._clip([frame])
        words, sentences = self._parts.text.expressions([expression])
        output = network.decode(clip, sentences, network.expressions(clip, words, sentences)).prompted()
        logits = self._canvas.enlarged(output.masks)
        score, mask = float(rules.quality(self._canvas.cropped(logits))[0]), self._canvas.framed(logits)[0, 0] > 0
        return [Candidate(Segment(mask.cpu().numpy(), score))] if mask.any() else []

    def _clip(self, frames: Sequence[int]) -> Clip:
        return self._parts.network.clip([self._seen(frame) for frame in frames], frames)

    def _seen(self, frame: int) -> Features:
        """A frame after backbone and pixel decoder."""
        def see() -> Features:
            picture = pictures.picture(self._frames[frame], self._canvas.inner)
            return self._parts.network.features(picture[None])[0]

        return kept(self._features, frame, _FRAMES, see)

"""UniVS at work on one video."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import torch

from backend.errors import BadInput
from backend.masks import BoolMask
from backend.models.known import Known
from backend.models.placement import told_when_full
from backend.models.seam import Answer, Candidate, Frames, Search, SearchKind, Segment
from backend.models.univs import rules, vos
from backend.models.univs.clip import PositionCode
from backend.models.univs.image import Picture
from backend.models.univs.parts import Parts
from backend.models.univs.prompted import Prompted
from backend.models.univs.search import ExpressionSearch, InstanceSearch, PanopticSearch, RegionSearch, Stretch, Wanted
from backend.models.univs.seen import Seen
from backend.models.univs.tracker import Tracker
from backend.models.vocabulary import COCO, COCO_PANOPTIC, stuff_among
from backend.prompts import Categories, Expression, Question

LEAST = 0.3
"""Objects that are less likely are not proposed."""

_KINDS = {"vis": InstanceSearch, "vps": PanopticSearch, "vss": RegionSearch}


class UnivsSession:
    """See `backend.models.seam.Searcher`, `Categorized` and `Detecting`.

    Args:
        title: of the model, for errors.
    """

    def __init__(self, frames: Frames, parts: Parts, title: str) -> None:
        self._parts, self._title = parts, title
        following = vos.Settings()
        self._seen = Seen(frames, parts.network, parts.shortest, following.length)
        self._known = Known()
        self._prompted = Prompted(parts.network, self._seen.canvas, following.tokens)
        self._tracker = Tracker(parts.network, parts.concepts, self._seen, following)

    def segment(self, frame: int, prompts: Mapping[int, Sequence[Any]]) -> dict[int, Segment]:
        """Each object by itself, from its prompts on this frame alone."""
        with told_when_full(self._title), torch.inference_mode():
            return self._prompted.segment(self._seen.clip([frame]), frame, prompts)

    def remember(self, frame: int, masks: Mapping[int, BoolMask]) -> None:
        """The objects start anew from these masks, which enter the memory pool."""
        self._known.remember(frame, masks)
        with torch.inference_mode():
            self._tracker.remember(frame, masks)

    def forget(self, objects: Iterable[int]) -> None:
        """See `Session.forget`."""
        gone = list(objects)
        self._known.forget(gone)
        with torch.inference_mode():
            self._tracker.forget(gone)

    def categorize(self, categories: Mapping[int, str]) -> None:
        """See `Categorized`: objects that are stuff are followed as panoptic VOS does."""
        self._tracker.categorize(categories)

    def track(self, frame: int) -> dict[int, Segment]:
        """All objects together, in clips that begin at this frame."""
        with told_when_full(self._title), torch.inference_mode():
            return self._tracker.track(frame)

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

    def search(self, kind: SearchKind, query: Categories | Expression | None, within: range) -> Search:
        """See `Searcher.search`. None asks for the classes of COCO: all for regions, else those that are objects."""
        code: PositionCode = self._parts.vis if kind == "vis" else "ArbitraryT"
        stretch = Stretch(self._parts.network, self._seen, within, self._title, code)
        device = self._parts.network.device
        if kind == "rvos":
            if not isinstance(query, Expression):
                raise BadInput("no_expression", "This search needs an expression.", "Say what to find.")
            words, sentences = self._parts.text.expressions([query.text])
            return ExpressionSearch(stretch, words.to(device), sentences.to(device))
        if kind not in _KINDS:
            raise NotImplementedError(f"UniVS has no search of the kind {kind}")
        if isinstance(query, Expression):
            raise BadInput("no_categories", "This search needs names of categories.",
                           "Name categories, or search for the expression.")
        names = query.names if query else (COCO if kind == "vis" else COCO_PANOPTIC).names
        table = self._parts.concepts.rows(names).to(device)
        return _KINDS[kind](stretch, Wanted(names, table, stuff_among(names)))

    def answer(
        self, question: Question, objects: Mapping[int, Mapping[int, BoolMask]], within: range | None = None
    ) -> Answer:
        """This model has no language of its own."""
        raise NotImplementedError("UniVS has no answer task")

    def close(self) -> None:
        """Free what is kept."""
        self._known.clear()
        self._tracker.clear()
        self._seen.clear()

    def _picture(self, frame: int, names: Sequence[str], stuff: Collection[int] = ()) -> Picture:
        network = self._parts.network
        table = self._parts.concepts.rows(names).to(network.device)
        return Picture(network.decode(self._seen.clip([frame]), table).found(), self._seen.canvas, stuff)

    def _of(self, frame: int, query: Categories | None) -> list[Candidate]:
        names, stuff = (COCO_PANOPTIC.names, COCO_PANOPTIC.stuff) if query is None else (query.names, frozenset[int]())
        picture = self._picture(frame, names, stuff)
        likeliest = {one.query: one for one in reversed(picture.instances(LEAST)) if one.mask.any()}
        return [Candidate(Segment(one.mask.cpu().numpy(), one.score), names[one.category])
                for one in likeliest.values()]

    def _meant(self, frame: int, expression: str) -> list[Candidate]:
        network, canvas, clip = self._parts.network, self._seen.canvas, self._seen.clip([frame])
        words, sentences = self._parts.text.expressions([expression])
        output = network.decode(clip, sentences, network.expressions(clip, words, sentences)).prompted()
        logits = canvas.enlarged(output.masks)
        score, mask = float(rules.quality(canvas.cropped(logits))[0]), canvas.framed(logits)[0, 0] > 0
        return [Candidate(Segment(mask.cpu().numpy(), score))] if mask.any() else []

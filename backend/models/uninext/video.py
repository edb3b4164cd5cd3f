"""UNINEXT at work on one video, with the weights of its last stage: what it does on pictures, and follows and searches
besides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import torch

from backend.errors import BadInput
from backend.masks import BoolMask, Rle
from backend.models import vocabulary
from backend.models.association import box_iou, xyxy
from backend.models.placement import told_when_full
from backend.models.replay import since_mask
from backend.models.seam import Frames, Search, SearchKind, Segment
from backend.models.uninext import pictures
from backend.models.uninext.asking import LIKELY, look
from backend.models.uninext.follow import Best, Corners, Follower, KnownBox, enlarged, find
from backend.models.uninext.follow import Rules as Following
from backend.models.uninext.instances import Objects, VideoInstances
from backend.models.uninext.queries import Queries
from backend.models.uninext.search import CategorySearch, ExpressionSearch, segment_of
from backend.models.uninext.session import UninextSession
from backend.models.uninext.template import Cut
from backend.models.uninext.types import Network, Prompt
from backend.models.uninext.words import Words
from backend.prompts import Box, Categories, Expression

ELSEWHERE = 1e-3
"""How much a query that does not overlap a drawn box counts, against one that is the same box."""


class UninextVideoSession(UninextSession):
    """See `backend.models.seam.Searcher` and `seam.Boxed`; and `UninextSession` for the arguments."""

    def __init__(
        self, frames: Frames, network: Network, words: Words, title: str, limit: int | None = None
    ) -> None:
        super().__init__(frames, network, words, title, limit)
        self._shape = frames.height, frames.width
        self._of_masks = Follower(network, lambda frame: self._pixels(frame, pictures.VIDEOS))
        # the benchmarks of SOT want a box on every frame, however unsure
        self._of_boxes = Follower(network, lambda frame: self._pixels(frame, pictures.IMAGES), Following(visible=0.0))

    def segment(self, frame: int, prompts: Mapping[int, Sequence[Any]]) -> dict[int, Segment]:
        """A box is a template for its own frame: of all queries the one is taken whose score times overlap with the box
        is largest. A mask without a box after it is the answer itself.

        Raises:
            BadInput: anything else than boxes and masks.
        """
        boxes: dict[int, Corners] = {}
        made: dict[int, Segment] = {}
        for object, given in prompts.items():
            base, hints = since_mask(given)
            if hints:
                boxes[object] = self._corners(hints)
            else:
                mask = np.zeros(self._shape, bool) if base is None else base.rle().to_mask()
                made[object] = Segment(mask, 1.0, present=bool(mask.any()))
        with told_when_full(self._title), torch.inference_mode():
            return made | self._boxed(frame, boxes)

    def remember(self, frame: int, masks: Mapping[int, BoolMask]) -> None:
        """The mask nearest in time is the first template of an object; the second is of the frame tracked before."""
        super().remember(frame, masks)
        self._of_boxes.forget(masks)
        for object, mask in masks.items():
            self._of_masks.trust(frame, object, Rle.from_mask(mask))

    def remember_boxes(self, frame: int, boxes: Mapping[int, Corners]) -> None:
        """Objects to be followed as in SOT: their second template is renewed every 200 frames. Pixels are not shared
        out between them and those that are known by masks."""
        self._of_masks.forget(boxes)
        for object, corners in boxes.items():
            self._of_boxes.trust(frame, object, KnownBox.of(corners, self._shape))

    def forget(self, objects: Iterable[int]) -> None:
        """See `Session.forget`."""
        gone = list(objects)
        super().forget(gone)
        self._of_masks.forget(gone)
        self._of_boxes.forget(gone)

    def track(self, frame: int) -> dict[int, Segment]:
        """One pass of the backbone for all, of the transformer for a few objects together."""
        with told_when_full(self._title), torch.inference_mode():
            return self._step(self._of_masks, frame, pictures.VIDEOS) | self._step(
                self._of_boxes, frame, pictures.IMAGES)

    def search(self, kind: SearchKind, query: Categories | Expression | None, within: range) -> Search:
        """Categories by VIS or MOTS, an expression by R-VOS.

        Raises:
            NotImplementedError, BadInput: as of `seam.Searcher`; also as of `words.Words`.
        """
        if kind not in ("vis", "mots", "rvos"):
            raise NotImplementedError(f"UNINEXT has no search for {kind}")
        if (kind == "rvos") != isinstance(query, Expression):
            raise BadInput("wrong_query", f"A search of the kind {kind} does not go with this query.",
                           "Search for categories with vis or mots, for an expression with rvos.")
        if isinstance(query, Expression):
            return ExpressionSearch(self._finder(query.text), self._shape, within)
        names = vocabulary.COCO.names if query is None else tuple(query.names)
        if kind == "vis":
            return CategorySearch(self._looker(names, pictures.VIDEOS, with_iou=False), VideoInstances(), names,
                                  self._shape, within)
        return CategorySearch(self._looker(names, pictures.IMAGES, with_iou=True), Objects(), names, self._shape,
                              within)

    def close(self) -> None:
        """Free what is kept."""
        super().close()
        for follower in (self._of_masks, self._of_boxes):
            follower.forget(follower.objects)

    def _corners(self, hints: Sequence[Any]) -> Corners:
        """Of the last box, within the frame."""
        if not all(isinstance(hint, Box) for hint in hints):
            raise BadInput("prompt_not_taken", "UNINEXT takes boxes and masks, no points or strokes.",
                           "Draw a box around the object, or choose another model.")
        box, (height, width) = hints[-1], self._shape
        return max(box.x0, 0.0), max(box.y0, 0.0), min(box.x1, width), min(box.y1, height)

    def _boxed(self, frame: int, boxes: Mapping[int, Corners]) -> dict[int, Segment]:
        prompts: dict[int, Prompt] = {}
        for object, corners in boxes.items():
            pixels = self._pixels(frame, pictures.IMAGES)
            template = Cut().of_box(pixels, KnownBox.of(corners, self._shape).on(pixels))
            if template is not None:
                prompt = self._network.template(template.pixels[None], template.padding[None])
                prompts[object] = prompt.followed_by(prompt)
        if not prompts:
            return dict.fromkeys(boxes, self._absent)
        drawn = torch.tensor([boxes[object] for object in prompts], device=self._network.device)
        drawn /= drawn.new_tensor([self._shape[1], self._shape[0]] * 2)
        best = find(self._network, self._seen(frame, pictures.IMAGES), list(prompts.values()),
                    weigh=lambda place, found: box_iou(xyxy(found), drawn[place:place + 1])[:, 0] + ELSEWHERE)
        made = {object: segment_of(enlarged(one.mask, self._shape) > LIKELY, one.score, one.box, self._shape)
                for object, one in zip(prompts, best, strict=True)}
        return {object: made.get(object, self._absent) for object in boxes}

    def _step(self, follower: Follower, frame: int, shorter: int) -> dict[int, Segment]:
        if not follower.objects:
            return {}
        found, masks = follower.step(frame, self._seen(frame, shorter), self._shape)
        given = follower.known(frame)
        made = {}
        for object in follower.objects:
            if object not in found:
                made[object] = self._absent
            elif object in given:
                mask = masks[object].cpu().numpy()
                made[object] = Segment(mask, 1.0, present=bool(mask.any()))
            else:
                made[object] = segment_of(masks[object], found[object].score, found[object].box, self._shape)
        return made

    @property
    def _absent(self) -> Segment:
        return Segment(np.zeros(self._shape, bool), 1.0, present=False)

    def _looker(self, names: tuple[str, ...], shorter: int, *, with_iou: bool) -> Callable[[int], Queries]:
        """Asks frames for categories."""
        asked = self._ask(names)

        def ask(frame: int) -> Queries:
            with told_when_full(self._title), torch.inference_mode():
                return look(self._network, self._seen(frame, shorter), asked, with_iou, embed=True)

        return ask

    def _finder(self, text: str) -> Callable[[int], Best]:
        """Asks frames for what an expression means."""
        prompts = self._ask(text).prompts

        def ask(frame: int) -> Best:
            with told_when_full(self._title), torch.inference_mode():
                return find(self._network, self._seen(frame, pictures.VIDEOS), prompts)[0]

        return ask

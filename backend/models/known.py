"""What a person has already, so that a model that finds by itself does not propose it again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from backend.masks import BoolMask, Rle, iou
from backend.models.seam import Candidate

SAME = 0.5
"""Masks that overlap more (intersection over union) show one object."""

MOST = 100
"""Candidates looked at on a frame, the best."""

NEAR = 30
"""Frames within which an object is still taken to be where it was, to be matched by its mask."""

KEPT = 4
"""Masks kept of an object that is known, those remembered last."""


class Known:
    """Objects by a few masks of each."""

    def __init__(self) -> None:
        self._masks: dict[int, OrderedDict[int, Rle]] = {}

    def remember(self, frame: int, masks: Mapping[int, BoolMask]) -> None:
        """These objects are known on this frame. See `seam.Session.remember`."""
        for object, mask in masks.items():
            kept = self._masks.setdefault(object, OrderedDict())
            kept[frame] = Rle.from_mask(mask)
            kept.move_to_end(frame)
            while len(kept) > KEPT:
                kept.popitem(last=False)

    def forget(self, objects: Iterable[int]) -> None:
        """Propose them again. Unknown ones are no error."""
        for object in objects:
            self._masks.pop(object, None)

    def clear(self) -> None:
        """Forget all."""
        self._masks.clear()

    def others(self, frame: int, found: Iterable[Candidate]) -> list[Candidate]:
        """What is not known on the frame, best first.

        One that has a mask like that of an object known nearby is proposed as that object; of doubles of a category
        only the best stays.
        """
        here = {object: kept[frame] for object, kept in self._masks.items() if frame in kept}
        near = {object: kept[min(kept, key=lambda one: abs(one - frame))]
                for object, kept in self._masks.items()
                if object not in here and min(abs(one - frame) for one in kept) <= NEAR}
        kept: list[Candidate] = []
        seen: list[tuple[str | None, Rle]] = []
        for candidate in sorted(found, key=lambda one: -one.segment.score)[:MOST]:
            rle = Rle.from_mask(candidate.segment.mask)
            doubles = (other for category, other in seen if category == candidate.category)
            if any(iou(rle, other) > SAME for other in (*here.values(), *doubles)):
                continue
            seen.append((candidate.category, rle))
            overlaps = {object: iou(rle, other) for object, other in near.items()}
            object = max(overlaps, key=overlaps.__getitem__, default=None)
            if object is not None and overlaps[object] > SAME:
                del near[object]
                candidate = replace(candidate, object=object)
            kept.append(candidate)
        return kept

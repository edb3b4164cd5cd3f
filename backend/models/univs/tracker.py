"""Objects of a session: what is remembered of them, and a follower that goes with whoever asks, frame by frame.

Section 3.3 of the paper follows masks forward, from the frames they are given on. Here they may be given at any time,
and the way may turn. So frames are places in the order they are gone through: their numbers, or those with a minus on
the way back. An object that is given late is followed over one clip by itself and then together with the others. Where
the way turns, all start anew from what they were last.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from backend.masks import BoolMask, Rle
from backend.models.seam import Segment
from backend.models.univs import rules
from backend.models.univs.concepts import Concepts
from backend.models.univs.network import Network
from backend.models.univs.seen import Seen
from backend.models.univs.visual import Seeded
from backend.models.univs.vos import Follower, Settings, Stuff
from backend.models.vocabulary import VIPSEG

_TRUSTED = 8
"""Masks kept of an object, those remembered last."""


class Tracker:
    """Objects of one video.

    Args:
        settings: of following; its clips are as long as those of `seen`.
    """

    def __init__(self, network: Network, concepts: Concepts, seen: Seen, settings: Settings) -> None:
        self._network, self._concepts, self._seen, self._settings = network, concepts, seen, settings
        self._trusted: dict[int, OrderedDict[int, Rle]] = {}
        self._starting: set[int] = set()
        self._labels: dict[int, int] = {}
        self._follower: Follower | None = None
        self._step, self._at = 1, 0
        self._last: int | None = None

    def remember(self, frame: int, masks: Mapping[int, BoolMask]) -> None:
        """Trusted masks: the object starts anew from the one that is nearest when it is tracked."""
        for object, mask in masks.items():
            kept = self._trusted.setdefault(object, OrderedDict())
            kept[frame] = Rle.from_mask(mask)
            kept.move_to_end(frame)
            while len(kept) > _TRUSTED:
                kept.popitem(last=False)
            self._starting.add(object)
        self._drop(masks)
        self._last = frame

    def forget(self, objects: Iterable[int]) -> None:
        """Unknown ones are no error."""
        gone = set(objects)
        for object in gone:
            self._trusted.pop(object, None)
            self._labels.pop(object, None)
        self._starting -= gone
        self._drop(gone)

    def clear(self) -> None:
        """Forget all."""
        self.forget(list(self._trusted))

    def categorize(self, categories: Mapping[int, str]) -> None:
        """Objects that are stuff are found by the semantic map as well, from when they start. Names that VIPSeg, by
        which the release does this, has not or has as things tell nothing."""
        for object, name in categories.items():
            plain = " ".join(name.replace("_", " ").lower().split())
            place = VIPSEG.names.index(plain) if plain in VIPSEG.names else None
            if place in VIPSEG.stuff:
                self._labels[object] = place
            else:
                self._labels.pop(object, None)

    def track(self, frame: int) -> dict[int, Segment]:
        """Every remembered object on a frame next to the last one. One whose nearest trusted mask is empty is absent
        until another is given."""
        if not self._trusted:
            return {}
        self._face(frame)
        self._start(frame)
        found = self._found(frame) if self._follower is not None and self._follower.objects else {}
        self._last = frame
        nothing = np.zeros(self._seen.canvas.frame, bool)
        return {object: found.get(object, Segment(nothing, 1.0, present=False)) for object in self._trusted}

    def _face(self, frame: int) -> None:
        """Where the way turns or begins again, objects go on from what they were on the last frame."""
        step = -1 if self._last is not None and frame < self._last else 1
        again = step != self._step or step * frame < self._at
        if again and self._follower is not None and self._last is not None:
            place = self._step * self._last
            if self._follower.logits.begin <= place < self._follower.logits.end:
                masks = self._masks(place)[0]
                self.remember(self._last, {object: mask for object, mask in masks.items() if mask.any()})
            self._starting |= set(self._trusted)
            self._follower = None
        self._step = step

    def _start(self, frame: int) -> None:
        """Follow those that begin over the clip of their mask, and then with the others."""
        starts: dict[int, dict[int, BoolMask]] = {}
        for object in sorted(self._starting):
            masks = self._trusted[object]
            nearest = min(masks, key=lambda one: abs(one - frame))
            mask = masks[nearest].to_mask()
            if mask.any():
                behind = self._step * nearest
                place = behind if self._step * frame - self._settings.length < behind <= self._step * frame else \
                    self._step * frame - 1
                starts.setdefault(place, {})[object] = mask
        for place, begun in sorted(starts.items()):
            new = self._begun(place, begun)
            if self._follower is None or not self._follower.objects:
                self._follower, self._at = new, place
            else:
                self._follower.join(new)
            self._starting -= set(begun)  # now: the next clip may not come
        self._starting.clear()

    def _begun(self, place: int, masks: Mapping[int, BoolMask]) -> Follower:
        canvas, device = self._seen.canvas, self._network.device
        stuff = Stuff(torch.zeros(0, self._network.language, device=device))
        labels = {row: self._labels[object] for row, object in enumerate(masks) if object in self._labels}
        if labels:
            stuff = Stuff(self._concepts.rows(VIPSEG.names).to(device), slice(None), labels)
        new = Follower(self._network, canvas, self._settings, Seeded(), list(masks), stuff, begin=place)
        for row, mask in enumerate(masks.values()):
            new.give(row, place, canvas.padded_mask(torch.from_numpy(mask).to(device)))
        self._advance(new, place)
        return new

    def _found(self, frame: int) -> dict[int, Segment]:
        """The clip that begins at a frame, or the last one there is room for, adds to what is known of it."""
        assert self._follower is not None
        place = self._step * frame
        end = len(self._seen) if self._step > 0 else 1
        first = max(min(place, end - self._settings.length), self._at)
        if first > self._at:
            self._advance(self._follower, first)
            self._at = first
        masks, scores = self._masks(place)
        return {object: Segment(mask, scores[object], present=bool(mask.any())) for object, mask in masks.items()}

    def _advance(self, follower: Follower, first: int) -> None:
        numbers = self._numbers(first)
        follower.advance(first, self._seen.clip(numbers), numbers)

    def _numbers(self, first: int) -> list[int]:
        """Of the frames of a clip; the last frame there is stands for those beyond it."""
        last = len(self._seen) - 1
        return [min(max(self._step * place, 0), last) for place in range(first, first + self._settings.length)]

    def _masks(self, place: int) -> tuple[dict[int, BoolMask], dict[int, float]]:
        """Masks that share no pixel, and how sure they are."""
        assert self._follower is not None
        logits = self._follower.masks(place, 1)[:, 0]
        inside = logits > 0
        taken = torch.cumsum(inside.int(), 0) - inside.int() > 0
        masks = (inside & ~taken).cpu().numpy()
        scores = _certainty(logits, inside)
        objects = self._follower.objects
        return dict(zip(objects, masks, strict=True)), dict(zip(objects, scores, strict=True))

    def _drop(self, objects: Iterable[int]) -> None:
        if self._follower is not None:
            self._follower.keep(set(self._follower.objects) - set(objects))


def _certainty(logits: Tensor, inside: Tensor) -> Sequence[float]:
    """Of masks (N, height, width): their quality, or for empty ones how unlikely any pixel is."""
    quality, likeliest = rules.quality(logits[:, None]), logits.flatten(1).amax(1).sigmoid()
    return torch.where(inside.flatten(1).any(1), quality, 1 - likeliest).tolist()

"""The compact model at work on one video."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import cv2
import numpy as np

from backend.masks import BoolMask
from backend.models.compact.bank import Bank, Recall
from backend.models.compact.discovery import appearance, match, propose
from backend.models.compact.drawing import Float, shrink
from backend.models.compact.graphs import Encoded, Graphs, working_size
from backend.models.compact.prompted import Prompted
from backend.models.compact.shapes import BIAS, CONTEXT, MAPS, OWN, VALUE
from backend.models.seam import Answer, Candidate, Frames, Segment
from backend.prompts import Categories, Expression, Question

ENCODED_FRAMES = 6
"""Encoded frames kept, so that a click on a frame that was just shown or tracked need not encode it again."""

TOGETHER = 16
"""Objects in one call of a graph; bounds memory where there are hundreds."""

MOST_CELLS = 3500
"""Read of the frames that are not the nearest. Many objects leave little ground to thin; then only every second recent
frame is read, or every fourth."""

UNLIKELY = 0.25
"""An object of less presence than this is taken to be hidden."""

SURE = 0.75
"""An object that has less than this share of every pixel is lost: that it is not here is not remembered, so that it is
found again by what it looked like."""


class CompactSession:
    """See `backend.models.seam.Session`."""

    def __init__(self, frames: Frames, graphs: Graphs) -> None:
        self._frames, self._graphs = frames, graphs
        self._size = working_size(frames.height, frames.width)
        self._encoded: OrderedDict[int, Encoded] = OrderedDict()
        self._bank = Bank()
        self._prompted = Prompted(frames, graphs, self._encode)

    def segment(self, frame: int, prompts: Mapping[int, Sequence[Any]]) -> dict[int, Segment]:
        """Each object by itself, from the frame and its prompts alone."""
        return {object: self._prompted.segment(frame, given) for object, given in prompts.items()}

    def remember(self, frame: int, masks: Mapping[int, BoolMask]) -> None:
        """The values are computed when they are read: other objects may be remembered on the same frame first."""
        encoded = self._encode(frame)
        small = {object: shrink(mask, encoded.map_size) for object, mask in masks.items()}
        self._bank.trust(frame, encoded, small, {object: bool(mask.any()) for object, mask in masks.items()})

    def forget(self, objects: Iterable[int]) -> None:
        """Drops them from the bank."""
        self._bank.forget(objects)

    def track(self, frame: int) -> dict[int, Segment]:
        """The picture is encoded once; objects remembered on the same frames are read in one go; all compete."""
        objects = list(self._bank.trails)
        if not objects:
            return {}
        encoded = self._encode(frame)
        shares, presence = self._look(frame)
        segments = self._segments(objects, shares, presence)
        sure = {o: o in shares and float(shares[o].max()) > SURE for o in objects}
        small = {o: cv2.resize(shares[o], encoded.map_size[::-1], interpolation=cv2.INTER_AREA) for o in shares}
        self._bank.follow(frame, encoded, small, sure)
        return segments

    def discover(
        self, frame: int, query: Categories | Expression | None, within: range | None = None
    ) -> list[Candidate]:
        """Everything that looks like an object and has no remembered mask there; remembered objects that memory or
        their looks find again are proposed as themselves."""
        if query is not None:
            raise NotImplementedError("compact understands no words")
        encoded = self._encode(frame)
        masks, again, lost = self._remembered(frame)
        inside = 1 / (1 + np.exp(-self._graphs.discover(encoded)))
        covered = [*masks, *(segment.mask for segment in again.values())]
        found = list(propose(inside, (self._frames.height, self._frames.width), covered,
                             lambda place: self._prompted.segment(frame, [place])))
        looks = [appearance(self._target(encoded, segment.mask)) for segment, _ in found]
        chosen = match(looks, lost)
        candidates = [Candidate(segment, object=object) for object, segment in again.items()]
        candidates += [Candidate(replace(segment, score=segment.score * depth), object=chosen.get(place))
                       for place, (segment, depth) in enumerate(found)]
        return sorted(candidates, key=lambda one: -one.segment.score)

    def answer(
        self, question: Question, objects: Mapping[int, Mapping[int, BoolMask]], within: range | None = None
    ) -> Answer:
        """This model has no language."""
        raise NotImplementedError("compact has no answer task")

    def close(self) -> None:
        """Drops memory, encoded frames and masks made from prompts."""
        self._bank = Bank()
        self._encoded.clear()
        self._prompted.clear()

    def _encode(self, frame: int) -> Encoded:
        if frame in self._encoded:
            self._encoded.move_to_end(frame)
        else:
            self._encoded[frame] = self._graphs.encode(self._frames[frame], self._size)
            while len(self._encoded) > ENCODED_FRAMES:
                self._encoded.popitem(last=False)
        return self._encoded[frame]

    def _look(self, frame: int) -> tuple[dict[int, Float], dict[int, float]]:
        """Shares (rows, columns) of the remembered objects that are seen on a frame, and the presence of all."""
        encoded = self._encode(frame)
        logits: dict[int, Float] = {}
        presence: dict[int, float] = {}
        for group, recall in self._groups(frame):
            masks, seen = self._find(encoded, group, recall)
            for object, mask, score in zip(group, masks, seen, strict=True):
                presence[object] = float(1 / (1 + np.exp(-score)))
                if presence[object] >= UNLIKELY:
                    logits[object] = mask
        return _compete(logits), presence

    def _groups(self, frame: int) -> Iterator[tuple[list[int], Recall]]:
        """Objects that are found from the same memory, at most `TOGETHER` at once."""
        groups: dict[Recall, list[int]] = defaultdict(list)
        for object, trail in self._bank.trails.items():
            if trail.seen:
                groups[trail.recall(frame)].append(object)
        for recall, group in groups.items():
            for first in range(0, len(group), TOGETHER):
                yield group[first:first + TOGETHER], recall

    def _find(self, encoded: Encoded, group: list[int], recall: Recall) -> tuple[Float, Float]:
        """Logits of masks and presence of objects that are found from the same memory."""
        recent = recall.recent
        cells = {one: self._bank.kept[one].telling() for one in (*recall.trusted, *recent)}
        while len(recent) > 1 and sum(len(cells[one]) for one in (*recall.trusted, *recent)) > MOST_CELLS:
            recent = recent[::-2][::-1]
        read = (*recall.trusted, *recent)
        for one in {*read, recall.nearest}:
            self._memorise(one, group)
        kept = [(self._bank.kept[one], cells[one]) for one in read]
        nearest = self._bank.kept[recall.nearest]
        nearest_token = nearest.token
        if not recall.anywhere:
            nearest_token = nearest.near_token.copy()
            nearest_token[:, BIAS] += np.log(len(kept))  # the nearest frame counts as much as all others together
        tokens = np.concatenate([*(one.token[at] for one, at in kept), nearest_token])
        values = np.empty((len(group), len(tokens), VALUE), np.float32)
        for row, object in zip(values, group, strict=True):
            np.concatenate([*(one.values[object][at] for one, at in kept), nearest.values[object]], out=row)
        target = np.stack([
            (np.mean([one.targets[object] for one, _ in kept], 0) + nearest.targets[object]) / 2 for object in group
        ])
        rows, columns = encoded.context.shape[2:]
        drawn = np.zeros((len(group), VALUE, rows, columns), np.float32)
        maps = np.zeros((len(group), MAPS, *encoded.map_size), np.float32)
        return self._graphs.decode(encoded, tokens, values, target, drawn, maps)

    def _memorise(self, frame: int, group: list[int]) -> None:
        """Compute the values of these objects on a remembered frame, where that was not done."""
        kept = self._bank.kept[frame]
        due = [object for object in group if object in kept.stale]
        if not due:
            return
        values, targets = self._graphs.memorise(self._encode(frame), np.stack([kept.draw(object) for object in due]))
        for object, value, target in zip(due, values, targets, strict=True):
            kept.values[object] = value.reshape(CONTEXT, -1).T.astype(np.float16)
            kept.targets[object] = target
        kept.stale.difference_update(due)

    def _remembered(self, frame: int) -> tuple[list[BoolMask], dict[int, Segment], dict[int, list[Float]]]:
        """Of the remembered objects: masks that they have on a frame, what memory finds there of the others, and what
        those look like that it does not find."""
        masks: list[BoolMask] = []
        again: dict[int, Segment] = {}
        lost: dict[int, list[Float]] = {}
        here = self._bank.kept[frame].own if frame in self._bank.kept else {}
        shares, presence = self._look(frame)
        for object, segment in self._segments(list(presence), shares, presence).items():
            if segment.present and object in here:
                masks.append(segment.mask)
            elif segment.present:
                again[object] = segment
            else:
                trusted = self._bank.trails[object].trusted
                lost[object] = [appearance(self._bank.kept[one].targets[object]) for one in trusted]
        return masks, again, lost

    def _target(self, encoded: Encoded, mask: BoolMask) -> Float:
        """The target tokens (2, CONTEXT) of a mask."""
        maps = np.zeros((1, MAPS, *encoded.map_size), np.float32)
        maps[0, OWN] = shrink(mask, encoded.map_size)
        return self._graphs.memorise(encoded, maps)[1][0]

    def _segments(
        self, objects: list[int], shares: Mapping[int, Float], presence: Mapping[int, float]
    ) -> dict[int, Segment]:
        """Masks at the frame's size: every pixel goes to the likeliest object, if any is likelier than the ground."""
        height, width = self._frames.height, self._frames.width
        best = np.full((height, width), 0.5, np.float32)
        owner = np.full((height, width), -1, np.int64)
        full: dict[int, Float] = {}
        for object, share in shares.items():
            full[object] = cv2.resize(share, (width, height), interpolation=cv2.INTER_LINEAR)
            won = full[object] > best
            best[won], owner[won] = full[object][won], object
        segments = {}
        for object in objects:
            mask = owner == object
            seen = presence.get(object, 0.0)
            score = seen * float(full[object][mask].mean()) if mask.any() else 1 - seen
            segments[object] = Segment(mask, float(np.clip(score, 0, 1)), present=bool(mask.any()))
        return segments


def _compete(logits: Mapping[int, Float]) -> dict[int, Float]:
    """Objects and ground (logit 0) share every pixel: softmax, as in training.

    An object hidden for now has no share; its mask is empty."""
    if not logits:
        return {}
    stack = np.stack(list(logits.values()))
    top = np.maximum(stack.max(0), 0)
    stack = np.exp(stack - top)
    stack /= stack.sum(0) + np.exp(-top)
    return dict(zip(logits, stack, strict=True))

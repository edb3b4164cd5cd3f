"""Objects over time: what is remembered of each, what it is found by on the next frame, and how clicks add up.

Follows the released video predictor (2b90b9f), object by object: they are independent, and those that remember as much
share one forward pass. What differs for our users is a setting: see docs/decisions/0010-sam2-driver.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from backend.models.sam2.network import Decoded, Features, Network, Prompt, Recall, same_lengths

LIMIT = 32.0
"""Logits that are fed back with the next click are held within +- this."""

TOGETHER = 8
"""Objects in one forward pass: bounds memory where there are many."""

BOX = (2, 3)
"""Labels of the corners of a box."""


class Entry(NamedTuple):
    """What one object was on one frame.

    Attributes:
        logits: float (S/4, S/4), `score` and `iou`: as in `network.Decoded`.
        pointer: float (d_model,).
        memory: (h*w, memory_dim); None until tracking needs it.
    """

    logits: Tensor
    score: Tensor
    iou: Tensor
    pointer: Tensor
    memory: Tensor | None = None


class Clicks(NamedTuple):
    """Points (n, 2) in pixels of the network's picture, and their labels (n,): the corners of a box come first."""

    points: npt.NDArray[np.float32]
    labels: npt.NDArray[np.int64]

    @classmethod
    def none(cls) -> Clicks:
        """No clicks yet."""
        return cls(np.zeros((0, 2), np.float32), np.zeros(0, np.int64))

    def then(self, more: Clicks) -> Clicks:
        """Both; a box among the later ones takes the place of an earlier one."""
        old = self
        if more.has_box:
            is_click = ~np.isin(self.labels, BOX)
            old = Clicks(self.points[is_click], self.labels[is_click])
        points = np.concatenate([old.points, more.points])
        labels = np.concatenate([old.labels, more.labels])
        order = np.argsort(~np.isin(labels, BOX), kind="stable")
        return Clicks(points[order], labels[order])

    @property
    def has_box(self) -> bool:
        """Whether a box is among them."""
        return bool(np.isin(self.labels, BOX).any())

    def prompt(self, device: torch.device, before: Tensor | None) -> Prompt:
        """For the network, with the logits that the prompts before them made."""
        return Prompt(torch.from_numpy(self.points).to(device), torch.from_numpy(self.labels).to(device),
                      None if before is None else before.clamp(-LIMIT, LIMIT))


@dataclass
class Trail:
    """What is remembered of an object.

    Attributes:
        trusted: frames a person vouches for (conditioning frames).
        recent: frames that were tracked.
        pointers: of those and of earlier ones: they are read for longer.
        pending: answers to prompts that tracking has not seen yet, and whether they are to be trusted.
        passed: frames that tracking went over, and whether in reverse; a click there reads memory.
        clicks: everything clicked, frame by frame.
    """

    trusted: dict[int, Entry] = field(default_factory=dict)
    recent: dict[int, Entry] = field(default_factory=dict)
    pointers: dict[int, Tensor] = field(default_factory=dict)
    pending: dict[int, tuple[Entry, bool]] = field(default_factory=dict)
    passed: dict[int, bool] = field(default_factory=dict)
    clicks: dict[int, Clicks] = field(default_factory=dict)


@dataclass(frozen=True)
class Rules:
    """How a tracker behaves.

    Attributes:
        trust_corrections: a prompt on a frame that was tracked makes it a trusted one: the answer stays, and frames on
            both sides see it. The release does not by default: tracking over the frame loses the correction.
        bounded: keep of tracked frames only what can still be read: the 6 nearest memories and 15 nearest pointers on
            either side of the frame that is tracked. The release keeps all of a video.
        most_trusted: trusted frames an object may have; the farthest in time goes. None: any number, as in the release.
    """

    trust_corrections: bool = True
    bounded: bool = True
    most_trusted: int | None = 8


RELEASED = Rules(trust_corrections=False, bounded=False, most_trusted=None)
"""The release's defaults."""


class Tracker:
    """Objects of one video.

    Args:
        features: gives the features of a frame; it decides how many are kept.
        count: frames of the video.
    """

    def __init__(
        self, network: Network, features: Callable[[int], Features], count: int, rules: Rules | None = None
    ) -> None:
        self._network, self._features, self._count = network, features, count
        self.rules = rules or Rules()
        self.trails: dict[int, Trail] = {}

    @property
    def picture_size(self) -> int:
        """Side of the picture that points are in pixels of."""
        return self._network.size

    def click(self, frame: int, object: int, clicks: Clicks) -> Entry:
        """Answer clicks that are added to those the object has on this frame."""
        trail = self._trail(object)
        every = trail.clicks[frame] = trail.clicks.get(frame, Clicks.none()).then(clicks)
        before = self._latest(trail, frame)
        prompt = every.prompt(self._network.device, None if before is None else before.logits)
        return self._answer(frame, object, prompt, several=len(every.labels) <= 1)

    def show(self, frame: int, object: int, tokens: Tensor) -> Entry:
        """Prompt with tokens (k, d_model) of another model."""
        return self._answer(frame, object, Prompt.pointless(self._network.device, tokens=tokens), several=True)

    def give(self, frame: int, object: int, mask: npt.NDArray[np.bool_]) -> Entry:
        """Give a mask of the size of the frame; clicks before it no longer count."""
        trail = self._trail(object)
        trail.clicks.pop(frame, None)
        return self._file(frame, trail, self._network.from_mask(self._features(frame), mask))

    def track(self, frame: int, objects: Iterable[int] | None = None, *, reverse: bool = False) -> dict[int, Entry]:
        """Find objects (None: all) on a frame; on a trusted one they are what was said there.

        Args:
            reverse: whether time runs backward: memory is then read of later frames.
        """
        chosen = list(self.trails if objects is None else objects)
        self.commit(chosen)
        made = {object: self.trails[object].trusted[frame] for object in chosen
                if frame in self.trails[object].trusted}
        recalls = {object: self._recall(self.trails[object], frame, reverse) for object in chosen
                   if object not in made}
        for group in same_lengths(recalls):
            for first in range(0, len(group), TOGETHER):
                part = group[first:first + TOGETHER]
                made |= dict(zip(part, self._find(frame, [recalls[object] for object in part]), strict=True))
        for object in chosen:
            trail = self.trails[object]
            trail.passed[frame] = reverse
            if frame not in trail.trusted:
                trail.recent[frame], trail.pointers[frame] = made[object], made[object].pointer
            if self.rules.bounded:
                self._prune(trail, frame)
        return {object: made[object] for object in chosen}

    def commit(self, objects: Iterable[int]) -> None:
        """Make memories of what was prompted since. Tracking does it by itself, when the features of those frames may
        have to be made again."""
        for object in objects:
            self._commit(self.trails[object])

    def forget(self, objects: Iterable[int]) -> None:
        """Unknown ones are no error."""
        for object in objects:
            self.trails.pop(object, None)

    def _trail(self, object: int) -> Trail:
        return self.trails.setdefault(object, Trail())

    def _answer(self, frame: int, object: int, prompt: Prompt, *, several: bool) -> Entry:
        trail, features = self._trail(object), self._features(frame)
        if frame in trail.passed:
            coarse = self._network.with_memory(features, [self._recall(trail, frame, trail.passed[frame])])
        else:
            coarse = self._network.without_memory(features)
        return self._file(frame, trail, self._network.decode(features, coarse, [prompt], several=several))

    def _file(self, frame: int, trail: Trail, decoded: Decoded) -> Entry:
        (entry,) = _entries(decoded)
        trail.pending[frame] = entry, frame not in trail.passed or self.rules.trust_corrections
        return entry

    @staticmethod
    def _latest(trail: Trail, frame: int) -> Entry | None:
        if frame in trail.pending:
            return trail.pending[frame][0]
        return trail.trusted.get(frame) or trail.recent.get(frame)

    def _commit(self, trail: Trail) -> None:
        """An answer that is not to be trusted is dropped where a trusted one is."""
        for frame, (entry, trusted) in trail.pending.items():
            memory = self._network.memorise(self._features(frame), entry.logits[None], entry.score[None], prompted=True)
            entry = entry._replace(memory=memory[0])
            if trusted:
                trail.trusted[frame] = entry
                trail.recent.pop(frame, None)
                trail.pointers.pop(frame, None)
            elif frame not in trail.trusted:
                trail.recent[frame], trail.pointers[frame] = entry, entry.pointer
            most = self.rules.most_trusted
            if most is not None and len(trail.trusted) > most:
                del trail.trusted[max(trail.trusted, key=lambda one: abs(one - frame))]
        trail.pending.clear()

    def _recall(self, trail: Trail, frame: int, reverse: bool) -> Recall:
        """Section 4, "Memory bank": all trusted frames and the nearest tracked ones before this one; pointers of the
        trusted frames before it and of more tracked ones."""
        back = 1 if reverse else -1
        read = [(0, one.memory) for one in trail.trusted.values()]
        read += [(ago, trail.recent[frame + back * ago].memory)
                 for ago in range(self._network.reads_memories, 0, -1) if frame + back * ago in trail.recent]
        memories = [(ago, memory) for ago, memory in read if memory is not None]
        longest = min(self._count, self._network.reads_pointers + 1)
        pointers = [((at - frame) * back, one.pointer) for at, one in trail.trusted.items() if (at - frame) * back >= 0]
        pointers += [(ago, trail.pointers[frame + back * ago])
                     for ago in range(1, longest) if frame + back * ago in trail.pointers]
        return Recall([memory for _, memory in memories], [ago for ago, _ in memories],
                      [pointer for _, pointer in pointers], [ago for ago, _ in pointers], longest)

    def _find(self, frame: int, recalls: Sequence[Recall]) -> list[Entry]:
        features = self._features(frame)
        found = self._network.decode(features, self._network.with_memory(features, recalls), None, several=True)
        memories = self._network.memorise(features, found.logits, found.score, prompted=False)
        return [entry._replace(memory=memory.clone()) for entry, memory in zip(_entries(found), memories, strict=True)]

    def _prune(self, trail: Trail, frame: int) -> None:
        """Drop what tracking from this frame on, in either direction, cannot read."""
        for kept, reach in ((trail.recent, self._network.reads_memories),
                            (trail.pointers, self._network.reads_pointers)):
            for at in [at for at in kept if abs(at - frame) > reach]:
                del kept[at]
        trail.passed = {at: way for at, way in trail.passed.items() if at in trail.pointers or at in trail.trusted}


def _entries(decoded: Decoded) -> list[Entry]:
    """One an object; each with storage of its own, so that a kept one does not keep the batch."""
    parts = zip(decoded.logits, decoded.score, decoded.iou, decoded.pointer, strict=True)
    return [Entry(*(one.clone() for one in part)) for part in parts]

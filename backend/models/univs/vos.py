"""Objects that are given on a frame, followed clip by clip: VOS, panoptic VOS, and RefVOS with expressions instead of
masks (section 3.3 of the paper, prompt-specified tasks).

Frames are places in the order the video is gone through. A clip overlaps the one before; what is known there of every
object goes into the memory pool first, then the clip is segmented and its masks are added to what is there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from backend.models.univs import rules
from backend.models.univs.canvas import Canvas
from backend.models.univs.clip import Clip, Output, Prompts
from backend.models.univs.memory import MemoryPool
from backend.models.univs.network import Network
from backend.models.univs.semantic import semantic
from backend.models.univs.spans import Span
from backend.models.univs.visual import Draws, Seeded, VisualPrompts

NEVER = 1 << 40
"""The first frame of an object that is yet to come."""

_SAME, _LARGE = 0.15, 96**2
"""Overlap with the given mask that a prediction must have to be believed; less where that has fewer pixels."""

_WON = 0.25
"""Of its own pixels, part that an object has to win from the others to stay in a clip."""

_STUFF = 10.0
"""Logit of stuff where the semantic map says so."""


@dataclass(frozen=True)
class Settings:
    """Of following. The defaults are those of the release for VOS.

    Attributes:
        length, stride: of clips, in frames.
        tokens: R, of the visual prompts an object has on a frame.
        memory: M, frames of memory; taken to be at least the length of a clip.
        consistency: least likeness of an object with itself over time.
    """

    length: int = 5
    stride: int = 1
    tokens: int = 256
    memory: int = 5
    consistency: float = 0.5

    @property
    def recent(self) -> int:
        """M as it is used."""
        return max(self.memory, self.length)


@dataclass(frozen=True)
class Stuff:
    """What panoptic VOS is told more.

    Attributes:
        table: (K, E), classes that the learnable queries are scored against.
        classes: those of them that share out the pixels.
        labels: row of an object that is stuff -> its place among the classes.
    """

    table: Tensor
    classes: slice = field(default_factory=lambda: slice(0))
    labels: Mapping[int, int] = field(default_factory=dict)


class Follower:
    """N objects of one video.

    Args:
        objects: (N,) numbers that draws are made for.
        begin: the first frame.

    Attributes:
        objects: as given.
        firsts: (N,) the frame each was first seen on; `NEVER` before.
        logits: (N, F, H, W) of the padded frame; boxes: (N, F, 4), as `rules.boxes_of`; embeddings: (N, F, C): of the
            last frames.
        pool: None before the first clip.
    """

    def __init__(
        self, network: Network, canvas: Canvas, settings: Settings, draws: Draws, objects: Sequence[int],
        stuff: Stuff, begin: int = 0,
    ) -> None:
        self._network, self._canvas, self.settings, self._draws = network, canvas, settings, draws
        self.objects, self._stuff = list(objects), stuff
        self._given: dict[int, tuple[int, Tensor]] = {}
        count, device = len(self.objects), network.device
        self.firsts = [NEVER] * count
        self.logits = Span(begin, torch.zeros(count, 0, *canvas.padded, device=device))
        self.boxes = Span(begin, torch.zeros(count, 0, 4, device=device))
        self.embeddings = Span(begin, torch.zeros(count, 0, network.width, device=device))
        self.pool: MemoryPool | None = None

    def give(self, row: int, frame: int, mask: Tensor) -> None:
        """Say what an object is on a frame that no clip has left behind: bool (H, W) of the padded frame."""
        self._given[row] = frame, mask

    def advance(self, first: int, clip: Clip, numbers: Sequence[int]) -> Output:
        """Follow the objects over the next clip.

        Args:
            first: frame of the clip.
            numbers: of its frames in the video.

        Returns:
            What the decoder said.
        """
        end = first + len(clip)
        self._extend(first, end)
        self._look_back(first, clip, numbers)
        output = self._network.decode(clip, self._stuff.table, self._prompts(clip))
        regions = self._regions(output)
        appearing = [row for row, frame in enumerate(self.firsts) if first <= frame < end]
        if appearing:
            self._appear(appearing, first, output.prompted(), regions)
        known = [row for row, frame in enumerate(self.firsts) if frame < first]
        if known:
            self._go_on(known, first, output.prompted(), regions)
        for row in known:
            self._given.pop(row, None)
        return output

    def join(self, other: Follower) -> None:
        """Go on with the objects of another one as well, which has seen a clip that ends where the last one did or
        later; it is not used afterwards."""
        rows = len(self.objects)
        self.objects += other.objects
        self.firsts += other.firsts
        self._given |= {row + rows: given for row, given in other._given.items()}
        told = self._stuff if self._stuff.labels else other._stuff
        self._stuff = replace(told, labels={**self._stuff.labels, **{
            row + rows: label for row, label in other._stuff.labels.items()}})
        for own, others in ((self.logits, other.logits), (self.boxes, other.boxes),
                            (self.embeddings, other.embeddings)):
            own.join(others)
        assert self.pool is not None and other.pool is not None, "both have seen a clip"
        self.pool.join(other.pool)

    def keep(self, objects: Collection[int]) -> None:
        """Drop all objects but these."""
        rows = [row for row, object in enumerate(self.objects) if object in objects]
        self.objects, self.firsts = ([one[row] for row in rows] for one in (self.objects, self.firsts))
        self._given = {rows.index(row): given for row, given in self._given.items() if row in rows}
        self._stuff = replace(self._stuff, labels={
            rows.index(row): label for row, label in self._stuff.labels.items() if row in rows})
        for kept in (self.logits, self.boxes, self.embeddings, self.pool):
            if kept is not None:
                kept.keep(rows)

    def masks(self, first: int, frames: int) -> Tensor:
        """Logits (N, frames, height, width) of frames that the last clip covers, at the size of the frame."""
        return self._canvas.framed(self.logits.of(first, frames))

    def _extend(self, first: int, end: int) -> None:
        """Room for the frames of a clip, with what is given there; of the past M frames stay."""
        last = self.embeddings.last(self.settings.stride).mean(1) if self.embeddings.values.shape[1] else None
        for kept in (self.logits, self.boxes, self.embeddings):
            kept.forget_before(kept.end - self.settings.recent)
        self.logits.extend(end)
        self.boxes.extend(end)
        self.embeddings.extend(end, last)
        for row, (frame, mask) in self._given.items():
            if first <= frame < end:
                self.firsts[row] = frame
                self.logits.of(frame, 1)[row, 0] = mask.float()
                height, width = mask.shape
                beyond = mask.new_tensor([0, 0, 1 / width, 1 / height], dtype=torch.float32)
                self.boxes.of(frame, 1)[row, 0] = rules.boxes_of(mask) + beyond * mask.any()

    def _look_back(self, first: int, clip: Clip, numbers: Sequence[int]) -> None:
        """Put into the memory pool what is known on the frames shared with the clip before; of the first clip, on its
        first frame."""
        visual = VisualPrompts(self._network, clip, self.settings.tokens, self._draws)
        end = first + len(clip)
        if self.pool is None:
            self.pool = MemoryPool(first, len(clip), len(self.objects), self.settings.tokens, clip.sources[0],
                                   self.settings.recent)
            shared = 1
        else:
            shared = self.pool.features.end - first
            self.pool.extend(end, self.firsts)
        for at in range(shared):
            masks = (self.logits.of(first + at, 1)[:, 0] > 0).float()
            tokens = visual.of_masks(at, numbers[at], masks, self.boxes.of(first + at, 1)[:, 0], self.objects)
            self.pool.write(first + at, tokens, masks.flatten(1).any(1))

    def _prompts(self, clip: Clip) -> Prompts:
        assert self.pool is not None
        return self.pool.prompts(len(clip), self.firsts, self._network.visual_task)

    def _regions(self, output: Output) -> Tensor | None:
        """bool (N, T, H, W): where the semantic map says that an object is that is stuff; None where none is."""
        if not self._stuff.labels:
            return None
        labels = semantic(output.found().of(self._stuff.classes), self._canvas, self._canvas.cropped)
        nowhere = torch.zeros_like(labels, dtype=torch.bool)
        return torch.stack([labels == self._stuff.labels[row] if row in self._stuff.labels else nowhere
                            for row in range(len(self.objects))])

    def _appear(self, rows: list[int], first: int, prompted: Output, regions: Tensor | None) -> None:
        """Objects whose first frame is in the clip: a prediction is believed as far as it agrees with what was given
        there, and written to the frames after that."""
        frames = prompted.masks.shape[1]
        self.embeddings.of(first, frames)[rows] = prompted.embeddings[rows]
        logits = self._canvas.enlarged(prompted.masks[rows])
        given = torch.stack([self._given[row][1] for row in rows])
        at = [self.firsts[row] - first for row in rows]
        own = torch.arange(len(rows))
        agreement = _overlap(logits[own, at] > 0, given)
        weight = agreement**2 * rules.quality(self._canvas.cropped(logits))
        won = _won(logits, logits.sigmoid() * weight[:, None, None, None])
        boxes = rules.boxes_of(prompted.masks[rows] > 0)
        area = given.flatten(1).sum(1)
        believed = _overlap(won[own, at] > 0, given) > _SAME * (area / _LARGE).clamp(max=1)
        for place, row in enumerate(rows):
            after, target = at[place] + 1, self.firsts[row] + 1
            count = frames - after
            if count <= 0 or not (bool(believed[place]) or row in self._stuff.labels):
                continue
            mask = won[place, after:]
            if row in self._stuff.labels and regions is not None:
                mask = mask.masked_fill(regions[row, after:], _STUFF)
            self.logits.of(target, count)[row] = mask
            self.boxes.of(target, count)[row] = boxes[place, after:]

    def _go_on(self, rows: list[int], first: int, prompted: Output, regions: Tensor | None) -> None:
        """Objects that were seen before: the prediction is added to what the clips before said."""
        frames = prompted.masks.shape[1]
        current = prompted.embeddings[rows]
        similarity = rules.consistency(self.embeddings.last(self.settings.recent)[rows], current)
        alike = similarity > self.settings.consistency
        similarity, current = similarity * alike, current * alike[:, None, None]
        logits = self._canvas.enlarged(prompted.masks[rows]) * alike[:, None, None, None]
        self.logits.of(first, frames)[rows] += self._share_out(rows, logits, similarity, regions)
        self.boxes.of(first, frames)[rows] = rules.boxes_of(prompted.masks[rows] > 0) * alike[:, None, None]
        old = self.embeddings.of(first, frames)[rows]
        known = (old != 0).any(-1, keepdim=True)
        self.embeddings.of(first, frames)[rows] = (old + current) / (1 + known.float())

    def _share_out(self, rows: list[int], logits: Tensor, similarity: Tensor, regions: Tensor | None) -> Tensor:
        """Every pixel goes to one object: logits (n, T, H, W) with those lost to others zero. Objects that lose most of
        their own are left out."""
        weight = similarity**2 * rules.quality(self._canvas.cropped(logits))
        scores = logits.sigmoid() * weight[:, None, None, None]
        if regions is not None:
            logits, scores = logits.masked_fill(regions[rows], _STUFF), scores.masked_fill(regions[rows], 1.0)
        won = _won(logits, scores)
        own, kept = ((one > 0).flatten(1).sum(1) for one in (logits, won))
        return won * (kept > _WON * own)[:, None, None, None]


class Referred(Follower):
    """RefVOS: the objects are what expressions mean. They are there from the first frame on, each clip sees only the
    text, and they may overlap.

    Args:
        words: (N, W, E), sentences: (N, E), as `TextEncoder` makes them.
    """

    def __init__(
        self, network: Network, canvas: Canvas, settings: Settings, words: Tensor, sentences: Tensor,
    ) -> None:
        nothing = Stuff(sentences[:0])
        super().__init__(network, canvas, settings, Seeded(), range(len(sentences)), nothing)
        self._words, self._sentences = words, sentences
        self.firsts = [0] * len(sentences)

    def _look_back(self, first: int, clip: Clip, numbers: Sequence[int]) -> None:
        """No memory pool: the release does not use it for text."""

    def _prompts(self, clip: Clip) -> Prompts:
        return self._network.expressions(clip, self._words, self._sentences)

    def _appear(self, rows: list[int], first: int, prompted: Output, regions: Tensor | None) -> None:
        frames = prompted.masks.shape[1]
        self.embeddings.of(first, frames)[:] = prompted.embeddings
        self.logits.of(first, frames)[:] = self._canvas.enlarged(prompted.masks)
        self.boxes.of(first, frames)[:] = rules.boxes_of(prompted.masks > 0)

    def _share_out(self, rows: list[int], logits: Tensor, similarity: Tensor, regions: Tensor | None) -> Tensor:
        return logits


def _won(logits: Tensor, scores: Tensor) -> Tensor:
    """Logits (n, ...) of the object with the best score; those of the others, and where all are negative, are zero."""
    best = torch.zeros_like(logits, dtype=torch.bool).scatter_(0, scores.argmax(0, keepdim=True), True)
    return logits * (best & (logits > 0).any(0))


def _overlap(ones: Tensor, others: Tensor) -> Tensor:
    """Intersection over union of masks, pair by pair: bool (n, H, W) -> (n,)."""
    shared, union = ((one.flatten(1).sum(1)) for one in (ones & others, ones | others))
    return shared / union.clamp(min=1)

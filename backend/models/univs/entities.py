"""Everything in a video, clip by clip: what the loops of VIS and VPS share (section 3.3 of the paper, tasks that are
given categories).

Entities that were found become prompts of the clips after, whose masks are added to what is known of them; what the
learnable queries find that is none of them is a new one. Frames are those of the stretch that is searched, from 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from backend.models.association import bi_softmax
from backend.models.univs import rules
from backend.models.univs.canvas import Canvas
from backend.models.univs.clip import Clip, Output
from backend.models.univs.memory import MemoryPool
from backend.models.univs.network import Network
from backend.models.univs.spans import Span
from backend.models.univs.visual import Draws, VisualPrompts
from backend.quality.matching import best_pairs

_LATE = 3
"""Embeddings that new ones are compared with, and that the next is expected to be the mean of."""

MOST = 200
"""Entities of a search: with every one more memory and time are needed for all clips after it. No limit of the release,
whose videos are short."""

_DOUBLE = 0.5
"""Overlap with a known entity, on any frame, from which on something is not new."""


@dataclass(frozen=True)
class Settings:
    """Of a search. The defaults are those of the release for VIS on YouTube-VIS 2021.

    Attributes:
        length, stride: of clips, in frames.
        tokens: R, of the visual prompts an entity has on a frame.
        memory: M, frames of memory.
        window: frames that are seen together; results come in windows somewhat longer.
        consistency: least likeness of an entity with itself over time.
        same: least likeness by which a find is taken for a known entity.
        score: least score of a new entity.
        stability: least quality of the mask of a new entity (VIS).
        nms: overlap of boxes from which on finds are doubles.
        own: of its pixels, part that an entity has to win from the others: in a clip (VIS) or in a result (VPS).
        most: finds that are looked at in a clip, and results (VIS).
    """

    length: int = 5
    stride: int = 1
    tokens: int = 128
    memory: int = 5
    window: int = 5
    consistency: float = 0.25
    same: float = 0.1
    score: float = 0.25
    stability: float = 0.5
    nms: float = 0.85
    own: float = 0.5
    most: int = 35

    @property
    def recent(self) -> int:
        """M as the memory pool takes it."""
        return max(self.memory, self.length)

    @property
    def flushed(self) -> int:
        """Frames of a window of results."""
        return (math.ceil(self.window / 5) + 1) * 5


@dataclass(frozen=True)
class Found:
    """Finds of the learnable queries in a clip: class scores (m, K), masks (m, T, H/4, W/4), embeddings (m, T, C) and
    qualities (m,)."""

    scores: Tensor
    masks: Tensor
    embeddings: Tensor
    quality: Tensor

    def of(self, rows: Tensor | Sequence[int]) -> Found:
        """Some of them, in this order."""
        rows = torch.as_tensor(rows, dtype=torch.long, device=self.scores.device)
        return Found(self.scores[rows], self.masks[rows], self.embeddings[rows], self.quality[rows])


@dataclass(frozen=True)
class Window:
    """What is known of some frames that no clip will change.

    Attributes:
        first: the first of them.
        logits: (N, F, H/4, W/4), sums over clips; occurrence: (N, F), of how many.
        scores: (N, K), of the classes; quality: (N,), sums over clips.
    """

    first: int
    logits: Tensor
    occurrence: Tensor
    scores: Tensor
    quality: Tensor


class Entities:
    """N entities of a video; what differs between tasks is for subclasses to say.

    Args:
        table: (K, E), what is scored.
        classes: the columns that count.

    Attributes:
        past, latest: (N, K), class scores: summed over the clips before the last, and of the last.
        clips: how many there were.
        logits: (N, F, H/4, W/4), occurrence: (N, F), boxes: (N, F, 4): of the last frames.
        embeddings: (N, last clips, C).
        quality: (N,), sums over clips.
        firsts: (N,) the first frame each was seen on.
        new: entities that the last clip added.
    """

    def __init__(
        self, network: Network, canvas: Canvas, settings: Settings, draws: Draws, table: Tensor, classes: slice,
    ) -> None:
        self._network, self._canvas, self.settings, self._draws = network, canvas, settings, draws
        self._table, self._classes = table, classes
        kinds = table[classes].shape[0]
        none = table.new_zeros
        self.past, self.latest, self.clips = none(0, kinds), none(0, kinds), 0
        self.logits = Span(0, none(0, 0, *(side // 4 for side in canvas.padded)))
        self.occurrence, self.boxes = Span(0, none(0, 0)), Span(0, none(0, 0, 4))
        self.embeddings = Span(0, none(0, 0, network.width))
        self.quality = none(0)
        self.firsts: list[int] = []
        self.pool: MemoryPool | None = None
        self.new = 0

    def __len__(self) -> int:
        return len(self.firsts)

    @property
    def scores(self) -> Tensor:
        """(N, K): the mean over all clips."""
        return (self.past + self.latest) / max(self.clips, 1)

    def advance(self, first: int, clip: Clip, numbers: Sequence[int]) -> Output:
        """Search the next clip.

        Args:
            first: its first frame.
            numbers: of its frames in the video.

        Returns:
            What the decoder said.
        """
        self._extend(first + len(clip))
        self._look_back(first, clip, numbers)
        prompts = None if self.pool is None else self.pool.prompts(len(clip), self.firsts, self._network.visual_task)
        output = self._network.decode(clip, self._table, prompts)
        if prompts is not None:
            self._follow(first, output.prompted())
        found = output.found()
        quality = rules.quality(found.masks)
        scores = found.of(self._classes).logits.sigmoid() * quality[:, None]
        self._discover(first, Found(scores, found.masks, found.embeddings, quality))
        return output

    def flush(self, first: int, last: bool) -> Window | None:
        """What is final after the clip that begins at `first`; None where nothing is yet."""
        begin, enough, memory = self.logits.begin, self.settings.flushed, self.settings.memory
        if last:
            count = self.logits.end - begin
        elif first > memory and first % enough == memory:
            count = enough
        else:
            return None
        made = Window(begin, self.logits.of(begin, count), self.occurrence.of(begin, count), self.scores, self.quality)
        for kept in (self.logits, self.occurrence, self.boxes):
            kept.forget_before(begin + count)
        return made

    def _extend(self, end: int) -> None:
        """Room for the frames of a clip: things are taken to be as they were."""
        if self.clips:
            self.embeddings.extend(self.embeddings.end + 1, self.embeddings.last(_LATE).mean(1))
            self.embeddings.forget_before(
                self.embeddings.end - max(self.settings.memory // self.settings.stride, _LATE))
        else:
            self.embeddings.extend(1)
        self.past = self.past + self.latest
        self.clips += 1
        for kept in (self.logits, self.occurrence, self.boxes):
            kept.extend(end)

    def _look_back(self, first: int, clip: Clip, numbers: Sequence[int]) -> None:
        """Put into the memory pool what is known on the frames shared with the clip before. Where nothing was known
        before that clip, its first frames come in as well, by features of this one (as in the release)."""
        if not len(self):
            return
        visual = VisualPrompts(self._network, clip, self.settings.tokens, self._draws)
        stride, end = self.settings.stride, first + len(clip)
        shared = range(self.settings.length - stride)
        if self.pool is None:
            self.pool = MemoryPool(first - stride, len(clip) + stride, len(self), self.settings.tokens,
                                   clip.sources[0], self.settings.recent)
            before = True
        else:
            before = self.settings.length == 1
            self.pool.extend(end, self.firsts)
        if before:
            seen = torch.tensor([one < first for one in self.firsts], device=self._table.device)
            for at in range(stride):
                self._write(visual, at, first - stride + at, numbers[at], seen)
        for at in shared:
            self._write(visual, at, first + at, numbers[at])

    def _write(self, visual: VisualPrompts, at: int, frame: int, number: int, rows: Tensor | None = None) -> None:
        assert self.pool is not None
        masks = (self._canvas.enlarged(self.logits.of(frame, 1))[:, 0] > 0).float()
        some = masks.flatten(1).any(1)
        tokens = visual.of_masks(at, number, masks, self.boxes.of(frame, 1)[:, 0], range(len(self)))
        self.pool.write(frame, tokens, some if rows is None else some & rows)

    def _accept(self, rows: Tensor, first: int, prompted: Output, quality: Tensor) -> None:
        """Add what prompts said of known entities."""
        frames = prompted.masks.shape[1]
        self._add_masks(rows, first, prompted.masks[rows])
        sums = self._canvas.enlarged(self.logits.of(first, frames)[rows])
        self.boxes.of(first, frames)[rows] = rules.boxes_of(sums > 0)
        self._expect(rows, prompted.embeddings[rows].mean(1))
        self.quality[rows] += quality[rows]

    def _add_masks(self, rows: Tensor, first: int, masks: Tensor) -> None:
        frames = masks.shape[1]
        self.logits.of(first, frames)[rows] += masks
        visible = (self._canvas.enlarged(masks) > 0).flatten(2).any(2)
        self.occurrence.of(first, frames)[rows] += visible.float()

    def _expect(self, rows: Tensor, embeddings: Tensor) -> None:
        """The embedding of this clip: between what was expected and what is."""
        expected = self.embeddings.last(1)[rows, 0]
        known = (expected != 0).any(-1, keepdim=True)
        self.embeddings.last(1)[rows, 0] = (expected + embeddings) / (1 + known.float())

    def _consistency(self, first: int, prompted: Output) -> Tensor:
        """(N,) how like themselves entities are; 0 where not enough."""
        likeness = rules.consistency(self.embeddings.values, prompted.embeddings)
        least = self.settings.consistency / (2 if first < self.settings.length else 1)
        return likeness * (likeness > least)

    def _likeness(self, found: Found) -> Tensor:
        """Of entities (N) and finds (m): bi-softmax of every pair of a late embedding and one of the clip, in the mean
        over these pairs."""
        late = self.embeddings.last(_LATE)
        products = torch.einsum("npc,mtc->ptnm", late, found.embeddings)
        return bi_softmax(products).mean((0, 1))

    def _matched(self, found: Found) -> list[tuple[int, int, float]]:
        """(entity, find, likeness) of what is the same."""
        likeness = self._likeness(found)
        likeness = likeness * (likeness >= self.settings.same)
        pairs = best_pairs(likeness.cpu().double().numpy())
        return [(row, find, float(likeness[row, find])) for row, find in pairs]

    def _merge(self, pairs: Sequence[tuple[int, int]], first: int, found: Found, masks: Sequence[bool]) -> None:
        """Add finds to the entities that they are.

        Args:
            pairs: (entity, find); masks: of each, whether its mask is added as well.
        """
        if not pairs:
            return
        rows, finds = (torch.tensor(one, device=self._table.device) for one in zip(*pairs, strict=True))
        self.latest[rows] = (self.latest[rows] + found.scores[finds]) / 2
        self._expect(rows, found.embeddings[finds].mean(1))
        chosen = torch.tensor(masks, device=self._table.device)
        self._add_masks(rows[chosen], first, found.masks[finds[chosen]])
        self.quality[rows[chosen]] += found.quality[finds[chosen]]

    def _unknown(self, first: int, found: Found) -> Tensor:
        """bool (m,): finds that overlap no entity. Its masks are taken at full size and made small again, which moves
        their outlines as it does in the release."""
        known = self._canvas.reduced(self._canvas.enlarged(self.logits.of(first, found.masks.shape[1]))) > 0
        ones, others = found.masks.flatten(2) > 0, known.flatten(2)
        shared = torch.einsum("mtp,ntp->mnt", ones.float(), others.float())
        union = ones.sum(-1)[:, None] + others.sum(-1)[None] - shared
        return (shared / union.clamp(min=1)).flatten(1).amax(1) < _DOUBLE

    def _begin(self, first: int, found: Found) -> None:
        """New entities, as many as there is room for."""
        found = found.of(range(min(len(found.scores), MOST - len(self))))
        self.new = count = len(found.scores)
        frames = found.masks.shape[1]
        for kept in (self.logits, self.occurrence, self.boxes, self.embeddings):
            kept.add_empty(count)
        if self.pool is not None:
            self.pool.add(count)
        if not count:
            return
        self.logits.of(first, frames)[-count:] = found.masks
        self.occurrence.of(first, frames)[-count:] = 1
        self.boxes.of(first, frames)[-count:] = rules.boxes_of(found.masks > 0)
        self.embeddings.last(1)[-count:, 0] = found.embeddings.mean(1)
        self.past = torch.cat([self.past, torch.zeros_like(found.scores)])
        self.latest = torch.cat([self.latest, found.scores])
        self.quality = torch.cat([self.quality, found.quality])
        self.firsts += [first] * count

    def _follow(self, first: int, prompted: Output) -> None:
        """Add what prompts said to the entities that they stand for."""
        raise NotImplementedError

    def _discover(self, first: int, found: Found) -> None:
        """Match finds with entities, and begin new ones."""
        raise NotImplementedError

"""Searches over a stretch of a video: VIS, VPS, VSS and RefVOS as they are iterated."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from backend.models.placement import told_when_full
from backend.models.seam import Segment, Sighting, Track
from backend.models.univs import entities, rules, vos, vss
from backend.models.univs.clip import Clip, PositionCode
from backend.models.univs.entities import Entities, Window
from backend.models.univs.network import Network
from backend.models.univs.seen import Seen
from backend.models.univs.vis import Instances, Scores, masks_of
from backend.models.univs.visual import Seeded
from backend.models.univs.vos import Referred
from backend.models.univs.vps import Panoptic, Shares

_VIS = entities.Settings()
_VPS = entities.Settings(tokens=64, consistency=0.05, same=0.05, score=0.15, nms=0.75, most=100)
"""The release's, for YouTube-VIS 2021 and VIPSeg."""

_SHARE = 0.6
"""Of its pixels, part that a new thing of VPS has to win: the release's."""


@dataclass(frozen=True)
class Wanted:
    """Classes that are looked for: names, their rows (K, E), and the places of those that are stuff."""

    names: Sequence[str]
    table: Tensor
    stuff: Collection[int]

    def named(self, scores: dict[int, float]) -> dict[str, float]:
        """By name, best first."""
        return {self.names[place]: score for place, score in sorted(scores.items(), key=lambda one: -one[1])}


class Stretch:
    """A search is one pass over these clips.

    Args:
        within: frames of the video.
        title: of the model, for errors.
        code: of time.
    """

    def __init__(
        self, network: Network, seen: Seen, within: range, title: str, code: PositionCode = "ArbitraryT"
    ) -> None:
        self.network, self.seen, self.within, self.title, self._code = network, seen, within, title, code

    def clips(self, stride: int) -> Iterator[tuple[int, Clip, list[int], int]]:
        """First place, clip, numbers of its frames, and how many of them are final after it. Of a stretch that is
        shorter than a clip the last frame is repeated."""
        count, length = len(self.within), self.seen.length
        for first, frames in rules.clips(count, length, stride):
            numbers = [self.within[min(place, count - 1)] for place in range(first, first + length)]
            if stride == length:
                numbers = numbers[:frames]
            last = first + length >= count
            yield first, self.seen.clip(numbers, self._code), numbers, frames if last else stride


class _Searching:
    """What searches share: they work on clips, and give frames of the stretch only."""

    def __init__(self, stretch: Stretch) -> None:
        self._stretch = stretch

    def __iter__(self) -> Iterator[Sighting]:
        """See `seam.Search`."""
        sightings = self._sightings()
        while True:
            with torch.inference_mode(), told_when_full(self._stretch.title):
                sighting = next(sightings, None)
            if sighting is None:
                return
            yield sighting

    def tracks(self) -> dict[int, Track]:
        """See `seam.Search`."""
        raise NotImplementedError

    def _sightings(self) -> Iterator[Sighting]:
        raise NotImplementedError

    def _windows(self, found: Entities) -> Iterator[tuple[Window, range]]:
        """Windows of results, and the frames of the stretch that they are of."""
        count = len(self._stretch.within)
        for first, clip, numbers, _ in self._stretch.clips(found.settings.stride):
            found.advance(first, clip, numbers)
            window = found.flush(first, first + len(clip) >= count)
            if window is not None:
                yield window, self._stretch.within[window.first:window.first + window.logits.shape[1]]


class InstanceSearch(_Searching):
    """Objects of categories over a stretch (VIS)."""

    def __init__(self, stretch: Stretch, wanted: Wanted) -> None:
        super().__init__(stretch)
        self._wanted, self._scores = wanted, Scores()

    def tracks(self) -> dict[int, Track]:
        """Objects by all categories that they may be."""
        best: dict[int, dict[int, float]] = {}
        for one in self._scores.results(_VIS.most):
            best.setdefault(one.row, {})[one.label] = min(one.score, 1.0)
        return {row: Track(self._wanted.named(scores)) for row, scores in best.items()}

    def _sightings(self) -> Iterator[Sighting]:
        network, canvas = self._stretch.network, self._stretch.seen.canvas
        found = Instances(network, canvas, _VIS, Seeded(), self._wanted.table, slice(None))
        for window, frames in self._windows(found):
            self._scores.add(window)
            logits, best = masks_of(window), window.scores.amax(1).tolist() if len(window.scores) else []
            for place, frame in enumerate(frames):
                masks = [(canvas.framed(canvas.enlarged(one[place])) > 0).cpu().numpy() for one in logits]
                yield Sighting(frame, {row: Segment(mask, best[row]) for row, mask in enumerate(masks) if mask.any()})


class PanopticSearch(_Searching):
    """Objects and regions that share out the pixels of a stretch (VPS)."""

    def __init__(self, stretch: Stretch, wanted: Wanted) -> None:
        super().__init__(stretch)
        self._wanted = wanted
        self._things = set(range(len(wanted.names))) - set(wanted.stuff)
        self._shares = Shares(stretch.seen.canvas, self._things, _SHARE)

    def tracks(self) -> dict[int, Track]:
        """Segments, each of the one class it is taken for."""
        return {one.number: Track({self._wanted.names[one.label]: one.score}, one.thing)
                for one in self._shares.segments()}

    def _sightings(self) -> Iterator[Sighting]:
        network, canvas = self._stretch.network, self._stretch.seen.canvas
        found = Panoptic(network, canvas, _VPS, Seeded(), self._wanted.table, slice(None), self._things)
        for window, frames in self._windows(found):
            numbers = self._shares.add(window).cpu().numpy()
            scores = {one.number: one.score for one in self._shares.segments()}
            for place, frame in enumerate(frames):
                yield Sighting(frame, _parted(numbers[place], scores))


class RegionSearch(_Searching):
    """The class of every pixel (VSS)."""

    def __init__(self, stretch: Stretch, wanted: Wanted) -> None:
        super().__init__(stretch)
        self._wanted = wanted
        self._seen: set[int] = set()

    def tracks(self) -> dict[int, Track]:
        """A region a category; the release gives no scores."""
        return {label: Track({self._wanted.names[label]: 1.0}, thing=False) for label in sorted(self._seen)}

    def _sightings(self) -> Iterator[Sighting]:
        network, canvas = self._stretch.network, self._stretch.seen.canvas
        for _, clip, numbers, final in self._stretch.clips(self._stretch.seen.length):
            labels = vss.regions(network.decode(clip, self._wanted.table).found(), canvas)[:final].cpu().numpy()
            for frame, one in zip(numbers, labels, strict=False):
                segments = {label: Segment(one == label, 1.0) for label in np.unique(one).tolist()}
                self._seen |= set(segments)
                yield Sighting(frame, segments)


class ExpressionSearch(_Searching):
    """The object that an expression means (RefVOS).

    Args:
        words: (1, W, E), sentences: (1, E), as of `TextEncoder`.
    """

    def __init__(self, stretch: Stretch, words: Tensor, sentences: Tensor) -> None:
        super().__init__(stretch)
        self._words, self._sentences = words, sentences
        self._scores: list[float] = [0.0, 0.0]

    def tracks(self) -> dict[int, Track]:
        """The object; how sure its masks are in the mean."""
        total, count = self._scores
        return {0: Track({"": total / count})} if count else {}

    def _sightings(self) -> Iterator[Sighting]:
        length = self._stretch.seen.length
        follower = Referred(self._stretch.network, self._stretch.seen.canvas, vos.Settings(length, consistency=0.25),
                            self._words, self._sentences)
        for first, clip, numbers, final in self._stretch.clips(1):
            follower.advance(first, clip, numbers)
            for place in range(final):
                logits = follower.masks(first + place, 1)[0]
                mask, sure = (logits[0] > 0).cpu().numpy(), float(rules.quality(logits))
                if mask.any():
                    self._scores = [self._scores[0] + sure, self._scores[1] + 1]
                yield Sighting(numbers[place], {0: Segment(mask, sure)} if mask.any() else {})


def _parted(numbers: npt.NDArray[np.int64], scores: dict[int, float]) -> dict[int, Segment]:
    return {int(number): Segment(numbers == number, scores[int(number)]) for number in np.unique(numbers) if number}

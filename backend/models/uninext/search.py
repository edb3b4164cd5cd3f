"""What a search over a video sees and concludes, frame by frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from torch import Tensor

from backend.models.seam import Segment, Sighting, Track
from backend.models.uninext.asking import LIKELY
from backend.models.uninext.follow import Best
from backend.models.uninext.instances import Objects, VideoInstances
from backend.models.uninext.queries import Queries
from backend.models.uninext.scoring import clipped_boxes, resized

Shape = tuple[int, int]
"""Height and width of a frame."""


def segment_of(mask: Tensor, score: float, box: Tensor, shape: Shape) -> Segment:
    """What was found on a frame.

    Args:
        mask: bool (height, width).
        score: 0..1, that it is there.
        box: (4,) as of `types.Output`.
    """
    x0, y0, x1, y1 = clipped_boxes(box, shape).tolist()
    present = bool(mask.any())
    return Segment(mask.cpu().numpy(), score if present else 1 - score, present, (x0, y0, x1, y1))


class CategorySearch:
    """Everything of some categories: VIS or MOTS. See `seam.Search`.

    Args:
        look: asks a frame, on which the queries have embeddings.
        task: joins what is found.
        names: of the categories.
        shape: of the frames.
        within: frames.
    """

    def __init__(
        self, look: Callable[[int], Queries], task: VideoInstances | Objects, names: Sequence[str], shape: Shape,
        within: range,
    ) -> None:
        self._look, self._task, self._names, self._shape, self._within = look, task, names, shape, within

    def __iter__(self) -> Iterator[Sighting]:
        return (self._sight(frame) for frame in self._within)

    def tracks(self) -> dict[int, Track]:
        """Those that are likely enough of some category, on the mean of their frames."""
        made = {}
        for id, tally in self._task.tallies.items():
            likely = {name: score for name, score in zip(self._names, tally.mean.tolist(), strict=True)
                      if score > self._task.rules.result}
            if likely:
                made[id] = Track(dict(sorted(likely.items(), key=lambda one: -one[1])))
        return made

    def _sight(self, frame: int) -> Sighting:
        queries = self._look(frame)
        segments, categories = {}, {}
        for query, id, score, label in self._task.step(queries, self._shape).tracked():
            mask = resized(queries.probable_masks([query]), self._shape)[0] > LIKELY
            segments[id] = segment_of(mask, score, queries.boxes[query], self._shape)
            if isinstance(self._task, Objects):
                categories[id] = self._names[label]
        return Sighting(frame, segments, categories)


class ExpressionSearch:
    """The one object that an expression means, on every frame by itself: R-VOS. See `seam.Search`.

    Args:
        look: finds it on a frame.
        shape: of the frames.
        within: frames.
    """

    def __init__(self, look: Callable[[int], Best], shape: Shape, within: range) -> None:
        self._look, self._shape, self._within = look, shape, within
        self._total, self._count = 0.0, 0

    def __iter__(self) -> Iterator[Sighting]:
        return (self._sight(frame) for frame in self._within)

    def tracks(self) -> dict[int, Track]:
        """One, once a frame was seen."""
        return {0: Track({"": self._total / self._count})} if self._count else {}

    def _sight(self, frame: int) -> Sighting:
        best = self._look(frame)
        self._total, self._count = self._total + best.score, self._count + 1
        mask = resized(best.mask[None], self._shape)[0] > LIKELY
        return Sighting(frame, {0: segment_of(mask, best.score, best.box, self._shape)})

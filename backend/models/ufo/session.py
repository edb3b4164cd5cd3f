"""UFO at work on one video: single frames, nothing carried from one to the next."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt
import torch

from backend.masks import BoolMask
from backend.models.known import Known
from backend.models.placement import told_when_full
from backend.models.seam import Answer, Candidate, Frames, Segment
from backend.models.ufo.heads import Float
from backend.models.vocabulary import COCO
from backend.prompts import Categories, Expression, Question

Image = npt.NDArray[np.uint8]
"""RGB, uint8, shape (height, width, 3)."""

MARGIN = 0.1
"""Of the size of an object, seen around it when it is described."""


class Asker(Protocol):
    """The network with its tokenizer: asks about one frame and reads the answers. Masks are bool (n, height, width)
    with scores and labels (n,); boxes float32 (n, 4) in pixels of the frame."""

    def instances(self, frame: Image, names: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Instance segmentation: masks, scores, labels, best first."""
        ...

    def boxes(self, frame: Image, names: Sequence[str]) -> tuple[Float, Float, npt.NDArray[np.int64]]:
        """Detection: boxes, scores, labels, best first."""
        ...

    def regions(self, frame: Image, names: Sequence[str]) -> torch.Tensor:
        """Semantic segmentation: the label of every pixel (height, width); `heads.IGNORED` where there is none."""
        ...

    def referred_mask(self, frame: Image, text: str, reasoning: bool) -> tuple[torch.Tensor, float]:
        """Probabilities (height, width) of what an expression means, and a score."""
        ...

    def referred_box(self, frame: Image, text: str) -> tuple[Float, float]:
        """Box (4,) of what an expression means, all zero where the answer could not be read, and a score."""
        ...

    def caption(self, frame: Image) -> str:
        """A sentence about a picture."""
        ...


@dataclass(frozen=True)
class Abilities:
    """What a checkpoint was trained for.

    Attributes:
        categories: what is made of the categories asked for; None: it finds none.
        expressions: what is made of an expression: "reason" for queries that ask for thought; None: nothing.
        captions: whether it describes.
    """

    categories: Literal["instances", "boxes", "regions"] | None = None
    expressions: Literal["mask", "reason", "box"] | None = None
    captions: bool = False


class UfoSession:
    """See `backend.models.seam.Session`. It neither segments from prompts nor tracks: the chosen tracker does.

    Args:
        title: of the model, for errors.
    """

    def __init__(self, frames: Frames, asker: Asker, abilities: Abilities, title: str) -> None:
        self._frames, self._asker, self._abilities, self._title = frames, asker, abilities, title
        self._known = Known()

    def segment(self, frame: int, prompts: Mapping[int, Sequence[Any]]) -> dict[int, Segment]:
        """This model sees no clicks."""
        raise NotImplementedError("UFO has no segment task")

    def remember(self, frame: int, masks: Mapping[int, BoolMask]) -> None:
        """Objects that need not be proposed again: a few masks of each are kept, by which it is told."""
        self._known.remember(frame, masks)

    def forget(self, objects: Iterable[int]) -> None:
        """Propose them again."""
        self._known.forget(objects)

    def track(self, frame: int) -> dict[int, Segment]:
        """This model knows no time."""
        raise NotImplementedError("UFO has no track task")

    def discover(
        self, frame: int, query: Categories | Expression | None, within: range | None = None
    ) -> list[Candidate]:
        """Objects of the categories (None: those of COCO), or what an expression means. Only this frame is looked at.

        Objects that have a mask on the frame are left out; one that has a mask like a candidate's on a frame nearby
        is proposed as itself.
        """
        picture = self._frames[frame]
        with torch.inference_mode(), told_when_full(self._title):
            found = (self._referred(picture, query.text) if isinstance(query, Expression)
                     else self._of_categories(picture, COCO.names if query is None else query.names))
        return self._known.others(frame, [one for one in found if one.segment.present])

    def answer(
        self, question: Question, objects: Mapping[int, Mapping[int, BoolMask]], within: range | None = None
    ) -> Answer:
        """A caption, whatever is asked: of each object from the frame that shows most of it, cut out; without objects
        of the middle frame of the range."""
        if not self._abilities.captions:
            raise NotImplementedError("this UFO has no answer task")
        looked_at = range(len(self._frames)) if within is None else within
        with torch.inference_mode(), told_when_full(self._title):
            if not objects:
                return Answer(self._asker.caption(self._frames[looked_at[len(looked_at) // 2]]))
            return Answer("\n".join(self._described(object, masks, looked_at) for object, masks in objects.items()))

    def close(self) -> None:
        """Forgets what was known."""
        self._known.clear()

    def _of_categories(self, picture: Image, names: Sequence[str]) -> list[Candidate]:
        if self._abilities.categories is None:
            raise NotImplementedError("this UFO knows no categories")
        asked = [" ".join(name.lower().replace(",", " ").split()) for name in names]  # commas part the names
        if self._abilities.categories == "regions":
            regions = self._asker.regions(picture, asked).cpu().numpy()
            return [Candidate(_segment(regions == place, 1.0), name) for place, name in enumerate(names)]
        if self._abilities.categories == "boxes":
            boxes, sure, kinds = self._asker.boxes(picture, asked)
            return [Candidate(_segment(self._filled(box), float(score)), names[kind])
                    for box, score, kind in zip(boxes, sure, kinds, strict=True)]
        masks, scores, labels = (one.cpu().numpy() for one in self._asker.instances(picture, asked))
        return [Candidate(_segment(mask, float(score)), names[label])
                for mask, score, label in zip(masks, scores, labels, strict=True)]

    def _referred(self, picture: Image, text: str) -> list[Candidate]:
        if self._abilities.expressions is None:
            raise NotImplementedError("this UFO understands no expressions")
        if self._abilities.expressions == "box":
            box, score = self._asker.referred_box(picture, text)
            return [Candidate(_segment(self._filled(box), score))]
        likely, score = self._asker.referred_mask(picture, text, self._abilities.expressions == "reason")
        return [Candidate(_segment((likely > 0.5).cpu().numpy(), score))]

    def _filled(self, box: Float) -> BoolMask:
        """The mask of a box: every pixel that it touches."""
        mask = np.zeros((self._frames.height, self._frames.width), bool)
        x0, y0, x1, y1 = box.tolist()
        mask[math.floor(y0):math.ceil(y1), math.floor(x0):math.ceil(x1)] = x1 > x0 and y1 > y0
        return mask

    def _described(self, object: int, masks: Mapping[int, BoolMask], within: range) -> str:
        areas = {frame: int(mask.sum()) for frame, mask in masks.items() if frame in within}
        frame = max(areas, key=areas.__getitem__, default=None)
        if frame is None or not areas[frame]:
            return f"[{object}] is not seen there."
        rows, columns = (np.flatnonzero(masks[frame].any(axis)) for axis in (1, 0))
        (top, bottom), (left, right) = _widened(rows), _widened(columns)
        return f"[{object}] {self._asker.caption(self._frames[frame][top:bottom, left:right])}"


def _segment(mask: BoolMask, score: float) -> Segment:
    return Segment(mask, min(max(score, 0.0), 1.0), present=bool(mask.any()))


def _widened(places: npt.NDArray[np.intp]) -> tuple[int, int]:
    """First and end of a stretch with its margin; the end may lie beyond the picture."""
    first, end = int(places[0]), int(places[-1]) + 1
    margin = round(MARGIN * (end - first))
    return max(first - margin, 0), end + margin

"""SAM 2.1 at work on one video."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from backend.masks import BoolMask
from backend.models.placement import told_when_full
from backend.models.sam2.encoded import Encoded
from backend.models.sam2.masks import masks_of, segment_of
from backend.models.sam2.network import Network
from backend.models.sam2.prompted import Prompted
from backend.models.sam2.tracker import Tracker
from backend.models.seam import Answer, Candidate, Frames, Segment
from backend.prompts import Categories, Expression, Question


class Sam2Session:
    """See `backend.models.seam.Session`.

    Args:
        ahead: fetch the next frame while the network is at work; None: where that is a GPU.

    Attributes:
        features: gives the features of a frame; a few are kept.
    """

    def __init__(self, frames: Frames, network: Network, *, ahead: bool | None = None) -> None:
        self._frames, self._network = frames, network
        self.features = Encoded(frames, network, ahead=network.device.type != "cpu" if ahead is None else ahead)
        self._tracker = Tracker(network, self.features, len(frames))
        self._prompted = Prompted(network, self.features, frames.height, frames.width)
        self._last: int | None = None

    @told_when_full("SAM 2.1")
    def segment(self, frame: int, prompts: Mapping[int, Sequence[Any]]) -> dict[int, Segment]:
        """Each object by itself, from the frame and its prompts alone; nothing else is computed."""
        return {object: self._prompted.segment(frame, given) for object, given in prompts.items()}

    @told_when_full("SAM 2.1")
    def remember(self, frame: int, masks: Mapping[int, BoolMask]) -> None:
        """As conditioning frames; also those that were tracked before, so that a correction stays."""
        for object, mask in masks.items():
            self._tracker.give(frame, object, mask)
        self._tracker.commit(masks)
        self._last = frame

    def forget(self, objects: Iterable[int]) -> None:
        """Drops them from the tracker."""
        self._tracker.forget(objects)

    @told_when_full("SAM 2.1")
    def track(self, frame: int) -> dict[int, Segment]:
        """The picture is encoded once; objects that remember as many frames share one pass of the rest. An object that
        was on no trusted frame is absent."""
        reverse = self._last is not None and frame < self._last
        known = [object for object, trail in self._tracker.trails.items()
                 if any(entry.score > 0 for entry in trail.trusted.values())]
        found = self._tracker.track(frame, known, reverse=reverse) if known else {}
        self._last = frame
        masks = masks_of({object: entry.logits for object, entry in found.items()},
                         self._frames.height, self._frames.width)
        return {object: segment_of(masks[object], found[object].iou, found[object].score) if object in known
                else self._absent()
                for object in self._tracker.trails}

    def discover(
        self, frame: int, query: Categories | Expression | None, within: range | None = None
    ) -> list[Candidate]:
        """SAM 2 finds nothing by itself."""
        raise NotImplementedError("SAM 2.1 has no discover task")

    def answer(
        self, question: Question, objects: Mapping[int, Mapping[int, BoolMask]], within: range | None = None
    ) -> Answer:
        """This model has no language."""
        raise NotImplementedError("SAM 2.1 has no answer task")

    def close(self) -> None:
        """Drops memory, encoded frames and answers to prompts."""
        self._tracker.forget(list(self._tracker.trails))
        self.features.close()
        self._prompted.clear()

    def _absent(self) -> Segment:
        return Segment(np.zeros((self._frames.height, self._frames.width), bool), 1.0, present=False)

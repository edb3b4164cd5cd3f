"""Masks from prompts on one frame, without memory, as the released image predictor makes them: click by click, each
with the logits that the ones before it made."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from backend.models.replay import Visual, kept, since_mask
from backend.models.sam2.masks import mask_of, segment_of
from backend.models.sam2.network import Decoded, Features, Network
from backend.models.sam2.tracker import BOX, Clicks
from backend.models.seam import Segment
from backend.prompts import Box, MaskPrompt, Point, Scribble

REMEMBERED = 64
"""Answers kept (256 KB each at 1024 pixels), so that one more click costs one pass and not one a click."""

ALONG = 8
"""Points at most that stand for a stroke."""


class Prompted:
    """The result follows from frame and prompts alone; what is kept only saves time.

    Args:
        features: gives the features of a frame.
        height, width: of a frame.
    """

    def __init__(self, network: Network, features: Callable[[int], Features], height: int, width: int) -> None:
        self._network, self._features = network, features
        self._height, self._width = height, width
        self._answers: OrderedDict[tuple[int, tuple[str, ...]], Decoded] = OrderedDict()

    def clear(self) -> None:
        """Drop what is kept."""
        self._answers.clear()

    def segment(self, frame: int, prompts: Sequence[Visual]) -> Segment:
        """The mask of one object; prompts oldest first. A mask without prompts after it is the answer itself."""
        base, hints = since_mask(prompts)
        if not hints:
            mask = np.zeros((self._height, self._width), bool) if base is None else base.rle().to_mask()
            return Segment(mask, 1.0, present=bool(mask.any()))
        decoded = self._answer(frame, base, hints)
        return segment_of(mask_of(decoded.logits[0], self._height, self._width), decoded.iou[0], decoded.score[0])

    def _answer(self, frame: int, base: MaskPrompt | None, hints: Sequence[Visual]) -> Decoded:
        features = self._features(frame)
        answer = None if base is None else self._network.from_mask(features, base.rle().to_mask())
        coarse = self._network.without_memory(features)
        names = tuple(one.model_dump_json() for one in ((base, *hints) if base else hints))
        before = len(names) - len(hints)
        clicks = Clicks.none()
        for count, hint in enumerate(hints, start=1):
            clicks = clicks.then(self._clicks(hint))
            prompt = clicks.prompt(self._network.device, None if answer is None else answer.logits[0])
            several = len(clicks.labels) <= 1
            answer = kept(self._answers, (frame, names[:before + count]), REMEMBERED,
                          lambda prompt=prompt, several=several: self._network.decode(  # type: ignore[misc]
                              features, coarse, [prompt], several=several))
        assert answer is not None
        return answer

    def _clicks(self, hint: Visual) -> Clicks:
        """In pixels of the network's picture. Half a pixel is taken off, as the network adds it: it takes whole numbers
        for middles of pixels, whereas ours are their corners."""
        if isinstance(hint, Point):
            points, labels = np.array([[hint.x, hint.y]]), [int(hint.positive)]
        elif isinstance(hint, Box):
            points, labels = np.array([[hint.x0, hint.y0], [hint.x1, hint.y1]]), list(BOX)
        else:
            assert isinstance(hint, Scribble)
            points = _along(np.array(hint.points, np.float64))
            labels = [int(hint.positive)] * len(points)
        sides = np.array([self._width, self._height])
        places = np.clip(points, 0, sides) / sides * self._network.size - 0.5
        return Clicks(places.astype(np.float32), np.array(labels, np.int64))


def _along(path: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Points (n, 2) at even distances along a path, its ends among them."""
    lengths = np.concatenate([[0.0], np.hypot(*np.diff(path, axis=0).T).cumsum()])
    where = np.linspace(0, lengths[-1], min(len(path), ALONG))
    return np.stack([np.interp(where, lengths, path[:, axis]) for axis in (0, 1)], 1)

"""Masks from prompts on one frame: the drawn prompts take the place of memory, the same decoder makes the mask."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from backend.masks import BoolMask
from backend.models.compact.drawing import Float, Window, draw_prompts
from backend.models.compact.graphs import PIXELS, Encoded, Graphs, working_size
from backend.models.compact.shapes import OWN, TOKEN, VALUE
from backend.models.replay import Visual, kept, since_mask
from backend.models.seam import Frames, Segment
from backend.prompts import Box, MaskPrompt, Point, Scribble

REMEMBERED = 64
"""Soft masks kept, so that one more click costs one more pass and not one a click."""

WINDOWS = 4
"""Encoded windows kept."""

MARGIN = 0.35
"""Of what is looked at more closely, around the object, as a share of its sides."""

SMALL = 0.4
"""A window with less than this share of the frame is worth a closer look."""

CLOSER_PIXELS = PIXELS // 2
"""Of a window as the network sees it: half of a whole picture's cost."""


class Prompted:
    """Makes masks prompt by prompt: each pass sees the mask that the prompts before the last one made. A small object
    is then looked at more closely.

    The result follows from frame and prompts alone; what is kept only saves time.

    Args:
        encode: gives the encoded frame of an index.
    """

    def __init__(self, frames: Frames, graphs: Graphs, encode: Callable[[int], Encoded]) -> None:
        self._frames, self._graphs, self._encode = frames, graphs, encode
        self._whole = Window(0, 0, frames.width, frames.height)
        self._soft: OrderedDict[tuple[int, tuple[str, ...]], Float] = OrderedDict()
        self._windows: OrderedDict[tuple[int, Window], Encoded] = OrderedDict()

    def clear(self) -> None:
        """Drop what is kept."""
        self._soft.clear()
        self._windows.clear()

    def segment(self, frame: int, prompts: Sequence[Visual]) -> Segment:
        """The mask of one object; prompts oldest first."""
        base, hints = since_mask(prompts)
        shape = self._whole.shape
        if not hints:
            mask = np.zeros(shape, bool) if base is None else base.rle().to_mask()
            return Segment(mask, 1.0, present=bool(mask.any()))
        soft = self._closer(frame, tuple(prompts), self._from_all(frame, tuple(prompts)))
        mask = soft > 0.5
        if base is not None:
            mask = _near_hints(base.rle().to_mask(), mask, hints)
        mask = _obey(mask, hints)
        score = float(np.abs(soft[mask] - 0.5).mean() + 0.5) if mask.any() else 0.5
        return Segment(mask, min(score, 1.0), present=bool(mask.any()))

    def _from_all(self, frame: int, prompts: tuple[Visual, ...]) -> Float:
        """Probabilities at `shapes.MASK_STRIDE`, after all prompts, one by one; what comes before the first prompt that
        shows the object is seen together with it."""
        bases = [k for k, one in enumerate(prompts) if isinstance(one, MaskPrompt)]
        first = bases[-1] + 1 if bases else next((k for k, one in enumerate(prompts) if _shows(one)), 0)
        names = tuple(prompt.model_dump_json() for prompt in prompts)
        soft: Float | None = None
        for count in range(first + 1, len(prompts) + 1):
            soft = kept(self._soft, (frame, names[:count]), REMEMBERED,
                         lambda count=count, soft=soft: self._pass(  # type: ignore[misc]
                             self._encode(frame), self._whole, prompts[:count], soft))
        assert soft is not None
        return soft

    def _closer(self, frame: int, prompts: tuple[Visual, ...], soft: Float) -> Float:
        """Probabilities at the frame's size; those around a small object from a second, closer look."""
        height, width = self._whole.shape
        full = np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.float32)
        window = _window_of(full > 0.5)
        if window is None:
            return full
        encoded = kept(self._windows, (frame, window), WINDOWS, lambda: self._graphs.encode(
            np.ascontiguousarray(self._frames[frame][window.slices]), working_size(*window.shape, CLOSER_PIXELS)))
        near = self._pass(encoded, window, prompts, full[window.slices])
        full[window.slices] = cv2.resize(near, window.shape[::-1], interpolation=cv2.INTER_LINEAR)
        return full

    def _pass(self, encoded: Encoded, window: Window, prompts: tuple[Visual, ...], before: Float | None) -> Float:
        maps = draw_prompts(prompts, window, encoded.map_size)
        if before is not None:
            maps[OWN] = cv2.resize(before, encoded.map_size[::-1], interpolation=cv2.INTER_AREA)
        value, target = self._graphs.memorise(encoded, maps[None])
        nothing = np.zeros((0, TOKEN), np.float32), np.zeros((1, 0, VALUE), np.float32)
        logits, _ = self._graphs.decode(encoded, *nothing, target, value, maps[None])
        return np.asarray(1 / (1 + np.exp(-logits[0])), dtype=np.float32)


def _window_of(mask: BoolMask) -> Window | None:
    """Around an object; None where it is not there or fills most of the frame. In steps, so that one more click
    mostly finds its window encoded."""
    rows, columns = np.nonzero(mask.any(1))[0], np.nonzero(mask.any(0))[0]
    if not len(rows):
        return None
    step = max(8, max(mask.shape) // 32)
    ends = []
    for inside, side in ((columns, mask.shape[1]), (rows, mask.shape[0])):
        reach = max((inside[-1] + 1 - inside[0]) * MARGIN, 2 * step)
        first, last = int((inside[0] - reach) // step * step), int(-(-(inside[-1] + 1 + reach) // step) * step)
        ends.append((max(0, first), min(side, last)))
    (left, right), (top, bottom) = ends
    small = (right - left) * (bottom - top) < SMALL * mask.size
    return Window(left, top, right, bottom) if small else None


def _near_hints(base: BoolMask, mask: BoolMask, hints: Sequence[Visual]) -> BoolMask:
    """Of the changes to a mask only those that a prompt touches: a correction is to change nothing elsewhere."""
    changed = (mask != base).astype(np.uint8)
    _, parts = cv2.connectedComponents(changed, connectivity=4)
    touched = np.unique(parts[_stencil(base.shape, hints) != 0])
    accepted = np.isin(parts, touched[touched > 0])
    return np.where(accepted, mask, base)


def _shows(prompt: Visual) -> bool:
    """Whether a prompt says where the object is, and not only where it is not."""
    return not isinstance(prompt, Point | Scribble) or prompt.positive


def _obey(mask: BoolMask, hints: Sequence[Visual]) -> BoolMask:
    """A pixel that was pointed at is what was said of it."""
    stencil = _stencil(mask.shape, [hint for hint in hints if not isinstance(hint, Box)])
    return np.asarray((mask | (stencil > 0)) & (stencil >= 0))


def _stencil(shape: tuple[int, ...], hints: Sequence[Visual]) -> npt.NDArray[np.int8]:
    """1 on positive hints and in boxes, -1 on negative hints, at the frame's size; the latest holds."""
    stencil = np.zeros(shape, np.int8)
    for hint in hints:
        if isinstance(hint, Point):
            row, column = int(hint.y), int(hint.x)
            stencil[min(max(row, 0), shape[0] - 1), min(max(column, 0), shape[1] - 1)] = 1 if hint.positive else -1
        elif isinstance(hint, Box):
            left, top = max(int(hint.x0), 0), max(int(hint.y0), 0)
            stencil[top:max(int(hint.y1), top + 1), left:max(int(hint.x1), left + 1)] = 1
        elif isinstance(hint, Scribble):
            path = np.floor(np.array(hint.points)).astype(np.int32).reshape(-1, 1, 2)
            stroke = np.zeros(shape, np.uint8)
            cv2.polylines(stroke, [path], isClosed=False, color=1, thickness=max(1, round(hint.width)))
            stencil[stroke > 0] = 1 if hint.positive else -1
    return stencil

"""Objects from what a person points at on one frame: points, strokes, boxes and masks (section 3.1 of the paper).

The release was trained with these prompts and offers masks only; there are no authors' numbers for the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from backend.masks import BoolMask
from backend.models.replay import Visual, since_mask
from backend.models.seam import Segment
from backend.models.univs import rules
from backend.models.univs.canvas import Canvas
from backend.models.univs.clip import Clip, Prompts
from backend.models.univs.network import Network
from backend.models.univs.visual import Seeded, Tokens, VisualPrompts
from backend.prompts import Box, MaskPrompt, Point, Scribble


class Prompted:
    """Masks on a clip of one frame.

    Args:
        tokens: R, of an object.
    """

    def __init__(self, network: Network, canvas: Canvas, tokens: int) -> None:
        self._network, self._canvas, self._tokens = network, canvas, tokens

    def segment(self, clip: Clip, frame: int, prompts: Mapping[int, Sequence[Visual]]) -> dict[int, Segment]:
        """The masks of objects, each by itself: prompts do not see each other. A mask without prompts after it is the
        answer itself; negative points and strokes are an object that takes pixels away."""
        segments: dict[int, Segment] = {}
        queries: list[tuple[int, bool, Tokens]] = []
        for object, given in prompts.items():
            base, hints = since_mask(given)
            if not hints:
                segments[object] = _as_given(base, self._canvas)
                continue
            told = hints if base is None else [base, *hints]
            for positive in (True, False):
                chosen = [one for one in told if _is_positive(one) == positive]
                if chosen:
                    queries.append((object, positive, self._tokens_of(clip, frame, chosen, object)))
        if queries:
            logits = self._decoded(clip, [tokens for _, _, tokens in queries])
            segments |= self._read(queries, logits)
        return {object: segments[object] for object in prompts}

    def _tokens_of(self, clip: Clip, frame: int, hints: Sequence[Visual], object: int) -> Tokens:
        """R tokens, of all hints in turn."""
        visual = VisualPrompts(self._network, clip, self._tokens, Seeded())
        every = [self._of(visual, frame, one, object) for one in hints]
        turn = torch.arange(self._tokens)
        features, places = (torch.cat(one)[turn % len(every), turn][None] for one in (
            [tokens.features for tokens in every], [tokens.places for tokens in every]))
        return Tokens(features, places)

    def _of(self, visual: VisualPrompts, frame: int, hint: Visual, object: int) -> Tokens:
        if isinstance(hint, Point):
            return visual.of_path(0, self._places([(hint.x, hint.y)]))
        if isinstance(hint, Scribble):
            return visual.of_path(0, self._places(hint.points))
        if isinstance(hint, Box):
            return visual.of_box(0, frame, self._places([(hint.x0, hint.y0), (hint.x1, hint.y1)]).flatten(), object)
        mask = self._canvas.padded_mask(torch.from_numpy(hint.rle().to_mask()).to(self._network.device))
        return visual.of_masks(0, frame, mask[None].float(), rules.boxes_of(mask[None]), [object])

    def _places(self, points: Sequence[tuple[float, float]]) -> Tensor:
        """Pixels of the frame -> parts of the padded frame, (n, 2) as x, y."""
        (height, width), (rows, columns), padded = self._canvas.frame, self._canvas.inner, self._canvas.padded
        within = np.clip(np.array(points) / (width, height), 0, 1) * (columns / padded[1], rows / padded[0])
        return torch.from_numpy(within.astype(np.float32)).to(self._network.device)

    def _decoded(self, clip: Clip, tokens: Sequence[Tokens]) -> Tensor:
        """Logits (P, height, width)."""
        features, places = (torch.cat(one)[:, :, None] for one in zip(
            *((one.features, one.places) for one in tokens), strict=True))
        query, position = features.mean(1) + self._network.visual_task, places.mean(1)
        table = torch.zeros(0, self._network.language, device=self._network.device)
        output = self._network.decode(clip, table, Prompts(query, position, features, places), "sep-blocked")
        return self._canvas.framed(self._canvas.enlarged(output.prompted().masks))[:, 0]

    @staticmethod
    def _read(queries: Sequence[tuple[int, bool, Tokens]], logits: Tensor) -> dict[int, Segment]:
        against = {object: row for row, (object, positive, _) in enumerate(queries) if not positive}
        segments = {}
        for row, (object, positive, _) in enumerate(queries):
            if positive:
                inside = logits[row] > 0
                if object in against:
                    inside = inside & (logits[row] > logits[against[object]])
                mask: BoolMask = inside.cpu().numpy()
                sure = float(rules.quality(logits[row][None]))
                segments[object] = Segment(mask, sure, present=bool(mask.any()))
        nothing = {object for object, _, _ in queries} - set(segments)
        empty = np.zeros(tuple(logits.shape[-2:]), bool)
        return segments | {object: Segment(empty, 1.0, present=False) for object in nothing}


def _as_given(base: MaskPrompt | None, canvas: Canvas) -> Segment:
    mask = np.zeros(canvas.frame, bool) if base is None else base.rle().to_mask()
    return Segment(mask, 1.0, present=bool(mask.any()))


def _is_positive(hint: Visual) -> bool:
    return hint.positive if isinstance(hint, Point | Scribble) else True

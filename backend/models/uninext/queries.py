"""The queries of a frame for a whole list of categories, however many chunks of words the list took."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from backend.models.uninext.scoring import Classes, distinct, mask_probabilities, probabilities
from backend.models.uninext.types import Output


class Queries:
    """Those of every chunk, one after the other.

    Args:
        outputs: of the network, one a chunk.
        classes: of each chunk.
        with_iou: see `scoring.probabilities`.

    Attributes:
        likely: (Q, K) of all chunks and classes; 0 for the classes of another chunk.
        boxes: (Q, 4) as of `Output`.
        embeddings: (Q, 256); None where they were not asked for.
    """

    def __init__(self, outputs: Sequence[Output], classes: Sequence[Classes], with_iou: bool) -> None:
        self._outputs = outputs
        self.likely = torch.block_diag(*(
            probabilities(output, some, with_iou) for output, some in zip(outputs, classes, strict=True)))
        self.boxes = torch.cat([output.boxes for output in outputs])
        made = [output.embeddings for output in outputs if output.embeddings is not None]
        self.embeddings = torch.cat(made) if made else None

    def select(self, least: float, overlap: float) -> list[int]:
        """Queries likelier than `least` (if there is none, the best) without doubles, the best first."""
        best = self.likely.amax(1)
        chosen = (best > least).nonzero()[:, 0]
        if not len(chosen):
            return [int(best.argmax())]
        return chosen[distinct(self.boxes[chosen], self.likely[chosen], overlap)].tolist()

    def masks(self, rows: Sequence[int]) -> Tensor:
        """Logits (len(rows), 1, H/4, W/4), as of `Output`."""
        parts: list[Tensor] = []
        made: list[int] = []
        first = 0
        for output in self._outputs:
            own = [row for row in rows if first <= row < first + len(output.boxes)]
            parts.append(output.masks([row - first for row in own]))
            made += own
            first += len(output.boxes)
        return torch.cat(parts)[[made.index(row) for row in rows]]

    def probable_masks(self, rows: Sequence[int]) -> Tensor:
        """Probabilities (len(rows), height, width) at the size of the picture for the network."""
        return mask_probabilities(self.masks(rows), self._outputs[0].size)

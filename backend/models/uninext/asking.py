"""A frame asked for categories, an expression or a template: what every query says, and the best of it as instances
(the image tasks: detection, instance segmentation, and referring comprehension and segmentation)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from backend.models.uninext import scoring
from backend.models.uninext.scoring import ONE, Classes
from backend.models.uninext.types import Features, Network, Output, Prompt

OVERLAP = 0.7
"""Largest overlap of two boxes of a class."""

MOST = 100
"""Instances of a frame at most."""

LIKELY = 0.5
"""Pixels of a mask are likelier."""


class Asked(NamedTuple):
    """What is looked for.

    Attributes:
        prompts: of one row each; a long list of categories is asked in several.
        classes: of each prompt its classes; numbered through, from the first of the first prompt on.
    """

    prompts: tuple[Prompt, ...]
    classes: tuple[Classes, ...] = (ONE,)


@dataclass(frozen=True)
class Seen:
    """What the queries of a frame say, those of all prompts one after the other.

    Attributes:
        boxes: (Q, 4), centre and size as shares of the picture.
        likely: (Q, K), 0..1; 0 of classes of other prompts than the query's own.
        outputs: of each prompt; their queries make up the Q.
    """

    boxes: Tensor
    likely: Tensor
    outputs: tuple[Output, ...]

    @property
    def embeddings(self) -> Tensor:
        """(Q, 256), where they were asked for."""
        return torch.cat([one.embeddings for one in self.outputs if one.embeddings is not None])

    def masks(self, rows: Sequence[int]) -> Tensor:
        """Probabilities (len(rows), height, width) of the masks of these queries, at the size of the picture."""
        parts, first, wanted = [], 0, torch.tensor(rows, dtype=torch.long)
        places = []
        for output in self.outputs:
            here = ((wanted >= first) & (wanted < first + len(output.boxes))).nonzero()[:, 0]
            logits = output.masks(wanted[here].to(output.boxes.device) - first)
            parts.append(scoring.mask_probabilities(logits, output.size))
            places.append(here)
            first += len(output.boxes)
        return torch.cat(parts)[torch.cat(places).argsort().to(parts[0].device)]


class Instances(NamedTuple):
    """What is on a frame, best first.

    Attributes:
        boxes: float32 (n, 4), x0, y0, x1, y1 in pixels of the frame, within it.
        scores, labels: (n,), 0..1 and int64.
        masks: bool (n, height, width).
    """

    boxes: Tensor
    scores: Tensor
    labels: Tensor
    masks: Tensor


def look(network: Network, features: Features, asked: Asked, with_iou: bool = True, embed: bool = False) -> Seen:
    """Ask a frame.

    Args:
        with_iou: as of `scoring.probabilities`.
        embed: as of `Network.detect`.
    """
    outputs = tuple(network.detect(features, prompt, embed)[0] for prompt in asked.prompts)
    return seen(outputs, asked.classes, with_iou)


def seen(outputs: Sequence[Output], classes: Sequence[Classes], with_iou: bool = True) -> Seen:
    """What several outputs say together."""
    likely = [scoring.probabilities(output, some, with_iou) for output, some in zip(outputs, classes, strict=True)]
    return Seen(torch.cat([output.boxes for output in outputs]), torch.block_diag(*likely), tuple(outputs))


def instances(
    found: Seen, shape: tuple[int, int], most: int = MOST, overlap: float = OVERLAP, likely: float = LIKELY
) -> Instances:
    """The best of what was seen: distinct queries, then the likeliest pairs of a query and a class.

    Args:
        shape: (height, width) of the frame.
        most: instances; 1 for an expression.
        overlap, likely: as of `OVERLAP` and `LIKELY`.
    """
    kept = torch.tensor(scoring.distinct(found.boxes, found.likely, overlap), device=found.boxes.device)
    pairs = found.likely[kept].flatten()
    scores, chosen = pairs.topk(min(most, len(pairs)))
    rows, labels = kept[chosen // found.likely.shape[1]], chosen % found.likely.shape[1]
    boxes = scoring.pixel_boxes(found.boxes[rows], shape)
    boxes = torch.minimum(boxes.clamp(min=0), boxes.new_tensor([shape[1], shape[0]] * 2))
    there = (boxes[:, 2:] > boxes[:, :2]).all(1)
    queries, place = rows[there].unique(return_inverse=True)  # a query may be an instance of several classes
    masks = scoring.resized(found.masks(queries.tolist()) > likely, shape)
    return Instances(boxes[there], scores[there], labels[there], masks[place])

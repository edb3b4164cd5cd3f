"""A frame asked for categories or an expression, and the best of what its queries say (the image tasks: detection,
instance segmentation, referring comprehension and segmentation)."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from backend.models.uninext import scoring
from backend.models.uninext.queries import Queries
from backend.models.uninext.scoring import ONE, Classes
from backend.models.uninext.types import Features, Network, Prompt

OVERLAP = 0.7
"""Largest overlap of two boxes of a class."""

MOST = 100
"""Instances of a frame at most."""

LIKELY = 0.5
"""Pixels of a mask are likelier."""

_AT_ONCE = 16
"""Masks made at once: a hundred of a large frame are gigabytes as numbers."""


class Asked(NamedTuple):
    """What is looked for.

    Attributes:
        prompts: of one row each; a long list of categories is asked in several.
        classes: of each prompt its classes; numbered through, from the first of the first prompt on.
    """

    prompts: tuple[Prompt, ...]
    classes: tuple[Classes, ...] = (ONE,)


class Instances(NamedTuple):
    """What is on a frame, best first.

    Attributes:
        boxes: float32 (n, 4), x0, y0, x1, y1 in pixels of the frame, within it.
        scores, labels: (n,), 0..1 and int64.
        masks: bool (n, height, width).
        queries: (n,), of which each was made: one may be an instance of several classes.
    """

    boxes: Tensor
    scores: Tensor
    labels: Tensor
    masks: Tensor
    queries: Tensor


def look(network: Network, features: Features, asked: Asked, with_iou: bool = True, embed: bool = False) -> Queries:
    """Ask a frame, one prompt after the other.

    Args:
        with_iou: as of `scoring.probabilities`.
        embed: as of `Network.detect`.
    """
    return Queries([network.detect(features, prompt, embed)[0] for prompt in asked.prompts], asked.classes, with_iou)


def instances(
    queries: Queries, shape: tuple[int, int], most: int = MOST, overlap: float = OVERLAP, likely: float = LIKELY,
    least: float = 0.0,
) -> Instances:
    """The best of what was seen: distinct queries, then the likeliest pairs of a query and a class.

    Args:
        shape: (height, width) of the frame.
        most: instances; 1 for an expression.
        overlap, likely: as of `OVERLAP` and `LIKELY`.
        least: score.
    """
    kept = torch.tensor(scoring.distinct(queries.boxes, queries.likely, overlap), device=queries.boxes.device)
    pairs = queries.likely[kept].flatten()
    scores, chosen = pairs.topk(min(most, len(pairs)))
    rows, labels = kept[chosen // queries.likely.shape[1]], chosen % queries.likely.shape[1]
    boxes = scoring.clipped_boxes(queries.boxes[rows], shape)
    there = (boxes[:, 2:] > boxes[:, :2]).all(1) & (scores >= least)
    shown, place = rows[there].unique(return_inverse=True)
    masks = [scoring.resized(queries.probable_masks(some.tolist()) > likely, shape) for some in shown.split(_AT_ONCE)]
    return Instances(boxes[there], scores[there], labels[there], torch.cat(masks)[place], rows[there])

"""What UFO-ViT is asked, word for word as the authors ask it, and how it answers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from backend.models.ufo import heads
from backend.models.ufo.vit.writing import Search

GRID_STEPS, WHOLE_STEPS = 30, 20
"""Tokens of an answer at most: of a grid point, of the whole picture."""

WHOLE_SIDE, REFERRED_BINS = 224, 448
"""Of captions and grounding: the side of the picture, and bins along it."""

MOST_BOXES = 100
"""Detections of one frame at most, before NMS."""

CAPTION = "Task: caption; Give a caption for this image:"
CAPTION_SEARCH = Search(beams=2, temperature=1.0, alpha=0.7)
"""As the multi-task checkpoints are run."""

_MARKS = re.compile(r'[.!"()*#:;~]')


def detect(names: Sequence[str], bins: int) -> str:
    """Boxes of all objects of these classes."""
    return f"Task: detection; Class: {','.join((*names, heads.NOTHING))}; Bin: 0 to {bins}"


def segment(names: Sequence[str]) -> str:
    """Masks of all objects of these classes."""
    return f"Task: instance_segmentation; Class: {','.join(names)}."


def segment_regions(names: Sequence[str]) -> str:
    """The class of every pixel."""
    return f"Task: semantic_segmentation; Class: {','.join(names)}."


def where_is(phrase: str) -> str:
    """The box of what a phrase refers to; in lower case and without marks, as the phrases of training were."""
    return f"Task: grounding; Description: {' '.join(_MARKS.sub(' ', phrase.lower()).split())}"

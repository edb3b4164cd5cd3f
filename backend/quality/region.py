"""J, the region similarity of DAVIS: intersection over union of a mask and the truth.

Perazzi et al., "A Benchmark Dataset and Evaluation Methodology for Video Object Segmentation" (CVPR 2016), section 5.
"""

from __future__ import annotations

import numpy as np

from backend.errors import BadInput
from backend.masks import BoolMask


def region_similarity(mask: BoolMask, truth: BoolMask, void: BoolMask | None = None) -> float:
    """J of one mask: 0..1, and 1 where mask and truth are both empty.

    Args:
        mask, truth: bool, shape (height, width).
        void: bool, same shape; pixels that count neither way.

    Raises:
        BadInput: the shapes differ.

    Example:
        >>> truth = np.array([[True, True, False]])
        >>> region_similarity(np.array([[False, True, True]]), truth)
        0.3333333333333333
    """
    check_same_shape(mask, truth, void)
    either, both = mask | truth, mask & truth
    if void is not None:
        either, both = either & ~void, both & ~void
    union = int(np.count_nonzero(either))
    return int(np.count_nonzero(both)) / union if union else 1.0


def check_same_shape(mask: BoolMask, truth: BoolMask, void: BoolMask | None) -> None:
    """Refuse masks that cannot be compared pixel by pixel.

    Raises:
        BadInput: the shapes differ.
    """
    for other in (truth, void):
        if other is not None and other.shape != mask.shape:
            raise BadInput("wrong_mask_size", f"The mask has shape {mask.shape} but what it is compared with "
                           f"{other.shape}.", "Compare masks of one frame size.")

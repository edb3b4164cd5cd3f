"""Video semantic segmentation: mIoU, and video consistency VC8 and VC16.

Miao et al., "VSPW: A Large-scale Dataset for Video Scene Parsing in the Wild" (CVPR 2021), section 5.1, in the form of
the published evaluation: VC_n is the share, of the pixels whose true category does not change over n frames, of those
whose predicted one does not change either (whether it is right or not), mean over all windows but the last of a video.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from statistics import fmean

import numpy as np
import numpy.typing as npt

from backend.quality.benchmark.panoptic import mean_overlap
from backend.quality.benchmark.scores import Scores, beside, pictures_by_folder, required, same_size, values

WINDOWS = (8, 16)
VOID = 255
Labels = npt.NDArray[np.uint8]


def of_videos(predictions: Path, truth: Path) -> Scores:
    """Compare VIDEO/FRAME.png with VIDEO/mask/FRAME.png of VSPW (or VIDEO/FRAME.png).

    True values are 1, 2, ... (0 and 255: void), predicted ones one less. mIoU is over the categories of the truth.
    """
    confusion: Counter[tuple[int, int]] = Counter()
    consistent: dict[int, list[float]] = {n: [] for n in WINDOWS}
    videos = pictures_by_folder(truth, below="mask")
    required((video for video in videos if not (predictions / video).is_dir()), predictions)
    for video, pictures in videos.items():
        true, found = [], []
        for path in pictures:
            guess = beside(path, predictions / video)
            true.append(_from_zero(values(path)))
            found.append(values(guess))
            same_size([found[-1].shape, true[-1].shape], guess)
            confusion += confused(true[-1], found[-1])
        for n in WINDOWS:
            consistent[n] += consistency(true, found, n)
    whole = {"mIoU": mean_overlap(confusion, {one for one, _ in confusion})}
    whole |= {f"VC{n}": fmean(shares) for n, shares in consistent.items() if shares}
    return Scores(whole, "mIoU: over the pixels of all videos, mean over categories; VC: share of the pixels of steady "
                  "truth whose prediction is steady, mean over windows of 8 and 16 frames")


def _from_zero(labels: Labels) -> Labels:
    return np.where((labels == 0) | (labels == VOID), VOID, labels - 1).astype(np.uint8)


def confused(true: Labels, found: Labels) -> Counter[tuple[int, int]]:
    """(true category, predicted one) -> pixels, of two pictures of values from 0; void pixels are left out. Numbers are
    one more than the values, since 0 is no category there."""
    kept = true != VOID
    counts = np.bincount(true[kept].astype(np.int64) * 256 + found[kept], minlength=1)
    return Counter({(int(at) // 256 + 1, (int(at) % 256 + 1) % 256): int(counts[at]) for at in np.flatnonzero(counts)})


def consistency(true: list[Labels], found: list[Labels], frames: int) -> list[float]:
    """VC of every window of so many frames, those left out in which no pixel is steady. The published evaluation stops
    one window before the last, and so does this."""
    shares = []
    for first in range(len(true) - frames):
        steady, same = (np.all([one == labels[first] for one in labels[first + 1:first + frames]], axis=0)
                        for labels in (true, found))
        if steady.any():
            shares.append(float(same[steady].mean()))
    return shares

"""Video panoptic segmentation: VPQ and STQ.

VPQ: Kim et al., "Video Panoptic Segmentation" (CVPR 2020), section 4: panoptic quality of tubes in windows of k frames,
at every place of the window, for the k of VIPSeg. STQ: Weber et al., "STEP: Segmenting and Tracking Every Pixel"
(NeurIPS 2021 Datasets and Benchmarks), section 4: the geometric mean of association and segmentation quality.

Both need no more of a frame than how many pixels each pair of a true and a predicted segment has in common.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import numpy.typing as npt

from backend.errors import NotFound
from backend.formats.vipseg import FILE, FOLDER, of_colour
from backend.quality.benchmark.scores import Scores, as_published, required, same_size, values
from backend.tasks.dataset import read_json

WINDOWS = (1, 2, 4, 6)
"""The k of VPQ."""

VOID = 0
"""The number of a pixel without a segment."""

_PICTURES = ("panomasksRGB", "pan_gt", FOLDER, "")
"""Where the pictures lie beside the JSON."""

Segments = Mapping[int, Mapping[str, Any]]
Shared = Counter[tuple[int, int]]
"""(true segment, predicted segment) -> pixels; 0 is none."""


@dataclass(frozen=True)
class Frame:
    """A frame compared.

    Attributes:
        shared: pixels of each pair.
        true, found: segment -> what the JSON says of it.
    """

    shared: Shared
    true: Segments
    found: Segments


@dataclass
class Tally:
    """Of one category: matched tubes with the sum of their overlaps, tubes that are missing, tubes too many."""

    overlap: float = 0.0
    matched: int = 0
    missing: int = 0
    extra: int = 0

    @property
    def quality(self) -> float | None:
        """PQ; None where there was nothing to find and nothing was found."""
        weight = self.matched + (self.missing + self.extra) / 2
        return self.overlap / weight if weight else None


@dataclass
class Association:
    """Sums over true tubes, for STQ."""

    quality: float = 0.0
    tubes: int = 0
    confusion: Counter[tuple[int, int]] = field(default_factory=Counter)
    """(true category, predicted category) -> pixels; predicted 0 is none."""


def of_videos(predictions: Path, truth: Path) -> Scores:
    """VPQ for each k and their mean, for things and stuff by themselves, and STQ with its two parts.

    Args:
        predictions: the folder with `pred.json` and `pan_pred`.
        truth: the JSON of the benchmark; the pictures lie beside it.
    """
    data, guess = read_json(truth), read_json(predictions / FILE)
    with as_published(f"{truth.name} or {FILE}"):
        things = {one["id"]: bool(one["isthing"]) for one in data["categories"]}
        names = {one["id"]: one["name"] for one in data["categories"]}
        true = {str(one["video_id"]): one["annotations"] for one in data["annotations"]}
        found = {str(one["video_id"]): one["annotations"] for one in guess["annotations"]}
        required(true.keys() - found.keys(), predictions)
        tallies = {k: defaultdict[int, Tally](Tally) for k in WINDOWS}
        association = Association()
        for video, annotations in true.items():
            frames = _frames(video, annotations, found[video], _folder(truth.parent, video), predictions / FOLDER)
            for k in WINDOWS:
                for first in range(len(frames) - k + 1):
                    count_window(frames[first:first + k], tallies[k])
            associate(frames, things, association)
    return _scores(tallies, association, things, names)


def _scores(
    tallies: Mapping[int, Mapping[int, Tally]], association: Association, things: Mapping[int, bool],
    names: Mapping[int, str],
) -> Scores:
    quality = {k: {one: q for one, tally in of_k.items() if (q := tally.quality) is not None}
               for k, of_k in tallies.items()}

    def mean(of: Mapping[int, float], thing: bool | None = None) -> float:
        taken = [q for one, q in of.items() if thing is None or things[one] == thing]
        return fmean(taken) if taken else 0.0

    used = [k for k in WINDOWS if quality[k]]  # no video may be as long as the longest window
    segmentation = mean_overlap(association.confusion, {one for pair in association.confusion for one in pair})
    tracking = association.quality / association.tubes if association.tubes else 0.0
    whole = {"VPQ": fmean(mean(quality[k]) for k in used) if used else 0.0,
             "VPQ things": fmean(mean(quality[k], True) for k in used) if used else 0.0,
             "VPQ stuff": fmean(mean(quality[k], False) for k in used) if used else 0.0,
             **{f"VPQ{k}": mean(quality[k]) for k in used},
             "STQ": sqrt(tracking * segmentation), "AQ": tracking, "SQ": segmentation}
    parts = {names[one]: {f"VPQ{k}": quality[k][one] for k in used if one in quality[k]}
             for one in sorted({one for of_k in quality.values() for one in of_k})}
    return Scores(whole, f"VPQ: mean over windows of {', '.join(map(str, WINDOWS))} frames, each the mean over "
                  "categories; STQ: geometric mean of association (AQ) and segmentation quality (SQ)", parts)


def count_window(frames: Sequence[Frame], tallies: defaultdict[int, Tally]) -> None:
    """Add the tubes of a window to the tallies by category: a true and a predicted tube of one category match where
    they overlap by more than half, pixels without a true segment left out."""
    shared: Shared = sum((frame.shared for frame in frames), Counter())
    true: dict[int, Any] = {key: one for frame in frames for key, one in frame.true.items()}
    found: dict[int, Any] = {key: one for frame in frames for key, one in frame.found.items()}
    true_area, found_area = _areas(shared)
    matched: set[tuple[str, int]] = set()
    for (one, other), common in shared.items():
        if one not in true or other not in found or true[one].get("iscrowd"):
            continue
        category = true[one]["category_id"]
        covered = true_area[one] + found_area[other] - common - shared[VOID, other]
        if category == found[other]["category_id"] and common / covered > 0.5:
            matched |= {("true", one), ("found", other)}
            tallies[category].matched += 1
            tallies[category].overlap += common / covered
    for one, about in true.items():
        if ("true", one) not in matched and not about.get("iscrowd"):
            tallies[about["category_id"]].missing += 1
    for other, about in found.items():
        if ("found", other) in matched or not found_area[other]:
            continue
        crowds = [one for one, truth in true.items()
                  if truth.get("iscrowd") and truth["category_id"] == about["category_id"]]
        ignored = shared[VOID, other] + sum(shared[one, other] for one in crowds)
        if ignored / found_area[other] <= 0.5:
            tallies[about["category_id"]].extra += 1


def associate(frames: Sequence[Frame], things: Mapping[int, bool], into: Association) -> None:
    """Add the true tubes of a video, whole from its first frame to its last, and the pixels by category.

    The quality of a true tube g is the sum over predicted tubes p of |p and g| / |g| times their intersection over
    union. Only things are tubes; who they are counts, and not what they are taken for."""
    shared: Shared = sum((frame.shared for frame in frames), Counter())
    true: dict[int, Any] = {key: one for frame in frames for key, one in frame.true.items()}
    found: dict[int, Any] = {key: one for frame in frames for key, one in frame.found.items()}
    for (one, other), count in shared.items():
        if one in true:
            predicted = found[other]["category_id"] if other in found else VOID
            into.confusion[true[one]["category_id"], predicted] += count
    crowd = {one for one, about in true.items() if about.get("iscrowd") and things[about["category_id"]]}
    tubes = {one for one, about in true.items() if things[about["category_id"]] and one not in crowd}
    others = {one for one, about in found.items() if things.get(about["category_id"])}
    area, found_area = _areas(Counter({(one, other): n for (one, other), n in shared.items() if one not in crowd}))
    for one in tubes:
        into.tubes += 1
        into.quality += sum(shared[one, other] ** 2 / (area[one] + found_area[other] - shared[one, other])
                            for other in others) / area[one]


def mean_overlap(confusion: Mapping[tuple[int, int], int], categories: Iterable[int]) -> float:
    """Intersection over union of pixels, mean over categories.

    Args:
        confusion: (true category, predicted category or `VOID`) -> pixels.
        categories: `VOID` among them is passed over.
    """
    true, found = _areas(confusion)
    overlaps = [confusion.get((one, one), 0) / (true[one] + found[one] - confusion.get((one, one), 0))
                for one in set(categories) - {VOID}]
    return fmean(overlaps) if overlaps else 0.0


def _areas(shared: Mapping[tuple[int, int], int]) -> tuple[Counter[int], Counter[int]]:
    """Pixels of each true and of each predicted one."""
    true, found = Counter[int](), Counter[int]()
    for (one, other), count in shared.items():
        true[one] += count
        found[other] += count
    return true, found


def shared_pixels(true: npt.NDArray[np.int64], found: npt.NDArray[np.int64]) -> Shared:
    """Pixels of each pair of segments of two pictures of segment numbers below 2^24, both (height, width)."""
    pairs, counts = np.unique((true << 24) | found, return_counts=True)
    return Counter({(int(pair) >> 24, int(pair) & 0xFFFFFF): int(count)
                    for pair, count in zip(pairs, counts, strict=True)})


def _frames(
    video: str, true: Iterable[Mapping[str, Any]], found: Iterable[Mapping[str, Any]], pictures: Path, guesses: Path
) -> list[Frame]:
    by_name = {Path(one["file_name"]).stem: one for one in found}
    frames = []
    for about in true:
        stem = Path(about["file_name"]).stem
        required({f"{video}/{stem}"} if stem not in by_name else (), guesses)
        path = guesses / video / f"{stem}.png"
        guess, truth = of_colour(values(path)), of_colour(values(pictures / f"{stem}.png"))
        same_size([guess.shape, truth.shape], path)
        frames.append(Frame(shared_pixels(truth, guess), _segments(about), _segments(by_name[stem])))
    return frames


def _segments(about: Mapping[str, Any]) -> Segments:
    return {int(one["id"]): one for one in about["segments_info"]}


def _folder(beside: Path, video: str) -> Path:
    """Where the true pictures of a video are."""
    for name in _PICTURES:
        if (beside / name / video).is_dir():
            return beside / name / video
    raise NotFound("no_images", f"There are no pictures of {video} in {beside}.",
                   f"Put the folder {_PICTURES[0]} of the benchmark beside its JSON.")

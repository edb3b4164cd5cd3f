"""From answers to boxes and masks: what both kinds of UFO share. No weights in here.

An answer names a class and, after it, a box in numbers or a mask in 16 `<MASK>` tokens, whose features are matched
with those of the image (the paper's section 3.2). Boxes are x0, y0, x1, y1 in pixels of the frame.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional as F

Float = npt.NDArray[np.float32]

MASK = "<MASK>"
MASK_TOKENS = 16
"""`<MASK>` tokens of one mask: it has four times the image features' height and width."""

NOTHING = "background"
"""The class a grid answers where there is nothing."""

IGNORED = 255
"""Of a semantic map where nothing was found."""

_AT_ONCE, _PIXELS = 16, 2**18
"""Masks made at once, and pixels of all masks compared at once: hundreds of masks of a large frame take gigabytes."""


# text

def class_of(name: str, names: Sequence[str]) -> int | None:
    """The place of an answered class in a list of names, whose case does not count; None for background and for a
    class that is not in the list. Of equal names the last counts, as in the authors' code."""
    places = {one.lower(): place for place, one in enumerate(names)}
    return None if name == NOTHING else places.get(name)


def whole_numbers(fields: Sequence[str]) -> list[int] | None:
    """The fields as integers, spaces within them dropped; None where one is no integer."""
    try:
        return [int(field.replace(" ", "")) for field in fields]
    except ValueError:
        return None


def labelled_box(text: str, names: Sequence[str], end: str) -> tuple[int, list[int]] | None:
    """Class and the four bins of "dog,<box>cx,cy,w,h</box>"; None for any other answer.

    Args:
        end: the token that ends an answer; what follows it is not read.
    """
    answer = text.split(end)[0]
    label = class_of(answer.split(",")[0].strip(), names)
    box = _within_box(answer)
    values = None if box is None else whole_numbers(box.split(","))
    return None if label is None or values is None or len(values) != 4 else (label, values)


def referred_box(text: str) -> list[int] | None:
    """The four bins of the one box of a grounding answer; None where it cannot be read."""
    box = _within_box(text)
    fields = [] if box is None else box.replace(".", "").split(",")
    return whole_numbers(fields[:4]) if len(fields) >= 4 else None


def _within_box(text: str) -> str | None:
    """What is between the first <box> and the first </box>."""
    parts = text.split("</box>")[0].split("<box>")
    return parts[1].strip() if len(parts) > 1 else None


# boxes

def boxes_of(
    bins: npt.ArrayLike, count: int, references: Float | None, side: int, shape: tuple[int, int]
) -> Float:
    """Boxes of the bins that were answered.

    Args:
        bins: (n, 4), centre x, centre y, width, height.
        count: bins along a side of the picture.
        references: (n, 2), x and y in 0..1 of the grid points that the centres are relative to; None: absolute.
        side: of the square picture the network saw, in pixels.
        shape: (height, width) of the frame.

    Returns:
        float32 (n, 4), inside the frame.
    """
    relative = (np.asarray(bins, np.float64).reshape(-1, 4) / count).astype(np.float32)
    if references is not None:
        relative[:, :2] += references - np.float32(0.5)
    half = relative[:, 2:] / 2
    corners = np.concatenate([relative[:, :2] - half, relative[:, :2] + half], 1) * np.float32(side)
    scale = np.array([shape[1], shape[0], shape[1], shape[0]], np.float32) / side
    return np.asarray(corners.clip(0, side) * scale, np.float32)


def detections(
    answers: Sequence[tuple[int, list[int]] | None], scores: Float, references: Float, count: int, side: int,
    shape: tuple[int, int], most: int,
) -> tuple[Float, Float, npt.NDArray[np.int64]]:
    """Boxes, scores and labels of the answers of grid points, best first, before any NMS.

    Args:
        answers: class and bins, of every grid point that gave them.
        scores, references: (n,) and (n, 2).
        most: boxes at most.
    """
    order = np.argsort(-scores, kind="stable")
    chosen = [(int(place), found) for place in order if (found := answers[place]) is not None][:most]
    places = [place for place, _ in chosen]
    boxes = boxes_of([bins for _, (_, bins) in chosen], count, references[places], side, shape)
    return boxes, scores[places], np.array([label for _, (label, _) in chosen], np.int64)


def soft_nms(
    boxes: Float, scores: Float, labels: npt.NDArray[np.int64], iou_threshold: float = 0.5, least: float = 1e-3,
    method: Literal["linear", "gaussian"] = "linear", sigma: float = 0.5, offset: float = 0.0,
) -> tuple[npt.NDArray[np.int64], Float]:
    """Soft-NMS of every class by itself (Bodla et al. 2017, equations 2 and 3), in the order and the precision of mmcv.

    Args:
        boxes, scores, labels: (n, 4), (n,), (n,).
        iou_threshold: boxes that overlap a better one less keep their score ("linear").
        least: boxes whose score falls below it are dropped.
        offset: added to widths and heights.

    Returns:
        Which boxes are kept, in the order they were taken, and their reduced scores.
    """
    shifted = boxes + labels.astype(np.float32)[:, None] * (boxes.max(initial=0) + np.float32(1))
    order, left, scores = np.arange(len(boxes)), len(boxes), scores.astype(np.float32, copy=True)
    taken = 0
    while taken < left:
        _swap(order, scores, taken, taken + int(scores[taken:left].argmax()))
        rest = slice(taken + 1, left)
        overlap = _overlaps(shifted[order[taken]], shifted[order[rest]], offset)
        if method == "gaussian":
            scores[rest] *= np.exp(-(overlap * overlap) / np.float32(sigma))
        else:
            scores[rest] *= np.where(overlap >= iou_threshold, 1 - overlap, np.float32(1))
        taken += 1
        place = taken
        while place < left:  # the last one takes the place of one that is dropped: it decides between equal scores
            if scores[place] < least:
                left -= 1
                _swap(order, scores, place, left)
            else:
                place += 1
    return order[:taken], scores[:taken]


def _overlaps(box: Float, others: Float, offset: float) -> Float:
    """IoU of a box with others, float32."""
    def area(sizes: Any) -> Any:
        return sizes[..., 0] * sizes[..., 1]

    sides = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2]) + np.float32(offset)
    common = area(sides.clip(0))
    one, other = area(box[2:] - box[:2] + np.float32(offset)), area(others[:, 2:] - others[:, :2] + np.float32(offset))
    with np.errstate(invalid="ignore"):  # two boxes without area have no overlap that counts
        return np.asarray(common / (one + other - common), np.float32)


def _swap(order: npt.NDArray[np.int64], scores: Float, one: int, other: int) -> None:
    for array in (order, scores):
        array[one], array[other] = array[other], array[one]


# masks

def mask_features(ids: torch.Tensor, features: torch.Tensor, mask_id: int, exactly: bool) -> torch.Tensor | None:
    """Features (16, D) of the `<MASK>` tokens of one answer; None where there are too few.

    Args:
        ids, features: (steps,) and (steps, D).
        exactly: 16 and no more; else the first 16.
    """
    found = features[ids == mask_id]
    enough = len(found) == MASK_TOKENS if exactly else len(found) >= MASK_TOKENS
    return found[:MASK_TOKENS] if enough else None


def masked_answers(
    labels: Sequence[int | None], ids: torch.Tensor, features: torch.Tensor, scores: torch.Tensor, mask_id: int,
    exactly: bool = True,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Features (m, 16, D), scores and labels of the answers that name a class and have the `<MASK>` tokens, best first.

    Args:
        labels: of the n answers; None where no class of the list was named.
        ids, features, scores: (n, steps), (n, steps, D), (n,).
    """
    found = []
    for place in scores.argsort(descending=True, stable=True).tolist():
        tokens = mask_features(ids[place], features[place], mask_id, exactly)
        if labels[place] is not None and tokens is not None:
            found.append((place, tokens))
    places = torch.tensor([place for place, _ in found], dtype=torch.long, device=scores.device)
    tokens = torch.stack([one for _, one in found]) if found else features.new_zeros(0, MASK_TOKENS, features.shape[-1])
    chosen = torch.tensor([labels[place] for place, _ in found], dtype=torch.long, device=scores.device)
    return tokens, scores[places], chosen


def retrieve_masks(features: torch.Tensor, image: torch.Tensor, shape: tuple[int, int]) -> torch.Tensor:
    """Probabilities of masks by embedding retrieval (section 3.2): every `<MASK>` token gives the mask of every fourth
    pixel, the token y * 4 + x those at (y, x) of each cell of the image features.

    Args:
        features: (n, 16, D).
        image: (h, w, D).
        shape: (height, width) of the frame, which the (4h, 4w) masks are resized to.

    Returns:
        float32 (n, height, width), 0..1.
    """
    height, width, channels = image.shape
    similar = features.flatten(0, 1).float() @ image.flatten(0, 1).float().T / math.sqrt(channels)
    fine = F.pixel_shuffle(similar.view(-1, MASK_TOKENS, height, width), math.isqrt(MASK_TOKENS))
    return F.interpolate(fine, shape, mode="bilinear", align_corners=False)[:, 0].sigmoid()


def referred_mask(
    ids: torch.Tensor, features: torch.Tensor, mask_id: int, image: torch.Tensor, shape: tuple[int, int]
) -> torch.Tensor:
    """float32 (height, width), the probabilities of the one mask of an answer (steps,) with features (steps, D); zero
    everywhere where it has too few `<MASK>` tokens. Further ones than 16 are not read."""
    tokens = mask_features(ids, features, mask_id, exactly=False)
    return torch.zeros(shape, device=image.device) if tokens is None else retrieve_masks(tokens[None], image, shape)[0]


def instances(
    tokens: torch.Tensor, scores: torch.Tensor, labels: torch.Tensor, image: torch.Tensor, shape: tuple[int, int],
    sigma: float = 2.0, least: float = 0.05,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Masks of instances: empty ones are dropped, scores multiplied by how sure the masks are, doubles decayed.

    Args:
        tokens, scores, labels: (n, 16, D), (n,), (n,), as `masked_answers` gives them.
        image, shape: as of `retrieve_masks`.

    Returns:
        bool (m, height, width), scores (m,) falling, labels (m,).
    """
    parts = [torch.zeros(0, *shape, dtype=torch.bool, device=tokens.device)]
    sure = []
    for some in range(0, len(tokens), _AT_ONCE):
        found = retrieve_masks(tokens[some:some + _AT_ONCE], image, shape)
        parts.append(found > 0.5)
        sure += [likely[mask].mean() for likely, mask in zip(found, parts[-1], strict=True)]
    masks = torch.cat(parts)
    scores = scores * torch.stack(sure).to(scores.dtype) if sure else scores
    seen = masks.any(-1).any(-1)
    masks, scores, labels = masks[seen], scores[seen], labels[seen]
    kept, scores = matrix_nms(masks, scores, labels, sigma, least)
    return masks[kept], scores, labels[kept]


def matrix_nms(
    masks: torch.Tensor, scores: torch.Tensor, labels: torch.Tensor, sigma: float = 2.0, least: float = 0.05
) -> tuple[torch.Tensor, torch.Tensor]:
    """Matrix NMS (SOLOv2, section 3.3) with the Gaussian kernel, a class by itself.

    Args:
        masks: bool (n, height, width).
        least: masks of a lower score after the decay are dropped.

    Returns:
        Which masks are kept, best first, and their decayed scores.
    """
    if not len(masks):
        return torch.zeros(0, dtype=torch.long, device=masks.device), scores
    scores, order = scores.sort(descending=True, stable=True)
    flat = masks[order].flatten(1)
    common = torch.zeros(len(masks), len(masks), device=masks.device)
    for some in flat.split(_PIXELS, dim=1):
        common += some.float() @ some.float().T
    area = common.diagonal()
    same = labels[order][:, None] == labels[order]
    overlap = (common / (area[:, None] + area - common)).triu(1) * same
    worst = overlap.amax(0)  # of each mask with a better one
    decay = (torch.exp(-sigma * overlap**2) / torch.exp(-sigma * worst[:, None]**2)).amin(0)
    scores, again = (scores * decay).sort(descending=True, stable=True)
    kept = scores >= least
    return order[again][kept], scores[kept]


def semantic_map(
    tokens: torch.Tensor, scores: torch.Tensor, labels: torch.Tensor, image: torch.Tensor, shape: tuple[int, int],
    drop_empty: bool,
) -> torch.Tensor:
    """The likeliest class at every pixel: most score times probability, summed over all answers.

    Args:
        tokens, scores, labels, image, shape: as of `instances`.
        drop_empty: do not count the probabilities of answers whose mask is empty.

    Returns:
        int64 (height, width); all `IGNORED` where there is no answer.
    """
    sums: dict[int, Any] = {}
    for one, score, label in zip(tokens, scores, labels.tolist(), strict=True):
        likely = retrieve_masks(one[None], image, shape)[0]
        if not drop_empty or bool((likely > 0.5).any()):
            sums[label] = sums.get(label, 0) + score * likely
    if not sums:
        return torch.full(shape, IGNORED, dtype=torch.long, device=tokens.device)
    classes = sorted(sums)  # of equal sums the first class counts
    return torch.tensor(classes, device=tokens.device)[torch.stack([sums[one] for one in classes]).argmax(0)]

"""Short videos with masks to train on, made as they are needed: from stills by moving and pasting, or cut from clips.

Everything follows from a seed, so a run can go on from any step and another machine makes the same data.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from backend.models.compact.drawing import Float
from backend.models.compact.training import motion
from backend.models.compact.training.material import Material, Pair

Ids = npt.NDArray[np.uint8]

CLIP_SHARE = 0.15
"""Of sequences, cut from real clips."""

TWINS = 0.5
"""Of pasted things, copies of one that is there already: what looks alike is told apart by where it was."""

LEAST_AREA = 0.002
"""Of the picture; a smaller object is none to train on."""

_PASTED = (0.25, 0.40, 0.35)
"""How often none, one, or two more things are pasted in."""


@dataclass(frozen=True)
class Sequence:
    """A short video.

    Attributes:
        pictures: uint8, shape (frames, size, size, 3), RGB.
        ids: uint8, shape (frames, size, size); 0 is ground, 1 to `objects` are to be followed, others are just there.
    """

    pictures: npt.NDArray[np.uint8]
    ids: Ids


def make(material: Material, seed: tuple[int, ...], frames: int, size: int, objects: int) -> Sequence:
    """A sequence with at most so many objects, at least one of them visible on its first frame."""
    random = np.random.default_rng(seed)
    while True:
        real = bool(material.clips) and (not material.stills or random.random() < CLIP_SHARE)
        pictures, ids = (_from_clip if real else _from_stills)(material, random, frames, size)
        chosen = _choose(random, ids, objects)
        if (chosen[0] == 1).any():
            break
    if random.random() < 0.5:
        pictures, chosen = pictures[:, :, ::-1], chosen[:, :, ::-1]
    return Sequence(_coloured(random, pictures), np.ascontiguousarray(chosen))


def _from_stills(
    material: Material, random: np.random.Generator, frames: int, size: int
) -> tuple[npt.NDArray[np.uint8], Ids]:
    base = _any(random, material.stills)
    picture, own = base.load()
    things = list(_objects(random, own))[:2]
    pictures = np.empty((frames, size, size, 3), np.uint8)
    ids = np.zeros((frames, size, size), np.uint8)
    scene = sum((np.uint8(k + 1) * thing for k, thing in enumerate(things)), np.zeros_like(own))
    for t, (x, y) in enumerate(motion.path(random, frames, size, _window(random, scene > 0, size), motion.CAMERA)):
        pictures[t] = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
        ids[t] = cv2.remap(scene, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REFLECT_101)
    for _ in range(int(random.choice(len(_PASTED), p=_PASTED))):
        twin = random.random() < TWINS
        _paste(random, base if twin else _any(random, material.stills), pictures, ids)
    return pictures, ids


def _paste(random: np.random.Generator, pair: Pair, pictures: npt.NDArray[np.uint8], ids: Ids) -> None:
    """Let a thing of another picture move over the sequence, in front of what is there."""
    picture, own = pair.load()
    mask = next(iter(_objects(random, own)), None)
    if mask is None:
        return
    frames, size = ids.shape[:2]
    rows, columns = np.nonzero(mask)
    centre = np.array([columns.mean(), rows.mean()])
    extent = max(np.ptp(rows), np.ptp(columns), 8)
    zoom = extent / (size * random.uniform(0.2, 0.65))
    place = random.uniform(0.05, 0.95, 2) * size
    flip = random.choice([-1.0, 1.0])
    linear = zoom * np.diag([flip, 1.0])
    start = np.column_stack([linear, centre - linear @ place])
    identity = ids.max() + 1
    soft = mask.astype(np.float32)
    for t, (x, y) in enumerate(motion.path(random, frames, size, start, motion.THING)):
        alpha = cv2.remap(soft, x, y, cv2.INTER_LINEAR, borderValue=0)
        alpha = cv2.GaussianBlur(alpha, (3, 3), 0)
        top = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        share = alpha[..., None]
        pictures[t] = (share * top + (1 - share) * pictures[t]).astype(np.uint8)
        ids[t][alpha > 0.5] = identity


def _from_clip(
    material: Material, random: np.random.Generator, frames: int, size: int
) -> tuple[npt.NDArray[np.uint8], Ids]:
    clip = material.clips[int(random.integers(len(material.clips)))]
    step = int(random.integers(1, max(1, min(5, (len(clip) - 1) // max(frames - 1, 1))) + 1))
    first = int(random.integers(max(1, len(clip) - step * (frames - 1))))
    order = [min(first + step * t, len(clip) - 1) for t in range(frames)]
    loaded = [clip[k].load() for k in (order if random.random() < 0.5 else order[::-1])]
    start = _window(random, loaded[0][1] > 0, size)
    slight = motion.Range(0.008, 0.008, 0.008, 0.004, 0.003)
    maps = motion.path(random, frames, size, start, slight)
    pictures = [cv2.remap(p, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
                for (p, _), (x, y) in zip(loaded, maps, strict=True)]
    ids = [cv2.remap(m, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REFLECT_101)
           for (_, m), (x, y) in zip(loaded, maps, strict=True)]
    return np.stack(pictures).astype(np.uint8), np.stack(ids).astype(np.uint8)


def _window(random: np.random.Generator, wanted: npt.NDArray[np.bool_], size: int) -> npt.NDArray[np.float64]:
    """2 x 3, from a square of `size` pixels to a random part of a picture that holds some of what is wanted."""
    height, width = wanted.shape
    side = min(height, width) * random.uniform(0.6, 1.2)
    room = np.array([width - side, height - side])
    corner = random.uniform(0, 1, 2) * room
    places = np.argwhere(wanted)
    if len(places):
        row, column = places[int(random.integers(len(places)))]
        middle = np.array([column, row]) - side * random.uniform(0.2, 0.8, 2)
        corner = np.clip(middle, 0, np.maximum(room, 0))
    zoom = side / size * np.array([random.uniform(0.85, 1.0), random.uniform(0.85, 1.0)])
    return np.array([[zoom[0], 0, corner[0]], [0, zoom[1], corner[1]]])


def _objects(random: np.random.Generator, ids: Ids) -> list[Ids]:
    """Masks of the objects of a picture, 0 or 1, in random order, without the tiny ones."""
    values, counts = np.unique(ids[ids > 0], return_counts=True)
    large = values[counts > LEAST_AREA * ids.size]
    return [(ids == value).astype(np.uint8) for value in random.permutation(large)]


def _choose(random: np.random.Generator, ids: Ids, objects: int) -> Ids:
    """Number at most so many objects of those visible on the first frame 1, 2, ...; others follow after `objects`."""
    values, counts = np.unique(ids[0][ids[0] > 0], return_counts=True)
    seen = values[counts > LEAST_AREA * ids[0].size]
    chosen = random.permutation(seen)[:objects]
    others = np.setdiff1d(ids[ids > 0], chosen)
    numbers = np.zeros(256, np.uint8)
    numbers[chosen] = 1 + np.arange(len(chosen))
    numbers[others] = 1 + objects + np.arange(len(others))
    return numbers[ids]


def _coloured(random: np.random.Generator, pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Light and colour of the whole sequence, a little change from frame to frame, and blur in some."""
    gain, offset = random.uniform(0.7, 1.3, 3) ** 0.7 * random.uniform(0.75, 1.25), random.uniform(-20, 20)
    blur = random.uniform(0.5, 1.6) if random.random() < 0.25 else 0.0
    grey = random.random() < 0.05
    out = np.empty_like(pictures)
    for t, picture in enumerate(pictures):
        changed: Float = picture * (gain * random.uniform(0.95, 1.05)).astype(np.float32) + np.float32(offset)
        if grey:
            changed = np.repeat(changed.mean(2, keepdims=True), 3, 2)
        if blur:
            changed = cv2.GaussianBlur(changed, (0, 0), blur)
        out[t] = np.clip(changed, 0, 255)
    return out


def _any(random: np.random.Generator, stills: tuple[Pair, ...]) -> Pair:
    return stills[int(random.integers(len(stills)))]

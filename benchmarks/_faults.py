"""Faults as annotation tools and models make them, put into right masks at known places."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from backend.masks import BoolMask, Rle
from backend.quality.checks import Kind, Mark

Frames = list[dict[int, BoolMask]]
"""The masks of a sequence by frame and object; empty ones too."""


@dataclass
class Track:
    """Masks as `backend.quality.checks.Masks`."""

    height: int
    width: int
    marks: list[dict[int, Mark]]

    @classmethod
    def of(cls, masks: Sequence[Mapping[int, BoolMask]]) -> Track:
        """Of arrays; an empty mask says that there is nothing."""
        shape = next(iter(masks[0].values())).shape
        return cls(shape[0], shape[1],
                   [{one: Mark(Rle.from_mask(mask)) for one, mask in there.items()} for there in masks])

    def __len__(self) -> int:
        return len(self.marks)

    def __getitem__(self, frame: int) -> Mapping[int, Mark]:
        return self.marks[frame]


@dataclass(frozen=True)
class Fault:
    """What was put in: which objects on which frames start <= f < stop, and the kinds of finding that name it."""

    name: str
    kinds: frozenset[Kind]
    objects: frozenset[int]
    start: int
    stop: int


@dataclass(frozen=True)
class Recipe:
    """How a fault is made.

    Attributes:
        kinds: of finding that name it.
        make: (masks, which it changes; object; start; stop; random numbers) -> the objects it touched; empty where it
            could not be made there.
        lengths: least and most frames of the stretch.
    """

    kinds: frozenset[Kind]
    make: Callable[[Frames, int, int, int, np.random.Generator], frozenset[int]]
    lengths: tuple[int, int] = (1, 3)


def _each(change: Callable[[BoolMask, np.random.Generator], BoolMask | None]) -> Callable[..., frozenset[int]]:
    """A fault that spoils one object's masks, the same way on every frame of the stretch."""
    def make(masks: Frames, one: int, start: int, stop: int, random: np.random.Generator) -> frozenset[int]:
        seed = int(random.integers(2**31))
        made = [change(masks[frame][one], np.random.default_rng(seed)) for frame in range(start, stop)]
        if any(mask is None or not mask.any() for mask in made) and change is not _gone:
            return frozenset()
        for frame, mask in zip(range(start, stop), made, strict=True):
            assert mask is not None
            masks[frame][one] = mask
        return frozenset({one})

    return make


def _gone(mask: BoolMask, random: np.random.Generator) -> BoolMask:
    return np.zeros_like(mask)


def _shifted(mask: BoolMask, random: np.random.Generator) -> BoolMask:
    """By 0.3 to 0.7 of the object's size, any way."""
    way, far = random.uniform(0, 2 * np.pi), random.uniform(0.3, 0.7) * np.sqrt(np.count_nonzero(mask))
    return _warped(mask, np.array([[1, 0, far * np.cos(way)], [0, 1, far * np.sin(way)]]))


def _scaled(mask: BoolMask, random: np.random.Generator) -> BoolMask:
    """Sides times 0.6 to 0.75, or 1.3 to 1.6, about its middle."""
    by = random.uniform(0.6, 0.75) if random.random() < 0.5 else random.uniform(1.3, 1.6)
    y, x = (float(at.mean()) for at in np.nonzero(mask))
    return _warped(mask, np.array([[by, 0, x * (1 - by)], [0, by, y * (1 - by)]]))


def _warped(mask: BoolMask, matrix: np.ndarray) -> BoolMask:
    size = (mask.shape[1], mask.shape[0])
    return np.asarray(cv2.warpAffine(mask.astype(np.uint8), matrix, size, flags=cv2.INTER_NEAREST)) > 0


def _holed(mask: BoolMask, random: np.random.Generator) -> BoolMask | None:
    """A disc of 3 to 12 % of the area, somewhere inside."""
    radius = round(float(np.sqrt(random.uniform(0.03, 0.12) * np.count_nonzero(mask) / np.pi)))
    depth = cv2.distanceTransform(np.pad(mask, 1).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
    rows, columns = np.nonzero(depth > radius + 1)
    if radius < 2 or not len(rows):
        return None
    at = int(random.random() * len(rows))
    return mask & ~_disc(mask.shape, columns[at], rows[at], radius)


def _with_far_part(mask: BoolMask, random: np.random.Generator) -> BoolMask | None:
    """A disc of 3 to 12 % of the area, away from the object by its size."""
    size = np.sqrt(np.count_nonzero(mask))
    radius = max(3, round(float(np.sqrt(random.uniform(0.03, 0.12) / np.pi) * size)))
    away = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    rows, columns = np.nonzero((away > size * 0.7) & (away < size * 2))
    if not len(rows):
        return None
    at = int(random.random() * len(rows))
    return mask | _disc(mask.shape, columns[at], rows[at], radius)


def _disc(shape: tuple[int, ...], x: int, y: int, radius: int) -> BoolMask:
    canvas = np.zeros(shape, np.uint8)
    cv2.circle(canvas, (int(x), int(y)), radius, 1, -1)
    return canvas > 0


def _swapped(masks: Frames, one: int, start: int, stop: int, random: np.random.Generator) -> frozenset[int]:
    other = _other(masks, one, start, random)
    if other is None:
        return frozenset()
    for there in masks[start:]:
        there[one], there[other] = there[other], there[one]
    return frozenset({one, other})


def _swapped_out_of_sight(
    masks: Frames, one: int, start: int, stop: int, random: np.random.Generator
) -> frozenset[int]:
    """Both are gone for some frames, and have exchanged their identities when they are back."""
    touched = _swapped(masks, one, start, stop, random)
    for there in masks[start:stop] if touched else ():
        there.update({each: np.zeros_like(there[each]) for each in touched})
    return touched


def _grown_into_neighbour(
    masks: Frames, one: int, start: int, stop: int, random: np.random.Generator
) -> frozenset[int]:
    """Dilated until it takes 10 % of another object at least."""
    other = _other(masks, one, start, random)
    if other is None:
        return frozenset()
    made = []
    for there in masks[start:stop]:
        distance = cv2.distanceTransform((~there[one]).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        if not there[other].any():
            return frozenset()
        reach = float(np.quantile(distance[there[other]], 0.1))
        if reach > np.sqrt(np.count_nonzero(there[one])):
            return frozenset()
        made.append(distance <= max(reach, 2.0))
    for there, mask in zip(masks[start:stop], made, strict=True):
        there[one] = mask
    return frozenset({one, other})


def _ended(masks: Frames, one: int, start: int, stop: int, random: np.random.Generator) -> frozenset[int]:
    """No masks any more, though the object is in the middle of the picture."""
    last = np.pad(masks[start - 1][one], 1)
    if last[:3].any() or last[-3:].any() or last[:, :3].any() or last[:, -3:].any():
        return frozenset()
    for there in masks[start:]:
        there[one] = np.zeros_like(there[one])
    return frozenset({one})


def _stopped_short(masks: Frames, one: int, start: int, stop: int, random: np.random.Generator) -> frozenset[int]:
    """1 to 4 pixels are missing along an edge of the picture that it reaches with a dozen and more."""
    for turn in range(4):
        turned = [np.rot90(there[one], turn) for there in masks[start - 1 : stop + 1]]
        if min(np.count_nonzero(mask[0]) for mask in turned) < 12:
            continue
        gap = int(random.integers(1, 5))
        for there, mask in zip(masks[start:stop], turned[1:-1], strict=True):
            made = mask.copy()
            made[:gap] = False
            there[one] = np.ascontiguousarray(np.rot90(made, -turn))
        return frozenset({one})
    return frozenset()


def _other(masks: Frames, one: int, frame: int, random: np.random.Generator) -> int | None:
    found = [other for other, mask in masks[frame].items()
             if other != one and mask.any() and masks[frame - 1][other].any()]
    return int(random.choice(found)) if found else None


RECIPES: dict[str, Recipe] = {
    "masks dropped": Recipe(frozenset({"flicker"}), _each(_gone)),
    "shifted": Recipe(frozenset({"jump"}), _each(_shifted)),
    "scaled": Recipe(frozenset({"flicker", "jump"}), _each(_scaled)),
    "hole": Recipe(frozenset({"hole"}), _each(_holed)),
    "far fragment": Recipe(frozenset({"fragment", "jump"}), _each(_with_far_part)),
    "grown into a neighbour": Recipe(frozenset({"overlap"}), _grown_into_neighbour),
    "identities swapped": Recipe(frozenset({"swap"}), _swapped, lengths=(1, 1)),
    "swapped out of sight": Recipe(frozenset({"swap"}), _swapped_out_of_sight, lengths=(6, 12)),
    "stops short of the edge": Recipe(frozenset({"edge"}), _stopped_short),
    "ends too early": Recipe(frozenset({"end"}), _ended, lengths=(1, 1)),
}


def spoil(masks: Frames, name: str, random: np.random.Generator) -> tuple[Frames, Fault] | None:
    """A copy of the masks with one fault in it; None where it cannot be made in these."""
    recipe = RECIPES[name]
    for _ in range(20):
        one = int(random.choice(sorted(masks[0])))
        length = int(random.integers(recipe.lengths[0], recipe.lengths[1] + 1))
        if len(masks) < length + 8:
            return None
        start = int(random.integers(4, len(masks) - length - 3))
        if not all(there[one].any() for there in masks[start - 1 : start + length + 1]):
            continue
        spoiled = [dict(there) for there in masks]
        touched = recipe.make(spoiled, one, start, start + length, random)
        if touched:
            return spoiled, Fault(name, recipe.kinds, touched, start, start + length)
    return None

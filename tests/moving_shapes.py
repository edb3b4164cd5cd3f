"""A video made of a textured ground and shapes that move over it, with the mask of each."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from backend.errors import Unavailable
from backend.masks import BoolMask

DISC, SQUARE = 1, 2


class Pictures:
    """`Frames` of a list of RGB pictures; the ones named in `broken` cannot be decoded."""

    def __init__(self, pictures: list[npt.NDArray[np.uint8]], broken: frozenset[int] = frozenset()) -> None:
        self.pictures = pictures
        self.broken = broken
        self.height, self.width = pictures[0].shape[:2]

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, index: int) -> npt.NDArray[np.uint8]:
        if not 0 <= index < len(self.pictures):
            raise IndexError(index)
        if index in self.broken:
            raise Unavailable("decoder_died", f"Frame {index} cannot be decoded.", "Convert it.")
        return self.pictures[index]


class Shapes:
    """A red disc that goes right and a blue square that goes left and down, 160 x 120.

    Attributes:
        frames: the pictures.
        truth: frame -> {DISC: mask, SQUARE: mask}.
        hidden: frames on which the disc is not drawn.
    """

    def __init__(self, count: int, hidden: frozenset[int] = frozenset(), broken: frozenset[int] = frozenset()) -> None:
        noise = np.random.default_rng(5)
        ground = cv2.GaussianBlur(noise.integers(60, 180, (120, 160, 3), dtype=np.uint8), (0, 0), 3)
        texture = cv2.GaussianBlur(noise.integers(0, 90, (40, 40, 3), dtype=np.uint8), (0, 0), 1.5)
        pictures, self.truth = [], []
        for t in range(count):
            picture, masks = ground.copy(), {}
            for object, (x, y), colour in ((DISC, (30 + 4 * t, 40), (170, 10, 10)),
                                           (SQUARE, (120 - 3 * t, 70 + t), (10, 20, 170))):
                mask = np.zeros((120, 160), np.uint8)
                if object == DISC and t not in hidden:
                    cv2.circle(mask, (x, y), 16, 1, -1)
                elif object == SQUARE:
                    mask[y - 14:y + 14, x - 14:x + 14] = 1
                inside = mask > 0
                patch = np.zeros_like(picture)
                patch[y - 20:y + 20, x - 20:x + 20] = texture
                picture[inside] = np.array(colour, np.uint8) + patch[inside] // 2
                masks[object] = inside
            pictures.append(picture)
            self.truth.append({o: m & ~np.any([masks[k] for k in masks if k > o], axis=0) if o < SQUARE else m
                               for o, m in masks.items()})
        self.frames = Pictures(pictures, broken)

    def mask(self, object: int, frame: int) -> BoolMask:
        """The true mask."""
        return np.asarray(self.truth[frame][object])

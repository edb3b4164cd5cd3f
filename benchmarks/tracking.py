"""How many frames a second a model tracks, with one object and with five, on a made-up scene."""

from __future__ import annotations

import time
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from backend.masks import BoolMask
from backend.models import registry
from backend.tracking.plan import Plan, Stretch
from backend.tracking.runner import run as carry_out

ABOUT = "frames tracked a second at 854x480 by every model that is ready; objects are tracked together"
HEIGHT, WIDTH = 480, 854
RADIUS = 45


class Scene:
    """Textured discs that drift over textured ground. Pictures are made beforehand, so that tracking alone is timed."""

    height, width = HEIGHT, WIDTH

    def __init__(self, frames: int, discs: int) -> None:
        rng = np.random.default_rng(0)
        self.starts = [(90 + 160 * disc, 120 + 240 * (disc % 2)) for disc in range(discs)]
        self.ground = _texture(rng, 0, 160)
        self.skins = [_texture(rng, 40 * disc, 255 - 20 * disc) for disc in range(discs)]
        self.pictures = [self._picture(frame) for frame in range(frames)]

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, index: int) -> npt.NDArray[np.uint8]:
        return self.pictures[index]

    def mask(self, disc: int, frame: int) -> BoolMask:
        """Where a disc is."""
        x, y = self.starts[disc]
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        cv2.circle(mask, (x + 2 * frame, y + frame), RADIUS, 1, -1)
        return mask.astype(bool)

    def _picture(self, frame: int) -> npt.NDArray[np.uint8]:
        picture = np.roll(self.ground, frame, axis=1)
        for disc, skin in enumerate(self.skins):
            mask = self.mask(disc, frame)
            picture[mask] = np.roll(skin, (frame, 2 * frame), axis=(0, 1))[mask]
        return picture


def run(quick: bool = False) -> dict[str, Any]:
    """{model: {"1 object": frames a second, "5 objects": ...}}."""
    frames = 6 if quick else 40
    ready = [one.spec.name for one in registry.available() if one.ready]
    return {name: {f"{n} object{'s' * (n > 1)}": _speed(name, Scene(frames, n)) for n in (1, 5)} for name in ready}


def _speed(model: str, scene: Scene) -> float:
    """Frames a second after the first one, which is left out because it warms caches and threads up."""
    stretches = tuple(Stretch(disc, 1, len(scene) - 1, 1) for disc in range(len(scene.starts)))
    session = registry.load(model).open(scene)
    try:
        steps = carry_out(Plan("forward", 0, stretches), session, lambda disc, frame: scene.mask(disc, frame), {})
        next(steps)
        began = time.perf_counter()
        done = sum(1 for _ in steps)
        return done / (time.perf_counter() - began)
    finally:
        session.close()


def _texture(rng: np.random.Generator, low: int, high: int) -> npt.NDArray[np.uint8]:
    noise = rng.uniform(0, 1, (HEIGHT, WIDTH, 3)).astype(np.float32)
    smooth = np.asarray(cv2.GaussianBlur(noise, (0, 0), 4))
    smooth = (smooth - smooth.min()) / (smooth.max() - smooth.min())
    return np.asarray(low + smooth * (high - low), np.uint8)

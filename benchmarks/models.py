"""How fast models track and answer clicks, beside the trackers OpenCV brings, on a made-up scene."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np

from backend.masks import BoolMask
from backend.models import registry
from backend.prompts import Point
from benchmarks._followers import Picture, box_of, follow, models, names, overlap

ABOUT = "frames tracked a second and milliseconds a click at 854x480, of every model and of OpenCV's trackers (boxes)"
HEIGHT, WIDTH = 480, 854
RADIUS = 45
COLOURS = ((255, 200, 40), (60, 255, 60), (40, 220, 255), (110, 60, 255), (255, 60, 200))
OBJECTS = len(COLOURS)


class Scene:
    """Textured discs, each of its own hue, that drift over grey textured ground. Pictures are made beforehand, so that
    models alone are timed."""

    height, width = HEIGHT, WIDTH

    def __init__(self, frames: int) -> None:
        rng = np.random.default_rng(0)
        self.starts = [(90 + 160 * disc, 120 + 240 * (disc % 2)) for disc in range(OBJECTS)]
        self.ground = _texture(rng, (160, 160, 160))
        self.skins = [_texture(rng, colour) for colour in COLOURS]
        self.pictures = [self._picture(frame) for frame in range(frames)]

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, index: int) -> Picture:
        return self.pictures[index]

    def centre(self, disc: int, frame: int) -> tuple[int, int]:
        """(x, y) of a disc."""
        x, y = self.starts[disc]
        return x + 2 * frame, y + frame

    def mask(self, disc: int, frame: int) -> BoolMask:
        """Where a disc is."""
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        cv2.circle(mask, self.centre(disc, frame), RADIUS, 1, -1)
        return mask.astype(bool)

    def box(self, disc: int, frame: int) -> tuple[int, int, int, int]:
        """Around a disc."""
        x, y, width, height = cv2.boundingRect(self.mask(disc, frame).astype(np.uint8))
        return x, y, width, height

    def _picture(self, frame: int) -> Picture:
        picture = np.roll(self.ground, frame, axis=1)
        for disc, skin in enumerate(self.skins):
            mask = self.mask(disc, frame)
            picture[mask] = np.roll(skin, (frame, 2 * frame), axis=(0, 1))[mask]
        return picture


def run(quick: bool = False) -> dict[str, Any]:
    """Of each: frames a second, decoding not counted, and how well the boxes (of masks, or what it gives) fit; median
    milliseconds of clicks."""
    scene = Scene(6 if quick else 40)
    return {name: _tracking(name, scene) | (_clicks(name, scene) if name in models() else {}) for name in names()}


def _tracking(name: str, scene: Scene) -> dict[str, float]:
    figures: dict[str, float] = {}
    for count in (1, OBJECTS):
        objects = f"{count} object{'s' * (count > 1)}"
        figures[f"frames/s, {objects}"], figures[f"box IoU, {objects}"] = _follow(name, scene, count)
    return figures


def _follow(name: str, scene: Scene, objects: int) -> tuple[float, float]:
    """Frames a second after the first one, which is left out because it warms caches and threads up; mean overlap."""
    steps = follow(name, scene, {disc: scene.mask(disc, 0) for disc in range(objects)}, len(scene))
    next(steps)
    began = time.perf_counter()
    found = list(steps)
    seconds = time.perf_counter() - began
    fits = [overlap(box_of(where), scene.box(disc, frame))
            for frame, on_frame in enumerate(found, 2) for disc, where in on_frame.items()]
    return len(found) / seconds, statistics.fmean(fits)


def _clicks(name: str, scene: Scene) -> dict[str, float]:
    """On every frame one object is clicked, then the others, and each a second time: what is known of the frame by
    then is what a person at work has cached."""
    session = registry.load(name).open(scene)
    spent: Mapping[str, list[float]] = {"cold frame": [], "cached frame": [], "correction": []}
    try:
        session.segment(0, {0: [_point(scene, 0, 0)]})  # warms up
        for frame in range(1, len(scene)):
            for disc in range(OBJECTS):
                first, second = _point(scene, disc, frame), _point(scene, disc, frame, aside=RADIUS // 2)
                for clicks in ([first], [first, second]):
                    began = time.perf_counter()
                    session.segment(frame, {disc: clicks})
                    kind = "correction" if len(clicks) > 1 else "cached frame" if disc else "cold frame"
                    spent[kind].append((time.perf_counter() - began) * 1000)
    finally:
        session.close()
    return {f"ms a click, {kind}": statistics.median(times) for kind, times in spent.items()}


def _point(scene: Scene, disc: int, frame: int, aside: int = 0) -> Point:
    x, y = scene.centre(disc, frame)
    return Point(x=min(x + aside, WIDTH - 1) + 0.5, y=y + 0.5)


def _texture(rng: np.random.Generator, colour: tuple[int, int, int]) -> Picture:
    """Blotches of a colour, from none of it to all of it."""
    noise = rng.uniform(0, 1, (HEIGHT, WIDTH, 1)).astype(np.float32)
    smooth = np.asarray(cv2.GaussianBlur(noise, (0, 0), 4))[..., None]
    smooth = (smooth - smooth.min()) / (smooth.max() - smooth.min())
    return np.asarray(smooth * np.array(colour), np.uint8)

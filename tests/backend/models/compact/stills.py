"""Material to train on in a test: bright shapes on dull ground, written as files."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np


def write_stills(folder: Path, count: int, seed: int = 0) -> None:
    """`folder/images/*.jpg` and `folder/masks/*.png`, one or two shapes a picture."""
    random = np.random.default_rng(seed)
    for name in ("images", "masks"):
        (folder / name).mkdir(parents=True)
    for number in range(count):
        picture = cv2.GaussianBlur(random.integers(60, 160, (96, 128, 3), dtype=np.uint8), (0, 0), 4)
        ids = np.zeros((96, 128), np.uint8)
        for object in range(1, 2 + number % 2):
            centre = int(random.integers(25, 100)), int(random.integers(25, 70))
            shape = np.zeros_like(ids)
            cv2.ellipse(shape, centre, (int(random.integers(12, 24)), int(random.integers(10, 20))),
                        float(random.uniform(0, 180)), 0, 360, 1, -1)
            picture[shape > 0] = random.integers(0, 255, 3) // (1, 4, 2)
            ids[shape > 0] = object
        cv2.imwrite(str(folder / "images" / f"{number:03}.jpg"), picture)
        cv2.imwrite(str(folder / "masks" / f"{number:03}.png"), ids)

"""The page and the server mend a mask to the same pixels: noise, blobs at the border, and real masks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from backend.masks import BoolMask, Rle
from backend.mending import Operation, mend
from widgets.assets import asset_url

Call = Callable[..., Any]
REAL = Path(__file__).parents[2] / "../shared/data/dev"
STEPS: list[tuple[Operation, int | None]] = [
    ("fill holes", None), ("remove specks", None), ("remove specks", 7), ("keep largest", None), ("smooth", 1),
    ("smooth", 2), ("smooth", 9), ("grow", 1), ("grow", 4), ("shrink", 1), ("shrink", 3),
]
IN_THE_PAGE = """async (m, {url, rle, operation, size}) => {
  const { shapeOf, rleOf } = await import(url);
  const [height, width] = rle.size;
  return rleOf(m.mend(shapeOf(rle), operation, size, {width, height}), height, width);
}"""


def made_up() -> list[BoolMask]:
    random = np.random.default_rng(5)
    y, x = np.mgrid[:60, :80]
    blob = np.hypot(x - 30, y - 25) < 20
    ragged = blob ^ (random.random(blob.shape) < 0.08)
    ring = blob & (np.hypot(x - 30, y - 25) > 9)
    leaking = ring.copy()
    leaking[20, 30:60] = False
    corner = (x + y < 40) | (x > 76)
    twins = np.zeros_like(blob)
    twins[5:9, 50:54] = twins[40:44, 3:7] = twins[50, 70] = True
    noise = random.random(blob.shape) < 0.5
    return [noise, ragged, ring, leaking, corner, twins, np.ones_like(blob), np.zeros_like(blob)]


def both(js: Call, mask: BoolMask, operation: Operation, size: int | None) -> tuple[BoolMask, BoolMask]:
    rle = Rle.from_mask(mask).as_json()
    argument = {"url": asset_url("js/rle.js"), "rle": rle, "operation": operation, "size": size}
    return Rle.from_json(js("maskops.js", IN_THE_PAGE, argument)).to_mask(), mend(mask, operation, size)


@pytest.mark.parametrize(("operation", "size"), STEPS)
def test_page_and_server_agree(js: Call, operation: Operation, size: int | None) -> None:
    for n, mask in enumerate(made_up()):
        page, server = both(js, mask, operation, size)
        assert (page == server).all(), f"mask {n}"


@pytest.mark.shared
@pytest.mark.parametrize(("operation", "size"), STEPS)
def test_page_and_server_agree_on_real_masks(js: Call, operation: Operation, size: int | None) -> None:
    for path in sorted(REAL.glob("*/masks/*.png"))[::40]:
        ids = np.asarray(Image.open(path))
        page, server = both(js, ids > 0, operation, size)
        assert (page == server).all(), path.name

"""The browser's run-length code against pycocotools."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as coco_mask

Call = Callable[..., Any]
SIZES = [(1, 1), (1, 7), (7, 1), (3, 3), (48, 37), (270, 480)]


def masks_of(height: int, width: int) -> list[np.ndarray]:
    random = np.random.default_rng(height * 1000 + width)
    noise = random.random((height, width)) < 0.3
    blob = np.zeros((height, width), dtype=bool)
    blob[height // 4 : height // 2 + 1, width // 3 : width // 2 + 1] = True
    tall = np.zeros((height, width), dtype=bool)
    tall[:, width // 2 :] = True  # one run over several columns
    return [noise, blob, tall, np.zeros_like(blob), np.ones_like(blob)]


def encoded(mask: np.ndarray) -> dict[str, Any]:
    code = coco_mask.encode(np.asfortranarray(mask, dtype=np.uint8))
    return {"size": list(code["size"]), "counts": code["counts"].decode()}


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_decoding_agrees_with_pycocotools(js: Call, height: int, width: int) -> None:
    for mask in masks_of(height, width):
        shape = js(
            "rle.js", "(m, rle) => { const s = m.shapeOf(rle); return {...s, bits: [...s.bits]}; }", encoded(mask)
        )
        box = mask[shape["y"] : shape["y"] + shape["height"], shape["x"] : shape["x"] + shape["width"]]
        assert shape["area"] == mask.sum() == box.sum()
        assert [int(bit) for bit in box.ravel()] == shape["bits"]
        if mask.any():
            expected = coco_mask.toBbox(coco_mask.encode(np.asfortranarray(mask, dtype=np.uint8)))
            assert [shape["x"], shape["y"], shape["width"], shape["height"]] == [int(n) for n in expected]


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_encoding_agrees_with_pycocotools(js: Call, height: int, width: int) -> None:
    for mask in masks_of(height, width):
        encode = """(m, {bits, height, width}) => {
          const shape = m.cut(Uint8Array.from(bits), height, width);
          return m.rleOf(shape, height, width);
        }"""
        bits = [int(bit) for bit in mask.ravel()]
        assert js("rle.js", encode, {"bits": bits, "height": height, "width": width}) == encoded(mask)


def test_spreading_a_cut_bitmap_gives_it_back(js: Call) -> None:
    mask = masks_of(48, 37)[0]
    back = js(
        "rle.js", "(m, bits) => [...m.spread(m.cut(Uint8Array.from(bits), 48, 37), 48, 37)]",
        [int(bit) for bit in mask.ravel()],
    )
    assert back == [int(bit) for bit in mask.ravel()]

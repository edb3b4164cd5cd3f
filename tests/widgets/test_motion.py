"""What is drawn while frames follow each other or the view moves, against what is drawn at rest."""

from collections.abc import Callable
from typing import Any

import numpy as np
from pycocotools import mask as coco_mask

Call = Callable[..., Any]
HEIGHT, WIDTH, STEP = 540, 960, 2
INKS = {"#ff0000": [255, 0, 0, 128], "#00ff00": [0, 255, 0, 128]}
SKETCH = """async (m, [height, width, masks, outlines]) => {
  const draft = new m.Draft(width, height);
  const context = new OffscreenCanvas(draft.width, draft.height).getContext("2d");
  context.scale(1 / draft.step, 1 / draft.step);
  draft.paint(context, masks.map(({ rle, local, colour }) => ({
    entry: { item: { rle }, local: local && { ...local, bits: Uint8Array.from(local.bits) } }, colour, opacity: 0.5,
  })), outlines);
  return { step: draft.step, data: [...context.getImageData(0, 0, draft.width, draft.height).data] };
}"""

def disc(x: int, y: int, radius: int) -> np.ndarray:
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    return (columns - x) ** 2 + (rows - y) ** 2 <= radius**2


def code(mask: np.ndarray) -> dict[str, Any]:
    rle = coco_mask.encode(np.asfortranarray(mask, dtype=np.uint8))
    return {"size": list(rle["size"]), "counts": rle["counts"].decode()}


def sketch(js: Call, masks: list[dict[str, Any]], outlines: bool = False) -> np.ndarray:
    found = js("canvas/draft.js", SKETCH, [HEIGHT, WIDTH, masks, outlines])
    assert found["step"] == STEP
    return np.array(found["data"]).reshape(HEIGHT // STEP, WIDTH // STEP, 4)


def test_a_sketch_has_every_second_pixel_of_the_masks_and_the_last_lies_on_top(js: Call) -> None:
    first, second = disc(300, 200, 120), disc(400, 250, 90)
    pixels = sketch(js, [{"rle": code(first), "colour": "#ff0000"}, {"rle": code(second), "colour": "#00ff00"}])
    expected = np.zeros_like(pixels)
    for mask, ink in zip((first, second), INKS.values(), strict=True):
        expected[mask[::STEP, ::STEP]] = ink
    assert np.abs(pixels - expected).max() <= 1


def test_a_mask_that_is_not_sent_yet_is_sketched_in_place_of_the_stored_one(js: Call) -> None:
    stored, drawn = disc(300, 200, 120), disc(700, 300, 60)
    local = {"x": 0, "y": 0, "width": WIDTH, "height": HEIGHT, "bits": drawn.ravel().astype(int).tolist()}
    pixels = sketch(js, [{"rle": code(stored), "local": local, "colour": "#ff0000"}])
    assert ((pixels[..., 3] > 0) == drawn[::STEP, ::STEP]).all()


def test_the_edge_of_a_sketched_mask_is_opaque_where_outlines_are_wanted(js: Call) -> None:
    mask = disc(300, 200, 120)
    pixels = sketch(js, [{"rle": code(mask), "colour": "#ff0000"}], outlines=True)
    small = np.pad(mask[::STEP, ::STEP], 1)
    within = small[1:-1, 1:-1] & small[:-2, 1:-1] & small[2:, 1:-1] & small[1:-1, :-2] & small[1:-1, 2:]
    assert (pixels[..., 3][within] == 128).all()
    assert (pixels[..., 3][small[1:-1, 1:-1] & ~within] == 255).all()

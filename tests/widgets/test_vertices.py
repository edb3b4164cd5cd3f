"""Outlines as vertices: what is not edited stays as it was to the pixel."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from widgets.assets import asset_url

Call = Callable[..., Any]
HEIGHT, WIDTH = 60, 80
EDITED = """async (m, {urls, bits, tolerance}) => {
  const [art, raster, rle] = await Promise.all(urls.map((url) => import(url)));
  const shape = rle.cut(Uint8Array.from(bits), HEIGHT, WIDTH);
  const vertices = new m.Vertices(art.ringsOf(shape).map((ring) => m.simplified(ring, tolerance)), true);
  const longest = (rings) => rings.indexOf(rings.reduce((a, b) => (b.length > a.length ? b : a)));
  const count = vertices.rings.map((ring) => ring.length);
  CHANGE;
  const drawn = new Uint8Array(HEIGHT * WIDTH);
  raster.fillRings(vertices.outline, HEIGHT, (row, from, to) => drawn.fill(1, row * WIDTH + from, row * WIDTH + to));
  const after = vertices.rings[longest(vertices.rings)].length;
  return {count, after, drawn: [...drawn], exact: art.ringsOf(shape).map((ring) => ring.length)};
}""".replace("HEIGHT", str(HEIGHT)).replace("WIDTH", str(WIDTH))


@pytest.fixture
def ragged() -> np.ndarray:
    """A disc with a rough border, a hole, and an island in the hole."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    away = np.hypot(x - 40, y - 30) + np.random.default_rng(2).normal(0, 0.7, (HEIGHT, WIDTH))
    return (away < 24) & ~((away > 6) & (away < 12))


def edited(js: Call, mask: np.ndarray, change: str, tolerance: float = 1.5) -> tuple[dict[str, Any], np.ndarray]:
    urls = [asset_url(f"js/{name}.js") for name in ("canvas/art", "tools/raster", "rle")]
    argument = {"urls": urls, "bits": [int(bit) for bit in mask.ravel()], "tolerance": tolerance}
    answer = js("tools/vertices.js", EDITED.replace("CHANGE", change), argument)
    return answer, np.array(answer["drawn"], dtype=bool).reshape(HEIGHT, WIDTH)


def test_few_vertices_stand_for_many_and_give_the_mask_back(js: Call, ragged: np.ndarray) -> None:
    answer, drawn = edited(js, ragged, "")
    assert max(answer["count"]) < max(answer["exact"]) / 3
    assert (drawn == ragged).all()
    set_on_an_edge = "const ring = longest(vertices.rings); vertices.insert({ring, at: 1}, vertices.rings[ring][2])"
    more, drawn = edited(js, ragged, set_on_an_edge)
    assert more["after"] == max(answer["count"]) + 1
    assert (drawn == ragged).all(), "setting a vertex changes nothing"


def test_a_moved_vertex_changes_its_neighbourhood_only(js: Call, ragged: np.ndarray) -> None:
    far = ("vertices.remember(); const ring = longest(vertices.rings);"
           "vertices.move({ring, at: 0}, {x: 78, y: 2})")  # the first vertex is in the top row
    _, drawn = edited(js, ragged, far)
    changed = drawn != ragged
    assert changed.any()
    assert not changed[35:].any()
    _, back = edited(js, ragged, f"{far}; vertices.back()")
    assert (back == ragged).all()


def test_a_ring_without_enough_vertices_goes(js: Call) -> None:
    mask = np.zeros((HEIGHT, WIDTH), dtype=bool)
    mask[10:50, 10:60] = True
    mask[20:30, 20:30] = False
    filled = mask.copy()
    filled[20:30, 20:30] = True
    hole = "const hole = {ring: vertices.rings.findIndex((ring) => ring.some(({x, y}) => x === 20 && y === 20)), at: 0}"
    _, drawn = edited(js, mask, f"{hole}; vertices.remove(hole); vertices.remove(hole)")
    assert (drawn == filled).all()


def test_what_is_under_the_pointer(js: Call) -> None:
    source = """(m, closed) => {
      const ring = [[0, 0], [40, 0], [40, 40]].map(([x, y]) => ({x, y, after: []}));
      const vertices = new m.Vertices([ring], closed);
      const at = (x, y, scale = 1) => {
        const spot = vertices.under({x, y}, scale);
        return spot && [spot.on, spot.at];
      };
      return [at(42, 3), at(20, 3), at(20, 3, 4), at(20, 20)];
    }"""
    assert js("tools/vertices.js", source, True) == [["vertex", 1], ["edge", 0], None, ["edge", 2]]
    assert js("tools/vertices.js", source, False) == [["vertex", 1], ["edge", 0], None, None]

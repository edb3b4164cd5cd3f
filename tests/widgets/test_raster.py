"""Which pixels a hand covers, against the plain definition worked out for every pixel."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

Call = Callable[..., Any]
HEIGHT, WIDTH = 40, 60
X, Y = np.meshgrid(np.arange(WIDTH) + 0.5, np.arange(HEIGHT) + 0.5)
STROKES = [
    ((12.3, 9.1), (40.8, 31.4)), ((50.2, 30.0), (8.9, 5.5)), ((30.0, 4.2), (30.0, 36.9)), ((5.1, 20.0), (55.0, 20.0)),
    ((20.4, 17.7), (20.4, 17.7)), ((-6.0, 3.0), (70.0, 39.0)),
]
COVERED = """(m, {argument}) => {
  const bits = new Uint8Array(HEIGHT * WIDTH);
  const visit = (row, from, to) => {
    if (row < 0 || row >= HEIGHT) return;
    for (let x = Math.max(0, from); x < Math.min(WIDTH, to); x++) bits[row * WIDTH + x] += 1;
  };
  CALL;
  return [...bits];
}""".replace("HEIGHT", str(HEIGHT)).replace("WIDTH", str(WIDTH))


def covered(js: Call, call: str, **argument: Any) -> np.ndarray:
    source = COVERED.replace("argument", ", ".join(argument)).replace("CALL", call)
    return np.array(js("tools/raster.js", source, argument)).reshape(HEIGHT, WIDTH)


def sweep(js: Call, a: tuple[float, float], b: tuple[float, float], radius: float, tip: str) -> np.ndarray:
    places = {name: {"x": p[0], "y": p[1]} for name, p in (("a", a), ("b", b))}
    return covered(js, "m.sweep(a, b, radius, tip, visit)", **places, radius=radius, tip=tip)


@pytest.mark.parametrize("radius", [1, 2.5, 7, 20])
@pytest.mark.parametrize("stroke", STROKES)
def test_a_round_tip_covers_what_is_near_the_line(
    js: Call, stroke: tuple[tuple[float, float], tuple[float, float]], radius: float
) -> None:
    (ax, ay), (bx, by) = stroke
    dx, dy = bx - ax, by - ay
    along = np.clip(((X - ax) * dx + (Y - ay) * dy) / (dx * dx + dy * dy or 1), 0, 1)
    away = np.hypot(X - ax - along * dx, Y - ay - along * dy)
    clear = np.abs(away - radius) > 1e-9  # where rounding decides, either answer is right
    assert (sweep(js, *stroke, radius, "round") == (away <= radius))[clear].all()


@pytest.mark.parametrize("radius", [1, 2.5, 7])
@pytest.mark.parametrize("stroke", STROKES)
def test_a_square_tip_covers_what_the_square_passes(
    js: Call, stroke: tuple[tuple[float, float], tuple[float, float]], radius: float
) -> None:
    got = sweep(js, *stroke, radius, "square")
    (ax, ay), (bx, by) = stroke
    away = np.full(X.shape, np.inf)
    for share in np.linspace(0, 1, 4001):
        x, y = ax + share * (bx - ax), ay + share * (by - ay)
        away = np.minimum(away, np.maximum(np.abs(X - x), np.abs(Y - y)))
    assert got[away <= radius].all()
    assert not got[away > radius + 0.02].any()  # the steps between which the square was not looked at


@pytest.mark.parametrize("stroke", STROKES)
def test_the_finest_tip_leaves_a_line_without_gaps_one_pixel_wide(
    js: Call, stroke: tuple[tuple[float, float], tuple[float, float]]
) -> None:
    got = sweep(js, *stroke, 0.5, "round")
    (ax, ay), (bx, by) = stroke
    stays = np.ones(X.shape)  # the share of the way for which the tip is on the pixel
    begins = np.zeros(X.shape)
    for a, b, low in ((ax, bx, X - 0.5), (ay, by, Y - 0.5)):
        if a == b:
            stays[(a < low) | (a >= low + 1)] = -1
            continue
        ends = np.sort([(low - a) / (b - a), (low + 1 - a) / (b - a)], axis=0)
        begins, stays = np.maximum(begins, ends[0]), np.minimum(stays, ends[1])
    clear = np.abs(stays - begins) > 1e-9  # a corner that is only touched may be either
    assert (got == (stays >= begins))[clear].all()
    assert got.any()


def test_rings_along_pixel_edges_give_their_pixels_back(js: Call) -> None:
    """Outer rings and those of holes and of islands in holes, as the outline of a mask has them."""
    random = np.random.default_rng(3)
    mask = (random.random((HEIGHT, WIDTH)) < 0.6).astype(np.uint8)
    mask[5:30, 10:50] = 1
    mask[12:22, 20:40] = 0
    mask[15:18, 25:35] = 1
    rings = js(
        "canvas/art.js", f"(m, bits) => m.ringsOf({{x: 0, y: 0, width: {WIDTH}, height: {HEIGHT}, bits}})",
        [int(bit) for bit in mask.ravel()],
    )
    assert (covered(js, f"m.fillRings(rings, {HEIGHT}, visit)", rings=rings) == mask).all()


def test_a_ring_that_crosses_itself_has_no_hole(js: Call) -> None:
    ring = [{"x": 20 + 15 * np.cos(turn), "y": 20 + 15 * np.sin(turn)} for turn in np.linspace(0, 4 * np.pi, 80)]
    got = covered(js, f"m.fillRings([ring], {HEIGHT}, visit)", ring=ring)
    away = np.hypot(X - 20, Y - 20)
    assert got[away < 14].all() and not got[away > 15].any()

"""What the graphs of the compact model cost by themselves, at several sizes of picture and memory."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from backend.models import registry
from backend.models.compact.graphs import Encoded, Graphs, working_size
from backend.models.compact.model import FILES, WEIGHTS
from backend.models.compact.shapes import MAPS, VALUE

ABOUT = "milliseconds of each graph of the compact model, and the size of its weights"
VIDEO = 480, 854
PIXELS = (288 * 512, 384 * 672, 480 * 864)
"""Of pictures as the network sees them."""

MEMORY = (1, 4, 9)
"""Frames read, every cell of them: the first one; some; as many as are ever kept."""

OBJECTS = (1, 5)


def run(quick: bool = False) -> dict[str, Any]:
    """Rows: size of the picture; columns: median milliseconds of a call."""
    registry.load("compact")  # says what is missing
    graphs, repeats = Graphs(WEIGHTS), 2 if quick else 20
    figures: dict[str, Any] = {}
    for pixels in PIXELS:
        size = working_size(*VIDEO, pixels)
        figures[f"{size[1]}x{size[0]}"] = _costs(graphs, size, repeats)
    return figures | {"megabytes of weights": sum((WEIGHTS / name).stat().st_size for name in FILES) / 1e6}


def _costs(graphs: Graphs, size: tuple[int, int], repeats: int) -> dict[str, float]:
    noise = np.random.default_rng(0)
    picture = noise.integers(0, 255, (*VIDEO, 3), np.uint8)
    encoded = graphs.encode(picture, size)
    costs = {"encode": _milliseconds(partial(graphs.encode, picture, size), repeats)}
    for objects in OBJECTS:
        maps = noise.uniform(0, 1, (objects, MAPS, *encoded.map_size)).astype(np.float32)
        named = f"{objects} object{'s' * (objects > 1)}"
        costs[f"memorise, {named}"] = _milliseconds(partial(graphs.memorise, encoded, maps), repeats)
        for frames in MEMORY:
            inputs = _memory(graphs, encoded, maps, frames)
            costs[f"decode, {named}, {frames} remembered"] = _milliseconds(
                partial(graphs.decode, encoded, *inputs), repeats)
    return costs


def _memory(graphs: Graphs, encoded: Encoded, maps: Any, frames: int) -> tuple[Any, ...]:
    """Tokens, values, target, drawn and maps, as a session gives them when it has remembered so many frames."""
    value, target = graphs.memorise(encoded, maps)
    values = value.reshape(len(maps), VALUE, -1).transpose(0, 2, 1)
    return (np.tile(encoded.token[0], (frames, 1)), np.tile(values, (1, frames, 1)), target, np.zeros_like(value),
            np.zeros_like(maps))


def _milliseconds(call: Callable[[], object], repeats: int) -> float:
    call()  # warms up
    spent = []
    for _ in range(repeats):
        began = time.perf_counter()
        call()
        spent.append((time.perf_counter() - began) * 1000)
    return statistics.median(spent)

"""How long UFO-ViT-B takes for a picture, at its real size but with random weights."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from backend.models.ufo.model import VIT
from backend.models.ufo.vit import prompts
from backend.models.ufo.vit.asker import VitAsker
from backend.models.ufo.vit.config import VitConfig
from backend.models.ufo.vit.network import UfoVitNetwork
from backend.models.ufo.vit.tokens import Tokens
from backend.models.vocabulary import COCO

ABOUT = "seconds a picture of UFO-ViT-B at real size with random weights (texts go on to the longest)"
BASE = VitConfig(
    width=768, heads=12, hidden=3072, layers=18, whole=(2, 5, 8, 11), averaged=(12, 13, 14, 15, 16, 17), patch=16,
    window=14, positions=70, words=30525, text_positions=512,
    tables=tuple(139 if layer in (2, 5, 8, 11) else 27 for layer in range(18)))


def run(quick: bool = False) -> dict[str, Any]:
    """Of each task: seconds of one picture; with `quick` only those at 224 pixels."""
    torch.manual_seed(0)
    network = UfoVitNetwork(BASE).requires_grad_(False).eval()
    for table in (network.pos_embed, *(one for name, one in network.named_parameters() if "rel_pos" in name)):
        torch.nn.init.trunc_normal_(table, std=0.02)
    spare = {f"[unused{place}]": place for place in range(30522)}
    kept = {"[PAD]": 0, "[UNK]": 100, "[CLS]": 101, "[SEP]": 102, "[MASK]": 103}
    pieces = {piece: place for piece, place in spare.items() if place not in kept.values()} | kept
    picture = np.random.default_rng(0).integers(0, 255, (720, 1280, 3), dtype=np.uint8)
    small = VitAsker(network, Tokens(pieces, BASE.words), VIT[0].checkpoint.side, VIT[0].checkpoint.per_tile)
    tasks: dict[str, Callable[[], object]] = {
        "box of an expression, 224 pixels": lambda: small.referred_box(picture, "the dog on the left"),
        "caption, 224 pixels": lambda: small.caption(picture),
    }
    figures = {name: _timed(task) for name, task in tasks.items()}
    return figures if quick else figures | _grids(small, prompts.segment(COCO.names))


def _grids(asker: VitAsker, prompt: str) -> dict[str, dict[str, float]]:
    """Of instances at 1120 pixels: the picture, and a token of each of its 625 grid points. An answer has 18 to 20
    tokens with a mask and 2 without."""
    side, looked = VIT[0].checkpoint.side, []
    square = np.random.default_rng(1).integers(0, 255, (side, side, 3), dtype=np.uint8)

    def look() -> None:
        looked.append(asker.look(square, asker.tokens.encode(prompt), VIT[0].checkpoint.per_tile))

    return {f"{side} pixels, 625 grid points": _timed(look),
            "a token of all 625": _timed(lambda: asker.write(looked[0], 1))}


@torch.inference_mode()
def _timed(task: Callable[[], object]) -> dict[str, float]:
    started = time.perf_counter()
    task()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return {"seconds": round(time.perf_counter() - started, 2), "peak memory so far (GB)": round(peak, 2)}

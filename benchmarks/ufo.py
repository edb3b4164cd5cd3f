"""How long UFO-ViT-B takes for a picture, at its real size but with random weights."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from backend.models.ufo.classes import COCO
from backend.models.ufo.model import VIT
from backend.models.ufo.vit.asker import VitAsker
from backend.models.ufo.vit.config import VitConfig
from backend.models.ufo.vit.network import UfoVitNetwork
from backend.models.ufo.vit.tokens import Tokens

ABOUT = "seconds a picture of UFO-ViT-B at real size with random weights (no answer ends early: the longest it takes)"
BASE = VitConfig(
    width=768, heads=12, hidden=3072, layers=18, whole=(2, 5, 8, 11), averaged=(12, 13, 14, 15, 16, 17), patch=16,
    window=14, positions=70, words=30525, text_positions=512,
    tables=tuple(139 if layer in (2, 5, 8, 11) else 27 for layer in range(18)))


def run(quick: bool = False) -> dict[str, Any]:
    """Of each task: seconds of one picture of 1280 x 720; with `quick` only those at 224 pixels."""
    torch.manual_seed(0)
    network = UfoVitNetwork(BASE).requires_grad_(False).eval()
    for table in (network.pos_embed, *(one for name, one in network.named_parameters() if "rel_pos" in name)):
        torch.nn.init.trunc_normal_(table, std=0.02)
    spare = {f"[unused{place}]": place for place in range(30522)}
    kept = {"[PAD]": 0, "[UNK]": 100, "[CLS]": 101, "[SEP]": 102, "[MASK]": 103}
    pieces = {piece: place for piece, place in spare.items() if place not in kept.values()} | kept
    picture = np.random.default_rng(0).integers(0, 255, (720, 1280, 3), dtype=np.uint8)

    def asker(name: str) -> VitAsker:
        one = next(package.checkpoint for package in VIT if package.SPEC.name == name)
        return VitAsker(network, Tokens(pieces, BASE.words), one.side, one.per_tile)

    small = asker("ufo-vit-b")
    tasks: dict[str, Callable[[], object]] = {
        "box of an expression, 224 pixels": lambda: small.referred_box(picture, "the dog on the left"),
        "caption, 224 pixels": lambda: small.caption(picture),
    }
    if not quick:
        regions = asker("ufo-vit-b-regions")
        tasks |= {"regions, 672 pixels": lambda: regions.regions(picture, COCO),
                  "instances, 1120 pixels": lambda: small.instances(picture, COCO)}
    return {name: _timed(task) for name, task in tasks.items()}


@torch.inference_mode()
def _timed(task: Callable[[], object]) -> dict[str, float]:
    started = time.perf_counter()
    task()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return {"seconds": round(time.perf_counter() - started, 2), "peak memory so far (GB)": round(peak, 2)}

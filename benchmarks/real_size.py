"""How long a frame takes UniVS and UNINEXT with a ResNet-50 at their real size, and how much memory: at random weights,
on random pictures."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from backend.errors import Unavailable
from backend.models import store
from benchmarks.memory import resident

ABOUT = "UniVS and UNINEXT with a ResNet-50 at their real size, random weights: seconds a frame and a prompt, memory"

_WORDS = 180
"""Tokens of a list of categories: COCO's 80 names have about as many."""
_CLIP = 5
_TEMPLATE = 256

Figures = dict[str, Any]


def run(quick: bool = False) -> Figures:
    """Each network and size of picture in a process of its own.

    Raises:
        Unavailable: torch or transformers is not installed.
    """
    if lacking := store.lacking_packages():
        raise Unavailable("not_installed", f"{' and '.join(lacking)} not installed.",
                          "Run `python3 launch.py models get univs-r50`.")
    small = (96, 160)
    asked: list[tuple[Callable[[int, int, int], Figures], str, tuple[int, int]]] = [
        (univs, "UniVS", small if quick else (640, 1138)), (uninext, "UNINEXT", small if quick else (480, 854)),
        *([] if quick else [(uninext, "UNINEXT", (800, 1333))])]
    return {f"{title}, {size[0]} x {size[1]}": _apart(measure, *size, 1 if quick else 3)
            for measure, title, size in asked}


def univs(height: int, width: int, times: int) -> Figures:
    """A frame is what is seen on it, a clip what is made of five of them, without prompts."""
    import torch

    from backend.models.univs import loading, pictures
    from tests import real_size

    network = loading.network_of(real_size.random_weights(real_size.univs()))
    inner = pictures.padded((height, width))
    frame = torch.randn(1, 3, *inner)
    table = torch.randn(80, 640)
    seen, a_frame = _timed(lambda: network.features(frame)[0], times)
    clip = network.clip([seen] * _CLIP, range(_CLIP))
    _, a_clip = _timed(lambda: network.decode(clip, table), times)
    return {"s a frame": a_frame, f"s a clip of {_CLIP} frames": a_clip, "GB of the process": _gigabytes()}


def uninext(height: int, width: int, times: int) -> Figures:
    """A frame is the backbone, once; a prompt all that hears it: a list of words, or two templates of an object."""
    import torch

    from backend.models.uninext.loading import network_of
    from tests import real_size

    network = network_of(real_size.random_weights(real_size.uninext(video=True)))
    features, a_frame = _timed(lambda: network.features(torch.randn(3, height, width)), times)
    words = network.text(torch.randint(999, 9999, (1, _WORDS)), torch.ones(1, _WORDS).long(), per_token=True)
    _, a_list = _timed(lambda: network.detect(features, words), times)
    template = network.template(
        torch.randn(1, 4, _TEMPLATE, _TEMPLATE), torch.zeros(1, _TEMPLATE, _TEMPLATE, dtype=torch.bool))
    _, an_object = _timed(lambda: network.detect(features, template.followed_by(template)), times)
    return {"s a frame": a_frame, f"s a list of {_WORDS} words": a_list, "s an object": an_object,
            "GB of the process": _gigabytes()}


def _timed(work: Callable[[], Any], times: int) -> tuple[Any, float]:
    """What it gives, and the seconds it takes at best."""
    seconds = []
    for _ in range(times):
        started = time.perf_counter()
        made = work()
        seconds.append(time.perf_counter() - started)
    return made, round(min(seconds), 2)


def _gigabytes() -> float:
    return round(resident() / 1e9, 1)


def _apart(measure: Callable[[int, int, int], Figures], *arguments: int) -> Figures:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(measure, *arguments).result()

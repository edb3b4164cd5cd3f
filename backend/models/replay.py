"""Prompts on one frame given again from the first on, as `Session.segment` gets them, at the price of the last one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TypeVar

from backend.prompts import Box, MaskPrompt, Point, Scribble

Visual = Point | Box | Scribble | MaskPrompt

_Key = TypeVar("_Key")
_Made = TypeVar("_Made")


def kept(cache: OrderedDict[_Key, _Made], key: _Key, most: int, make: Callable[[], _Made]) -> _Made:
    """What is kept under a key, made where it is not; the oldest goes where there are too many."""
    if key in cache:
        cache.move_to_end(key)
    else:
        cache[key] = make()
        while len(cache) > most:
            cache.popitem(last=False)
    return cache[key]


def since_mask(prompts: Sequence[Visual]) -> tuple[MaskPrompt | None, list[Visual]]:
    """The last mask given, and what came after it."""
    at = max((k for k, one in enumerate(prompts) if isinstance(one, MaskPrompt)), default=-1)
    base = prompts[at] if at >= 0 else None
    assert base is None or isinstance(base, MaskPrompt)
    return base, list(prompts[at + 1:])

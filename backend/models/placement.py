"""Where a model runs and how precisely, and what to say when it does not fit. Needs torch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import torch

from backend.errors import Unavailable
from backend.models.store import Options

_PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16, "4bit": torch.bfloat16}


def device_of(options: Options) -> torch.device:
    """The device that was chosen; of "auto" a GPU where there is one.

    Raises:
        Unavailable: there is no such device.
    """
    named = ("cuda" if torch.cuda.is_available() else "cpu") if options.device == "auto" else options.device
    try:
        device = torch.device(named)
    except RuntimeError as error:
        raise Unavailable("no_such_device", f"There is no device {named}.", "Choose auto, cpu or cuda.") from error
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise Unavailable("no_such_device", f"There is no GPU {named} here.", "Choose another device, or auto.")
    return device


def dtype_of(options: Options, device: torch.device) -> torch.dtype:
    """Of weights and computing; of "auto" bfloat16 on a GPU, else float32."""
    if options.precision == "auto":
        return torch.bfloat16 if device.type == "cuda" else torch.float32
    return _PRECISIONS[options.precision]


def check_room(title: str, name: str, wanted: int, device: torch.device) -> None:
    """Refuse before weights are copied to where they would not fit.

    Args:
        title, name: of the model.
        wanted: bytes that it takes at work.

    Raises:
        Unavailable: says how much is needed and how much is free.
    """
    on_gpu = device.type == "cuda"
    free = torch.cuda.mem_get_info(device)[0] if on_gpu else psutil.virtual_memory().available
    if wanted > free:
        raise Unavailable(
            "too_little_memory",
            f"{title} needs about {wanted / 2**30:.1f} GB of memory as it is to be run; {free / 2**30:.1f} GB of "
            f"{'the GPU' if on_gpu else 'this machine'} are free.",
            f"Choose a lower precision (`launch.py models use {name} --precision ...`), or a smaller model.")


@contextmanager
def told_when_full(title: str) -> Iterator[None]:
    """Where the GPU is full within, give back what can be given back and say what to do.

    Raises:
        Unavailable: the GPU has not enough memory.
    """
    try:
        yield
    except torch.cuda.OutOfMemoryError as error:
        torch.cuda.empty_cache()
        raise Unavailable(
            "out_of_memory", f"The memory of the GPU is not enough for {title}. What is done is kept.",
            "Say `launch.py models use` with a smaller --size, a lower --precision or --device cpu; or close other "
            "programs.") from error

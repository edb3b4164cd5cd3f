"""Loading a UniPixel checkpoint from its folder, as it is to be run on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch

from backend.models import placement, weights
from backend.models.seam import Frames, ModelSpec
from backend.models.store import Options, Precision
from backend.models.unipixel import loader, speech
from backend.models.unipixel.config import UniPixelConfig
from backend.models.unipixel.session import UniPixelSession

_WORKING = 1.3
"""What a run takes, as a multiple of the weights: an estimate for the 3B model and 16 frames."""

_BYTES = {"float32": 4.0, "bfloat16": 2.0, "float16": 2.0}
_BYTES_IN_FOUR_BIT = 0.56
"""A weight of the language model's linear layers, with its share of the scales."""


class UniPixelModel:
    """A loaded checkpoint; sessions share it. See `backend.models.seam.Model`."""

    def __init__(
        self, spec: ModelSpec, parts: loader.Parts, said: speech.Speech, *, best_frame: bool = False
    ) -> None:
        self.spec = spec
        self._parts, self._speech, self._best_frame = parts, said, best_frame

    @classmethod
    def load(cls, spec: ModelSpec, path: Path, options: Options) -> UniPixelModel:
        """The checkpoint in a folder (or at a file of it).

        Raises:
            BadInput: files that are missing, damaged or of another model.
            Unavailable: too little memory, or a precision this machine cannot do.
        """
        folder = path if path.is_dir() else path.parent
        config = UniPixelConfig.read(folder)
        released = weights.read(path)
        device = str(placement.device_of(options))
        precision = _precision(options.precision, device)
        placement.check_room(spec.title, spec.name, needed(released, precision), torch.device(device))
        parts = loader.load(released, config, device, precision, options.size)
        if options.compile and device.startswith("cuda"):
            parts.sam2.compile()
        return cls(spec, parts, speech.Speech(parts.language, speech.tokenizer(folder)), best_frame=options.best_frame)

    def open(self, frames: Frames) -> UniPixelSession:
        """A new session on a video."""
        return UniPixelSession(frames, self._parts, self._speech, best_frame=self._best_frame)


def needed(released: Mapping[str, torch.Tensor], precision: Precision) -> int:
    """Bytes that a run takes at most, estimated from the number of weights."""
    total = 0.0
    for name, tensor in released.items():
        if name.startswith("sam2."):
            each = _BYTES["float32"]
        elif precision == "4bit":
            is_quantised = ".layers." in name and tensor.ndim == 2
            each = _BYTES_IN_FOUR_BIT if is_quantised else _BYTES["bfloat16"]
        else:
            each = _BYTES[precision]
        total += each * tensor.numel()
    return int(_WORKING * total)


def _precision(named: Precision, device: str) -> Precision:
    if named != "auto":
        return named
    return "bfloat16" if device.startswith("cuda") else "float32"

"""A loaded SAM 2.1, and how it runs on this machine."""

from __future__ import annotations

import torch

from backend.errors import BadInput
from backend.models import store, weights
from backend.models.sam2 import network
from backend.models.sam2.config import ARCHITECTURES
from backend.models.sam2.session import Sam2Session
from backend.models.seam import Frames, ModelSpec

_DTYPES = {"bfloat16": torch.bfloat16, "float16": torch.float16, "float32": None}


class Sam2Model:
    """Holds the network; sessions share it."""

    def __init__(self, spec: ModelSpec, net: network.Network) -> None:
        self.spec, self.network = spec, net

    def open(self, frames: Frames) -> Sam2Session:
        """A new session on a video."""
        return Sam2Session(frames, self.network)


def load(spec: ModelSpec, size: str) -> Sam2Model:
    """The model from its weights on this machine, run as `store.options` say.

    Raises:
        BadInput: no weights, other weights, or a setting that does not go with this model.
    """
    options = store.options(spec.name)
    architecture = ARCHITECTURES[size].at(options.size)
    on_gpu = torch.cuda.is_available() if options.device == "auto" else options.device.startswith("cuda")
    device = ("cuda" if on_gpu else "cpu") if options.device == "auto" else options.device
    precision = ("bfloat16" if on_gpu else "float32") if options.precision == "auto" else options.precision
    if precision not in _DTYPES:
        raise BadInput("bad_precision", f"{spec.title} cannot run in {precision}.",
                       f"Choose {', '.join(_DTYPES)}: `launch.py models use {spec.name} --precision float32`.")
    path = store.path_of(spec)
    original = path / spec.weights[0].name
    net = network.load(weights.read(original if original.is_file() else path), architecture, spec.title,
                       device=device, precision=_DTYPES[precision])
    if options.compile and on_gpu:
        net.compile()
    return Sam2Model(spec, net)

"""A loaded SAM 2.1, and how it runs on this machine."""

from __future__ import annotations

import torch

from backend.errors import BadInput
from backend.models import placement, store, weights
from backend.models.sam2 import network
from backend.models.sam2.config import ARCHITECTURES
from backend.models.sam2.session import Sam2Session
from backend.models.seam import Frames, ModelSpec


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
        Unavailable: no such device, or too little memory on it.
    """
    options = store.options(spec.name)
    architecture = ARCHITECTURES[size].at(options.size)
    if options.precision == "4bit":
        raise BadInput("bad_precision", f"{spec.title} cannot run in 4bit.",
                       f"Choose another: `python3 launch.py models use {spec.name} --precision auto`.")
    device = placement.device_of(options)
    dtype = placement.dtype_of(options, device)
    placement.check_room(spec.title, spec.name, spec.memory_bytes, device)
    path = store.path_of(spec)
    original = path / spec.weights[0].name
    net = network.load(weights.read(original if original.is_file() else path), architecture, spec.title,
                       device=str(device), precision=None if dtype == torch.float32 else dtype)
    if options.compile and device.type == "cuda":
        net.compile()
    return Sam2Model(spec, net)

"""A loaded UNINEXT, and how it runs on this machine."""

from __future__ import annotations

import torch

from backend.errors import BadInput
from backend.models import placement, store, weights
from backend.models.seam import Frames, ModelSpec
from backend.models.uninext.loading import network_of
from backend.models.uninext.network import UninextNetwork
from backend.models.uninext.session import UninextSession
from backend.models.uninext.video import UninextVideoSession
from backend.models.uninext.words import Words


class UninextModel:
    """Holds the network and its vocabulary; sessions share them.

    Args:
        limit: as of `UninextSession`.
    """

    def __init__(self, spec: ModelSpec, network: UninextNetwork, words: Words, limit: int | None) -> None:
        self.spec, self.network, self.words, self._limit = spec, network, words, limit

    def open(self, frames: Frames) -> UninextSession:
        """A new session on a video."""
        kind = UninextVideoSession if "track" in self.spec.tasks else UninextSession
        return kind(frames, self.network, self.words, self.spec.title, self._limit)


def load(spec: ModelSpec, backbone: str) -> UninextModel:
    """The model from its weights on this machine, run as `store.options` say.

    Args:
        backbone: that the weights are to have.

    Raises:
        BadInput: no weights, other weights, another vocabulary, or a setting that does not go with this model.
        Unavailable: no vocabulary, no such device, or too little memory on it.
    """
    options = store.options(spec.name)
    if options.precision == "4bit":
        raise BadInput("bad_precision", f"{spec.title} cannot run in 4bit.",
                       f"Choose another: `python3 launch.py models use {spec.name} --precision auto`.")
    device = placement.device_of(options)
    precision = torch.float32 if options.precision == "auto" else placement.dtype_of(options, device)
    placement.check_room(spec.title, spec.name, spec.memory_bytes, device)
    path = store.path_of(spec)
    with placement.told_when_full(spec.title):
        network = network_of(weights.read(path), device=device, precision=precision)
    if network.backbone.kind != backbone:
        raise BadInput("wrong_size", f"These are the weights of UNINEXT with {network.backbone.kind}, not of "
                       f"{spec.title}.", "Choose the model of that backbone, or name another file.")
    if "track" in spec.tasks and not network.follows:
        raise BadInput(
            "image_stage", f"These weights of UNINEXT were trained on pictures alone: {spec.title} cannot follow "
            "anything with them.", f"Use them as {spec.name}-image, or name the file of the video stage.")
    if options.compile and device.type == "cuda":
        network.backbone.compile()
    folders = (path if path.is_dir() else path.parent, store.folder() / spec.name)
    return UninextModel(spec, network, Words.read(folders, network.words, network.longest), options.size)

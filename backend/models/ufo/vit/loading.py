"""Weights of UFO-ViT: checkpoints of mmengine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch.serialization import get_unsafe_globals_in_checkpoint, safe_globals

from backend.models import weights
from backend.models.ufo.vit.config import VitConfig
from backend.models.ufo.vit.network import UfoVitNetwork

WHAT = "UFO-ViT"
_PREFIX = "backbone."
_BUFFERS = ("embed.position_ids",)
_OF_TRAINING = ("mmengine.", "numpy.", "builtins.")
"""What mmengine keeps of the training beside the weights: the history of losses, and numpy's numbers in it."""


class _Nothing:
    """Takes the place of an object of the training; takes everything and does nothing."""

    def __new__(cls, *_: object) -> _Nothing:
        return object.__new__(cls)

    def __init__(self, *_: object) -> None:
        pass

    def __setstate__(self, _: object) -> None:
        pass


def read(path: Path) -> dict[str, torch.Tensor]:
    """State dict of a released file or folder, with its names.

    mmengine's files hold more than tensors. They are read without running code: for every class and function that is
    named in them a class of ours that does nothing is put, and what it leaves is thrown away.

    Raises:
        BadInput: as `weights.read`; a pickle that names something else than mmengine and numpy is not opened.
    """
    files = sorted(path.glob("*.pth")) if path.is_dir() else [path]
    named = {one for file in files for one in _strange(file) if one.startswith(_OF_TRAINING)}
    # A class of its own for each name: one object cannot be put for two.
    with safe_globals([(type("_Nothing", (_Nothing,), {}), one) for one in sorted(named)]):
        return weights.read(path)


def network_of(
    state: Mapping[str, torch.Tensor], known: Mapping[str, Any] | None = None,
    device: torch.device | str = "cpu",
) -> UfoVitNetwork:
    """The network of a state dict with released names, in float32.

    Args:
        known: sizes that do not follow from the shapes, see `VitConfig.of`.

    Raises:
        BadInput: weights of something else, or not all of them.
    """
    plain = {name.removeprefix(_PREFIX): tensor for name, tensor in state.items()}
    if "embed.word_embeddings.weight" not in plain or "pos_embed" not in plain:
        weights.check_names({"embed.word_embeddings.weight", "pos_embed"}, state, WHAT)
    plain = {name: tensor for name, tensor in plain.items() if name not in _BUFFERS}
    with torch.device("meta"):  # no memory for weights that are replaced
        network = UfoVitNetwork(VitConfig.of({name: tensor.shape for name, tensor in plain.items()}, known))
    expected = network.state_dict()
    weights.check_names(expected, plain, WHAT)
    weights.check_shapes(expected, plain, WHAT)
    network.load_state_dict({name: tensor.to(device, torch.float32) for name, tensor in plain.items()}, assign=True)
    return network.requires_grad_(False).eval()


def _strange(path: Path) -> list[str]:
    """Names of classes and functions in a pickle that torch does not know as harmless."""
    try:
        return get_unsafe_globals_in_checkpoint(str(path))
    except (OSError, ValueError, RuntimeError):  # no such file, none of torch.save: `weights.read` says so
        return []

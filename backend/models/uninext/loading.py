"""Weights of UNINEXT: released checkpoints of every stage and backbone."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor
from transformers.initialization import no_init_weights

from backend.errors import BadInput
from backend.models import weights
from backend.models.uninext import names
from backend.models.uninext.network import HEADS, UninextNetwork

WHAT = "UNINEXT"
_COUNTER = "num_batches_tracked"
"""Of batch norms, for training; released files lack it."""


def network_of(
    released: Mapping[str, Tensor], heads: int = HEADS, word_heads: int | None = None,
    device: torch.device | str = "cpu", precision: torch.dtype = torch.float32,
) -> UninextNetwork:
    """The network of a state dict with released names, in float32, all sizes read off its tensors.

    Files of the image stage have nothing for videos: the network then does not `follow`. Of files trained for VIS alone
    there is no head for the overlap.

    Args:
        heads, word_heads, precision: as of `UninextNetwork`.

    Raises:
        BadInput: weights of something else, not all of them, or of unknown names.
    """
    tensors = names.renamed(released)
    try:
        with no_init_weights():
            network = UninextNetwork(tensors, heads, word_heads, precision)
    except (KeyError, IndexError, ValueError, ZeroDivisionError) as error:
        raise BadInput(
            "wrong_weights", f"These are not the weights of {WHAT}: {error} is missing or not as expected.",
            f"They look like {weights.looks_like(released)}. Name the file of {WHAT}.") from error
    hosted = names.hosted(tensors)
    expected = {name: one for name, one in network.state_dict().items() if not name.endswith(_COUNTER)}
    weights.check_names(expected, hosted, WHAT)
    weights.check_shapes(expected, hosted, WHAT)
    network.load_state_dict({name: one.float() for name, one in hosted.items()}, strict=False, assign=True)
    return network.to(device).requires_grad_(False).eval()

"""Cases of UNINEXT, run through the loader and the code that serve users."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch

from backend.models.uninext import parity_image, parity_video
from backend.models.uninext.loading import network_of
from backend.models.uninext.network import UninextNetwork
from backend.parity.cases import Case
from backend.parity.formula import Array

TOLERANCES: Mapping[str, str] = {}

_KINDS: Mapping[str, Callable[[Case, UninextNetwork], dict[str, Array]]] = {
    "image": parity_image.outputs, "vis": parity_video.vis, "mot": parity_video.mot, "rvos": parity_video.rvos,
    "sot": parity_video.sot, "vos": parity_video.vos,
}
"""By `params.kind`."""


def outputs(case: Case) -> dict[str, Array]:
    """See `backend.parity.run.Family`."""
    released = {name: torch.from_numpy(one) for name, one in case.weights.items()}
    released |= {copy: released[name] for copy, name in case.about.get("aliases", {}).items()}
    settings, params = case.about["settings"], case.about["params"]
    network = network_of(released, settings["heads"], params["text_encoder"]["heads"])
    return _KINDS[params["kind"]](case, network)

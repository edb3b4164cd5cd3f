"""Cases of UniVS: which of its tasks a case is of, told by what it expects."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from backend.errors import BadInput
from backend.models.univs import parity_image, parity_video
from backend.parity.cases import Case
from backend.parity.formula import Array

TOLERANCES: Mapping[str, str] = {}

_KINDS: tuple[tuple[str, Callable[[Case], dict[str, Array]]], ...] = (
    ("inst_scores", parity_image.image),
    ("vis_score", parity_video.instances),
    ("n_new_total", parity_video.panoptic),
    ("semantic", parity_video.semantic),
    ("token_ids", parity_video.referred),
    ("id_maps", parity_video.followed),
)
"""An array that no kind of case below this one has, and what computes the outputs."""


def outputs(case: Case) -> dict[str, Array]:
    """See `backend.parity.run.Family`."""
    for array, compute in _KINDS:
        if array in case.arrays:
            return compute(case)
    raise BadInput("unknown_kind", f"{case.name} is of no task of UniVS that is here.", "See the outputs it names.")

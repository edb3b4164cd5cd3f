"""`python -m tests.tiny_models serve ...`: Throughline with the models of the papers, at tiny weights made by formula.

They lie where released weights lie (`THROUGHLINE_WEIGHTS`), where they are written before the first start, and come
through the same registry, loaders and sessions. Only two things are otherwise: SAM 2.1 tiny is still smaller than
released, and nobody asks for memory that is not used. The model of colours is there as well: its masks mean something.
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch

from backend.models import registry, sam2, store, ufo
from backend.models.sam2.config import ARCHITECTURES, architecture_of
from backend.parity import formula
from backend.parity.cases import Case
from tests import colour_model, tiny_ufo, tiny_uninext, tiny_unipixel, tiny_univs

NAMES = ("sam2-tiny", "unipixel-3b", "ufo-internvl-multi-448", "ufo-internvl-res", "uninext-r50", tiny_univs.NAME)
SAM2 = Path(__file__).parent / "golden" / "sam2_video"
_SEEN = formula.Override(r"pred_obj_score_head\.layers\.2\.bias$", shift=20.0)
"""Noise, but never an object that is not there."""


def write_all() -> None:
    """Write the weights of `NAMES` into the folder of weights."""
    case = Case.read(SAM2)
    weights = formula.state_dict(case.about["state_dict"], [
        *(formula.Override(**one) for one in case.about["overrides"]), _SEEN])
    spec = next(one.SPEC for one in sam2.PACKAGES if one.SPEC.name == "sam2-tiny")
    folder = store.folder() / spec.name
    folder.mkdir(parents=True)
    torch.save({"model": {name: torch.from_numpy(one) for name, one in weights.items()}},
               folder / spec.weights[0].name)
    tiny_unipixel.write_tiny(store.folder() / "unipixel-3b")
    for name, family in (("uninext-r50", tiny_uninext), (tiny_univs.NAME, tiny_univs)):
        family.write_tiny(store.folder() / name)
        store.use(name, store.Options(size=family.SIDE))
    for package in ufo.PACKAGES:
        if package.SPEC.name in NAMES:
            tiny_ufo.write_tiny(store.folder() / package.SPEC.name, package.checkpoint)


def be_tiny() -> None:
    """Take the weights that `write_all` wrote for what is released."""
    torch.set_num_threads(1)  # too small for more to help
    ARCHITECTURES["tiny"] = architecture_of(Case.read(SAM2).about["model_config"]["sam2_tiny"])
    registry._check_memory = lambda wanted: None


if __name__ == "__main__":
    from app.cli.__main__ import main

    if not store.folder().exists():
        write_all()
    be_tiny()
    registry.register(colour_model.Package())
    sys.exit(main(sys.argv[1:]))

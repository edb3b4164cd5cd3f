"""The released UNINEXT models as the registry knows them. Needs no torch until one is loaded."""

from __future__ import annotations

from dataclasses import dataclass

from backend.models import store
from backend.models.seam import Model, ModelSpec, WeightFile

_LICENCE = "MIT"
_BERT = "google-bert/bert-base-uncased"
_ZOO = "assets/MODEL_ZOO.md of github.com/MasterBin-IIAU/UNINEXT"


@dataclass
class UninextPackage:
    """See `registry.Package`.

    Args:
        backbone: that the weights are to have, as `backbones.Backbone.kind` says it.
    """

    SPEC: ModelSpec
    backbone: str

    def missing(self) -> str | None:
        """Weights, vocabulary or packages that are not there."""
        return store.missing(self.SPEC)

    def load(self) -> Model:
        """The model. Raises BadInput for a wrong or damaged file or setting."""
        from backend.models.uninext.model import load

        return load(self.SPEC, self.backbone)


def _package(backbone: str, memory: float, *, video: bool) -> UninextPackage:
    """The last stage, which also does what the one before does; or that one, which was trained on pictures alone.

    Args:
        memory: GB in float32 at work, as it is to be estimated.
    """
    stage = "video_joint" if video else "image_joint"
    name = f"uninext-{backbone.lower()}{'' if video else '-image'}"
    weights = WeightFile("model_final.pth", f"the folder {stage} of {backbone} in {_ZOO}, by hand", _LICENCE,
                         f"python3 launch.py models use {name} --path FILE")
    vocabulary = WeightFile("vocab.txt", f"BERT ({_BERT})", "Apache-2.0", f"python3 launch.py models get {name}", _BERT)
    return UninextPackage(ModelSpec(
        name=name,
        title=f"UNINEXT {backbone}{'' if video else ', pictures only'}",
        version="1",
        licence=_LICENCE,
        permits="Any use, also commercial, of the model and of the masks it makes.",
        prompts=frozenset({"categories", "expression", "box", "mask"} if video else {"categories", "expression"}),
        tasks=frozenset({"discover", "segment", "track"} if video else {"discover"}),
        weights=(weights, vocabulary),
        memory_bytes=int(memory * 2**30),
        bytes_per_object_frame=7 * 2**20,
        searches=frozenset({"vis", "mots", "rvos"} if video else ()),
        follows_boxes=video,
        detects=True,
    ), backbone.split("-")[0])


PACKAGES = tuple(_package(backbone, memory, video=video) for backbone, memory, video in (
    ("R50", 4, True), ("R50", 3, False),
    ("ConvNeXt-L", 6, True), ("ConvNeXt-L", 5, False),
    ("ViT-H", 12, True), ("ViT-H", 9, False),
))
"""Memory in GB at 800 x 1333 pixels: an estimate from the number of weights and the largest arrays."""

"""What the UniVS models are. Needs no torch."""

from __future__ import annotations

from backend.models import store
from backend.models.seam import Model, ModelSpec, WeightFile

_TERMS = "none stated; its sources forbid commercial use (assets/univs/card.md)"
_RELEASE = "the release of UniVS (Google Drive, linked in Model_zoo.md of MinghanLi/UniVS)"
_CLIP = "openai/clip-vit-base-patch32"
_GB = 2**30


class UnivsPackage:
    """See `backend.models.registry.Package`."""

    def __init__(self, spec: ModelSpec) -> None:
        self.SPEC = spec

    def missing(self) -> str | None:
        """Weights or packages that are not there."""
        return store.missing(self.SPEC)

    def load(self) -> Model:
        """Raises BadInput for files that are not those of this model, Unavailable for too little memory."""
        from backend.models.placement import told_when_full  # these need torch
        from backend.models.univs.model import UnivsModel

        with told_when_full(self.SPEC.title):
            return UnivsModel.load(self.SPEC, store.path_of(self.SPEC), store.options(self.SPEC.name))


def _spec(backbone: str, title: str, memory: float, published: int | None = None) -> ModelSpec:
    name = f"univs-{backbone}"
    by_hand = f"python3 launch.py models use {name} --path FOLDER"
    return ModelSpec(
        name=name, title=f"UniVS {title}", version="1", licence=_TERMS,
        permits="Research and trying it out: code and weights have no licence, and some of what they were made from "
                "is for non-commercial use only. Ask the authors before you use it, or masks made with it, for more.",
        prompts=frozenset({"point", "box", "scribble", "mask", "categories", "expression"}),
        tasks=frozenset({"segment", "track", "discover"}),
        weights=(
            WeightFile(f"univs_{backbone.replace('-', '')}_stage3*.pth", _RELEASE, _TERMS, by_hand, bytes=published),
            WeightFile("regionclip_pretrained-cc_rn50x4_only_lang_encoder.pth", _RELEASE, _TERMS, by_hand),
            WeightFile("merges.txt", f"CLIP ({_CLIP})", "MIT", f"python3 launch.py models get {name}", _CLIP),
        ),
        memory_bytes=int(memory * _GB),
        bytes_per_object_frame=4 << 20,
        max_objects=200,
        searches=frozenset({"vis", "vps", "vss", "rvos"}),
        heeds_categories=True,
        detects=True,
    )


PACKAGES = tuple(UnivsPackage(_spec(*one)) for one in (
    ("r50", "R50", 3, 188_000_000), ("swin-t", "Swin-T", 3), ("swin-b", "Swin-B", 4), ("swin-l", "Swin-L", 5),
))
"""Memory in GB, estimated: weights and text encoder in float32, and what a clip of five frames takes at 640 pixels."""

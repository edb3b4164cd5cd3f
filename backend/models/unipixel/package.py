"""What the UniPixel models are. Needs no torch."""

from __future__ import annotations

from backend.models import store
from backend.models.seam import Model, ModelSpec, WeightFile

_FILES = ("config.json", "*.safetensors", "tokenizer*.json")
"""The tokenizer of the release is in tokenizer.json and tokenizer_config.json."""


class UniPixelPackage:
    """See `backend.models.registry.Package`."""

    def __init__(self, spec: ModelSpec) -> None:
        self.SPEC = spec

    def missing(self) -> str | None:
        """Weights or packages that are not there."""
        return store.missing(self.SPEC)

    def load(self) -> Model:
        """Raises BadInput for files that are not those of this model, Unavailable for too little memory."""
        from backend.models.unipixel.model import UniPixelModel

        return UniPixelModel.load(self.SPEC, store.path_of(self.SPEC), store.options(self.SPEC.name))


def _spec(size: str, base: str, permits: str, weights_bytes: int) -> ModelSpec:
    name, repository = f"unipixel-{size.lower()}", f"PolyU-ChenLab/UniPixel-{size}"
    bytes_of = {"*.safetensors": weights_bytes}
    return ModelSpec(
        name=name,
        title=f"UniPixel {size}",
        version="1",
        licence=f"{base} (its base model's); the authors' terms are in their repository",
        permits=permits,
        prompts=frozenset({"point", "box", "scribble", "mask", "categories", "expression", "question"}),
        tasks=frozenset({"segment", "track", "discover", "answer"}),
        weights=tuple(WeightFile(file, repository, base, f"python3 launch.py models get {name}", repository,
                                 bytes_of.get(file)) for file in _FILES),
        memory_bytes=weights_bytes,
        bytes_per_object_frame=512 * 1024,
        max_objects=64,
    )


PACKAGES = (
    UniPixelPackage(_spec(
        "3B", "Qwen Research License",
        "Research only: the base model may not be used commercially, and nothing says that masks made with it may.",
        7_800_000_000)),
    UniPixelPackage(_spec(
        "7B", "Apache-2.0",
        "Its base models permit any use; whether the authors of the weights do, their repository says.",
        16_900_000_000)),
)
"""Sizes are estimates: parameters at two bytes each."""

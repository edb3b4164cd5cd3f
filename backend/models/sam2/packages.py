"""The released sizes of SAM 2.1 as the registry knows them. Needs no torch until one is loaded."""

from __future__ import annotations

from dataclasses import dataclass, replace

from backend.models import store
from backend.models.seam import Model, ModelSpec, WeightFile

_LICENCE = "Apache-2.0"
_FOLDER_FILE = "model.safetensors"
"""The weights in a folder as transformers keeps them; taken instead of the original file."""


@dataclass
class Sam2Package:
    """See `registry.Package`.

    Args:
        size: a key of `config.ARCHITECTURES`.
    """

    SPEC: ModelSpec
    size: str

    def missing(self) -> str | None:
        """What is missing; either the original file or transformers' will do."""
        has_folder = (store.path_of(self.SPEC) / _FOLDER_FILE).is_file()
        return store.missing(replace(self.SPEC, weights=()) if has_folder else self.SPEC)

    def load(self) -> Model:
        """The model. Raises BadInput for a wrong or damaged file or setting."""
        from backend.models.sam2.model import load

        return load(self.SPEC, self.size)


def _package(size: str, million: float, memory: float) -> Sam2Package:
    name, file = f"sam2-{size}", f"sam2.1_hiera_{size.replace('-', '_')}.pt"
    repository = f"facebook/sam2.1-hiera-{size}"
    weights = WeightFile(file, f"huggingface.co/{repository}", _LICENCE, f"python3 launch.py models get {name}",
                         repository)
    return Sam2Package(ModelSpec(
        name=name,
        title=f"SAM 2.1 {size} ({million:g} M parameters)",
        version="2.1",
        licence=_LICENCE,
        permits="Any use, also commercial, of the model and of the masks it makes.",
        prompts=frozenset({"point", "box", "scribble", "mask"}),
        tasks=frozenset({"segment", "track"}),
        weights=(weights,),
        memory_bytes=int(memory * 2**30),
        bytes_per_object_frame=800 * 1024,
    ), size)


PACKAGES: tuple[Sam2Package, ...] = tuple(_package(*one) for one in (
    ("tiny", 39, 2), ("small", 46, 2), ("base-plus", 81, 2.5), ("large", 224, 4),
))
"""Memory in GB at 1024 pixels: weights in float32 and what computing takes for several objects. Measured for tiny
(docs/figures.md), estimated for the others."""

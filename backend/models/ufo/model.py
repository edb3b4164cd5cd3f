"""What the UFO models are, and their loading. Importing this needs no torch."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from backend.errors import BadInput
from backend.models import store
from backend.models.seam import Frames, ModelSpec, Task, WeightFile
from backend.prompts import PromptKind

if TYPE_CHECKING:
    from backend.models.ufo.session import Abilities, Asker, UfoSession

_GB = 10**9
_RELEASE, _INTERNVL, _BERT = "kanashi6/UFO", "OpenGVLab/InternVL2_5-8B", "google-bert/bert-base-uncased"
_TERMS = "not stated by the authors, see assets/ufo/card.md"


@dataclass(frozen=True)
class Checkpoint:
    """One that was released, and how it is run.

    Attributes:
        kind: of network, and the folder of this package that runs it.
        name, title: as of the spec.
        weights: file, or folder of parts, in the release.
        memory_bytes: estimate, in bfloat16 on a GPU for InternVL, in float32 for ViT.
        side: of the square picture.
        per_tile: grid points along a side of a tile or window; 0: it has none.
        repeated: InternVL only: several answers of a grid point.
        categories, expressions, captions: as of `session.Abilities`.
    """

    kind: Literal["internvl", "vit"]
    name: str
    title: str
    weights: str
    memory_bytes: int
    side: int
    per_tile: int = 0
    repeated: bool = False
    categories: Literal["instances", "boxes", "regions"] | None = None
    expressions: Literal["mask", "reason", "box"] | None = None
    captions: bool = False

    def spec(self) -> ModelSpec:
        """What it is and can do."""
        prompts: dict[PromptKind, object] = {
            "categories": self.categories, "expression": self.expressions, "question": self.captions}
        tasks: dict[Task, object] = {"discover": self.categories or self.expressions, "answer": self.captions}
        return ModelSpec(
            name=self.name, title=self.title, version="1", licence=f"weights: {_TERMS}",
            permits="Ask the authors before you use it for more than trying it out.",
            prompts=frozenset(kind for kind, takes in prompts.items() if takes),
            tasks=frozenset(task for task, can in tasks.items() if can),
            weights=tuple(self._files()), memory_bytes=self.memory_bytes)

    def _files(self) -> list[WeightFile]:
        command = f"python3 launch.py models get {self.name}"
        parts = self.weights if self.weights.endswith(".pth") else f"{self.weights}/*"
        files = [WeightFile(parts, f"the release of UFO ({_RELEASE})", _TERMS, command, _RELEASE)]
        if self.kind == "vit":
            return [*files, WeightFile("vocab.txt", f"BERT ({_BERT})", "Apache-2.0", command, _BERT)]
        base = ["tokenizer.model", "added_tokens.json", "config.json"]
        if self.weights.endswith(".pth"):  # of LoRA: may lack what did not change
            base += ["*.safetensors", "*.index.json"]
        return files + [WeightFile(one, f"InternVL2.5-8B ({_INTERNVL})", "MIT", command, _INTERNVL) for one in base]


class UfoPackage:
    """A checkpoint that can be loaded. See `backend.models.registry.Package`."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint
        self.SPEC = checkpoint.spec()

    def missing(self) -> str | None:
        """What has to be done before it can be loaded."""
        return store.missing(self.SPEC)

    def load(self) -> UfoModel:
        """The loaded model.

        Raises:
            BadInput: the weights are not what they should be; a picture size that it cannot be run at.
            Unavailable: no such device, or a GPU without enough memory.
        """
        from backend.models.placement import told_when_full  # these need torch
        from backend.models.ufo.session import Abilities

        one, options = self.checkpoint, store.options(self.SPEC.name)
        if options.size not in (None, one.side):
            raise BadInput("wrong_size", f"{one.title} cannot be run at {options.size} pixels.",
                           "Each checkpoint of UFO is for one size; choose a model of another size.")
        with told_when_full(one.title):
            asker: Asker = importlib.import_module(f"backend.models.ufo.{one.kind}.asker").load(
                store.path_of(self.SPEC), one, options)
        return UfoModel(self.SPEC, asker, Abilities(one.categories, one.expressions, one.captions))


class UfoModel:
    """Holds the network; sessions share it."""

    def __init__(self, spec: ModelSpec, asker: Asker, abilities: Abilities) -> None:
        self.spec, self._asker, self._abilities = spec, asker, abilities

    def open(self, frames: Frames) -> UfoSession:
        """A new session on a video."""
        from backend.models.ufo.session import UfoSession

        return UfoSession(frames, self._asker, self._abilities, self.spec.title)



def _internvl(name: str, title: str, weights: str, side: int = 896, per_tile: int = 0, **can: Any) -> UfoPackage:
    """A checkpoint of 8 billion parameters; the multi-task ones have grid points, and try several answers of each."""
    return UfoPackage(Checkpoint(
        "internvl", f"ufo-internvl-{name}", f"UFO-InternVL2.5-8B, {title}", weights,
        memory_bytes=(20 if per_tile else 18) * _GB, side=side, per_tile=per_tile, repeated=per_tile > 0, **can))


INTERNVL = (
    _internvl("multi", "objects of categories", "ufo-internvl2-8b-multi-1344", 1344, 8, categories="instances",
              captions=True),
    _internvl("multi-896", "objects of categories, 896 pixels", "ufo-internvl2-8b-multi-896", 896, 10,
              categories="instances", captions=True),
    _internvl("multi-448", "objects of categories, 448 pixels", "ufo-internvl2-8b-multi-448", 448, 10,
              categories="instances", captions=True),
    _internvl("boxes", "boxes of categories", "ufo-internvl2-8b-multi-1344", 1344, 8, categories="boxes"),
    _internvl("regions", "regions of categories", "ufo-internvl2-8b-multi-448", 448, 10, categories="regions"),
    _internvl("res", "masks of expressions", "ufo-internvl2_5-8b-res.pth", expressions="mask"),
    _internvl("rec", "boxes of expressions", "ufo-internvl2_5-8b-rec.pth", expressions="box"),
    _internvl("reasonseg", "masks of queries that ask for thought", "ufo-internvl2_5-8b-reasonseg.pth",
              expressions="reason"),
    _internvl("instruction", "masks of expressions, and captions", "ufo-internvl2_5-8b-instruction-896.pth",
              expressions="mask", captions=True),
)


def _vit(name: str, title: str, size: str, memory_bytes: int, side: int = 1120, **can: Any) -> UfoPackage:
    """A multi-task checkpoint on a ViT."""
    return UfoPackage(Checkpoint(
        "vit", f"ufo-vit-{name}", f"UFO-ViT-{size.upper()}, {title}", f"ufo-vit-{size}-multi.pth",
        memory_bytes=memory_bytes, side=side, per_tile=5, **can))


_EVERY: dict[str, Any] = {"categories": "instances", "expressions": "box", "captions": True}
_OBJECTS = "objects of categories, boxes of expressions, captions"

VIT = (
    _vit("b", _OBJECTS, "b", 2 * _GB, **_EVERY),
    _vit("l", _OBJECTS, "l", 3 * _GB, **_EVERY),
    _vit("h", _OBJECTS, "h", 5 * _GB, **_EVERY),
    _vit("b-boxes", "boxes of categories", "b", 2 * _GB, categories="boxes"),
    _vit("b-regions", "regions of categories", "b", 2 * _GB, 672, categories="regions"),
)

"""What the `compact` model is, and its loading."""

from __future__ import annotations

from pathlib import Path

from onnxruntime.capi import onnxruntime_pybind11_state as fault

from backend.errors import Unavailable
from backend.models.compact.graphs import NAMES, Graphs
from backend.models.compact.session import CompactSession
from backend.models.seam import Frames, ModelSpec, WeightFile

WEIGHTS = Path(__file__).parents[3] / "assets" / "compact"
FILES = tuple(f"{name}.onnx" for name in NAMES)

UNREADABLE = (fault.Fail, fault.InvalidArgument, fault.InvalidGraph, fault.InvalidProtobuf)
"""What ONNX Runtime says of a file that is cut short or is something else."""

_LICENCE = "see assets/compact/card.md"

SPEC = ModelSpec(
    name="compact",
    title="Compact (our own, made for two CPU cores)",
    version="1",
    licence="Apache-2.0",
    permits="The masks are yours; the weights were trained partly on pictures for research use, see the model card.",
    prompts=frozenset({"point", "box", "scribble", "mask"}),
    tasks=frozenset({"segment", "track", "discover"}),
    weights=tuple(WeightFile(name, "launch.py train", _LICENCE, "git checkout -- assets/compact") for name in FILES),
    bytes_per_object_frame=320 * 1024,
    heeds_others=True,
)


class CompactModel:
    """Holds the graphs; sessions share them.

    Args:
        folder: of the graphs, as `training.export` writes them.
    """

    spec = SPEC

    def __init__(self, folder: Path = WEIGHTS) -> None:
        self._graphs = Graphs(folder)

    def open(self, frames: Frames) -> CompactSession:
        """A new session on a video."""
        return CompactSession(frames, self._graphs)


def missing() -> str | None:
    """Which files of the weights are not there, and the command that brings them back."""
    absent = [name for name in FILES if not (WEIGHTS / name).is_file()]
    return f"{', '.join(absent)} missing in assets/compact: run `git checkout -- assets/compact`." if absent else None


def load() -> CompactModel:
    """The model. Raises Unavailable where a file of the weights is damaged."""
    try:
        return CompactModel()
    except UNREADABLE as error:
        raise Unavailable("weights_damaged", "The weights in assets/compact cannot be read.",
                          "Run `git checkout -- assets/compact`.") from error

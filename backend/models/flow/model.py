"""What the `flow` model is, and its loading (there is nothing to load)."""

from __future__ import annotations

from backend.models.flow.session import FlowSession
from backend.models.seam import Frames, ModelSpec

SPEC = ModelSpec(
    name="flow",
    title="Flow (no weights)",
    version="1",
    licence="Apache-2.0",
    permits="The masks are yours to use for anything.",
    prompts=frozenset({"point", "box", "scribble", "mask"}),
    tasks=frozenset({"segment", "track"}),
    bytes_per_object_frame=1024 * 1024,
)


class FlowModel:
    """Opens sessions; holds nothing."""

    spec = SPEC

    def open(self, frames: Frames) -> FlowSession:
        """A new session on a video."""
        return FlowSession(frames)


def missing() -> str | None:
    """Nothing ever is."""
    return None


def load() -> FlowModel:
    """The model."""
    return FlowModel()

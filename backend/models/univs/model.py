"""A loaded UniVS; sessions share it."""

from __future__ import annotations

from pathlib import Path

from backend.models.seam import Frames, ModelSpec
from backend.models.store import Options
from backend.models.univs import parts
from backend.models.univs.parts import Parts
from backend.models.univs.session import UnivsSession


class UnivsModel:
    """See `backend.models.seam.Model`."""

    def __init__(self, spec: ModelSpec, parts: Parts) -> None:
        self.spec, self.parts = spec, parts

    @classmethod
    def load(cls, spec: ModelSpec, path: Path, options: Options) -> UnivsModel:
        """From the files in a folder; raises as `parts.load`."""
        return cls(spec, parts.load(spec, path, options))

    def open(self, frames: Frames) -> UnivsSession:
        """A new session on a video."""
        return UnivsSession(frames, self.parts, self.spec.title)

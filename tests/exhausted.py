"""`python -m tests.exhausted serve ...`: Throughline with a model more, whose memory ends in the middle of a run."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from app.cli.__main__ import main
from backend.models import flow, registry

FRAMES = 4
"""Tracked before its memory ends."""


class Session:
    """A session of `flow` that runs out of memory, as the allocator of a network does."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._tracked = 0

    def track(self, *args: Any, **options: Any) -> Mapping[int, Any]:
        if self._tracked == FRAMES:
            raise RuntimeError("Failed to allocate memory for requested buffer of size 8589934592")
        self._tracked += 1
        return self._session.track(*args, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)


class Exhausted:
    """The model."""

    def __init__(self) -> None:
        self._model = flow.load()
        self.spec = SPEC

    def open(self, frames: Any) -> Session:
        return Session(self._model.open(frames))


SPEC = replace(flow.SPEC, name="exhausted", title="Exhausted")

if __name__ == "__main__":
    registry._PACKAGES["exhausted"] = SimpleNamespace(SPEC=SPEC, missing=lambda: None, load=Exhausted)
    sys.exit(main(sys.argv[1:]))

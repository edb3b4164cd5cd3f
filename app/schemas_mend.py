"""What a request to mend masks of a range may hold."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from app.schemas import FrameRange
from backend.mending import Operation


class Mend(FrameRange):
    """`POST .../mend`. `size`: see `backend.mending.mend`."""

    operation: Operation
    size: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] | None = None

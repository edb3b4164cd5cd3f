"""What requests of the timeline may carry."""

from __future__ import annotations

from pydantic import Field

from app.schemas import Body, FrameNumber


class LookedAt(Body):
    """`POST .../looked`: frames start <= f < stop."""

    ranges: list[tuple[FrameNumber, FrameNumber]] = Field(min_length=1, max_length=2000)

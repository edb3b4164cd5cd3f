"""What requests about activity may carry."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from app.schemas import LARGEST, Body

Counted = Annotated[int, Field(strict=True, ge=0, le=100_000)]


class ObjectActivity(Body):
    """What somebody put into one object since they last said so; object 0: none was selected."""

    object_id: Annotated[int, Field(strict=True, ge=0, le=LARGEST)]
    seconds: Annotated[float, Field(ge=0, le=12 * 3600)]
    clicks: Counted = 0
    corrections: Counted = 0


class NewActivity(Body):
    """A page's account, each object once."""

    objects: Annotated[list[ObjectActivity], Field(min_length=1, max_length=1000)]


class Logging(Body):
    """Whether work is logged."""

    logged: Annotated[bool, Field(strict=True)]

"""What requests about oneself may carry."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from app.schemas import Patch

Binding = Annotated[str, StringConstraints(min_length=1, max_length=40)]
CommandId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.]{1,60}$")]


class PreferencesChange(Patch):
    """What a person chooses for themselves. `keys`: all that differ from ours, not only those that are new."""

    NULLABLE: ClassVar[frozenset[str]] = frozenset({"language", "tour"})
    language: Literal["en", "de"] | None = None
    keys: dict[CommandId, Annotated[list[Binding], Field(max_length=4)]] = Field(default={}, max_length=300)
    tour: Literal["done", "left"] | None = None

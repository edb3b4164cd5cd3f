"""Boxes in what UFO-ViT wrote: without marks around them."""

from __future__ import annotations

from collections.abc import Sequence

from backend.models.ufo import heads


def labelled_box(text: str, names: Sequence[str]) -> tuple[int, list[int]] | None:
    """Class and the four bins of "person,cx,cy,w,h"; None for any other answer. What follows is not read."""
    fields = text.split(",")
    label, bins = heads.class_of(fields[0], names), heads.whole_numbers(fields[1:5])
    return None if label is None or bins is None or len(bins) != 4 else (label, bins)


def referred_box(text: str) -> list[int] | None:
    """The four bins of "cx,cy,w,h"; None for any other answer. What follows is not read."""
    bins = heads.whole_numbers(text.split(",")[:4])
    return None if bins is None or len(bins) != 4 else bins

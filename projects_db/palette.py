"""Colours for labels and objects: told apart on most pictures, at half opacity, and by most colour-blind people."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from backend.errors import BadInput

COLOURS = (
    "#e69f00", "#56b4e9", "#009e73", "#cc79a7", "#d55e00", "#0072b2", "#f0e442", "#9467bd",
    "#17becf", "#e377c2", "#bcbd22", "#8c564b", "#7fc97f", "#fb8072", "#80b1d3", "#b3de69",
)
"""The first seven are Okabe and Ito's."""


def least_used(used: Iterable[str]) -> str:
    """The first of the colours that are used least."""
    count = Counter(used)
    return min(COLOURS, key=lambda colour: count[colour])


def checked(colour: str) -> str:
    """A colour from outside as "#rrggbb", lower case. Raises BadInput."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        raise BadInput("bad_colour", f"{colour!r} is no colour.", 'Give it as "#rrggbb".')
    return colour.lower()

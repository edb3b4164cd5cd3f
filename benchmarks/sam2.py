"""SAM 2.1: our driver beside the stock session of transformers. Says what to install where torch is not."""

from __future__ import annotations

from typing import Any

from backend.errors import Unavailable
from backend.models import store

ABOUT = "SAM 2.1 tiny at 384 pixels, weights by formula: frames/s and memory of our driver and of transformers' session"


def run(quick: bool = False) -> dict[str, Any]:
    """See `_sam2.run`.

    Raises:
        Unavailable: torch or transformers is not installed.
    """
    if lacking := store.lacking_packages():
        raise Unavailable("not_installed", f"{' and '.join(lacking)} not installed.",
                          "Run `python3 launch.py models get sam2-tiny`.")
    from benchmarks import _sam2

    return _sam2.run(quick)

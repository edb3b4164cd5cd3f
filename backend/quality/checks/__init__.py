"""Temporal checks: places in the masks of a video that are probably wrong, found without knowing the truth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator

from backend.models.seam import Frames
from backend.quality.checks import alone, pairs
from backend.quality.checks.facts import Facts, Watch
from backend.quality.checks.findings import KINDS, Finding, Kind, Mark, Masks

__all__ = ["KINDS", "Finding", "Kind", "Mark", "Masks", "check"]

Progress = Callable[[int, int], None]
"""(frames looked at, frames in all)."""


def check(masks: Masks, frames: Frames | None = None, progress: Progress | None = None) -> list[Finding]:
    """Look at every mask of a video.

    Masks are read frame by frame and let go; what is kept of each is some 300 bytes. Settled masks (verified, or an
    absence that a person stated) are what others are compared with, and never found themselves.

    Args:
        frames: the pictures; without them identities that were exchanged out of sight are not found.
        progress: is told after every frame, and may raise to give up.

    Returns:
        Surest first.
    """
    facts: dict[int, list[Facts]] = defaultdict(list)
    watches: dict[int, Watch] = {}
    absent: dict[int, set[int]] = defaultdict(set)
    together = pairs.PairWatch()
    for frame in range(len(masks)):
        there = {}
        for one, mark in masks[frame].items():
            if mark.rle.area:
                there[one] = mark
                facts[one] += watches.setdefault(one, Watch(masks.height, masks.width)).see(frame, mark)
            elif mark.settled:
                absent[one].add(frame)
        together.see(frame, there)
        if progress:
            progress(frame + 1, len(masks))
    for one, watch in watches.items():
        facts[one] += watch.end()
    found = [*pairs.overlap(together), *pairs.swap(together, facts, masks, frames)]
    swaps = [finding for finding in found if finding.kind == "swap"]
    swapped = {(one, at) for f in swaps for one in (f.object, f.other) for at in (f.frame - 1, f.frame)}
    for one, series in facts.items():
        settled = {fact.frame for fact in series if fact.settled}
        found += [
            finding for finding in _alone(one, series, absent[one], len(masks)) if finding.frame not in settled
            and (finding.kind != "jump" or (one, finding.frame) not in swapped)  # they jump because they were exchanged
        ]
    return sorted(found, key=lambda finding: -finding.score)


def _alone(one: int, series: list[Facts], absent: Collection[int], frame_count: int) -> Iterator[Finding]:
    yield from alone.flicker(one, series, absent)
    yield from alone.jump(one, series)
    yield from alone.spoiled(one, series)
    yield from alone.edge(one, series)
    yield from alone.end(one, series, absent, frame_count)

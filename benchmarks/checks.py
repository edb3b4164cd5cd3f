"""How many of known faults the temporal checks find, and how much of what they find is one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from backend.masks import BoolMask
from backend.models import registry
from backend.models.seam import Model
from backend.quality.checks import KINDS, Finding, check
from backend.quality.evaluate import WRONG
from backend.quality.region import region_similarity
from backend.quality.rounds import first_plan
from backend.quality.sequences import Sequence, find_sequences
from backend.tracking.runner import run as track
from benchmarks._faults import RECIPES, Fault, Track, spoil

ABOUT = "temporal checks on true masks with known faults in them, and on masks that the compact model tracked"
TAKES_SEQUENCES = True
FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "dev"
SEEDS, QUICK_SEEDS = 12, 1
SLACK = 2
"""Frames by which a finding may lie beside the fault that it is about."""


@dataclass
class _Tally:
    """What was counted over all sequences."""

    tried: Counter[str] = field(default_factory=Counter)
    named: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    true: Counter[str] = field(default_factory=Counter)
    clean: Counter[str] = field(default_factory=Counter)
    clean_masks: int = 0


def run(quick: bool = False, folder: Path = FOLDER, names: tuple[str, ...] | None = None) -> dict[str, Any]:
    """Recall a fault, precision and false findings a check, and what findings on tracked masks are worth.

    A fault is *named* where a finding of a kind that fits lies on it, *seen* where any finding does. A finding in
    spoiled masks is true where it lies on the fault, which is the only one in its sequence.
    """
    sequences = find_sequences(folder, names)
    tally = _Tally()
    for sequence in sequences:
        _count(sequence, QUICK_SEEDS if quick else SEEDS, tally)
    return {
        "faults": {name: {"made": made, "seen": tally.seen[name] / made, "named": tally.named[name] / made}
                   for name, made in tally.tried.items()},
        "checks": {kind: _of_check(kind, tally) for kind in (*KINDS, "all")},
        "tracked by compact": _on_tracked(registry.load("compact"), sequences[:1] if quick else sequences),
    }


def _count(sequence: Sequence, seeds: int, tally: _Tally) -> None:
    masks = [sequence.truth(frame) for frame in range(len(sequence))]
    clean = check(Track.of(masks), sequence.frames)
    tally.clean.update(finding.kind for finding in clean)
    tally.clean_masks += sum(bool(mask.any()) for there in masks for mask in there.values())
    for name in RECIPES:
        for seed in range(seeds):
            made = spoil(masks, name, np.random.default_rng(seed))
            if made:
                _score(made[1], check(Track.of(made[0]), sequence.frames), tally)


def _score(fault: Fault, findings: list[Finding], tally: _Tally) -> None:
    on_it = [finding for finding in findings if {finding.object, finding.other} & fault.objects
             and finding.start < fault.stop + SLACK and finding.stop > fault.start - SLACK]
    tally.tried[fault.name] += 1
    tally.seen[fault.name] += bool(on_it)
    tally.named[fault.name] += any(finding.kind in fault.kinds for finding in on_it)
    tally.found.update(finding.kind for finding in findings)
    tally.true.update(finding.kind for finding in on_it)


def _of_check(kind: str, tally: _Tally) -> dict[str, Any]:
    def total(counts: Counter[str]) -> int:
        return counts.total() if kind == "all" else counts[kind]

    found = total(tally.found)
    return {"findings in spoiled masks": found, "precision": total(tally.true) / found if found else None,
            "false a 1,000 clean masks": 1000 * total(tally.clean) / tally.clean_masks}


def _on_tracked(model: Model, sequences: list[Sequence]) -> dict[str, Any]:
    """Whether findings lie on wrong masks (J below `WRONG`) more often than any mask does."""
    wrong = masks = found = found_wrong = 0
    for sequence in sequences:
        tracked, j = _tracked(model, sequence)
        wrong, masks = wrong + sum(score < WRONG for score in j.values()), masks + len(j)
        for finding in check(Track.of(tracked), sequence.frames):
            scores = [j[place] for place in _places(finding) if place in j]
            found, found_wrong = found + bool(scores), found_wrong + bool(scores and min(scores) < WRONG)
    return {"masks": masks, f"of them J < {WRONG}": wrong / masks, "findings": found,
            f"of them on J < {WRONG}": found_wrong / found if found else None}


def _places(finding: Finding) -> Iterator[tuple[int, int]]:
    """(frame, object) where a finding is seen."""
    for one in (finding.object, finding.other):
        if one is not None:
            yield finding.frame, one


def _tracked(model: Model, sequence: Sequence) -> tuple[list[dict[int, BoolMask]], dict[tuple[int, int], float]]:
    """Masks by frame, and J by (frame, object), tracked from each object's first true mask."""
    plan = first_plan(sequence, sequence.objects)
    first = {one: sequence.truth(frame)[one] for one, frame in sequence.first_frames.items()}
    masks: list[dict[int, BoolMask]] = [
        {one: first[one] if sequence.first_frames[one] == frame else np.zeros_like(first[one]) for one in first}
        for frame in range(len(sequence))
    ]
    j: dict[tuple[int, int], float] = {}
    session = model.open(sequence.frames)
    try:
        barriers = {one: [frame] for one, frame in sequence.first_frames.items()}
        for frame, segments in track(plan, session, lambda one, _: first[one], barriers):
            truth, void = sequence.truth(frame), sequence.void(frame)
            for one, segment in segments.items():
                masks[frame][one] = segment.mask
                j[frame, one] = region_similarity(segment.mask, truth[one], void)
    finally:
        session.close()
    return masks, j

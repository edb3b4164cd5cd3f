"""What each part of the compact model's run time is worth: it is changed or left out, and the model measured again.

What is inside the exported graphs (the cut of the softmax, the layers) cannot be changed here: that takes a training.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from backend.models import registry
from backend.models.compact import bank, graphs, prompted, session
from backend.models.compact.bank import Kept
from backend.models.compact.drawing import Float
from backend.models.compact.shapes import BIAS
from backend.quality.evaluate import Options, evaluate
from backend.quality.sequences import PictureFrames, Sequence, find_sequences

ABOUT = "the compact model with parts changed or left out: accuracy and speed on sequences with masks"
TAKES_SEQUENCES = True
FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "dev"
NAMES = ("bmx-trees", "dog", "dogs-jump", "drift-straight", "libby")
"""The hard ones of the development data: on easy ones everything is equally good."""

QUICK_FRAMES = 5
ROUNDS = 5
NEVER = -1e9
"""As an addition to the affinity of a token: it is not read."""

Change = tuple[Any, str, Any]
"""(module or class, name in it, what stands there instead)."""


@dataclass(frozen=True)
class Group:
    """Variants that are measured in the same way.

    Attributes:
        options: what is measured.
        columns: title -> reads the cell from a report of `evaluate`.
        variants: name -> changes; the one without a change is what the others are compared with.
    """

    options: Options
    columns: Mapping[str, Callable[[dict[str, Any]], float]]
    variants: Mapping[str, tuple[Change, ...]]


def _kept_unread(token: Float, near_token: Float) -> Kept:
    unread = near_token.copy()
    unread[:, BIAS] = NEVER
    return Kept(token, unread)


def _kept_anywhere(token: Float, near_token: Float) -> Kept:
    return Kept(token, token)


def _share_alone(logits: Mapping[int, Float]) -> dict[int, Float]:
    return {object: 1 / (1 + np.exp(-one)) for object, one in logits.items()}


def _pixels(pixels: int) -> tuple[Change, ...]:
    return ((session, "working_size", partial(graphs.working_size, pixels=pixels)),
            (prompted, "CLOSER_PIXELS", pixels // 2))


def _accept_all(base: Any, mask: Any, hints: Any) -> Any:
    return mask


def _last_j(report: dict[str, Any]) -> float:
    return float(np.mean([row["rounds"][-1]["mean_j"] for row in report["sequences"]]))


GROUPS = {
    "tracking": Group(
        Options(),
        {"J&F": lambda it: it["mean"]["J&F"], "frames/s": lambda it: it["mean"]["frames_per_second"]},
        {
            "as it is": (),
            "no recent frames": ((bank, "MAX_RECENT", 0),),
            "1 recent frame": ((bank, "MAX_RECENT", 1),),
            "10 recent frames": ((bank, "MAX_RECENT", 10),),
            "recent frames 5 apart": ((bank, "RECENT_EVERY", 5),),
            "recent frames 10 apart": ((bank, "RECENT_EVERY", 10),),
            "far ground not thinned": ((bank, "THIN", 1),),
            "far ground thinned more": ((bank, "THIN", 4),),
            "nearest frame not read": ((bank, "Kept", _kept_unread),),
            "nearest frame read like the others": ((bank, "Kept", _kept_anywhere),),
            "lost objects are remembered as not there": ((session, "SURE", -1.0),),
            "objects do not compete": ((session, "_compete", _share_alone),),
        },
    ),
    "size of the picture": Group(
        Options(from_clicks=1),
        {"J&F": lambda it: it["mean"]["J&F"], "J&F from 1 click": lambda it: it["mean"]["from_clicks"]["J&F"],
         "frames/s": lambda it: it["mean"]["frames_per_second"]},
        {f"{rows} x {columns} pixels{' (as it is)' * (rows * columns == graphs.PIXELS)}": _pixels(rows * columns)
         for rows, columns in ((192, 336), (288, 512), (384, 672), (480, 864))},
    ),
    "clicks": Group(
        Options(clicks=True, rounds=ROUNDS, correct_by="clicks"),
        {**{f"IoU@{k}": lambda it, k=k: it["mean"]["clicks"]["mean_iou_after"][str(k)]  # type: ignore[misc]
            for k in (1, 3, 5)},
         "setbacks": lambda it: it["mean"]["clicks"]["setbacks"],
         "J after rounds": _last_j,
         "clicks in them": lambda it: it["correction"]["clicks"]},
        {
            "as it is": (),
            "no closer look": ((prompted, "SMALL", 0.0),),
            "corrections may change everything": ((prompted, "_near_hints", _accept_all),),
        },
    ),
    "trusted frames": Group(
        Options(rounds=ROUNDS),
        {"J after rounds": _last_j, "corrected": lambda it: it["correction"]["corrected"]},
        {
            "as it is": (),
            "1 trusted frame": ((bank, "MAX_TRUSTED", 1),),
            "2 trusted frames": ((bank, "MAX_TRUSTED", 2),),
        },
    ),
}


def run(quick: bool = False, folder: Path = FOLDER, names: tuple[str, ...] = NAMES) -> dict[str, Any]:
    """{group: {variant: {column: mean over objects}}}; J after rounds is the mean over sequences."""
    sequences = find_sequences(folder, names)
    if quick:
        sequences = [_start_of(one) for one in sequences]
    return {title: {name: _measure(group, changes, sequences) for name, changes in group.variants.items()}
            for title, group in GROUPS.items()}


@contextmanager
def changed(changes: tuple[Change, ...]) -> Iterator[None]:
    """The model with these changes, until the end of the block. Raises AttributeError for a name that is not there."""
    with ExitStack() as stack:
        for where, name, instead in changes:
            stack.enter_context(patch.object(where, name, instead))
        yield


def _measure(group: Group, changes: tuple[Change, ...], sequences: list[Sequence]) -> dict[str, float]:
    with changed(changes):
        report = evaluate(registry.load("compact"), sequences, group.options)
    return {title: read(report) for title, read in group.columns.items()}


def _start_of(sequence: Sequence) -> Sequence:
    paths = sequence.frames.paths[:QUICK_FRAMES]
    return Sequence(sequence.name, sequence.mask_paths[:QUICK_FRAMES], PictureFrames(paths))

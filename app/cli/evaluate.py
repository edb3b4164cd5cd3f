"""`launch.py evaluate DIR`: measure a model on sequences that have a true mask on every frame."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from backend.errors import BadInput
from backend.models import registry
from backend.quality.clicks import MAX_CLICKS, REPORTED_CLICKS, TARGETS
from backend.quality.evaluate import DEFINITIONS, Options, evaluate
from backend.quality.rounds import MAX_ROUNDS
from backend.quality.sequences import find_sequences

ABOUT = """\
Measure a model on sequences with masks: J, F and J&F of its tracking with the definitions of DAVIS, simulated clicks,
rounds of correction."""

LAYOUTS = """\
DIR holds NAME/frames and NAME/masks a sequence (paired in natural order), or the DAVIS layout: JPEGImages/480p/NAME and
Annotations/480p/NAME. Masks are 0 and 255, or object indices (255 is then void)."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "evaluate", description=ABOUT, epilog=LAYOUTS, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder of sequences")
    parser.add_argument("--model", default=registry.DEFAULT, metavar="M", help="model (default: %(default)s)")
    parser.add_argument("--sequences", metavar="A,B", help="only these (default: all)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything measured to this file")
    parser.add_argument("--alone", action="store_true", help="track every object of a sequence also by itself")
    parser.add_argument("--clicks", action="store_true", help="simulate clicks on the first frame of every object")
    parser.add_argument("--click-every", type=_count, default=0, metavar="N", help="and on every N-th frame after it")
    parser.add_argument("--rounds", type=_count, nargs="?", const=MAX_ROUNDS, default=0, metavar="N",
                        help="simulate at most N rounds of correction (without N: %(const)s)")
    parser.add_argument("--correct-by", choices=("mask", "clicks"), default="mask",
                        help="what a correction is in these rounds (default: %(default)s)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Evaluate and print; errors are the caller's."""
    if args.json and not (parent := args.json.absolute().parent).is_dir():
        raise BadInput("no_folder", f"There is no folder {parent} to write into.", "Make it first.")
    names = [name.strip() for name in (args.sequences or "").split(",") if name.strip()] or None
    sequences = find_sequences(args.folder, names)
    options = Options(alone=args.alone, clicks=args.clicks or args.click_every > 0, click_every=args.click_every,
                      rounds=args.rounds, correct_by=args.correct_by)
    report = evaluate(registry.load(args.model), sequences, options, _show_progress)
    if args.json:
        beside = args.json.with_name(args.json.name + ".part")
        beside.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
        beside.replace(args.json)
    print("\n\n".join(_tables_of(report)))
    return 0


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _show_progress(doing: str, done: int, total: int) -> None:
    """One line that is overwritten; nothing where nobody watches."""
    if sys.stderr.isatty():
        print(f"\r\033[K{doing} {done}/{total}", end="" if done < total else "\r\033[K", file=sys.stderr, flush=True)


def _tables_of(report: dict[str, Any]) -> list[str]:
    model, rows, mean = report["model"], report["sequences"], report["mean"]
    tables = [f"{model['name']}, version {model['version']}", _tracking_table(rows, mean)]
    if mean["doubt"] is not None:
        tables.append(f"doubt finds wrong masks: {_share(mean['doubt'])}")
    if "clicks" in mean:
        tables.append(_clicks_table(rows, mean))
    if report["options"]["rounds"]:
        tables.append(_rounds_table(rows))
    names = ["J", "F", "frames", "mean", "doubt", *(["clicks", "setbacks"] if "clicks" in mean else []),
             *(["rounds"] if report["options"]["rounds"] else [])]
    tables.append("\n".join(f"{name}: {DEFINITIONS[name]}" for name in names))
    return tables


def _tracking_table(rows: list[dict[str, Any]], mean: dict[str, Any]) -> str:
    lines = [["sequence", "object", "frames", "J", "F", "J&F", "frames/s"]]
    alone = any("alone" in one for row in rows for one in row["objects"])
    for row in rows:
        for one in row["objects"]:
            speed = f"{row['frames_per_second']:.1f}" if one is row["objects"][0] else ""
            cells = [row["name"], str(one["object"]), str(one["scored_frames"]), *_scores(one), speed]
            lines.append(cells + ([_share(one["alone"]["J&F"]) if "alone" in one else ""] if alone else []))
    speed = "" if mean["frames_per_second"] is None else f"{mean['frames_per_second']:.1f}"
    lines.append(["mean", "", "", *_scores(mean), speed] + ([""] if alone else []))
    if alone:
        lines[0].append("J&F alone")
    return _aligned(lines)


def _clicks_table(rows: list[dict[str, Any]], mean: dict[str, Any]) -> str:
    head = ["sequence", "masks", *(f"IoU@{k}" for k in REPORTED_CLICKS), *(f"clicks to {t:.2f}" for t in TARGETS),
            *(f"not in {MAX_CLICKS} ({t:.2f})" for t in TARGETS), "setbacks"]
    lines = [head]
    for name, one in [*((row["name"], row["clicks"]) for row in rows), ("mean", mean["clicks"])]:
        lines.append([name, str(one["masks"]), *map(_share, one["mean_iou_after"].values()),
                      *(f"{count:.1f}" for count in one["clicks_to"].values()), *map(str, one["failed"].values()),
                      f"{one['setbacks']:.1f}"])
    return _aligned(lines)


def _rounds_table(rows: list[dict[str, Any]]) -> str:
    lines = [["sequence", "round", "mean J", "corrected", "clicks", "tracked"]]
    for row in rows:
        lines += [[row["name"], str(one["number"]), _share(one["mean_j"]), str(one["corrected"]), str(one["clicks"]),
                   str(one["tracked"])] for one in row["rounds"]]
    return _aligned(lines)


def _scores(of: dict[str, Any]) -> list[str]:
    return [_share(of[key]) for key in ("J", "F", "J&F")]


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _aligned(lines: list[list[str]]) -> str:
    """Columns as wide as their widest cell; the first one to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join([line[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(line[1:], widths[1:], strict=True))]).rstrip()
        for line in lines
    )

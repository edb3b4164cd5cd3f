"""`launch.py evaluate DIR`: measure models on sequences that have a true mask on every frame.

`launch.py evaluate --task TASK` scores what `launch.py track` wrote: `app.cli.score`."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args

from app.cli import score
from app.cli.output import check_folders, replace_text, shower
from backend.errors import BadInput
from backend.models import registry
from backend.quality.evaluate import DEFINITIONS, Options, evaluate
from backend.quality.rounds import MAX_ROUNDS, Order
from backend.quality.sequences import find_sequences
from backend.quality.tables import tables_of

ABOUT = """\
Measure models on sequences with masks: J, F and J&F of their tracking with the definitions of DAVIS, simulated clicks,
frames that have to be corrected."""

LAYOUTS = """\
DIR holds NAME/frames and NAME/masks a sequence (paired in natural order), or the DAVIS layout: JPEGImages/480p/NAME and
Annotations/480p/NAME. Masks are 0 and 255, or object indices (255 is then void)."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "evaluate", description=ABOUT, epilog=LAYOUTS, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", metavar="DIR", help="folder of sequences")
    score.add_options(parser)
    parser.add_argument("--model", action="append", dest="models", metavar="M",
                        help=f"model; give it again to set another one beside it (default: {registry.DEFAULT})")
    parser.add_argument("--sequences", metavar="A,B", help="only these (default: all)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything measured to this file")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables to this file, for a document")
    parser.add_argument("--beside", type=Path, metavar="FILE",
                        help="set the models of an earlier --json beside; it has to have measured the same")
    parser.add_argument("--alone", action="store_true", help="track every object of a sequence also by itself")
    parser.add_argument("--from-clicks", type=_count, default=0, metavar="N",
                        help="track also from the masks the model makes of N simulated clicks an object")
    parser.add_argument("--clicks", action="store_true", help="simulate clicks on the first frame of every object")
    parser.add_argument("--click-every", type=_count, default=0, metavar="N", help="and on every N-th frame after it")
    parser.add_argument("--rounds", type=_count, nargs="?", const=MAX_ROUNDS, default=0, metavar="N",
                        help="correct frames until the masks are good, at most N rounds (without N: %(const)s)")
    parser.add_argument("--correct-by", choices=("mask", "clicks"), default="mask",
                        help="what a correction is in these rounds (default: %(default)s)")
    parser.add_argument("--order", choices=get_args(Order), default="worst",
                        help="which frame is corrected next in these rounds (default: %(default)s)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Evaluate and print; errors are the caller's."""
    check_folders((args.json, args.markdown))
    if args.task:
        return score.run(args)
    if args.folder is None:
        raise BadInput("no_folder", "There is nothing to measure on.",
                       "Give DIR, or --task with --predictions and --truth.")
    names = [name.strip() for name in (args.sequences or "").split(",") if name.strip()] or None
    sequences = find_sequences(args.folder, names)
    models = [registry.load(name) for name in dict.fromkeys(args.models or [registry.DEFAULT])]
    options = Options(alone=args.alone, from_clicks=args.from_clicks, clicks=args.clicks or args.click_every > 0,
                      click_every=args.click_every, rounds=args.rounds, correct_by=args.correct_by,
                      order=args.order)
    earlier = _read_reports(args.beside, [one.name for one in sequences], asdict(options)) if args.beside else []
    reports = [evaluate(model, sequences, options, shower(model.spec.name)) for model in models] + earlier
    tables = tables_of(reports)
    replace_text(args.json, json.dumps({"reports": reports}, indent=2))
    replace_text(args.markdown, "\n\n".join(table.as_markdown() for table in tables))
    used = ["J", "F", "frames", "mean", "doubt", *(["from_clicks"] if options.from_clicks else []),
            *(["clicks", "setbacks"] if options.clicks else []), *(["rounds", "order"] if options.rounds else [])]
    definitions = "\n".join(f"{name}: {DEFINITIONS[name]}" for name in used)
    print("\n\n".join([*(table.as_text() for table in tables), definitions]))
    return 0


def _read_reports(file: Path, sequences: list[str], options: dict[str, Any]) -> list[dict[str, Any]]:
    """What an earlier run measured, if it is the same that is measured now."""
    try:
        reports = json.loads(file.read_text(encoding="utf-8"))["reports"]
        same = all([row["name"] for row in one["sequences"]] == sequences and one["options"] == options
                   for one in reports)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput("bad_report", f"Cannot read {file}: {error}.", "Give a file that --json wrote.") from error
    if not same:
        raise BadInput("other_report", f"{file} measured other sequences or other things.",
                       "Measure both with the same DIR, --sequences and options.")
    return list(reports)


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number

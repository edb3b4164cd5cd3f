"""`launch.py evaluate --task TASK`: the benchmark's figures of what `launch.py track` wrote."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from app.cli.output import replace_text
from backend.errors import BadInput, NotFound
from backend.quality.benchmark import SCORERS
from backend.tasks.table import TASKS


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what scoring is told by, beside --json and --markdown."""
    options = parser.add_argument_group("to score the results of a benchmark's task")
    options.add_argument("--task", choices=tuple(TASKS), help="score what `track` wrote for this task")
    options.add_argument("--predictions", type=Path, metavar="FOLDER", help="the --out of `track`")
    options.add_argument("--truth", type=Path, metavar="PATH",
                         help="the truth as the benchmark has it: a folder or JSON (docs/guides/tasks.md)")


def run(args: argparse.Namespace) -> int:
    """Score and print; errors are the caller's."""
    if args.predictions is None or args.truth is None or args.folder:
        raise BadInput("no_predictions", "With --task no models are run.", "Give --predictions and --truth, no DIR.")
    for path in (args.predictions, args.truth):
        if not path.exists():
            raise NotFound("no_such_path", f"There is no file or folder {path}.", "Check the path.")
    scores = SCORERS[args.task](args.predictions, args.truth)
    table = scores.table(f"{TASKS[args.task].title}: {args.predictions.name}")
    print(table.as_text())
    print(f"\n{scores.definition}")
    replace_text(args.json, json.dumps({"task": args.task, **asdict(scores)}, indent=2))
    replace_text(args.markdown, table.as_markdown())
    return 0

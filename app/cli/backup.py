"""`launch.py backup`: a consistent copy of a project directory, also while a server uses it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from app.cli.serve import PROJECT
from projects_db.backup import backup


def add_parser(subparsers: Any) -> None:
    """`launch.py backup [--project DIR] TARGET`."""
    parser = subparsers.add_parser("backup", help="copy a project directory, also while it is in use")
    parser.add_argument("target", type=Path, help="a path that does not exist yet; it can be opened with --project")
    parser.add_argument("--project", type=Path, default=PROJECT, metavar="DIR",
                        help="the project directory (default: ./%(default)s)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Copy, and name the videos that lie elsewhere and were not copied."""
    def progress(share: float) -> None:
        print(f"\rcopying {share:4.0%}", end="", file=sys.stderr, flush=True)

    outside = backup(args.project, args.target, progress)
    print(file=sys.stderr)
    print(f"{args.target} is a copy. Open it with: python3 launch.py --project {args.target}")
    if outside:
        print("These videos are used where they lie and are not in the copy:", *outside, sep="\n  ")
    return 0

"""`launch.py parity DIR`: our models against the numbers of their authors' code."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from app.cli.output import check_folders, replace_text
from backend.parity.run import Result, find_cases, run_folder


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser("parity", description=(
        "Run every case in a folder (case.json and data.npz each) through the loaders and the code that serve users, "
        "and hold the outputs against those of the authors' code."))
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder of cases, or one case")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every comparison to this file")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print a line a case; 1 where one fails."""
    check_folders((args.json,))
    print(f"{len(find_cases(args.folder))} cases; worst: the output nearest to its tolerance")
    print(f"{'case':28} {'':4}  {'worst':24} {'difference':>10} {'tolerance':>10} {'seconds':>8}")
    results = []
    for result in run_folder(args.folder):
        results.append(result)
        print(_line(result), flush=True)
    failed = sum(not one.passed for one in results)
    print(f"{len(results) - failed} passed, {failed} failed")
    replace_text(args.json, json.dumps({"cases": [_as_json(one) for one in results]}, indent=2))
    return 1 if failed else 0


def _line(result: Result) -> str:
    verdict = "pass" if result.passed else "FAIL"
    head = f"{result.case:28} {verdict:4}"
    if result.error is not None:
        return f"{head}  {result.error}"
    worst = result.worst
    if worst is None:
        return f"{head}  it expects no output"
    numbers = f"{worst.output:24} {worst.difference:10.3g} {worst.tolerance:10.3g} {result.seconds:8.1f}"
    return f"{head}  {numbers}  {worst.detail}".rstrip()


def _as_json(result: Result) -> dict[str, object]:
    return {**asdict(result), "passed": result.passed}

"""`launch.py bench`: run the modules of `benchmarks/`, print their figures, keep them as JSON or Markdown."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import pkgutil
import platform
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

import benchmarks
from app.cli.output import check_folders, replace_text
from backend.errors import BadInput, ThroughlineError
from backend.quality.tables import Table


def add_parser(subparsers: Any) -> None:
    """`launch.py bench [--only NAME]... [--quick] [--json FILE] [--markdown FILE] [--data DIR] [--sequences A,B]`."""
    parser = subparsers.add_parser("bench", help="run the benchmarks behind every figure in the docs")
    parser.add_argument("--only", metavar="NAME", action="append",
                        help=f"one of: {', '.join(names())}; may be given again")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions: shows that it runs, not how fast")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write machine and figures to FILE")
    parser.add_argument("--markdown", metavar="FILE", type=Path, help="write the tables to FILE, for a document")
    parser.add_argument("--data", metavar="DIR", type=Path,
                        help="for ablations and checks: folder of sequences, as for `evaluate` (default: "
                             "../shared/data/dev)")
    parser.add_argument("--sequences", metavar="A,B", help="for ablations and checks: which of them")
    parser.set_defaults(run=run)


def names() -> list[str]:
    """The benchmarks there are: modules of `benchmarks/` that do not start with an underscore."""
    return sorted(m.name for m in pkgutil.iter_modules(benchmarks.__path__) if not m.name.startswith("_"))


def run(args: argparse.Namespace) -> int:
    """Run them one after the other; one that cannot run here says why and fails the command at the end."""
    check_folders((args.json, args.markdown))
    chosen = list(dict.fromkeys(args.only or names()))
    if unknown := set(chosen) - set(names()):
        raise BadInput("unknown_benchmark", f"There is no benchmark {unknown.pop()!r}.", f"Try {', '.join(names())}.")
    report: dict[str, Any] = {"machine": machine(), "figures": {}}
    tables: list[Table] = []
    failed = 0
    for name in chosen:
        module = importlib.import_module(f"benchmarks.{name}")
        print(f"\n{name}: {module.ABOUT}", flush=True)
        started = time.monotonic()
        try:
            figures = module.run(quick=args.quick, **_sequences(module, args))
        except ThroughlineError as error:
            print(f"{error.message}\n{error.remedy}", file=sys.stderr, flush=True)
            failed = 2
            continue
        report["figures"][name] = figures
        made = list(tables_of(name, figures))
        print("\n\n".join(table.as_text() for table in made))
        print(f"({time.monotonic() - started:.0f} s; load average {os.getloadavg()[0]:.1f})", flush=True)
        tables += made
    replace_text(args.json, json.dumps(report, indent=2))
    replace_text(args.markdown, "\n\n".join(table.as_markdown() for table in tables))
    return failed


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    return {
        "system": platform.platform(terse=True),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "python": sys.version.split()[0],
        "load_average": os.getloadavg()[0],
    }


def tables_of(title: str, figures: dict[str, Any]) -> Iterator[Table]:
    """Nested figures as tables: what has the same depth stands in one table, deeper ones follow in their own."""
    single = {key: value for key, value in figures.items() if not isinstance(value, dict)}
    flat = {key: value for key, value in figures.items() if isinstance(value, dict) and not _is_nested(value)}
    if single:
        yield Table(title, ("", "figure"), tuple((key, _cell(value)) for key, value in single.items()))
    if flat:
        columns = tuple(dict.fromkeys(column for row in flat.values() for column in row))
        rows = ((key, *(_cell(row.get(column)) for column in columns)) for key, row in flat.items())
        yield Table(title, ("", *columns), tuple(rows))
    for key, value in figures.items():
        if key not in single and key not in flat:
            yield from tables_of(f"{title}: {key}", value)


def _is_nested(figures: dict[str, Any]) -> bool:
    return any(isinstance(value, dict) for value in figures.values())


def _cell(value: Any) -> str:
    """As many digits as mean something."""
    if not isinstance(value, float):
        return "-" if value is None else str(value)
    return f"{value:.{3 if abs(value) < 1 else 1 if abs(value) < 100 else 0}f}"


def _sequences(module: Any, args: argparse.Namespace) -> dict[str, Any]:
    """What a benchmark that measures on sequences is told about them, where it is not to take its own choice."""
    if not getattr(module, "TAKES_SEQUENCES", False):
        return {}
    told: dict[str, Any] = {"folder": args.data} if args.data else {}
    if args.sequences:
        told["names"] = tuple(name.strip() for name in args.sequences.split(",") if name.strip())
    return told

"""`launch.py bench`: run the modules of `benchmarks/`, print their figures, keep them as JSON."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import pkgutil
import platform
import sys
import time
from pathlib import Path
from typing import Any

import psutil

import benchmarks
from backend.errors import BadInput


def add_parser(subparsers: Any) -> None:
    """`launch.py bench [--only NAME] [--quick] [--json FILE]`."""
    parser = subparsers.add_parser("bench", help="run the benchmarks behind every figure in the docs")
    parser.add_argument("--only", metavar="NAME", help=f"one of: {', '.join(names())}")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions: shows that it runs, not how fast")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write machine and figures to FILE")
    parser.set_defaults(run=run)


def names() -> list[str]:
    """The benchmarks there are: modules of `benchmarks/` that do not start with an underscore."""
    return sorted(m.name for m in pkgutil.iter_modules(benchmarks.__path__) if not m.name.startswith("_"))


def run(args: argparse.Namespace) -> int:
    """Run them one after the other; one that cannot run here says why and fails the command at the end."""
    chosen = names() if args.only is None else [args.only]
    if unknown := set(chosen) - set(names()):
        raise BadInput("unknown_benchmark", f"There is no benchmark {unknown.pop()!r}.", f"Try {', '.join(names())}.")
    report: dict[str, Any] = {"machine": machine(), "figures": {}}
    for name in chosen:
        module = importlib.import_module(f"benchmarks.{name}")
        print(f"\n{name}: {module.ABOUT}", flush=True)
        started = time.monotonic()
        figures = module.run(quick=args.quick)
        report["figures"][name] = figures
        show(figures)
        print(f"  ({time.monotonic() - started:.0f} s; load average {os.getloadavg()[0]:.1f})", flush=True)
    if args.json:
        beside = args.json.with_name(args.json.name + ".part")
        beside.write_text(json.dumps(report, indent=2) + "\n")
        beside.replace(args.json)
    return 0


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


def show(figures: Any, indent: str = "  ") -> None:
    """Print nested figures, one a line."""
    for key, value in figures.items():
        if isinstance(value, dict):
            print(f"{indent}{key}")
            show(value, indent + "  ")
        else:
            print(f"{indent}{key:32} {round(value, 3) if isinstance(value, float) else value}")

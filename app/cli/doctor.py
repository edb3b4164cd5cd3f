"""`launch.py doctor`: what is here, what is missing, and the command that mends it."""

from __future__ import annotations

import argparse
import importlib.metadata
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from app.cli.serve import PROJECT
from backend.errors import Unavailable
from backend.models import registry
from backend.video import codecs
from projects_db.backup import integrity_problems

ROOT = Path(__file__).parents[2]
LOW_DISK_GB = 5
Line = tuple[bool | None, str, str]
"""(is it well, what it is, what it is like or how to mend it); None: it is not here, and nobody may miss it"""


MARKS = {True: "ok", False: "!!", None: "--"}


def add_parser(subparsers: Any) -> None:
    """`launch.py doctor [--project DIR]`."""
    parser = subparsers.add_parser("doctor", help="say what is here, what is missing, and the command that mends it")
    parser.add_argument("--project", type=Path, default=PROJECT, metavar="DIR",
                        help="the project directory to look at (default: ./%(default)s)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print one line a finding; 1 where something is wrong."""
    well = True
    for title, lines in (("machine", machine()), ("packages", packages()), ("models", models()),
                         ("codecs", video_codecs()), ("project", project(args.project))):
        print(title)
        for good, name, about in lines:
            well &= good is not False
            print(f"  {MARKS[good]}  {name:28} {about}")
    print("Everything is well." if well else "Lines marked !! need something; each says what.")
    return 0 if well else 1


def machine() -> Iterator[Line]:
    """System, memory and disk."""
    memory = psutil.virtual_memory()
    python = sys.version.split()[0]
    yield True, "system", f"{platform.platform(terse=True)}, {psutil.cpu_count()} cores, Python {python}"
    yield True, "memory", f"{memory.available / 2**30:.1f} of {memory.total / 2**30:.1f} GB free"
    free = shutil.disk_usage(ROOT).free / 2**30
    enough = free > LOW_DISK_GB
    yield enough, "disk", f"{free:.1f} GB free" + ("" if enough else ": frames and exports need room; free some space")


def packages() -> Iterator[Line]:
    """Each pinned package: the version that is here."""
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        if match := re.match(r"([\w.-]+)==(\S+)", line):
            name, wanted = match.groups()
            try:
                found = importlib.metadata.version(name)
            except importlib.metadata.PackageNotFoundError:
                found = "missing"
            mend = "" if found == wanted else f", but {wanted} is wanted: delete .venv and run python3 launch.py again"
            yield found == wanted, name, found + mend


def models() -> Iterator[Line]:
    """Each model and whether its weights are here. The default must be, and must load; of others a person may have no
    need."""
    for model in registry.available():
        spec = model.spec
        needed = spec.name == registry.DEFAULT
        trouble = (_trouble_loading(spec.name) if needed else None) or model.missing
        files = ", ".join(file.name for file in spec.weights)
        weights = f"weights are here: {files}" if files else "needs no weights"
        well = True if not trouble else False if needed else None
        yield well, spec.name, (
            f"{spec.title}, version {spec.version}, {spec.licence}; {trouble or weights}")


def _trouble_loading(name: str) -> str | None:
    try:
        registry.load(name)
    except Unavailable as error:
        return str(error)
    return None


def video_codecs() -> Iterator[Line]:
    """What this build of FFmpeg decodes."""
    for name, here in codecs().items():
        yield True, name, "decodes" if here else "not in this build of FFmpeg"


def project(directory: Path) -> Iterator[Line]:
    """The database of a project directory, as it is."""
    database = directory / "throughline.db"
    if not database.exists():
        yield True, str(directory), "no project here yet; python3 launch.py makes one"
        return
    problems = integrity_problems(database)
    yield not problems, str(directory), (
        f"{database.stat().st_size / 2**20:.1f} MB, sound" if not problems
        else f"{problems[0]}: go back to a copy made by launch.py backup")
    missing = [name for name in ("media", "cache", "exports", "uploads") if not (directory / name).is_dir()]
    if missing:
        yield False, "folders", f"{', '.join(missing)} missing: bring them back from a copy"

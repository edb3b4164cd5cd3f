"""`launch.py export` and `launch.py import`: datasets out of and into a project, from the terminal."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.cli.serve import PROJECT
from app.library import Library
from app.services.datasets import licences
from app.settings import Settings
from backend.errors import BadInput, NotFound
from projects_db import people, projects, videos
from projects_db.database import Database
from projects_db.formats import FORMATS
from projects_db.formats.exports import Filters, export_annotations
from projects_db.formats.imports import import_annotations
from projects_db.tables import STAGES


def add_parser(subparsers: Any) -> None:
    """Both commands; see docs/guides/formats.md."""
    writer = subparsers.add_parser("export", help="write a dataset: COCO, YouTube-VIS or DAVIS")
    _add_common(writer, "write")
    writer.add_argument("--out", type=Path, required=True, metavar="FILE",
                        help="a .zip; any other name is a folder that does not exist yet")
    writer.add_argument("--video", action="append", metavar="NAME", help="only this video (may be given again)")
    writer.add_argument("--label", action="append", metavar="NAME", help="only this label (may be given again)")
    writer.add_argument("--stage", action="append", choices=STAGES,
                        help="only videos in this stage (may be given again)")
    writer.add_argument("--every", type=int, default=1, metavar="N", help="every N-th frame, from frame 0")
    writer.add_argument("--verified-only", action="store_true",
                        help="only verified masks and the frames that have them")
    writer.add_argument("--stale", action="store_true", help="also masks made before a later correction")
    writer.add_argument("--no-images", action="store_true", help="leave the frames themselves out")
    writer.add_argument("--polygons", action="store_true", help="COCO: outlines where they say the same as the mask")
    writer.set_defaults(run=run_export)
    reader = subparsers.add_parser("import", help="read annotations of one of these formats into a project")
    _add_common(reader, "read")
    reader.add_argument("file", type=Path, help="json, zip or folder")
    reader.add_argument("--video", metavar="NAME", help="the video it is for; else found by content, then by name")
    reader.add_argument("--person", metavar="NAME", help="who imports, where the workplace has accounts")
    reader.set_defaults(run=run_import)


def _add_common(parser: argparse.ArgumentParser, verb: str) -> None:
    parser.add_argument("--project", type=Path, default=PROJECT, metavar="DIR",
                        help="the project directory (default: ./%(default)s)")
    parser.add_argument("--name", metavar="PROJECT", help="which project in it, where there are several")
    parser.add_argument("--format", required=True, choices=list(FORMATS), help=f"the format to {verb}")


def run_export(args: argparse.Namespace) -> int:
    """Works beside a running server."""
    with Database.open(args.project, create=False, exclusive=False) as db:
        library = Library(db, Settings(project_dir=args.project))
        try:
            with db.read() as session:
                project = _project(session, args.name)
                filters = Filters(
                    videos=_ids("video", args.video, videos.of_project(session, project.id)),
                    labels=_ids("label", args.label, projects.labels(session, project.id)),
                    stages=frozenset(args.stage) if args.stage else None, every=args.every,
                    verified_only=args.verified_only, stale=args.stale,
                )
                hashes = {video.id: video.hash for video in videos.of_project(session, project.id)}

                def images(video_id: int, frames: Sequence[int]) -> Iterator[bytes]:
                    return library.jpegs(hashes[video_id], frames)

                done = export_annotations(
                    session, project.id, args.out, args.format, filters, images=None if args.no_images else images,
                    polygons=args.polygons, licences=licences(), progress=_show,
                )
        finally:
            library.close()
    print(f"\n{args.out}: {done.masks} masks of {done.objects} objects on {done.frames} frames of {done.videos} "
          "videos.")
    print(*done.notes, sep="\n", end="\n" if done.notes else "")
    return 0


def run_import(args: argparse.Namespace) -> int:
    """Refused while a server runs on the project: its pages would not show what came in."""
    with Database.open(args.project, create=False) as db:
        with db.write() as session:
            person = _person(session, args.person)
            project = _project(session, args.name)
            wanted = _ids("video", [args.video] if args.video else None, videos.of_project(session, project.id))
        done = import_annotations(db, project.id, person.id, args.file, args.format,
                                  video_id=min(wanted) if wanted else None, progress=_show)
    print(f"\n{done.masks} masks of {done.objects} objects in {len(done.videos)} videos. Undo takes them back.")
    if done.labels:
        print(f"Labels made: {', '.join(done.labels)}.")
    print(*done.notes, sep="\n", end="\n" if done.notes else "")
    return 0


def _show(share: float, message: str) -> None:
    print(f"\r\x1b[K{share:4.0%} {message}", end="", file=sys.stderr, flush=True)


def _project(session: Session, name: str | None) -> projects.Project:
    """The project of this name, or the only one there is. Raises NotFound, BadInput."""
    there = projects.everything(session)
    found = [project for project in there if name is None or project.name == name]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(project.name for project in there) or "none"
    if name is not None:
        raise NotFound("no_such_project", f"There is no project {name!r} in this directory.", f"There are: {listed}.")
    raise BadInput("which_project", f"This directory has {len(there)} projects.", f"Give one with --name: {listed}.")


def _ids(what: str, names: Sequence[str] | None, there: Sequence[Any]) -> frozenset[int] | None:
    """The ids of what is called this. Raises NotFound."""
    if names is None:
        return None
    if unknown := set(names) - {one.name for one in there}:
        raise NotFound(f"no_such_{what}", f"There is no {what} {min(unknown)!r} in this project.",
                       f"There are: {', '.join(one.name for one in there) or 'none'}.")
    return frozenset(one.id for one in there if one.name in names)


def _person(session: Session, name: str | None) -> people.Person:
    """Who imports. Raises BadInput, NotFound."""
    if name is None and not people.has_accounts(session):
        return people.local_person(session)
    found = [person for person in people.everyone(session) if person.name == name and person.active]
    if not found:
        listed = ", ".join(person.name for person in people.everyone(session) if person.active)
        raise BadInput("which_person", "This workplace has accounts, and the import needs one.",
                       f"Give one with --person: {listed}.")
    return found[0]

"""Copies of a project that are whole: of the database while somebody writes to it, and of the media it names."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from backend.errors import BadInput, NotFound, Unavailable
from projects_db.tables import now


def copy_database(source: Path, target: Path) -> None:
    """Copy a database as it is at one moment, beside the target first. Writers of the source are not held up."""
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    with closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)) as old, closing(sqlite3.connect(part)) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")
    part.replace(target)


def integrity_problems(database: Path) -> list[str]:
    """What SQLite's `integrity_check` and `foreign_key_check` find; empty for a sound database."""
    with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        try:
            found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
            return found + [f"{row[0]} row {row[1]} names no {row[2]}"
                            for row in connection.execute("PRAGMA foreign_key_check")]
        except sqlite3.DatabaseError as error:  # too damaged to be checked is a finding as well
            return [str(error)]


def backup(directory: Path, target: Path, progress: Callable[[float], None] = lambda share: None) -> list[str]:
    """Copy a project directory to `target`, which can then be opened as a project; the server may go on meanwhile.

    The database comes first and media are never rewritten, so every copied row finds its file. The cache, finished
    exports and unfinished uploads are left out: they can be made again.

    Args:
        directory: the project directory.
        target: a path that does not exist yet. It appears only when the copy is complete.
        progress: called with the share done, 0..1; raising from it gives up and removes what was copied.

    Returns:
        Paths of videos that are referenced where they lie and are not in the copy.

    Raises:
        NotFound: no project there.
        BadInput: `target` exists.
        Unavailable: no space left, or a file cannot be read.
    """
    database = directory.resolve() / "throughline.db"
    if not database.exists():
        raise NotFound("no_project", f"There is no Throughline project in {directory}.",
                       "Name the directory that holds throughline.db.")
    if target.exists():
        raise BadInput("target_exists", f"{target} exists.", "Name a path that does not exist yet.")
    part = target.with_name(target.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        copy_database(database, part / database.name)
        inside, outside = _media_of(part / database.name)
        _copy_media(directory, part, inside, progress)
        note = {"made_at": now(), "from": directory.name, "not_copied": outside}
        (part / "backup.json").write_text(json.dumps(note, indent=2) + "\n")
        os.sync()
        part.rename(target)
    except (OSError, sqlite3.OperationalError) as error:
        full = getattr(error, "errno", None) == errno.ENOSPC or getattr(
            error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        raise Unavailable(
            "disk_full" if full else "backup_failed", f"The backup could not be written: {error}.",
            "Free some space or choose another disk." if full else "Check that both places can be read and written.",
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    progress(1.0)
    return outside


def _media_of(database: Path) -> tuple[list[str], list[str]]:
    """(paths inside the project directory, paths outside it) of all videos."""
    with closing(sqlite3.connect(database)) as connection:
        paths = [row[0] for row in connection.execute("SELECT DISTINCT media_path FROM videos ORDER BY 1")]
    return [p for p in paths if not Path(p).is_absolute()], [p for p in paths if Path(p).is_absolute()]


def _copy_media(directory: Path, part: Path, paths: list[str], progress: Callable[[float], None]) -> None:
    for done, path in enumerate(paths):
        progress(done / len(paths))
        source, copy = directory / path, part / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy)
        else:
            shutil.copy2(source, copy)

"""A project directory and its one SQLite database.

`Database.open` makes or migrates it; `read` and `write` are the only ways to a session. A write is one transaction that
is on disk (`synchronous=FULL`) when the `with` block ends: what a person was told is saved survives a power cut, not
only the end of this process. docs/decisions/0004-history-and-undo.md has the figures.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from backend.errors import BadInput, Conflict, NotFound, ThroughlineError, Unavailable, of_disk
from projects_db import migrate, runs, searches
from projects_db.backup import copy_database

DATABASE = "throughline.db"
FOLDERS = ("media", "cache", "exports", "uploads")
BUSY_SECONDS = 20.0


class Database:
    """An open project directory. Safe to use from several threads; close it when done.

    Attributes:
        directory: the project directory.
        media, cache, exports, uploads: its folders.

    Example:
        >>> with Database.open(Path("project")) as db, db.write() as session:
        ...     people.create(session, "Ann", "a long password")
    """

    def __init__(self, directory: Path, lock: sqlite3.Connection | None) -> None:
        self.directory = directory
        self.media, self.cache, self.exports, self.uploads = (directory / name for name in FOLDERS)
        self._lock = lock
        self._engine = _engine(directory / DATABASE)
        self._readers = sessionmaker(self._engine, expire_on_commit=False)
        writing = self._engine.execution_options(throughline_begin="BEGIN IMMEDIATE")
        self._writers = sessionmaker(writing, expire_on_commit=False)
        self._turn = threading.Lock()

    @classmethod
    def open(cls, directory: Path, *, create: bool = True, exclusive: bool = True) -> Database:
        """Open a project directory: make what is missing, migrate an older database (after copying it beside itself).

        Args:
            directory: the project directory.
            create: make the directory and database where there are none.
            exclusive: for whoever writes. One process at a time may be that; the lock ends with the process, however it
                ends. Runs and searches that were under way when the last one ended become `interrupted`. Pass False to
                read (export, backup) beside a running server.

        Raises:
            NotFound: there is no project here and `create` is False.
            Conflict: another process has it open.
            Unavailable: the database is newer than this program, damaged, or the directory cannot be written.
        """
        directory = directory.expanduser().resolve()
        path = directory / DATABASE
        if not create and not path.exists():
            raise NotFound("no_project", f"There is no Throughline project in {directory}.",
                           "Name the directory that holds throughline.db.")
        lock = None
        with _translated():
            _make_folders(directory)
            if exclusive:
                lock = _take_lock(directory)
            try:
                _bring_up_to_date(path, locked=exclusive)
                db = cls(directory, lock)
            except BaseException:
                if lock:
                    lock.close()
                raise
        if exclusive:
            with db.write() as session:
                runs.interrupt_all(session)
                searches.interrupt_all(session)
        return db

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one unchanging state of the database. What it changes is thrown away."""
        with _translated(), self._readers() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that is one transaction: all of it is on disk when the block ends, none of it if the block raises.

        Writers take turns, so keep the block short: decode, encode and ask models before it. Do not nest it.

        Raises:
            Unavailable: no disk space, the disk failed, or another process kept the database too long.
        """
        if not self._turn.acquire(timeout=BUSY_SECONDS):
            raise _busy()
        try:
            with _translated(), self._writers.begin() as session:
                yield session
        finally:
            self._turn.release()

    def close(self) -> None:
        """Close every connection and let others open the directory."""
        self._engine.dispose()
        if self._lock:
            self._lock.close()

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _make_folders(directory: Path) -> None:
    try:
        for folder in (directory, *(directory / name for name in FOLDERS)):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        known = of_disk(error) or Unavailable("not_writable", f"{error}", "Check the path and who may write there.")
        raise Unavailable(known.code, f"{directory} cannot be a project directory: {error.strerror}.",
                          known.remedy) from error


def _engine(path: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}", pool_size=8, max_overflow=40,
        connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        # The driver's own transaction handling begins late and never immediately; `begin` below does it instead.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("throughline_begin", "BEGIN"))

    return engine


def _bring_up_to_date(path: Path, *, locked: bool) -> None:
    """Migrate on a connection of its own, without foreign keys: rebuilding a table must not cascade to its children.

    Whoever does not hold the directory's lock takes it for this: no server may find other tables under its feet."""
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", lambda connection, _: setattr(connection, "isolation_level", None))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with engine.connect() as connection:
        old = migrate.revision(connection)
        if not migrate.pending(connection):
            return
        with nullcontext() if locked else closing(_take_lock(path.parent)):
            if old is not None:
                # The immediate transaction is open: nobody can write between this copy and the migration.
                copy_database(path, path.with_name(f"throughline.before-{old}.db"))
            migrate.upgrade(connection)
            connection.commit()


def _take_lock(directory: Path) -> sqlite3.Connection:
    """Hold SQLite's exclusive lock on a file of its own: it works wherever SQLite does, no child process inherits it,
    and the system drops it when the process ends in whatever way."""
    connection = sqlite3.connect(directory / "server.lock", isolation_level=None, timeout=0, check_same_thread=False)
    note = directory / "server.pid"
    try:
        connection.execute("PRAGMA journal_mode=MEMORY")
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        connection.close()
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        holder = f" (process {note.read_text().strip()})" if note.exists() else ""
        raise Conflict("project_open", f"Another Throughline{holder} has {directory} open.",
                       "Use the one that runs, or stop it first.") from error
    note.write_text(f"{os.getpid()}\n")
    return connection


@contextmanager
def _translated() -> Iterator[None]:
    """Turn what the disk and SQLite report into errors a person can act on."""
    try:
        yield
    except DBAPIError as error:
        known = _as_unavailable(error.orig)
        if known is None:
            raise
        raise known from error
    except sqlite3.Error as error:
        known = _as_unavailable(error)
        if known is None:
            raise
        raise known from error
    except OverflowError as error:
        raise BadInput("number_out_of_range", "A number is too large to be an id or a frame.",
                       "Check the numbers.") from error


def _as_unavailable(error: BaseException | None) -> ThroughlineError | None:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_BUSY:
        return _busy()
    if code == sqlite3.SQLITE_FULL:
        return Unavailable("disk_full", "The disk is full; nothing was changed.",
                           "Free some space where the project directory lies and do it again.")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return Unavailable("not_writable", f"The project database cannot be written: {error}.",
                           "Check who owns the project directory and whether its disk is mounted read-only.")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return Unavailable("database_damaged", f"The project database is damaged: {error}.",
                           "Stop, keep a copy of the directory, and go on from the last backup.")
    if code == sqlite3.SQLITE_IOERR:
        return Unavailable("disk_failed", f"The disk failed: {error}; nothing was changed.",
                           "Check free space and the health of the disk, then do it again.")
    return None


def _busy() -> Unavailable:
    return Unavailable("database_busy", f"Somebody else has been writing for {BUSY_SECONDS:.0f} seconds.",
                       "Do it again in a moment.")

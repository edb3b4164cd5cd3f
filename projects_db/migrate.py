"""Bring a database to the newest tables, and refuse one that is newer than this program."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from backend.errors import Unavailable

MIGRATIONS = Path(__file__).parent / "migrations"


def revision(connection: Connection) -> str | None:
    """Which tables the database has; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def pending(connection: Connection) -> bool:
    """Whether the database is older than the tables of this program (an empty one is).

    Raises:
        Unavailable: it was made by a newer program.
    """
    script = ScriptDirectory(str(MIGRATIONS))
    have = revision(connection)
    if have is not None and have not in {step.revision for step in script.walk_revisions()}:
        raise Unavailable(
            "newer_database",
            f"This project directory was made by a newer Throughline (tables {have}).",
            "Update Throughline, or open a copy of the directory that this version made.",
        )
    return have != script.get_current_head()


def upgrade(connection: Connection) -> None:
    """Run what is pending, inside the connection's transaction."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    command.upgrade(config, "head")

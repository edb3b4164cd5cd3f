"""Opening, migrating, locking, and what a failed write leaves behind."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from backend.errors import BadInput, Conflict, NotFound, Unavailable
from projects_db import migrate, people, searches, tables
from projects_db.backup import integrity_problems
from projects_db.database import DATABASE, FOLDERS, Database
from tests.projects_db.world import World

ROOT = Path(__file__).parents[2]


def columns_and_indexes(url: str) -> dict[str, object]:
    engine = create_engine(url)
    if url == "sqlite://":
        tables.Base.metadata.create_all(engine)
    found = inspect(engine)
    names = sorted(set(found.get_table_names()) - {"alembic_version"})
    return {
        name: (
            sorted((c["name"], str(c["type"]), c["nullable"]) for c in found.get_columns(name)),
            found.get_pk_constraint(name)["constrained_columns"],
            sorted((i["name"] or "", tuple(i["column_names"])) for i in found.get_indexes(name)),
            sorted((f["constrained_columns"], f["referred_table"], str(f["options"]))
                   for f in found.get_foreign_keys(name)),
            sorted(c["sqltext"] for c in found.get_check_constraints(name)),
            sorted(tuple(u["column_names"]) for u in found.get_unique_constraints(name)),
            found.get_table_options(name),
        )
        for name in names
    }


def test_migrations_from_empty_make_the_tables(tmp_path: Path) -> None:
    Database.open(tmp_path).close()
    assert all((tmp_path / folder).is_dir() for folder in FOLDERS)
    migrated = columns_and_indexes(f"sqlite:///{tmp_path / DATABASE}")
    assert migrated == columns_and_indexes("sqlite://")
    assert "masks" in migrated
    assert integrity_problems(tmp_path / DATABASE) == []


def test_older_database_is_copied_then_migrated_and_newer_one_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    project = tmp_path / "project"
    with Database.open(project) as db, db.write() as session:
        people.create(session, "Ann")
    steps = tmp_path / "steps"
    shutil.copytree(migrate.MIGRATIONS, steps)
    (steps / "versions" / "9999_shoe_size.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\nrevision = '9999'\ndown_revision = '0004'\n"
        "def upgrade():\n    op.add_column('people', sa.Column('shoe_size', sa.Integer()))\n")
    with monkeypatch.context() as patched:
        patched.setattr(migrate, "MIGRATIONS", steps)
        holder = sqlite3.connect(project / "server.lock", isolation_level=None)
        holder.execute("BEGIN EXCLUSIVE")  # as a running server has it
        with pytest.raises(Conflict):
            Database.open(project, exclusive=False)
        holder.close()
        with Database.open(project) as db, db.read() as session:
            assert session.execute(text("SELECT name, shoe_size FROM people")).all() == [("Ann", None)]
        copy = sqlite3.connect(project / "throughline.before-0004.db")
        assert copy.execute("SELECT name FROM people").fetchall() == [("Ann",)]
        copy.close()
    for _ in range(2):  # the refusal leaves no lock behind
        with pytest.raises(Unavailable, match="newer Throughline"):
            Database.open(project)


def test_what_the_first_tables_hold_survives_the_next_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`videos` and `runs` are rebuilt by 0002; nothing that hangs on them may go with the old tables."""
    project, steps = tmp_path / "project", tmp_path / "steps"
    shutil.copytree(migrate.MIGRATIONS, steps)
    for later in ("0002_workplace.py", "0003_answers.py", "0004_searches.py"):
        (steps / "versions" / later).unlink()
    with monkeypatch.context() as patched:
        patched.setattr(migrate, "MIGRATIONS", steps)
        patched.setattr(searches, "interrupt_all", lambda session: None)  # those of 0004
        Database.open(project).close()
    old = sqlite3.connect(project / DATABASE)
    old.executescript("""
        INSERT INTO people VALUES (1, 'Ann', NULL, 1, 1, 'now');
        INSERT INTO projects VALUES (1, 'Farm', 'now');
        INSERT INTO labels VALUES (1, 1, 'duck', 1, '#ff0000', NULL, '[]');
        INSERT INTO videos VALUES (1, 1, 'abc', 'a.mp4', 'media/a', 8, 8, 2, 1.0, x'00', 'annotate', 1, 'now');
        INSERT INTO objects VALUES (1, 1, 1, 'duck 1', '#ff0000', 0, '{}', 1, 0, 1, 'now');
        INSERT INTO changes VALUES (1, 1, 1, 'run', 0, 0, '{}', 'now');
        INSERT INTO masks VALUES (1, 0, 1, 1, 4, 'tracked', 'model', 0.5, 1, NULL, 1, 1);
        INSERT INTO runs VALUES (1, 1, 1, 1, 'flow', '1', 'done', '{}', 'x', 1, 1, '', 'now', 'now');""")
    old.close()
    with Database.open(project) as db, db.read() as session:
        kept = {name: session.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()
                for name in ("people", "videos", "objects", "masks", "runs")}
        assert set(kept.values()) == {1}
        assert session.get_one(tables.Video, 1).cuts is None
        assert session.get_one(tables.Object, 1).spans == []
    assert integrity_problems(project / DATABASE) == []


def test_a_failed_migration_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project, steps = tmp_path / "project", tmp_path / "steps"
    Database.open(project).close()
    shutil.copytree(migrate.MIGRATIONS, steps)
    (steps / "versions" / "9999_fails.py").write_text(
        "from alembic import op\nrevision = '9999'\ndown_revision = '0004'\n"
        "def upgrade():\n    op.execute('CREATE TABLE extra (id INTEGER)')\n    raise RuntimeError('half way')\n")
    with monkeypatch.context() as patched:
        patched.setattr(migrate, "MIGRATIONS", steps)
        with pytest.raises(RuntimeError, match="half way"):
            Database.open(project)
    with Database.open(project) as db, db.read() as session:
        assert session.execute(text("SELECT name FROM sqlite_master WHERE name = 'extra'")).all() == []


def test_one_process_at_a_time(tmp_path: Path) -> None:
    with Database.open(tmp_path):
        with pytest.raises(Conflict, match=r"process \d+"):
            Database.open(tmp_path)
        Database.open(tmp_path, exclusive=False).close()
    Database.open(tmp_path).close()


def test_the_lock_ends_with_a_killed_process(tmp_path: Path) -> None:
    code = (f"from pathlib import Path; from projects_db.database import Database\n"
            f"db = Database.open(Path({str(tmp_path)!r})); print('open', flush=True); input()")
    child = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with child:
        assert child.stdout and child.stdout.readline() == b"open\n"
        with pytest.raises(Conflict, match=f"process {child.pid}"):
            Database.open(tmp_path)
        child.kill()
    Database.open(tmp_path).close()


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        Database.open(tmp_path / "none", create=False)
    assert not (tmp_path / "none").exists()


def test_damaged_database_says_so(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_bytes(b"this is no database " * 500)
    with pytest.raises(Unavailable, match="damaged"):
        Database.open(tmp_path)


def test_a_write_that_raises_leaves_nothing(world: World) -> None:
    with pytest.raises(ValueError, match="on purpose"), world.db.write() as session:
        people.create(session, "Eve")
        raise ValueError("on purpose")
    with world.db.read() as session:
        people.create(session, "Mallory")  # thrown away with the reading session
    with world.db.read() as session:
        assert [p.name for p in people.everyone(session)] == ["Ann", "Bob"]


def test_full_disk_is_one_clear_error(world: World) -> None:
    with pytest.raises(Unavailable) as caught, world.db.write() as session:
        pages = session.execute(text("PRAGMA page_count")).scalar_one()
        session.execute(text(f"PRAGMA max_page_count={pages}"))
        for n in range(5000):
            people.create(session, f"Eve {n} " + "x" * 80)
    assert caught.value.code == "disk_full"
    with world.db.read() as session:
        assert len(people.everyone(session)) == 2


def test_numbers_no_column_holds(world: World) -> None:
    with pytest.raises(BadInput), world.db.read() as session:
        people.get(session, 10**30)


def test_writes_are_synced_and_foreign_keys_hold(world: World) -> None:
    with world.db.write() as session:
        assert session.execute(text("PRAGMA synchronous")).scalar_one() == 2
        assert session.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        assert session.execute(text("PRAGMA foreign_keys")).scalar_one() == 1

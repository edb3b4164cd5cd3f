"""A copy made while somebody writes is whole."""

from __future__ import annotations

import json
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from backend.errors import BadInput, NotFound, Unavailable
from projects_db import masks, videos
from projects_db.backup import backup, integrity_problems
from projects_db.database import DATABASE, Database
from tests.projects_db.world import FRAMES, World


def test_backup_while_a_writer_writes(world: World, tmp_path: Path) -> None:
    media = world.db.media / "c0ffee.mp4"
    media.write_bytes(b"film" * 1000)
    stop, writes = threading.Event(), [0]

    def write() -> None:
        while not stop.is_set():
            world.draw(world.ann, writes[0] % FRAMES, seed=writes[0])
            writes[0] += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for n in range(3):
            seen = writes[0]
            while writes[0] < seen + 3:  # writing is going on
                pass
            before = writes[0]
            assert backup(world.db.directory, tmp_path / f"copy{n}") == []
            assert integrity_problems(tmp_path / f"copy{n}" / DATABASE) == []
            with Database.open(tmp_path / f"copy{n}") as copy, copy.read() as session:
                kept = masks.in_range(session, world.video, 0, FRAMES)
                assert len(kept) >= min(before, FRAMES)
            assert (tmp_path / f"copy{n}" / "media" / media.name).read_bytes() == media.read_bytes()
            assert json.loads((tmp_path / f"copy{n}" / "backup.json").read_text())["not_copied"] == []
    finally:
        stop.set()
        writer.join()


def test_media_referenced_elsewhere_are_named(world: World, tmp_path: Path) -> None:
    (world.db.media / "c0ffee.mp4").write_bytes(b"film")
    elsewhere = str(tmp_path / "film.mp4")
    with world.db.write() as session:
        videos.add(session, world.project, content_hash="beef", name="b.mp4", media_path=elsewhere, width=2, height=2,
                   frame_count=1, duration=0.1, frame_index=b"")
    assert backup(world.db.directory, tmp_path / "copy") == [elsewhere]


def test_a_backup_given_up_or_failed_leaves_nothing(world: World, tmp_path: Path) -> None:
    def give_up(share: float) -> None:
        raise KeyboardInterrupt

    (world.db.media / "c0ffee.mp4").write_bytes(b"film")
    with pytest.raises(KeyboardInterrupt):
        backup(world.db.directory, tmp_path / "copy", give_up)
    assert not list(tmp_path.glob("copy*"))
    with pytest.raises(BadInput, match="exists"):
        backup(world.db.directory, tmp_path)
    with pytest.raises(NotFound):
        backup(tmp_path / "none", tmp_path / "copy")


def test_integrity_problems_are_found(world: World, tmp_path: Path) -> None:
    for frame in range(40):
        world.draw(world.ann, frame, seed=frame)
    backup_path = tmp_path / "copy"
    (world.db.media / "c0ffee.mp4").write_bytes(b"film")
    backup(world.db.directory, backup_path)
    data = bytearray((backup_path / DATABASE).read_bytes())
    data[len(data) // 2 : len(data) // 2 + 4096] = b"\xff" * 4096
    (backup_path / DATABASE).write_bytes(data)
    assert integrity_problems(backup_path / DATABASE)


def test_a_disk_too_small_for_the_copy_is_said(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = sqlite3.connect

    def small(*args: Any, **options: Any) -> sqlite3.Connection:
        connection = real(*args, **options)
        if ".part" in str(args[0]):
            connection.execute("PRAGMA max_page_count = 2")
        return connection

    monkeypatch.setattr(sqlite3, "connect", small)
    with pytest.raises(Unavailable) as failed:
        backup(world.db.directory, tmp_path / "copy")
    assert failed.value.code == "disk_full"
    assert list(tmp_path.glob("copy*")) == []

"""What a path holds, and what it is known by."""

import hashlib
import os
from pathlib import Path

import pytest

from backend.errors import BadInput, Cancelled
from backend.video import content_hash, sources_at


def write(folder: Path, *names: str) -> None:
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).write_bytes(name.encode())


def test_hash_of_a_file_is_sha256(tmp_path: Path) -> None:
    data = os.urandom(3_000_000)
    (tmp_path / "a.mp4").write_bytes(data)
    shares: list[float] = []
    assert content_hash(tmp_path / "a.mp4", shares.append) == hashlib.sha256(data).hexdigest()
    assert shares == sorted(shares) and shares[-1] == 1


def test_hash_of_a_folder_knows_names_order_and_bytes(tmp_path: Path) -> None:
    for name in ("a", "b", "c", "d"):
        write(tmp_path / name, "1.png", "2.png", "10.png")
    (tmp_path / "b" / "notes.txt").write_text("passed over")
    (tmp_path / "c" / "2.png").write_bytes(b"other")
    (tmp_path / "d" / "2.png").rename(tmp_path / "d" / "3.png")
    a, b, c, d = (content_hash(tmp_path / name) for name in ("a", "b", "c", "d"))
    assert a == b
    assert len({a, c, d}) == 3


def test_hash_can_be_cancelled(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(bytes(3_000_000))
    with pytest.raises(Cancelled):
        content_hash(tmp_path / "a.mp4", cancelled=lambda: True)


def test_sources(tmp_path: Path) -> None:
    write(tmp_path / "pictures", "frame10.PNG", "frame9.png", "readme.txt")
    write(tmp_path / "videos", "take10.mp4", "take9.mov", ".hidden")
    assert sources_at(tmp_path / "videos" / "take9.mov") == [tmp_path / "videos" / "take9.mov"]
    assert sources_at(tmp_path / "pictures") == [tmp_path / "pictures"]
    assert [p.name for p in sources_at(tmp_path / "videos")] == ["take9.mov", "take10.mp4"]


def test_nothing_to_import(tmp_path: Path) -> None:
    for path, code in ((tmp_path, "nothing_to_import"), (tmp_path / "none", "no_such_path")):
        with pytest.raises(BadInput) as caught:
            sources_at(path)
        assert caught.value.code == code


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="this account may read everything")
def test_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.touch(mode=0o000)
    with pytest.raises(BadInput) as caught:
        sources_at(path)
    assert caught.value.code == "unreadable_path"

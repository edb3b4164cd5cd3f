"""The commands of launch.py that need no server, run as a person runs them."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.cli.__main__ import COMMANDS
from projects_db import people
from projects_db.database import Database
from tests.checkout import copy_of_checkout
from tests.server import ROOT


def launch(*arguments: object, stdin: str = "", root: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "app.cli", *map(str, arguments)]
    return subprocess.run(command, cwd=root, input=stdin, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    done = launch(command, "--help")
    assert done.returncode == 0, done.stderr
    assert f"launch.py {command}" in done.stdout


def test_unknown_command_lists_the_known_ones() -> None:
    done = launch("anotate")
    assert done.returncode == 2
    assert "serve" in done.stderr


def test_accounts(tmp_path: Path) -> None:
    project = tmp_path / "project"
    first = launch("people", "--project", project, "add", "Ann", "--password-stdin", stdin="a long password\n")
    assert first.returncode == 0, first.stderr
    assert "owner" in first.stdout  # the first account can make the others
    second = launch("people", "--project", project, "add", "Bob", "--password-stdin", stdin="another one\n")
    assert second.returncode == 0, second.stderr
    assert launch("people", "--project", project, "off", "Bob").returncode == 0
    with Database.open(project, exclusive=False) as db, db.read() as session:
        assert people.authenticate(session, "Ann", "a long password")
        assert not people.authenticate(session, "Bob", "another one")


@pytest.mark.parametrize(("arguments", "password", "says"), [
    (["add", "Ann"], "short\n", "at least 8 characters"),
    (["add", "  "], "a long password\n", "1 to 100 characters"),
    (["off", "Zoe"], "", "nobody called Zoe"),
])
def test_bad_accounts_are_refused_with_a_reason(tmp_path: Path, arguments: list[str], password: str, says: str) -> None:
    extra = ["--password-stdin"] if arguments[0] == "add" else []
    done = launch("people", "--project", tmp_path / "project", *arguments, *extra, stdin=password)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("arguments", "says"), [
    (["serve", "--no-browser", "--project", "{file}"], "cannot be a project directory"),
    (["people", "--project", "{file}/below", "list"], "cannot be a project directory"),
    (["serve", "--no-browser", "--port", "99999"], "99999 is no port"),
    (["serve", "--no-browser", "--project", "{folder}/p", "--host", "0.0.0.0", "--port", "0"],
     "people add NAME --owner"),
    (["backup", "--project", "{folder}/none", "{folder}/copy"], "no Throughline project"),
    (["export", "--project", "{folder}/none", "--format", "coco", "--out", "{folder}/x.zip"], "no Throughline project"),
])
def test_what_cannot_be_done_is_said_without_a_traceback(tmp_path: Path, arguments: list[str], says: str) -> None:
    (tmp_path / "file").touch()
    done = launch(*(argument.format(file=tmp_path / "file", folder=tmp_path) for argument in arguments))
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_backup_can_be_opened(tmp_path: Path) -> None:
    source, copy = tmp_path / "project", tmp_path / "copy"
    made = launch("people", "--project", source, "add", "Ann", "--password-stdin", stdin="a long password\n")
    assert made.returncode == 0, made.stderr
    assert launch("backup", "--project", source, copy).returncode == 0
    with Database.open(copy) as db, db.read() as session:
        assert [person.name for person in people.everyone(session)] == ["Ann"]
    again = launch("backup", "--project", source, copy)
    assert again.returncode == 2
    assert "exists" in again.stderr
    assert launch("backup", "--project", tmp_path / "nothing", tmp_path / "copy2").returncode == 2


def test_doctor_finds_a_damaged_database(tmp_path: Path) -> None:
    project = tmp_path / "project"
    Database.open(project).close()
    sound = launch("doctor", "--project", project)
    assert sound.returncode == 0, sound.stdout
    database = project / "throughline.db"
    pages = bytearray(database.read_bytes())
    pages[4096:8192] = b"\xff" * 4096
    database.write_bytes(pages)
    damaged = launch("doctor", "--project", project)
    assert damaged.returncode == 1
    assert "!!" in damaged.stdout
    assert "Traceback" not in damaged.stderr


def test_doctor_says_whether_the_weights_are_there(tmp_path: Path) -> None:
    root = copy_of_checkout(tmp_path / "checkout", weights=True)
    here = launch("doctor", "--project", tmp_path / "project", root=root)
    (line,) = lines_of(here, "compact")
    assert line.startswith("ok") and "weights are here: encode.onnx" in line
    weights = sorted((root / "assets" / "compact").glob("*.onnx"))
    whole = weights[0].read_bytes()
    for damage in (b"", whole[:len(whole) // 2]):
        weights[0].write_bytes(damage)
        assert_weights_are_missed(launch("doctor", "--project", tmp_path / "project", root=root), "cannot be read")
    weights[0].unlink()
    assert_weights_are_missed(launch("doctor", "--project", tmp_path / "project", root=root), weights[0].name)


def assert_weights_are_missed(done: subprocess.CompletedProcess[str], says: str) -> None:
    (line,) = lines_of(done, "compact")
    assert line.startswith("!!") and says in line and "git checkout -- assets/compact" in line
    assert lines_of(done, "flow")[0].startswith("ok")
    assert done.returncode == 1 and "Traceback" not in done.stderr


def lines_of(done: subprocess.CompletedProcess[str], name: str) -> list[str]:
    """Lines of the doctor about one thing."""
    return [line.strip() for line in done.stdout.splitlines() if line.split()[1:2] == [name]]

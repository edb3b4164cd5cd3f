"""The house rules that a machine can check: which room may import which, file size, no figure or path out of place."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("app", "widgets", "backend", "projects_db")
MAY_IMPORT = {
    "app": {"app", "widgets", "backend", "projects_db", "benchmarks"},
    "widgets": {"widgets", "backend"},
    "backend": {"backend"},
    "projects_db": {"projects_db", "backend"},
}
BACKEND_FOR_THE_DATABASE = ("backend.masks", "backend.errors", "backend.video", "backend.tracking.plan")
NOT_IN_THE_BACKEND = {"sqlalchemy", "alembic", "fastapi", "starlette", "gradio", "uvicorn"}


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()]


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_arrows_point_one_way(room: str) -> None:
    for path in tracked(f"{room}/*.py"):
        rooms = {name.split(".")[0] for name in imports_of(path)} & {*ROOMS, "benchmarks", "tests"}
        assert rooms <= MAY_IMPORT[room], f"{path.relative_to(ROOT)} imports {rooms - MAY_IMPORT[room]}"


def test_backend_has_no_sql_and_no_interface() -> None:
    for path in tracked("backend/*.py"):
        assert not {name.split(".")[0] for name in imports_of(path)} & NOT_IN_THE_BACKEND, path


def test_database_sees_only_value_types_of_the_backend() -> None:
    for path in tracked("projects_db/*.py"):
        for name in imports_of(path):
            if name.startswith("backend."):
                assert name.startswith(BACKEND_FOR_THE_DATABASE), f"{path.relative_to(ROOT)} imports {name}"


def test_files_are_short() -> None:
    long = {p.name: n for p in tracked("*.py", "*.js", "*.css") if (n := len(p.read_text().splitlines())) > 400}
    assert not long


def test_nothing_names_a_machine() -> None:
    """No absolute path of somebody's machine gets into the repository."""
    pattern = re.compile(r"(?<![\w.])/(?:home|root|work|Users)/\w")
    found = [p.relative_to(ROOT) for p in tracked("*.py", "*.js", "*.css", "*.md", "*.txt", "*.toml")
             if pattern.search(p.read_text())]
    assert not found


def test_widgets_see_only_the_errors_of_the_backend() -> None:
    for path in tracked("widgets/*.py"):
        used = {name for name in imports_of(path) if name.startswith("backend.")}
        assert all(name.startswith("backend.errors") for name in used), path

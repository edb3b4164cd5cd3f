"""The key that signs session cookies: made once, kept in the project directory, readable by its owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def session_secret(project_dir: Path) -> str:
    """The key of a project directory. A new one would sign everybody out, so it is kept."""
    path = project_dir / "session.key"
    if not path.exists():
        beside = path.with_suffix(".new")
        beside.unlink(missing_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
        beside.rename(path)
    return path.read_text()

"""Resumable uploads: chunks are appended to a file named by us, and the length of that file is where to go on.

Nothing is kept in memory, so an upload survives a lost connection and a restarted server.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import shutil
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from app.settings import Settings
from backend.errors import BadInput, Conflict, NotFound, Unavailable

FORGOTTEN_SECONDS = 7 * 24 * 3600
"""An upload that nobody has added to for so long is removed when a server starts."""
SPARE_BYTES = 256 * 2**20
"""Disk space that an upload must leave: the database has to go on working."""


@dataclass(frozen=True)
class Upload:
    """An upload that has begun. `name` is what its person called the file; it is never part of a path."""

    id: str
    project_id: int
    person_id: int
    name: str
    size: int


class Uploads:
    """The uploads of a project directory."""

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.project_dir / "uploads"
        self._limit = settings.upload_bytes
        self._lock = threading.Lock()
        self._importing: set[str] = set()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._remove_forgotten()

    def begin(self, project_id: int, person_id: int, name: str, size: int) -> Upload:
        """Start an upload. Raises BadInput where it is too large, Unavailable where the disk has no room."""
        if size > self._limit:
            raise BadInput("upload_too_large", f"{size:,} bytes are more than the {self._limit:,} that are allowed.",
                           "Put the file on the server and import it by its path.")
        free = shutil.disk_usage(self._folder).free
        if size + SPARE_BYTES > free:
            raise Unavailable("disk_full", f"The upload has {size:,} bytes, the server's disk has {free:,} free.",
                              "Free some space on the server, then try again.")
        upload = Upload(secrets.token_hex(16), project_id, person_id, name, size)
        self.data_path(upload.id).touch()
        beside = self._folder / f"{upload.id}.new"
        beside.write_text(json.dumps(asdict(upload)))
        beside.replace(self._note_path(upload.id))
        return upload

    def get(self, upload_id: str) -> Upload:
        """Raises NotFound."""
        note = self._note_path(upload_id)
        if not (note.exists() and self.data_path(upload_id).exists()):
            raise NotFound("no_such_upload", "There is no such upload.", "Start the upload again.")
        return Upload(**json.loads(note.read_text()))

    def offset(self, upload: Upload) -> int:
        """How many bytes are here."""
        return self.data_path(upload.id).stat().st_size

    def append(self, upload: Upload, offset: int, chunk: bytes) -> int:
        """Add a chunk, all of it or nothing; returns the new offset.

        Raises:
            Conflict: `offset` is not where the upload stands; `details.offset` says where that is.
            BadInput: more bytes than the upload said it has.
            Unavailable: the disk is full.
        """
        with self._lock, self.data_path(upload.id).open("r+b", buffering=0) as file:
            here = file.seek(0, os.SEEK_END)
            if offset != here:
                raise Conflict("wrong_offset", f"The upload stands at byte {here}, not {offset}.",
                               f"Go on from byte {here}.", offset=here)
            if here + len(chunk) > upload.size:
                raise BadInput("too_many_bytes", f"The upload has only {upload.size:,} bytes.", "Start it again.")
            try:
                rest = memoryview(chunk)
                while rest:
                    rest = rest[file.write(rest):]
            except OSError as error:
                file.truncate(here)
                if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                    raise
                raise Unavailable("disk_full", "The server's disk is full.",
                                  "Free some space on the server; the upload then goes on.") from error
            return here + len(chunk)

    def take(self, upload: Upload) -> Path:
        """The file, once every byte is here, for one import at a time; end with `remove` or `give_back`.

        Raises BadInput where bytes are missing, Conflict while it is being imported.
        """
        here = self.offset(upload)
        if here != upload.size:
            raise BadInput("upload_incomplete", f"{here:,} of {upload.size:,} bytes have arrived.",
                           f"Send the rest, from byte {here}.", offset=here)
        with self._lock:
            self._check_not_importing(upload)
            self._importing.add(upload.id)
        return self.data_path(upload.id)

    def give_back(self, upload: Upload) -> None:
        """The import did not work out and may be tried again."""
        with self._lock:
            self._importing.discard(upload.id)

    def give_up(self, upload: Upload) -> None:
        """Forget an upload on its person's wish. Raises Conflict while it is being imported."""
        with self._lock:
            self._check_not_importing(upload)
        self.remove(upload)

    def remove(self, upload: Upload) -> None:
        """Forget the upload and its file."""
        self._note_path(upload.id).unlink(missing_ok=True)
        self.data_path(upload.id).unlink(missing_ok=True)
        self.give_back(upload)

    def _check_not_importing(self, upload: Upload) -> None:
        if upload.id in self._importing:
            raise Conflict("importing", f"{upload.name} is being imported.", "Wait until that has ended.")

    def data_path(self, upload_id: str) -> Path:
        """Where the bytes of an upload are. The id is ours or matches the pattern of ours, so it is a plain name."""
        return self._folder / f"{upload_id}.part"

    def _note_path(self, upload_id: str) -> Path:
        return self._folder / f"{upload_id}.json"

    def _remove_forgotten(self) -> None:
        for path in self._folder.iterdir():
            if time.time() - path.stat().st_mtime > FORGOTTEN_SECONDS:
                remove(path)


def remove(path: Path) -> None:
    """Remove a file or a folder with what is in it; nothing happens where there is none."""
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

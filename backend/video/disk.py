"""A folder of files bounded by bytes."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections import OrderedDict
from pathlib import Path

log = logging.getLogger(__name__)


class DiskCache:
    """Files by relative name, up to `max_bytes` in all; what was used least recently goes first. Thread-safe, and
    several processes may share a folder: a file is written beside and renamed, and one that has gone is a miss.

    What cannot be written or read is not cached, and logged once: a full disk must keep nobody from seeing a frame.
    """

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder, self._max_bytes = folder, max_bytes
        self._lock = threading.Lock()
        self._sizes: OrderedDict[str, int] = OrderedDict()
        self._bytes = 0
        self._complained = False
        folder.mkdir(parents=True, exist_ok=True)
        for name, size in self._found():
            self._note(name, size)

    def get(self, name: str) -> bytes | None:
        """The file's bytes; None where there is none."""
        try:
            data = (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            self._complain(error)
            return None
        with self._lock:
            self._note(name, len(data))
        return data or None  # what a power cut leaves of a file that was renamed but not yet written out

    def put(self, name: str, data: bytes) -> None:
        """Keep a file."""
        path = self._folder / name
        beside = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(data)
            beside.replace(path)
        except OSError as error:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
            self._complain(error)
            return
        with self._lock:
            self._note(name, len(data))
            surplus = self._surplus()
        for old in surplus:
            (self._folder / old).unlink(missing_ok=True)

    def __contains__(self, name: str) -> bool:
        return (self._folder / name).is_file()

    def _complain(self, error: OSError) -> None:
        if not self._complained:
            self._complained = True
            log.warning("the frame cache in %s does not work: %s", self._folder, error)

    def _note(self, name: str, size: int) -> None:
        self._bytes += size - self._sizes.pop(name, 0)
        self._sizes[name] = size

    def _surplus(self) -> list[str]:
        names = []
        while self._bytes > self._max_bytes:
            name, size = self._sizes.popitem(last=False)
            self._bytes -= size
            names.append(name)
        return names

    def _found(self) -> list[tuple[str, int]]:
        """What an earlier process left, oldest first; its unfinished files are removed."""
        found = []
        for path in self._folder.rglob("*"):
            if path.suffix == ".part":
                path.unlink(missing_ok=True)
            elif path.is_file():
                stat = path.stat()
                found.append((stat.st_mtime, path.relative_to(self._folder).as_posix(), stat.st_size))
        return [(name, size) for _, name, size in sorted(found)]

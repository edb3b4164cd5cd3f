"""Where datasets lie: a zip, a folder, or one json. Names inside are relative, with forward slashes.

Written beside the target and renamed, so a target is whole or not there. Nothing that is read is ever unpacked to
disk, and nothing is read that says it is larger than the caller allows.
"""

from __future__ import annotations

import errno
import json
import shutil
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any, Protocol

from backend.errors import BadInput, Unavailable

MAX_MEMBERS = 2_000_000
MAX_JSON = 4 * 2**30


class Sink(Protocol):
    """Something files can be written into, one after the other."""

    def open(self, name: str) -> IO[bytes]:
        """A new file of this name."""
        ...


class _Zip:
    def __init__(self, path: Path) -> None:
        self.zip = zipfile.ZipFile(path, "w")

    def open(self, name: str) -> IO[bytes]:
        # The date is fixed so that the same dataset gives the same bytes; pictures do not shrink a second time.
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED if name.endswith(".json") else zipfile.ZIP_STORED
        info.external_attr = 0o644 << 16
        return self.zip.open(info, "w", force_zip64=name.endswith(".json"))


class _Folder:
    def __init__(self, path: Path) -> None:
        self.path = path

    def open(self, name: str) -> IO[bytes]:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("wb")


@contextmanager
def writing(target: Path) -> Iterator[Sink]:
    """A sink that becomes `target` when the block ends, and vanishes when the block raises.

    Args:
        target: a file, where its name ends in ".zip" (an older one is replaced); else a folder that does not exist yet
            or is empty.

    Raises:
        BadInput: the folder has something in it.
        Unavailable: no space left, or the target cannot be written.
    """
    part = target.with_name(target.name + ".part")
    is_zip = target.suffix.lower() == ".zip"
    if target.is_dir() and (is_zip or any(target.iterdir())):
        raise BadInput("target_exists", f"{target} is a folder with something in it.", "Name a new file or folder.")
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        _remove(part)
        if is_zip:
            sink = _Zip(part)
            with sink.zip:
                yield sink
        else:
            part.mkdir()
            yield _Folder(part)
        if target.is_dir():  # empty, as was seen above
            target.rmdir()
        part.replace(target)
    except OSError as error:
        full = error.errno == errno.ENOSPC
        raise Unavailable(
            "disk_full" if full else "not_writable", f"{target.name} cannot be written: {error.strerror or error}.",
            "Free some space or choose another disk." if full else "Check the path and who may write there.",
        ) from error
    finally:
        _remove(part)


def write_json(
    sink: Sink, name: str, head: Mapping[str, Any], lists: Mapping[str, Iterable[Any]] | None = None,
) -> None:
    """Write one object: the pairs of `head`, then each list, item by item as it comes, one a line."""
    with sink.open(name) as stream:
        opening = json.dumps(head, ensure_ascii=False, allow_nan=False)
        stream.write(opening[:-1].encode())
        separator = ", " if head else ""
        for key, items in (lists or {}).items():
            stream.write(f"{separator}{json.dumps(key)}: [".encode())
            for position, item in enumerate(items):
                line = json.dumps(item, ensure_ascii=False, allow_nan=False)
                stream.write(f"{',' if position else ''}\n{line}".encode())
            stream.write(b"\n]")
            separator = ",\n"
        stream.write(b"}\n")


class Source:
    """Files to read from: a zip, a folder, or one file. Use as a context.

    Raises:
        BadInput: from `__init__`: nothing there, no readable zip, or a zip whose names lead outside of it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._zip: zipfile.ZipFile | None = None
        if path.is_dir():
            found = (p for p in path.rglob("*") if p.is_file())
            self._sizes = {p.relative_to(path).as_posix(): p.stat().st_size for p in found}
        elif not path.is_file():
            raise BadInput("no_such_file", f"There is no file {path.name}.", "Check the path.")
        elif zipfile.is_zipfile(path):
            self._sizes = self._open_zip()
        else:
            self._sizes = {path.name: path.stat().st_size}

    def _open_zip(self) -> dict[str, int]:
        try:
            self._zip = zipfile.ZipFile(self.path)
            members = self._zip.infolist()
        except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
            raise _bad_zip(self.path, error) from error
        if len(members) > MAX_MEMBERS:
            raise BadInput("too_many_files", f"{self.path.name} holds {len(members)} files.", "Split it.")
        for member in members:
            name = PurePosixPath(member.filename)
            if name.is_absolute() or ".." in name.parts or "\\" in member.filename:
                raise BadInput("bad_zip", f"{self.path.name} holds {member.filename!r}, which leads outside of it.",
                               "Make the zip again with relative names.")
        return {member.filename: member.file_size for member in members if not member.is_dir()}

    def names(self, suffix: str) -> list[str]:
        """Names of the files that end like this (any case), sorted; what systems add by themselves is left out."""
        return sorted(n for n in self._sizes if n.lower().endswith(suffix)
                      and not any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(n).parts))

    def read(self, name: str, most: int) -> bytes:
        """The bytes of a file. Raises BadInput where there are more than `most`, or they cannot be read."""
        size = self._sizes[name]
        if size > most:
            raise BadInput("file_too_large", f"{name} has {size} bytes, more than the {most} that are read.",
                           "Split the dataset.")
        try:
            if self._zip is not None:
                return self._zip.read(name)
            return (self.path / name if self.path.is_dir() else self.path).read_bytes()
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
            raise _bad_zip(self.path, error) from error

    def read_json(self, preferred: str) -> tuple[str, bytes]:
        """Name and bytes of the file `preferred`, or else of the only json there is (a manifest does not count).

        Raises:
            BadInput: none, or several and none of that name.
        """
        found = [name for name in self.names(".json") if PurePosixPath(name).name != "manifest.json"]
        named = [name for name in found if PurePosixPath(name).name == preferred]
        chosen = named if len(named) == 1 else found
        if len(chosen) != 1 and self.path.is_file() and self._zip is None:
            chosen = list(self._sizes)
        if len(chosen) != 1:
            if not chosen:
                raise BadInput("no_json", f"{self.path.name} holds no json file.", "Give the one with the annotations.")
            raise BadInput("several_json", f"{self.path.name} holds {len(chosen)} json files: {', '.join(chosen[:5])}.",
                           "Give the one with the annotations.")
        return chosen[0], self.read(chosen[0], MAX_JSON)

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: object) -> None:
        if self._zip is not None:
            self._zip.close()


def _bad_zip(path: Path, error: Exception) -> BadInput:
    return BadInput("unreadable_file", f"{path.name} cannot be read: {error}.", "Make it again, without a password.")


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    elif path.exists():
        path.unlink()

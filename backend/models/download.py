"""Weights from the Hugging Face hub: asked for by name, resumed where a download ended, checked, then put in place.

`hf_hub_download` of this version begins a file anew after a kill, so that its `http_get` is driven here. What is there
lies in `FILE.CHECKSUM.part` beside the final name (another revision cannot go on from it), and takes that name only
once its checksum is the hub's.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import httpx2
from huggingface_hub import HfApi, constants, hf_hub_url
from huggingface_hub.errors import GatedRepoError, OfflineModeIsEnabled, RepositoryNotFoundError
from huggingface_hub.file_download import http_get
from huggingface_hub.hf_api import RepoSibling
from huggingface_hub.utils import build_hf_headers

from backend.errors import Unavailable
from backend.models import store
from backend.models.seam import ModelSpec

_BLOCK = 1 << 20
_LETTERS_OF_CHECKSUM = 16
RESERVE = 200 * 2**20
"""Bytes of the disk that stay free."""


@dataclass(frozen=True)
class RemoteFile:
    """A file of a repository on the hub.

    Attributes:
        name: relative to the top of the repository.
        revision: commit that the size and the checksum are of.
        size: bytes.
        checksum: SHA-256 of a large file, in hexadecimal; of a small one git's SHA-1, which has the size before the
            content.
        large: which of the two.
    """

    repository: str
    name: str
    revision: str
    size: int
    checksum: str
    large: bool

    def hasher(self) -> hashlib._Hash:
        """What its content has to be fed to."""
        return hashlib.sha256() if self.large else hashlib.sha1(b"blob %d\0" % self.size)


@dataclass(frozen=True)
class Plan:
    """What has to be downloaded for a model.

    Attributes:
        files: all it needs.
        absent: those that are not in place yet, whole and right.
        twins: where some of these lie for another model that was made from the same one.
        begun: bytes of the others that are here.
    """

    folder: Path
    files: tuple[RemoteFile, ...]
    absent: tuple[RemoteFile, ...]
    twins: Mapping[RemoteFile, Path]
    begun: int

    @property
    def to_download(self) -> int:
        """Bytes."""
        return sum(one.size for one in self.absent if one not in self.twins) - self.begun


def plan(spec: ModelSpec) -> Plan:
    """Ask the hub for those files of a model that it has, and look what is here.

    Raises:
        Unavailable: nothing of the model is on the hub, the hub cannot be reached or refuses, or a file is not there.
    """
    if not any(one.repository for one in spec.weights):
        commands = ", ".join(sorted({one.fetch_command for one in spec.weights}))
        raise Unavailable("not_on_hub", f"{spec.title} has no weights on the hub.",
                          f"Run `{commands}`." if commands else "It needs none.")
    folder = store.folder() / spec.name
    files = tuple(dict.fromkeys(one for repository in sorted({one.repository for one in spec.weights if one.repository})
                                for one in _listed(spec, repository)))
    absent = tuple(one for one in files if not _is_right(folder / one.name, one))
    twins = {one: twin for one in absent if (twin := _twin(folder, one))}
    begun = sum(part.stat().st_size for one in absent if one not in twins and (part := _part(folder, one)).is_file())
    return Plan(folder, files, absent, twins, begun)


def check_room(needed: int, folder: Path) -> None:
    """Refuse before the disk is full.

    Args:
        needed: bytes.
        folder: need not exist.

    Raises:
        Unavailable: says how much is needed and free.
    """
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    free = shutil.disk_usage(there).free
    if needed + RESERVE > free:
        raise Unavailable("disk_full", f"{in_units(needed)} are needed; {in_units(free)} are free on the disk.",
                          "Free some space, or set THROUGHLINE_WEIGHTS to a folder of another disk.")


def run(chosen: Plan, say: Callable[[str], None]) -> None:
    """Download what is absent. What was stopped, by whatever, goes on from there at the next call.

    Args:
        say: told of each file once it is in place.

    Raises:
        Unavailable: no network, disk full, or a file that came is not the hub's.
    """
    for one in chosen.absent:
        part = _part(chosen.folder, one)
        part.parent.mkdir(parents=True, exist_ok=True)
        if one in chosen.twins:
            _share(chosen.twins[one], chosen.folder / one.name)
            say(f"{one.name}: here already, for {chosen.twins[one].relative_to(chosen.folder.parent).parts[0]}")
            continue
        url = hf_hub_url(one.repository, one.name, revision=one.revision)
        with _in_words(one.repository), part.open("ab") as file:
            http_get(url, file, resume_size=file.tell(), expected_size=one.size, displayed_filename=one.name,
                     headers=build_hf_headers())
        if not _is_right(part, one):
            part.unlink()
            raise Unavailable("wrong_checksum", f"{one.name} of {one.repository} came damaged: its checksum is not "
                              "the hub's.", "It was deleted. Run the command again.")
        part.replace(chosen.folder / one.name)
        say(f"{one.name}: {in_units(one.size)}, checksum right")


def in_units(size: int) -> str:
    """Bytes for people: "812 bytes", "35.2 MB", "7.2 GB" (of 1024)."""
    value = float(size)
    for unit in ("bytes", "KB", "MB"):
        if value < 1024:
            return f"{value:.0f} bytes" if unit == "bytes" else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.1f} GB"


def _listed(spec: ModelSpec, repository: str) -> Iterator[RemoteFile]:
    with _in_words(repository):
        info = HfApi().model_info(repository, files_metadata=True)
    for wanted in spec.weights:
        if wanted.repository != repository:
            continue
        found = [one for one in info.siblings or () if _matches(one.rfilename, wanted.name)]
        if not found:
            raise Unavailable("not_on_hub", f"{repository} has no file {wanted.name} (any more).",
                              "Look at its page on the hub; a file from elsewhere can be named with "
                              f"`python3 launch.py models use {spec.name} --path PATH`.")
        yield from (_remote(repository, info.sha or "main", one) for one in found)


def _remote(repository: str, revision: str, one: RepoSibling) -> RemoteFile:
    checksum = one.lfs.sha256 if one.lfs else one.blob_id
    if one.size is None or checksum is None:
        raise Unavailable("not_on_hub", f"The hub does not say the size and the checksum of {one.rfilename}.",
                          "Try again later.")
    return RemoteFile(repository, one.rfilename, revision, one.size, checksum, one.lfs is not None)


def _matches(name: str, pattern: str) -> bool:
    parts, patterns = name.split("/"), pattern.split("/")
    return len(parts) == len(patterns) and all(map(fnmatchcase, parts, patterns))


def _part(folder: Path, one: RemoteFile) -> Path:
    return folder / f"{one.name}.{one.checksum[:_LETTERS_OF_CHECKSUM]}.part"


def _twin(folder: Path, one: RemoteFile) -> Path | None:
    beside = (other / one.name for other in folder.parent.glob("*/") if other != folder)
    return next((path for path in beside if _is_right(path, one)), None)


def _share(twin: Path, path: Path) -> None:
    """Have a file at a second place; it takes its room on the disk once where the file system can do that."""
    path.unlink(missing_ok=True)
    try:
        path.hardlink_to(twin)
    except OSError:
        shutil.copyfile(twin, path)


def _is_right(path: Path, one: RemoteFile) -> bool:
    if not path.is_file() or path.stat().st_size != one.size:
        return False
    hashed = one.hasher()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            hashed.update(block)
    return hashed.hexdigest() == one.checksum


@contextmanager
def _in_words(repository: str) -> Iterator[None]:
    """What the hub or the network refuses, as something a person can act on."""
    try:
        yield
    except GatedRepoError as error:
        raise Unavailable("gated", f"{repository} is given out only to those who accept its licence.",
                          f"Accept it at {constants.ENDPOINT}/{repository}, then set HF_TOKEN to a token of your "
                          "account and run the command again.") from error
    except RepositoryNotFoundError as error:
        raise Unavailable("not_on_hub", f"The hub has no {repository} that is open to everybody.",
                          "Look whether it was renamed; where it is private, set HF_TOKEN.") from error
    except (httpx2.HTTPError, OfflineModeIsEnabled) as error:
        raise _no_network(str(error)) from error
    except OSError as error:
        if error.errno is not None:  # of the disk
            raise
        raise _no_network(str(error)) from error


def _no_network(why: str) -> Unavailable:
    return Unavailable(
        "no_network", f"{constants.ENDPOINT} cannot be used: {why.splitlines()[0] if why else 'no answer'}.",
        "Check the network and run the command again: it goes on where it stopped. Without a network, bring the files "
        "on a disk and run `python3 launch.py models use NAME --path PATH`.")

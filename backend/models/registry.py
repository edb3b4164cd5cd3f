"""Every model the tool knows, by name.

A model is a folder of this package that offers `SPEC`, `missing()` and `load()` (see `Package`). To add one: write
the folder, import it here and put it into `_PACKAGES`. A program that brings a model of its own calls `register`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import psutil

from backend.errors import BadInput, NotFound, Unavailable
from backend.models import compact, flow, sam2, ufo, uninext, unipixel, univs
from backend.models.seam import Model, ModelSpec, Task
from backend.prompts import PromptKind

DEFAULT = "compact"
"""The model used where nobody names one. Its weights come with the repository, so it is ready unless they were damaged;
no other takes its place by itself then: masks of another model would look like its own."""

_WORDS: dict[Task, str] = {
    "segment": "make masks", "track": "track", "discover": "find objects", "answer": "answer questions",
}


class Package(Protocol):
    """What the folder of a model offers. Importing it is quick; only `load` may be slow."""

    SPEC: ModelSpec

    def missing(self) -> str | None:
        """What has to be done before the model can be loaded, as a sentence; None where it is ready."""
        ...

    def load(self) -> Model:
        """The loaded model. Raises Unavailable where something is missing."""
        ...


@dataclass(frozen=True)
class Availability:
    """A known model, and what is missing (with the command that mends it) before it can be used; None: ready."""

    spec: ModelSpec
    missing: str | None

    @property
    def ready(self) -> bool:
        """Whether `load` will work."""
        return self.missing is None


_OURS: tuple[Package, ...] = (
    compact, flow, *sam2.PACKAGES, *ufo.PACKAGES, *unipixel.PACKAGES, *uninext.PACKAGES, *univs.PACKAGES)
_PACKAGES: dict[str, Package] = {package.SPEC.name: package for package in _OURS}
_loaded: dict[str, Model] = {}
_loading = threading.Lock()


def register(package: Package) -> None:
    """Add a model that is not one of ours, before the first request is answered.

    Raises:
        ValueError: a model has this name already.
    """
    if package.SPEC.name in _PACKAGES:
        raise ValueError(f"there is a model {package.SPEC.name} already")
    _PACKAGES[package.SPEC.name] = package


def available() -> list[Availability]:
    """Every known model, the default first."""
    names = sorted(_PACKAGES, key=lambda name: (name != DEFAULT, name))
    return [availability(name) for name in names]


def availability(name: str) -> Availability:
    """Whether a model is ready. Raises NotFound as `spec`."""
    package = _package(name)
    return Availability(package.SPEC, package.missing())


def spec(name: str) -> ModelSpec:
    """What a model is, without loading it.

    Raises:
        NotFound: no model has this name; the message lists the names there are.
    """
    return _package(name).SPEC


def choose(name: str | None, task: Task, prompts: Iterable[PromptKind] = ()) -> ModelSpec:
    """The model of this name (None: the default), once it is known that it can do what is asked.

    Raises:
        NotFound: as `spec`.
        BadInput: it does not have the task, or does not take a prompt of one of these kinds.
    """
    chosen = spec(name or DEFAULT)
    if task not in chosen.tasks:
        others = [one.SPEC.title for one in _PACKAGES.values() if task in one.SPEC.tasks]
        raise BadInput(f"cannot_{task}", f"{chosen.title} cannot {_WORDS[task]}.",
                       f"Choose another model: {', '.join(others) or 'none here can'}.")
    if strange := set(prompts) - chosen.prompts:
        raise BadInput("prompt_not_taken", f"{chosen.title} does not take a {min(strange)}.",
                       f"Give it one of: {', '.join(sorted(chosen.prompts))}.")
    return chosen


def load(name: str = DEFAULT) -> Model:
    """The model of this name, loaded once a process and shared by its sessions.

    Raises:
        NotFound: no model has this name; the message lists the names there are.
        Unavailable: the model is known, but something it needs is missing; the remedy names those that are ready.
    """
    package = _package(name)
    with _loading:
        if name not in _loaded:
            missing = package.missing()
            if missing is not None:
                ready = ", ".join(one.spec.name for one in available() if one.ready)
                raise Unavailable("model_not_ready", f"The model '{name}' cannot be used.",
                                  f"{missing} Until then choose another model; ready: {ready}.")
            _check_memory(package.SPEC)
            _loaded[name] = package.load()
        return _loaded[name]


def _check_memory(wanted: ModelSpec) -> None:
    """Refuse before loading what would not fit: half loaded, it would take the server down.

    Only the memory of the machine is looked at, through which all weights go; a GPU refuses by itself.

    Raises:
        Unavailable: says how much is needed and how much is free.
    """
    free = psutil.virtual_memory().available
    if wanted.memory_bytes > free:
        raise Unavailable(
            "too_little_memory",
            f"{wanted.title} needs about {wanted.memory_bytes / 2**30:.1f} GB of memory; {free / 2**30:.1f} are free.",
            f"Close other programs, or choose a smaller model ({DEFAULT} needs little).")


def _package(name: str) -> Package:
    if name not in _PACKAGES:
        raise NotFound("unknown_model", f"There is no model '{name}'.",
                       f"Choose one of these models: {', '.join(_PACKAGES)}.")
    return _PACKAGES[name]

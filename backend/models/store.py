"""Where the weights of models lie on this machine, and what to say where they do not. Needs no torch.

They lie in a folder a model under `weights/` of the installation (or `THROUGHLINE_WEIGHTS`), as `launch.py models get`
puts them there; or where a person said with `launch.py models use NAME --path PATH`, which also keeps how a model is to
be run.
"""

from __future__ import annotations

import importlib.util
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal

from backend.errors import BadInput
from backend.models.seam import ModelSpec, WeightFile

PACKAGES = ("torch", "transformers")
_SETTINGS = "models.json"

Precision = Literal["auto", "float32", "bfloat16", "float16", "4bit"]


@dataclass(frozen=True)
class Options:
    """How a model is to be run on this machine.

    Attributes:
        path: file or folder of the weights; None: the usual place.
        device: as torch names it ("cpu", "cuda", "cuda:1"); "auto": a GPU where there is one.
        precision: of the weights and of computing; "4bit" for the language part of models that have one; "auto":
            bfloat16 on a GPU, float32 on a CPU.
        size: side of the square picture the network sees (of UniVS: shorter side of the frame), where a model allows
            another than its own; None: its own.
        compile: let torch compile the network (GPU only; slow at first).
        best_frame: of models that look at many frames for words: propose an object where it is seen best, not on the
            frame that was asked for.
        ema: of files that hold two sets of weights (UniVS): run the moving average, not the plain ones.
    """

    path: str | None = None
    device: str = "auto"
    precision: Precision = "auto"
    size: int | None = None
    compile: bool = False
    best_frame: bool = False
    ema: bool = False


def folder() -> Path:
    """The folder of all weights; it need not exist."""
    named = os.environ.get("THROUGHLINE_WEIGHTS")
    return Path(named) if named else Path(__file__).parents[2] / "weights"


def path_of(spec: ModelSpec) -> Path:
    """The file or folder with the weights of a model, be they there or not."""
    named = options(spec.name).path
    return Path(named) if named else folder() / spec.name


def options(name: str) -> Options:
    """How a model is to be run. Raises BadInput where the settings are damaged."""
    known = {one.name for one in fields(Options)}
    return Options(**{key: value for key, value in _settings().get(name, {}).items() if key in known})


def use(name: str, chosen: Options) -> None:
    """Run a model so from now on (a server that runs has to be started again).

    Raises:
        BadInput: there is nothing at the path.
    """
    if chosen.path is not None and not Path(chosen.path).exists():
        raise BadInput("no_weights", f"There is no file or folder {chosen.path}.", "Check the path.")
    settings = {**_settings(), name: asdict(chosen)}
    folder().mkdir(parents=True, exist_ok=True)
    beside = folder() / f"{_SETTINGS}.part"
    beside.write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
    beside.replace(folder() / _SETTINGS)


def missing(spec: ModelSpec) -> str | None:
    """What has to be done before a model can be loaded, as a sentence with the file, its source, its licence and the
    command; None where all is there."""
    path = path_of(spec)
    if path.is_dir():
        absent = [one for one in spec.weights if not any(path.glob(one.name))]
    else:
        absent = [] if path.is_file() else list(spec.weights)
    if absent:
        return " ".join(_missing_of(source, [one for one in absent if one.source == source])
                        for source in dict.fromkeys(one.source for one in absent))
    if lacking := lacking_packages():
        return f"{' and '.join(lacking)} not installed: run `python3 launch.py models get {spec.name}`."
    return None


def _missing_of(source: str, files: Sequence[WeightFile]) -> str:
    names = ", ".join(one.name for one in files)
    return f"{names} of {source} (licence: {files[0].licence}) missing: run `{files[0].fetch_command}`."


def lacking_packages() -> list[str]:
    """Packages that models with weights need and that are not installed."""
    return [name for name in PACKAGES if importlib.util.find_spec(name) is None]


def bytes_here(spec: ModelSpec) -> int:
    """Size on disk of what lies where the weights of a model are to lie; 0 where nothing does."""
    path = path_of(spec)
    return sum(one.stat().st_size for one in (path.rglob("*") if path.is_dir() else [path]) if one.is_file())


def _settings() -> dict[str, dict[str, Any]]:
    try:
        return dict(json.loads((folder() / _SETTINGS).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise BadInput("damaged_settings", f"{_SETTINGS} in {folder()} cannot be read: {error}",
                       "Mend or delete it, then say `launch.py models use` again.") from error

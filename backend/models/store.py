"""Where the weights of models lie on this machine, and what to say where they do not. Needs no torch.

They lie in a folder a model under `weights/` of the installation (or `THROUGHLINE_WEIGHTS`), as `launch.py models get`
puts them there; or where a person said with `launch.py models use NAME PATH`.
"""

from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path

from backend.errors import BadInput
from backend.models.seam import ModelSpec

PACKAGES = ("torch", "transformers")
_PATHS = "paths.json"


def folder() -> Path:
    """The folder of all weights; it need not exist."""
    named = os.environ.get("THROUGHLINE_WEIGHTS")
    return Path(named) if named else Path(__file__).parents[2] / "weights"


def path_of(spec: ModelSpec) -> Path:
    """The file or folder with the weights of a model, be they there or not."""
    named = _paths().get(spec.name)
    return Path(named) if named else folder() / spec.name


def use(name: str, path: Path | None) -> None:
    """Take the weights of a model from a file or folder of one's own from now on; None: from the usual place.

    Raises:
        BadInput: there is nothing at `path`.
    """
    paths = _paths()
    paths.pop(name, None)
    if path is not None:
        if not path.exists():
            raise BadInput("no_weights", f"There is no file or folder {path}.", "Check the path.")
        paths[name] = str(path.resolve())
    folder().mkdir(parents=True, exist_ok=True)
    beside = folder() / f"{_PATHS}.part"
    beside.write_text(json.dumps(paths, indent=2) + "\n", encoding="utf-8")
    beside.replace(folder() / _PATHS)


def missing(spec: ModelSpec) -> str | None:
    """What has to be done before a model can be loaded, as a sentence with the file, its source, its licence and the
    command; None where all is there."""
    path = path_of(spec)
    if path.is_dir():
        absent = [one for one in spec.weights if not any(path.glob(one.name))]
    else:
        absent = [] if path.is_file() else list(spec.weights)
    if absent:
        first = absent[0]
        names = ", ".join(one.name for one in absent)
        return f"{names} of {first.source} (licence: {first.licence}) missing: run `{first.fetch_command}`."
    lacking = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if lacking:
        return f"{' and '.join(lacking)} not installed: run `python3 launch.py models get {spec.name}`."
    return None


def _paths() -> dict[str, str]:
    try:
        return dict(json.loads((folder() / _PATHS).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise BadInput("damaged_paths", f"{_PATHS} in {folder()} cannot be read: {error}",
                       "Mend or delete it, then say `launch.py models use` again.") from error

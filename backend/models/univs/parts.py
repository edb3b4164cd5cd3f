"""Everything a UniVS model needs to run, from the files of the release in one folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from backend.errors import BadInput, Unavailable
from backend.models import placement, store, weights
from backend.models.seam import ModelSpec
from backend.models.store import Options
from backend.models.univs import concepts, loading, pictures, text
from backend.models.univs.clip import PositionCode
from backend.models.univs.concepts import Concepts
from backend.models.univs.network import Network
from backend.models.univs.text import TextEncoder

TEXT = "regionclip_pretrained-cc_rn50x4_only_lang_encoder.pth"
"""The text encoder of the release."""

_VIS: Mapping[str, PositionCode] = {"univs-swin-l": "FixedT"}
"""Where it is not ArbitraryT. (Pictures are the same with either: what is added to all keys of one frame changes
nothing.)"""

_LEAST_SIDE = 64


class Parts(NamedTuple):
    """A loaded checkpoint and its companions.

    Attributes:
        shortest: side that the shorter side of a frame is resized to, in pixels.
        vis: the temporal position code that the release takes for VIS with this backbone.
    """

    network: Network
    text: TextEncoder
    concepts: Concepts
    shortest: int
    vis: PositionCode = "ArbitraryT"


def load(spec: ModelSpec, path: Path, options: Options) -> Parts:
    """From a folder with the checkpoint, the text encoder and the tokenizer (or from the checkpoint there).

    Raises:
        BadInput: files that are missing, damaged or of something else; a setting that does not go with this model.
        Unavailable: no such device, too little memory, or no tokenizer.
    """
    _check(spec, options)
    device = placement.device_of(options)
    placement.check_room(spec.title, spec.name, spec.memory_bytes, device)
    folders = (path if path.is_dir() else path.parent, store.folder() / spec.name)
    network = loading.network_of(weights.read(_checkpoint(spec, path)), device=device, ema=options.ema)
    _check_backbone(spec, network)
    released = weights.read(_companion(folders, TEXT))
    encoder = text.load(released, _companion(folders, text.MERGES).parent, device)
    table = _companion(folders, concepts.TABLE)
    return Parts(network, encoder, Concepts(
        encoder, concepts.read_table(table) if table.is_file() else None, _companion(folders, concepts.KEPT),
        concepts.mark_of(released)), options.size or pictures.SHORTEST, _VIS.get(spec.name, "ArbitraryT"))


def _companion(folders: Sequence[Path], name: str) -> Path:
    """Where a file that goes with the checkpoint lies: beside it, or in the usual place; else where it should."""
    return next((folder / name for folder in folders if (folder / name).is_file()), folders[0] / name)


def _checkpoint(spec: ModelSpec, path: Path) -> Path:
    """The file of the network itself."""
    if path.is_file():
        return path
    found = sorted(path.glob(spec.weights[0].name))
    if len(found) == 1:
        return found[0]
    if not found:
        raise Unavailable("no_weights", f"There is no {spec.weights[0].name} in {path.name}.", "Put it there.")
    raise BadInput("several_weights", f"{path.name} holds {', '.join(one.name for one in found)}.",
                   f"Name one: `python3 launch.py models use {spec.name} --path FILE`.")


def _check_backbone(spec: ModelSpec, network: Network) -> None:
    if (network.backbone == "Swin") != ("swin" in spec.name):
        raise BadInput("wrong_size", f"These are the weights of UniVS with a {network.backbone}, not of {spec.title}.",
                       "Choose the model of that backbone, or name another file.")


def _check(spec: ModelSpec, options: Options) -> None:
    use = f"`python3 launch.py models use {spec.name}"
    if options.precision not in ("auto", "float32"):
        raise BadInput("bad_precision", f"{spec.title} runs in float32 only.", f"Run {use} --precision auto`.")
    if options.compile:
        raise BadInput("not_compiled", f"{spec.title} cannot be compiled.", f"Run {use} --no-compile`.")
    if options.size is not None and not _LEAST_SIDE <= options.size <= pictures.LONGEST:
        raise BadInput("bad_size", f"{spec.title} cannot work on frames whose shorter side is {options.size} pixels.",
                       f"Choose {_LEAST_SIDE} to {pictures.LONGEST}; it was trained at {pictures.SHORTEST}.")

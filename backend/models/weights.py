"""Weight files: where they lie, how they are read, and what to say of one that is not what it should be.

Files that are pickles are read with `weights_only=True`: they cannot run code. Needs torch (and safetensors, which
comes with transformers); import it only where a model is loaded.
"""

from __future__ import annotations

import json
import pickle
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch

from backend.errors import BadInput

_WRAPPERS = ("model", "state_dict", "model_state_dict", "ema", "module")
"""Keys under which released files keep the state dict."""

_SIGNS: tuple[tuple[str, str], ...] = (
    (r"^seg_head\.\d|^ref_encoder\.", "UniPixel"),
    (r"^backbone\.(vision_model|language_model)\.", "UFO on InternVL"),
    (r"^backbone\.layers\.\d+\.attn\.rel_pos_h|^backbone\.embed\.word_embeddings", "UFO on a ViT"),
    (r"^detr\.detr\.|^transformer\.tgt_embed", "UNINEXT"),
    (r"^sem_seg_head\.predictor\.", "UniVS (or another Mask2Former)"),
    (r"^sam_mask_decoder\.|^image_encoder\.trunk\.", "SAM 2 with the original names"),
    (r"^vision_encoder\.backbone\.|^memory_attention\.layers\.\d+\.layer_norm", "SAM 2 with transformers' names"),
    (r"^image_encoder\.blocks\.\d+\.attn\.rel_pos_h", "the first SAM"),
    (r"^(visual|model\.visual)\.blocks\.", "Qwen2.5-VL"),
    (r"^vision_model\.encoder\.layers\.\d+\.ls1", "InternVL"),
    (r"^(text_encoder\.)?(bert\.)?embeddings\.word_embeddings", "BERT"),
)
"""A name in the state dict -> what the file seems to be; the first that matches counts."""


def read(path: Path) -> dict[str, torch.Tensor]:
    """The state dict of a released file, with the names it has there: `.safetensors`, a pickle (`.pt`, `.pth`, `.bin`),
    or a folder that holds one, whole or in parts with their index. Tensors stay on the CPU, in the dtype of the file,
    and are mapped, not read, where the format allows.

    Raises:
        BadInput: no such file, damaged, a pickle that holds more than tensors, or no state dict in it.
    """
    if path.is_dir():
        return _read_folder(path)
    if path.suffix == ".safetensors":
        return dict(_opened(path, lambda: safetensors.torch.load_file(path)))
    return _unwrapped(_unpickled(path), path)


def read_tensor(path: Path) -> torch.Tensor:
    """The one tensor that a pickle holds. Raises BadInput as `read`."""
    content = _unpickled(path)
    if not isinstance(content, torch.Tensor):
        raise BadInput("no_tensor", f"{path.name} does not hold one tensor alone.", "Name another file.")
    return content


def check_names(expected: Collection[str], given: Collection[str], what: str) -> None:
    """Refuse a state dict that lacks names, or has names nobody knows.

    Args:
        expected, given: names after the key map.
        what: of which model, for the message.

    Raises:
        BadInput: says what the file seems to be, and what is missing and unexpected in groups.
    """
    missing, unexpected = set(expected) - set(given), set(given) - set(expected)
    if not missing and not unexpected:
        return
    found = (("missing", missing), ("unexpected", unexpected))
    parts = [f"{word}: {in_groups(sorted(names))}" for word, names in found if names]
    raise BadInput("wrong_weights", f"These are not the weights of {what}: {'; '.join(parts)}.",
                   f"They look like {looks_like(given)}. Name the file of {what}.")


def check_shapes(expected: Mapping[str, torch.Tensor], given: Mapping[str, torch.Tensor], what: str) -> None:
    """Refuse tensors of other shapes (another size of the same family). Raises BadInput."""
    strange = [name for name in expected if expected[name].shape != given[name].shape]
    if strange:
        name = strange[0]
        raise BadInput(
            "wrong_size", f"These are the weights of another size than {what}: {name} is "
            f"{tuple(given[name].shape)}, not {tuple(expected[name].shape)} ({len(strange)} such).",
            "Choose the model of that size, or name another file.")


def looks_like(names: Iterable[str]) -> str:
    """What a file with these names seems to be, in words."""
    listed = list(names)
    for pattern, title in _SIGNS:
        if any(re.search(pattern, name) for name in listed):
            return f"{title} ({len(listed)} tensors)"
    return f"no model known here ({len(listed)} tensors, {in_groups(listed)})"


def in_groups(names: Iterable[str], most: int = 5) -> str:
    """Names counted by their first parts: "vision_encoder.backbone (212), mask_decoder.transformer (60), 3 more"."""
    counted = Counter(".".join(name.split(".")[:2]) for name in names).most_common()
    said = ", ".join(f"{group} ({count})" for group, count in counted[:most])
    return said + (f", {len(counted) - most} more" if len(counted) > most else "")


def _unpickled(path: Path) -> Any:
    return _opened(path, lambda: torch.load(path, map_location="cpu", weights_only=True, mmap=_is_zip(path)))


def _opened(path: Path, read: Callable[[], Any]) -> Any:
    """What a reader makes of a file; what may go wrong in words."""
    if not path.is_file():
        raise BadInput("no_weights", f"There is no file {path.name}.", "Name the file or folder of the weights.")
    try:
        return read()
    except pickle.UnpicklingError as error:
        raise BadInput(
            "unsafe_weights", f"{path.name} holds more than tensors, or is damaged, and was not opened: "
            f"{_first_line(error)}", "Get the file from its source again; convert it to .safetensors if you trust it.",
        ) from error
    except (safetensors.SafetensorError, RuntimeError, ValueError, EOFError, OSError) as error:
        raise BadInput("damaged_weights", f"{path.name} cannot be read: {_first_line(error)}",
                       "It may be cut short; get it from its source again.") from error


def _read_folder(folder: Path) -> dict[str, torch.Tensor]:
    for index in ("model.safetensors.index.json", "pytorch_model.bin.index.json"):
        if (folder / index).is_file():
            parts = sorted(set(json.loads((folder / index).read_text(encoding="utf-8"))["weight_map"].values()))
            absent = [name for name in parts if not (folder / name).is_file()]
            if absent:
                raise BadInput("no_weights", f"{', '.join(absent)} missing in {folder.name}.",
                               "The weights come in parts; get those as well.")
            return {name: tensor for part in parts for name, tensor in read(folder / Path(part).name).items()}
    found = [path for suffix in ("safetensors", "pth", "pt", "bin") for path in sorted(folder.glob(f"*.{suffix}"))]
    if not found:
        raise BadInput("no_weights", f"There are no weights in {folder.name}.",
                       "It should hold .safetensors, .pt, .pth or .bin.")
    same = [path for path in found if path.suffix == found[0].suffix]
    return {name: tensor for path in same for name, tensor in read(path).items()}


def _unwrapped(content: Any, path: Path) -> dict[str, torch.Tensor]:
    """The state dict within what the file holds."""
    while isinstance(content, Mapping) and not any(isinstance(one, torch.Tensor) for one in content.values()):
        inner = next((content[key] for key in _WRAPPERS if isinstance(content.get(key), Mapping)), None)
        if inner is None:
            break
        content = inner
    tensors = {str(name): one for name, one in content.items() if isinstance(one, torch.Tensor)} \
        if isinstance(content, Mapping) else {}
    if not tensors:
        raise BadInput("no_state_dict", f"{path.name} holds no state dict.", "Name the file of the weights.")
    return tensors


def _is_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"PK"


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0][:200]

"""The class table: a row in the space of language for every name.

The authors' table has rows of the classes of a dozen data sets, a slice of it each. Names that are not in it, or all
where it is not there, are encoded from the text weights and kept beside the weights, because that takes seconds a name
on a CPU.
"""

from __future__ import annotations

import json
import logging
import threading
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from backend.errors import BadInput
from backend.models import weights
from backend.models.vocabulary import COCO_PANOPTIC, OVIS, VIPSEG, YOUTUBE_VIS_2019, YOUTUBE_VIS_2021, Vocabulary

TABLE = "combined_datasets_cls_emb_rn50x4.pth"
"""The authors' table, where the user has it."""

KEPT = "categories.safetensors"
"""What was encoded here."""

_SIZES = {
    "imagenet": (1000, 0), "lvis": (1203, 1000), "burst": (1203, 1000), "ytvis21": (40, 2203), "ovis": (25, 2243),
    "bdd_track": (8, 2268), "objects365": (365, 2276), "coco_panoptic": (133, 2641), "coco": (80, 2641),
    "ade20k": (150, 2774), "vipseg": (124, 2924), "vspw": (124, 2924), "viposeg": (124, 2924), "ytvis19": (40, 3048),
    "entityseg_instance": (206, 3088), "entityseg_panoptic": (644, 3294),
}
SLICES: Mapping[str, slice] = {name: slice(start, start + count) for name, (count, start) in _SIZES.items()}
"""Data set -> its rows in the authors' table."""

_NAMED: tuple[tuple[str, Vocabulary], ...] = (
    ("coco_panoptic", COCO_PANOPTIC), ("vipseg", VIPSEG), ("ytvis21", YOUTUBE_VIS_2021), ("ytvis19", YOUTUBE_VIS_2019),
    ("ovis", OVIS))
"""The slices whose names are known here; of a name that is in several the first counts."""

_TOGETHER = 16
"""Names that are encoded before they are kept: what is stopped goes on from there."""

_log = logging.getLogger(__name__)


class Encoder(Protocol):
    """What rows are made by; see `text.TextEncoder`."""

    def names(self, texts: Sequence[str]) -> Tensor:
        """Rows (K, E)."""
        ...


class Concepts:
    """Names -> rows.

    Args:
        encoder: makes rows of names.
        table: the authors', (3938, E); None: every name is encoded.
        kept: where encoded rows are kept between runs; None: nowhere.
        mark: of the text weights; rows that were kept of others are not read.
    """

    def __init__(
        self, encoder: Encoder, table: Tensor | None = None, kept: Path | None = None, mark: str = ""
    ) -> None:
        self._encoder, self._kept, self._mark = encoder, kept, mark
        self._rows = {} if kept is None else _read(kept, mark)
        self._given = {} if table is None else _named(table)
        self._encoding = threading.Lock()

    def rows(self, names: Sequence[str]) -> Tensor:
        """The rows of names, (K, E), on the CPU. Case and underscores make no difference.

        Raises:
            BadInput: a name is empty, there twice, or too long.
        """
        plain = [_plain(name) for name in names]
        _check(names, plain)
        with self._encoding:
            new = [name for name in plain if name not in self._given and name not in self._rows]
            for start in range(0, len(new), _TOGETHER):
                self._encode(new[start:start + _TOGETHER])
        return torch.stack([self._given[name] if name in self._given else self._rows[name] for name in plain])

    def _encode(self, names: Sequence[str]) -> None:
        self._rows |= dict(zip(names, self._encoder.names(names).float().cpu(), strict=True))
        if self._kept is not None:
            self._keep(self._kept)

    def _keep(self, path: Path) -> None:
        beside = path.with_suffix(".part")
        named = {"names": json.dumps(list(self._rows)), "mark": self._mark}
        try:
            safetensors.torch.save_file({"rows": torch.stack(list(self._rows.values()))}, beside, named)
            beside.replace(path)
        except (OSError, safetensors.SafetensorError) as error:  # a folder that is read only: again next time
            _log.warning("Rows of UniVS's class table are not kept in %s: %s", path, error)


def read_table(path: Path) -> Tensor:
    """The authors' table, float32 (rows, E).

    Raises:
        BadInput: damaged, or not a table of that many rows.
    """
    table = weights.read_tensor(path)
    least = max(one.stop for one in SLICES.values())
    if table.ndim != 2 or len(table) < least:
        raise BadInput("wrong_table", f"{path.name} has the shape {tuple(table.shape)}, not of {least} rows.",
                       f"Get {TABLE} of the release of UniVS again, or remove it.")
    return table.float()


def mark_of(text_weights: Mapping[str, Tensor]) -> str:
    """What tells text weights from others."""
    made = 0
    for _, one in sorted(text_weights.items()):
        made = zlib.crc32(one.detach().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes(), made)
    return f"{made:08x}"


def _check(names: Sequence[str], plain: Sequence[str]) -> None:
    seen: dict[str, str] = {}
    for name, meant in zip(names, plain, strict=True):
        if not meant:
            raise BadInput("empty_category", f"The category '{name}' has no name.", "Name it, or leave it out.")
        if meant in seen:
            raise BadInput("double_category", f"The categories '{seen[meant]}' and '{name}' are asked for as one.",
                           "Leave one of them out.")
        seen[meant] = name


def _named(table: Tensor) -> dict[str, Tensor]:
    known: dict[str, Tensor] = {}
    for data_set, vocabulary in _NAMED:
        rows = table[SLICES[data_set]]
        known = dict(zip(vocabulary.names, rows, strict=True)) | known
    return known


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").lower().split())


def _read(path: Path, mark: str) -> dict[str, Tensor]:
    """Rows that were kept of these text weights; none where they are of others, or the file is damaged."""
    try:
        with safetensors.safe_open(path, "pt") as file:
            about = file.metadata()
            if about.get("mark") == mark:
                return dict(zip(json.loads(about["names"]), file.get_tensor("rows"), strict=True))
    except FileNotFoundError:
        pass
    except (safetensors.SafetensorError, OSError, ValueError, KeyError) as error:
        _log.warning("%s cannot be read and is made anew: %s", path.name, error)
    return {}

"""What a UniPixel checkpoint is made of: its config.json, read. Needs no torch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.errors import BadInput

MODEL_TYPE = "pixel_qwen2_5_vl"


@dataclass(frozen=True)
class UniPixelConfig:
    """A checkpoint's configuration.

    Attributes:
        qwen: of Qwen2.5-VL, as transformers' `Qwen2_5_VLConfig` takes it.
        sam2: everything on SAM 2 (keys that begin with `sam2_`).
        width: of the language model.
        memory_width: of what the object memory bank pools: the ViT's width times the patches that are merged into one.
        patch, merge, temporal: side of a ViT patch in pixels, patches a side of a merged one, frames a step.
        sam2_size: side of the square frame that SAM 2 sees, pixels.
        hidden_tokens: prompt tokens for SAM 2 a segmentation token.
        video_token, ref_token, seg_token, mem_token: ids in the vocabulary.
        end_tokens: ids that end an answer.
    """

    qwen: Mapping[str, Any]
    sam2: Mapping[str, Any]
    width: int
    memory_width: int
    patch: int
    merge: int
    temporal: int
    sam2_size: int
    hidden_tokens: int
    video_token: int
    ref_token: int
    seg_token: int
    mem_token: int
    end_tokens: frozenset[int]

    @property
    def factor(self) -> int:
        """What divides both sides of a frame that the language model sees."""
        return self.patch * self.merge

    @classmethod
    def of(cls, released: Mapping[str, Any]) -> UniPixelConfig:
        """Of what config.json holds: flat, as the authors' release writes it, or with a `text_config` of its own.

        Raises:
            BadInput: something that every checkpoint has is not there.
        """
        try:
            vision = released["vision_config"]
            ends = released.get("eos_token_id", ())
            return cls(
                qwen={name: value for name, value in released.items()
                      if not name.startswith("sam2_") and name != "model_type"},
                sam2={name: value for name, value in released.items() if name.startswith("sam2_")},
                width=int(released.get("text_config", released)["hidden_size"]),
                memory_width=int(vision["hidden_size"]) * int(vision.get("spatial_merge_size", 2)) ** 2,
                patch=int(vision.get("patch_size", 14)),
                merge=int(vision.get("spatial_merge_size", 2)),
                temporal=int(vision.get("temporal_patch_size", 2)),
                sam2_size=int(released["sam2_image_size"]),
                hidden_tokens=int(released["sam2_hidden_tokens"]),
                video_token=int(released["video_token_id"]),
                ref_token=int(released["ref_token_id"]),
                seg_token=int(released["seg_token_id"]),
                mem_token=int(released["mem_token_id"]),
                end_tokens=frozenset([ends] if isinstance(ends, int) else ends or ()),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BadInput("wrong_config", f"The config.json is not one of UniPixel: {type(error).__name__} {error}.",
                           "Name the folder of a UniPixel checkpoint.") from error

    @classmethod
    def read(cls, folder: Path) -> UniPixelConfig:
        """Of the config.json in a folder. Raises BadInput where there is none, or one of another model."""
        try:
            released = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BadInput("no_config", f"There is no config.json that can be read in {folder.name}.",
                           "Get all files of the checkpoint, not the weights alone.") from error
        kind = released.get("model_type") if isinstance(released, dict) else None
        if kind != MODEL_TYPE:
            raise BadInput("wrong_config", f"The config.json in {folder.name} is of a model of type '{kind}'.",
                           "Name the folder of a UniPixel checkpoint.")
        return cls.of(released)

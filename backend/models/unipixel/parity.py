"""Cases of the authors' code, through the loader and the code that serve users (see `backend.parity`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from transformers.vision_utils import get_vision_window_index

from backend.models.sam2.masks import enlarged
from backend.models.sam2.tracker import Entry
from backend.models.unipixel import memory
from backend.models.unipixel.config import UniPixelConfig
from backend.models.unipixel.heads import Reference
from backend.models.unipixel.loader import Parts, load
from backend.models.unipixel.network import Clip, Reading
from backend.models.unipixel.pointing import track
from backend.parity.cases import Case
from backend.parity.formula import Array

TOLERANCES: Mapping[str, str] = {"masks_packed": "masks", "gen_low_res_first": "low_res_logits",
                                 "merger_rows": "merger_mlp_input"}

_GENERATED_FRAMES, _GENERATED_KEPT = 6, (1, 5)
"""SAM 2's frames in the part of a case that generates, and those of them that are kept."""


@torch.inference_mode()
def outputs(case: Case) -> dict[str, Array]:
    """Whatever of text, visual prompts, object memory, tracks and generation the case has inputs for."""
    parts = _parts(case)
    return _Run(case, parts).outputs()


def _parts(case: Case) -> Parts:
    config = case.about["model_config"]
    released = UniPixelConfig.of({**config["text"], "vision_config": config["vision"], **config["sam2"],
                                  "sam2_tiny": config["sam2_tiny"], **case.about["special_ids"]})
    return load({name: torch.from_numpy(value) for name, value in case.weights.items()}, released)


class _Run:
    def __init__(self, case: Case, parts: Parts) -> None:
        self._given: Mapping[str, Any] = case.arrays
        self._ids: Mapping[str, int] = case.about["special_ids"]
        self._parts, self._network = parts, parts.language
        pictures = self._given.get("sam_frames", ())
        sam2 = parts.sam2
        self._features = lru_cache(maxsize=None)(lambda frame: sam2.features(sam2.picture(pictures[frame])))

    def outputs(self) -> dict[str, Array]:
        given, network = self._given, self._network
        clip = network.see(list(given["llm_frames"]))
        made: dict[str, Array] = {"logit_positions": given["logit_positions"]}
        references, memories = self._references(clip), None
        if references:
            made["ref_embeds"] = network.heads.references(references).numpy()
        if "object_masks" in given:
            memories, of_memory = self._memory(clip)
            made |= of_memory
        reading = network.read(given["input_ids"].tolist(), clip, references, memories)
        made["logits"] = network.logits(reading.hidden)[given["logit_positions"]].numpy()
        if "sam_frames" in given:
            made |= self._tracks(reading)
        if "gen_prompt_ids" in given:
            made |= self._generated(clip)
        return made

    def _references(self, clip: Clip) -> list[Reference]:
        given, last = self._given, clip.grid[0] * self._network.config.temporal - 1
        if "ref_coords" not in given:
            return []
        return [Reference([(float(x), float(y)) for x, y in corners[:2 if is_box else 1]], frame / last)
                for corners, is_box, frame in
                zip(given["ref_coords"], given["ref_is_box"], given["ref_frames"].tolist(), strict=True)]

    def _memory(self, clip: Clip) -> tuple[torch.Tensor, dict[str, Array]]:
        given, config = self._given, self._network.config
        masks = torch.from_numpy(given["object_masks"]).bool()
        embedded, steps = self._network.remember(clip, masks)
        refer = memory.refer_mask(masks, clip.grid, config.patch, config.merge)
        visual = config.qwen["vision_config"]
        index, _ = get_vision_window_index(torch.tensor([clip.grid]), config.merge, visual["window_size"], config.patch)
        return embedded, {
            "refer_mask": refer.numpy(), "mem_counts": np.array([len(one) for one in steps]),
            "merger_rows": given["merger_rows"], "merger_mlp_input": clip.rows[given["merger_rows"]].numpy(),
            "pooled": memory.pool(clip.rows, refer).numpy(), "mem_embeds": embedded.numpy(),
            "window_index": index.numpy(),
        }

    def _tracks(self, reading: Reading) -> dict[str, Array]:
        given, network = self._given, self._network
        ids = given["input_ids"].tolist()
        prompts = network.heads.hidden_prompts(network.forced(reading, ids))
        followed = self._follow(prompts, len(given["sam_frames"]))
        size = tuple(given["frame_size"].tolist())
        made = {
            "seg_hidden": prompts.numpy(), "low_res_frames": given["low_res_frames"],
            "seg_positions": np.flatnonzero(given["input_ids"] == network.config.seg_token) - 1,
            "low_res_logits": _stacked(followed, "logits", given["low_res_frames"].tolist()),
            "object_scores": _stacked(followed, "score"), "obj_ptr": _stacked(followed, "pointer"),
            "masks_packed": np.packbits(np.stack([[(enlarged(one[of].logits, *size) > 0).numpy() for one in followed]
                                                  for of in range(len(prompts))])),
        }
        if "memory_frames" in given:
            kept = _stacked(followed, "memory", given["memory_frames"].tolist()).swapaxes(-1, -2)
            made |= {"memory_frames": given["memory_frames"], "memory_index": given["memory_index"],
                     "memory_values": kept.reshape(*kept.shape[:2], -1)[..., given["memory_index"]]}
        return made

    def _generated(self, clip: Clip) -> dict[str, Array]:
        given, network = self._given, self._network
        network.config = replace(network.config, seg_token=self._ids.get("gen_seg_token_id", network.config.seg_token))
        reading = network.read(given["gen_prompt_ids"].tolist(), clip)
        written = network.write(reading, len(given["gen_ids"]), stop=())
        made: dict[str, Array] = {"gen_ids": np.array(written.ids)}
        if len(written.hidden):
            first = network.heads.hidden_prompts(written.hidden[:1])
            followed = self._follow(first, min(_GENERATED_FRAMES, len(given["sam_frames"])))
            made["gen_low_res_first"] = _stacked(followed, "logits", _GENERATED_KEPT)[0]
        return made

    def _follow(self, prompts: torch.Tensor, count: int) -> list[list[Entry]]:
        return list(track(self._parts.sam2, self._features, prompts, range(count)))


def _stacked(
    followed: list[list[Entry]], what: str, kept: list[int] | tuple[int, ...] | None = None
) -> npt.NDArray[np.float32]:
    """An attribute of tracks: (objects, frames, ...)."""
    chosen = followed if kept is None else [followed[frame] for frame in kept]
    return torch.stack([torch.stack([getattr(one, what) for one in entries]) for entries in chosen], 1).numpy()

"""The released predictor (package `sam2`) on the frames, weights and masks of `benchmarks/_sam2.py`, where somebody has
installed it beside this; it is none of our requirements (docs/decisions/0010-sam2-driver.md)."""

from __future__ import annotations

import importlib
import importlib.util
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import torch

from backend.masks import BoolMask
from benchmarks._followers import Picture

CONFIG = "configs/sam2.1/sam2.1_hiera_t.yaml"


def installed() -> bool:
    """Whether the package is there."""
    return importlib.util.find_spec("sam2") is not None


def shapes(size: int) -> dict[str, Sequence[int]]:
    """Names and shapes of its weights."""
    return {name: tuple(one.shape) for name, one in _build(size).state_dict().items()}


class Predictor:
    """Its tracking, frame by frame.

    Args:
        weights: with the released names.
        masks: objects on frame 0.
        size: side of the picture, pixels.
    """

    def __init__(
        self, pictures: Sequence[Picture], weights: Mapping[str, torch.Tensor], masks: Mapping[int, BoolMask], size: int
    ) -> None:
        self._predictor = _build(size)
        self._predictor.load_state_dict(weights)
        with tempfile.TemporaryDirectory() as folder:
            for number, picture in enumerate(pictures):
                path = Path(folder) / f"{number:05d}.jpg"
                cv2.imwrite(str(path), picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 98])
            self.state = self._predictor.init_state(folder)
        for object, mask in masks.items():
            self._predictor.add_new_mask(self.state, 0, object, mask)
        self._steps = self._predictor.propagate_in_video(self.state)
        next(self._steps)

    def track(self, frame: int) -> dict[int, BoolMask]:
        """The next frame; frames have to be asked for in order."""
        at, objects, logits = next(self._steps)
        assert at == frame
        return dict(zip(objects, (logits[:, 0] > 0).cpu().numpy(), strict=True))


def _build(size: int) -> Any:
    return importlib.import_module("sam2.build_sam").build_sam2_video_predictor(
        CONFIG, None, device="cpu", hydra_overrides_extra=[f"++model.image_size={size}"])

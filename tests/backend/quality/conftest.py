"""A model whose masks can be worked out by hand, and sequences on disk to measure it on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from backend.masks import BoolMask
from backend.models.seam import Frames, ModelSpec, Segment
from backend.prompts import MaskPrompt


class CopySession:
    """Tracks by copying the mask it was shown last; segments by painting squares of 9 x 9 pixels around clicks."""

    def __init__(self, frames: Frames) -> None:
        self.frames = frames
        self.last: dict[int, BoolMask] = {}
        self.closed = False

    def segment(self, frame: int, prompts: Mapping[int, Sequence[Any]]) -> dict[int, Segment]:
        masks = {one: np.zeros((self.frames.height, self.frames.width), dtype=bool) for one in prompts}
        for one, given in prompts.items():
            for prompt in given:
                if isinstance(prompt, MaskPrompt):
                    masks[one] = prompt.rle().to_mask()
                    continue
                rows, columns = (slice(max(int(at) - 4, 0), int(at) + 5) for at in (prompt.y, prompt.x))
                masks[one][rows, columns] = prompt.positive
        return {one: Segment(mask, 1.0) for one, mask in masks.items()}

    def remember(self, frame: int, masks: Mapping[int, BoolMask]) -> None:
        self.last.update(masks)

    def forget(self, objects: Iterable[int]) -> None:
        for one in objects:
            self.last.pop(one, None)

    def track(self, frame: int) -> dict[int, Segment]:
        assert self.frames[frame].shape == (self.frames.height, self.frames.width, 3)
        return {one: Segment(mask, 1.0, bool(mask.any())) for one, mask in self.last.items()}

    def close(self) -> None:
        self.closed = True


class CopyModel:
    """Opens sessions that copy, and keeps them for tests to look at."""

    spec = ModelSpec("copy", "Copy", "1", "Apache-2.0", "For tests.", frozenset({"point", "mask"}),
                     frozenset({"segment", "track"}))

    def __init__(self) -> None:
        self.sessions: list[CopySession] = []

    def open(self, frames: Frames) -> CopySession:
        self.sessions.append(CopySession(frames))
        return self.sessions[-1]


@pytest.fixture
def copy_model() -> CopyModel:
    return CopyModel()


WriteSequence = Callable[..., Path]


@pytest.fixture
def write_sequence(tmp_path: Path) -> WriteSequence:
    """Writes a sequence under a folder (which is returned): one grey frame for every array of mask values."""
    def write(name: str, masks: Sequence[np.ndarray], *, frames: int | None = None) -> Path:
        root = tmp_path / "sequences"
        for kind in ("frames", "masks"):
            (root / name / kind).mkdir(parents=True)
        height, width = masks[0].shape
        for index in range(len(masks) if frames is None else frames):
            Image.new("RGB", (width, height), (index, 90, 90)).save(root / name / "frames" / f"f{index}.jpg")
        for index, mask in enumerate(masks):
            Image.fromarray(mask.astype(np.uint8)).save(root / name / "masks" / f"{index}.png")
        return root

    return write


def box_mask(x: int, y: int, width: int, height: int, value: int = 1, size: tuple[int, int] = (60, 100)) -> np.ndarray:
    """A mask picture with one filled box; size is (height, width) of the frame."""
    mask = np.zeros(size, dtype=np.uint8)
    mask[y:y + height, x:x + width] = value
    return mask


@pytest.fixture
def box() -> Callable[..., np.ndarray]:
    return box_mask

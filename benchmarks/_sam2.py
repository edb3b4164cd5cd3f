"""Our driver of SAM 2.1 beside the stock session of transformers (and the released predictor, where it is installed):
the same network, weights, frames and masks to start from. The weights are made by formula: masks mean nothing, work and
memory are those of the real ones."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from transformers import Sam2VideoModel
from transformers.models.sam2_video.modeling_sam2_video import Sam2VideoInferenceSession

from backend.masks import BoolMask
from backend.models.sam2.config import ARCHITECTURES, Architecture, transformers_config
from backend.models.sam2.network import Network, load
from backend.models.sam2.session import Sam2Session
from backend.parity import formula
from backend.video import VideoReader, build_index
from benchmarks import _sam2_released as released
from benchmarks._followers import Picture
from benchmarks.memory import SHARED_VIDEO

SIZE = 384
FRAMES = 10
OBJECTS = (1, 8)
FULL = 6
"""Tracked frames after which our driver keeps no more memories."""

SIDE = 60
"""Of the squares that are tracked."""

Step = Callable[[int], Mapping[int, BoolMask]]
"""Tracks a frame."""


class Clip:
    """Frames of a real video where the development data is, else moving noise; decoded beforehand."""

    def __init__(self, count: int) -> None:
        if SHARED_VIDEO.is_file():
            with VideoReader(SHARED_VIDEO, build_index(SHARED_VIDEO)) as frames:
                self.pictures: list[Picture] = [frames[at] for at in range(count)]
        else:
            noise = np.random.default_rng(0).integers(0, 255, (360, 864, 3), dtype=np.uint8)
            ground = cv2.GaussianBlur(noise, (0, 0), 3)
            self.pictures = [np.roll(ground, 3 * at, 1) for at in range(count)]
        self.height, self.width = self.pictures[0].shape[:2]

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, index: int) -> Picture:
        return self.pictures[index]

    def mask(self, object: int) -> BoolMask:
        """A square to start from, another place an object."""
        mask = np.zeros((self.height, self.width), bool)
        left, top = 40 + object * 95 % (self.width - 2 * SIDE), 30 + object * 70 % (self.height - 2 * SIDE)
        mask[top:top + SIDE, left:left + SIDE] = True
        return mask


def run(quick: bool = False) -> dict[str, Any]:
    """By objects: frames a second, seconds of all cores a frame (which other work on the machine changes less), and
    megabytes held after some frames."""
    clip = Clip(4 if quick else FRAMES)
    architecture = ARCHITECTURES["tiny"].at(SIZE)
    shapes = released.shapes(SIZE) if released.installed() else shapes_of(architecture)
    weights = {name: torch.from_numpy(value) for name, value in formula.state_dict(shapes).items()}
    network = load(weights, architecture)
    figures = {f"{count} object{'s' * (count > 1)}": side_by_side(clip, network, weights, count) for count in OBJECTS}
    figures["the rest"] = {"encoder, ms a frame": encoder_ms(clip, network), "torch threads": torch.get_num_threads()}
    return figures


def shapes_of(architecture: Architecture) -> dict[str, Sequence[int]]:
    """Names and shapes of the weights, as transformers has them."""
    with torch.device("meta"):
        return {name: one.shape for name, one in Sam2VideoModel(transformers_config(architecture)).state_dict().items()}


def side_by_side(clip: Clip, network: Network, weights: Mapping[str, torch.Tensor], count: int) -> dict[str, Any]:
    """Every frame through one, then the other: what else the machine does meanwhile meets both."""
    masks = {object: clip.mask(object) for object in range(count)}
    ours, stock = Sam2Session(clip, network), Stock(clip, network, masks)
    ours.remember(0, masks)
    steps: dict[str, tuple[Step, object]] = {
        "ours": (lambda frame: {object: one.mask for object, one in ours.track(frame).items()}, ours),
        "transformers": (stock.track, stock.session),
    }
    if released.installed():
        theirs = released.Predictor(clip.pictures, weights, masks, SIZE)
        steps["released"] = theirs.track, theirs.state
    figures = {name: _Figures() for name in steps}
    for frame in range(1, len(clip)):
        for name, (step, holder) in list(steps.items())[::1 if frame % 2 else -1]:
            figures[name].add(functools.partial(step, frame), holder)
    return {name: one.as_row() for name, one in figures.items()}


class _Figures:
    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.work: list[float] = []
        self.megabytes: list[float] = []

    def add(self, step: Callable[[], object], holder: object) -> None:
        started, worked = time.perf_counter(), time.process_time()
        step()
        self.work.append(time.process_time() - worked)
        self.seconds.append(time.perf_counter() - started)
        self.megabytes.append(held(holder) / 1e6)

    def as_row(self) -> dict[str, float]:
        speeds = {"frames/s": len(self.seconds) / sum(self.seconds), "CPU s a frame": sum(self.work) / len(self.work)}
        return speeds | {
            f"MB after {count} frames": self.megabytes[count - 1] for count in (1, FULL, len(self.megabytes))
            if count <= len(self.megabytes)
        }


class Stock:
    """transformers' own session, given frame after frame."""

    def __init__(self, clip: Clip, network: Network, masks: Mapping[int, BoolMask]) -> None:
        self._clip, self._network = clip, network
        self.session = Sam2VideoInferenceSession(
            video=None, video_height=clip.height, video_width=clip.width, dtype=torch.float32)
        for object, mask in masks.items():
            self.session.add_mask_inputs(self.session.obj_id_to_idx(object), 0, network.shrink(mask))
        self.session.obj_with_new_inputs = list(masks)
        self.track(0)

    def track(self, frame: int) -> dict[int, BoolMask]:
        """One frame of all objects, masks at the size of the video."""
        made = self._network.model(self.session, frame_idx=frame, frame=self._network.picture(self._clip[frame])[0])
        large = F.interpolate(made.pred_masks, (self._clip.height, self._clip.width), mode="bilinear") > 0
        return dict(zip(made.object_ids, large[:, 0].numpy(), strict=True))


def encoder_ms(clip: Clip, network: Network) -> float:
    """Median milliseconds of the image encoder alone."""
    picture, taken = network.picture(clip[0]), []
    for _ in range(5):
        started = time.perf_counter()
        network.features(picture)
        taken.append(time.perf_counter() - started)
    return float(np.median(taken) * 1000)


def held(holder: object) -> int:
    """Bytes of all tensors that are reachable from a session, its network excepted; each storage once."""
    return sum({one.untyped_storage().data_ptr(): one.untyped_storage().nbytes() for one in _tensors(holder, set())
                }.values())


def _tensors(of: object, seen: set[int]) -> Iterator[torch.Tensor]:
    if id(of) in seen or isinstance(of, Network | Clip | str | bytes | np.ndarray | torch.nn.Module | type):
        return
    seen.add(id(of))
    if isinstance(of, torch.Tensor):
        yield of
    elif isinstance(of, Mapping):
        for one in of.values():
            yield from _tensors(one, seen)
    elif isinstance(of, list | tuple | set):
        for one in of:
            yield from _tensors(one, seen)
    else:
        yield from _tensors(getattr(of, "__dict__", None) or (), seen)

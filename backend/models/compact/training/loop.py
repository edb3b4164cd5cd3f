"""The loop: steps, checkpoints, resuming. A step's data follows from the seed and the step, so nothing else of the
past is needed to go on."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor

from backend.errors import BadInput
from backend.models.compact.network.network import Network
from backend.models.compact.training import pseudo
from backend.models.compact.training.material import Material
from backend.models.compact.training.rehearse import rehearse
from backend.models.compact.training.settings import Settings

MAX_GRADIENT = 5.0

Report = Callable[[int, dict[str, float]], None]
"""(steps done, means of the losses since the last report)."""


@dataclass
class Run:
    """A training run in work.

    Attributes:
        step: steps done.
        seconds: spent in them.
        history: (step, losses) as they were reported.
    """

    settings: Settings
    network: Network
    average: Network
    optimizer: torch.optim.Optimizer
    step: int = 0
    seconds: float = 0.0
    history: list[tuple[int, dict[str, float]]] = field(default_factory=list)

    @classmethod
    def start(cls, settings: Settings, device: torch.device, trunk: Path | None = None) -> Run:
        """A new run, its trunk taken from a MobileNetV2 in torchvision's layout where there is one."""
        torch.manual_seed(settings.seed)
        network = Network()
        if trunk is not None:
            network.encoder.trunk.load_imagenet(torch.load(trunk, map_location="cpu", weights_only=True))
            network.encoder.trunk.freeze(settings.frozen)
        network = network.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        parameters = [p for p in network.encoder.trunk.parameters() if p.requires_grad]
        others = [p for name, p in network.named_parameters() if not name.startswith("encoder.trunk.")]
        groups = [{"params": parameters, "share": settings.trunk_share}, {"params": others, "share": 1.0}]
        optimizer = torch.optim.AdamW(groups, lr=settings.rate, weight_decay=settings.decay)
        return cls(settings, network, copy.deepcopy(network), optimizer)

    def save(self, path: Path) -> None:
        """Written beside and renamed, so that a kill leaves the old one."""
        beside = path.with_name(path.name + ".part")
        torch.save({"network": self.network.state_dict(), "average": self.average.state_dict(),
                    "optimizer": self.optimizer.state_dict(), "step": self.step, "seconds": self.seconds,
                    "history": self.history}, beside)
        beside.replace(path)

    def restore(self, path: Path) -> None:
        """Go on from a checkpoint.

        Raises:
            BadInput: it is none of this network.
        """
        try:
            kept = torch.load(path, map_location="cpu", weights_only=True)
            self.network.load_state_dict(kept["network"])
            self.average.load_state_dict(kept["average"])
            self.optimizer.load_state_dict(kept["optimizer"])
        except (RuntimeError, KeyError, ValueError) as error:
            raise BadInput("bad_checkpoint", f"Cannot go on from {path}: {error}.",
                           "Start again without --resume.") from error
        self.step, self.seconds, self.history = kept["step"], kept["seconds"], kept["history"]


def train(run: Run, material: Material, checkpoint: Path, *, report: Report, workers: int = 0,
          minutes: float = math.inf, every: int = 20, save_seconds: float = 120.0) -> bool:
    """Take steps until the schedule is done (True) or the minutes are over (False); then and in between, save.

    Args:
        workers: processes that make data; 0 to make it in this one.
        every: steps from report to report.
        save_seconds: from checkpoint to checkpoint.
    """
    device = next(run.network.parameters()).device
    started = saved = time.monotonic()
    sums: dict[str, list[float]] = {}
    for pictures, ids in _batches(run, material, workers):
        began = time.monotonic()
        losses = _take_step(run, pictures.to(device, non_blocking=True), ids.to(device, non_blocking=True))
        run.step += 1
        now = time.monotonic()
        run.seconds += now - began
        for name, value in losses.items():
            sums.setdefault(name, []).append(value)
        if run.step % every == 0:
            means = {name: fmean(values) for name, values in sums.items()}
            run.history.append((run.step, means))
            report(run.step, means)
            sums.clear()
        if now - saved > save_seconds:
            run.save(checkpoint)
            saved = now
        if now - started > 60 * minutes:
            break
    run.save(checkpoint)
    return run.step >= run.settings.steps


def _take_step(run: Run, pictures: Tensor, ids: Tensor) -> dict[str, float]:
    settings = run.settings
    random = np.random.default_rng((settings.seed, run.step, 1))
    rate = _rate(settings, run.step)
    for group in run.optimizer.param_groups:
        group["lr"] = rate * group["share"]
    rounds = int(random.integers(1, settings.rounds + 1))
    with torch.autocast(pictures.device.type, torch.bfloat16):
        losses = rehearse(run.network, pictures, ids, settings.objects, rounds, random)
    total = losses.total
    if not torch.isfinite(total):
        raise BadInput("diverged", f"The loss is {total.item()} at step {run.step}.", "Train with a lower --rate.")
    run.optimizer.zero_grad(set_to_none=True)
    total.backward()
    torch.nn.utils.clip_grad_norm_(run.network.parameters(), MAX_GRADIENT)
    run.optimizer.step()
    keep = min(settings.averaging, (1 + run.step) / (10 + run.step))
    with torch.no_grad():
        for mean, now in zip(run.average.parameters(), run.network.parameters(), strict=True):
            mean.lerp_(now, 1 - keep)
    return {"loss": total.item(), **{name: value.item() for name, value in vars(losses).items()}}


def _rate(settings: Settings, step: int) -> float:
    """Rises for some steps, then falls to zero along a cosine."""
    warm = min(1.0, (step + 1) / settings.warm_up)
    return settings.rate * warm * 0.5 * (1 + math.cos(math.pi * min(1.0, step / settings.steps)))


class _Sequences(torch.utils.data.Dataset[Any]):
    """Sequence (step, place in the batch) of a run."""

    def __init__(self, settings: Settings, material: Material) -> None:
        self.settings, self.material = settings, material

    def __getitem__(self, key: tuple[int, int]) -> tuple[Tensor, Tensor]:
        cv2.setNumThreads(1)
        phase = self.settings.phase(key[0])
        made = pseudo.make(self.material, (self.settings.seed, *key), phase.frames, phase.size, self.settings.objects)
        return torch.from_numpy(made.pictures), torch.from_numpy(made.ids)


class _Order(torch.utils.data.Sampler[list[tuple[int, int]]]):
    """The batches from a step on."""

    def __init__(self, settings: Settings, step: int) -> None:
        self.settings, self.step = settings, step

    def __iter__(self) -> Iterator[list[tuple[int, int]]]:
        for step in range(self.step, self.settings.steps):
            yield [(step, place) for place in range(self.settings.phase(step).batch)]


def _batches(run: Run, material: Material, workers: int) -> Iterator[list[Tensor]]:
    return iter(torch.utils.data.DataLoader(
        _Sequences(run.settings, material), batch_sampler=_Order(run.settings, run.step), num_workers=workers,
        pin_memory=torch.cuda.is_available(), prefetch_factor=2 if workers else None,
    ))

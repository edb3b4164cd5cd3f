"""What a training run is made of. Stored with its checkpoints and written into the model card."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Phase:
    """A stretch of training: up to which share of the steps, and the size of a batch in it."""

    until: float
    size: int
    frames: int
    batch: int


FULL = (Phase(0.5, 224, 3, 3), Phase(0.85, 256, 4, 3), Phase(1.0, 320, 5, 2))
TINY = (Phase(1.0, 96, 2, 2),)
"""Sides of pictures grow, and so does the number of frames: memory at work holds thousands of tokens."""


@dataclass(frozen=True)
class Settings:
    """Attributes:
        steps: of the whole schedule.
        objects: followed in a sequence at most.
        rounds: of simulated prompts on the first frame, at most.
        rate: learning rate at its height; the trunk learns at `trunk_share` of it.
        frozen: blocks of the trunk that stay as they are.
        averaging: of the weights over the last steps: the share that the average keeps.
    """

    steps: int
    seed: int = 0
    phases: tuple[Phase, ...] = FULL
    objects: int = 2
    rounds: int = 3
    rate: float = 5e-4
    trunk_share: float = 0.3
    decay: float = 0.02
    warm_up: int = 60
    frozen: int = 6
    averaging: float = 0.995
    held_aside: int = 50

    def phase(self, step: int) -> Phase:
        """The phase a step belongs to."""
        return next((p for p in self.phases if step < p.until * self.steps), self.phases[-1])

"""Objects followed by their templates (UNINEXT section 3.1, "reference" prompts): SOT, and VOS with three frames, of
which two are templates: the first, and the latest that was sure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from backend.models.uninext.scoring import ONE, clipped_boxes, mask_probabilities, probabilities, resized
from backend.models.uninext.template import Cut, Template
from backend.models.uninext.types import Features, Network, Prompt

TOGETHER = 4
"""Objects in one pass of the transformer: bounds memory where there are many."""


@dataclass(frozen=True)
class Rules:
    """How objects are followed.

    Attributes:
        visible: an object found with a lower score is not there.
        sure: an object found with a lower score is no new template.
        every: frames between new templates of an object of which only the box is known. (Others get one a frame.)
        both: look with the first template and the latest; False: with the first only.
        with_iou: see `scoring.probabilities`.
        cut: how templates are cut out.
        trusted: templates a person vouches for that are kept of an object; the farthest in time goes.
    """

    visible: float = 0.5
    sure: float = 0.7
    every: int = 200
    both: bool = True
    with_iou: bool = True
    cut: Cut = field(default_factory=Cut)
    trusted: int = 4


class Best(NamedTuple):
    """The best query for a prompt.

    Attributes:
        score: 0..1.
        box: float32 (4,), centre x, centre y, width, height as shares of the picture.
        mask: float32 (height, width), probabilities at the network's size.
    """

    score: float
    box: Tensor
    mask: Tensor


def find(network: Network, features: Features, prompts: Sequence[Prompt], with_iou: bool = True) -> list[Best]:
    """The best query for each expression or template. (Suppression of doubles never takes the best.)"""
    found = []
    for first in range(0, len(prompts), TOGETHER):
        for output in network.detect(features, Prompt.batch(prompts[first:first + TOGETHER])):
            likely = probabilities(output, ONE, with_iou)[:, 0]
            row = int(likely.argmax())
            mask = mask_probabilities(output.masks([row]), features.size)[0]
            found.append(Best(float(likely[row]), output.boxes[row], mask))
    return found


def aggregate(claims: Tensor) -> Tensor:
    """Share out the pixels: each goes to who claims it most, or to nobody where all together are unsure (soft
    aggregation, Oh et al., STM, ICCV 2019).

    Args:
        claims: (n, height, width), probabilities.

    Returns:
        int64 (height, width), place + 1 of the owner, 0 for nobody.
    """
    nobody = (1 - claims).prod(0, keepdim=True)
    return torch.cat([nobody, claims]).argmax(0)


@dataclass
class _Trail:
    """What is remembered of an object.

    Attributes:
        trusted: frame -> its template; None where it was not there.
        boxes: those of these frames on which no more than the box is known.
        latest: the template of the frame tracked last that was sure.
    """

    trusted: dict[int, Prompt | None] = field(default_factory=dict)
    boxes: set[int] = field(default_factory=set)
    latest: Prompt | None = None

    def nearest(self, frame: int) -> int | None:
        """The trusted frame nearest in time on which it is seen."""
        seen = (at for at, prompt in self.trusted.items() if prompt is not None)
        return min(seen, key=lambda at: abs(at - frame), default=None)


class Follower:
    """Objects of one video. Each is independent of the others but for who gets a pixel that several claim."""

    def __init__(self, network: Network, rules: Rules | None = None) -> None:
        self._network, self._rules = network, rules or Rules()
        self._trails: dict[int, _Trail] = {}

    @property
    def objects(self) -> list[int]:
        """Those that are remembered."""
        return list(self._trails)

    def trust_box(self, frame: int, object: int, pixels: Tensor, box: Sequence[float]) -> None:
        """Remember an object of which only the box is known.

        Args:
            pixels: float32 (3, H, W), the frame for the network.
            box: x, y, width, height in pixels of it.
        """
        self._trust(frame, object, self._rules.cut.of_box(pixels, box))
        self._trails[object].boxes.add(frame)

    def trust_mask(self, frame: int, object: int, pixels: Tensor, mask: Tensor) -> None:
        """Remember an object by its mask: bool (h, w), in whatever size. An empty one says that it is not there."""
        self._trust(frame, object, self._rules.cut.of_mask(pixels, mask))
        self._trails[object].boxes.discard(frame)

    def forget(self, objects: Iterable[int]) -> None:
        """Unknown ones are no error."""
        for object in objects:
            self._trails.pop(object, None)

    def step(
        self, frame: int, pixels: Tensor, features: Features, shape: tuple[int, int], given: Mapping[int, Tensor]
    ) -> tuple[dict[int, Best], dict[int, Tensor]]:
        """Find all objects on a frame.

        Args:
            pixels, features: of the frame.
            shape: (height, width) of masks.
            given: masks of objects that are known here, which take the place of what is found: bool (h, w), in whatever
                size.

        Returns:
            What was found of each object, and its mask: bool, no two share a pixel. Objects that were on no trusted
            frame are left out.
        """
        starts = {object: at for object, trail in self._trails.items() if (at := trail.nearest(frame)) is not None}
        prompts = [self._prompt(self._trails[object], at) for object, at in starts.items()]
        found = dict(zip(starts, find(self._network, features, prompts, self._rules.with_iou), strict=True))
        if not found:
            return {}, {}
        claims = [resized(given[object][None], shape)[0].float() if object in given else self._claim(best, shape)
                  for object, best in found.items()]
        owners = aggregate(torch.stack(claims))
        masks = {object: owners == place for place, object in enumerate(found, start=1)}
        self._renew(frame, pixels, {object: at for object, at in starts.items() if object not in given}, found, masks)
        return found, masks

    def _trust(self, frame: int, object: int, template: Template | None) -> None:
        trail = self._trails.setdefault(object, _Trail())
        trail.trusted[frame] = None if template is None else self._network.template(
            template.pixels[None], template.padding[None])
        trail.latest = None
        if len(trail.trusted) > self._rules.trusted:
            gone = max(trail.trusted, key=lambda at: abs(at - frame))
            del trail.trusted[gone]
            trail.boxes.discard(gone)

    def _prompt(self, trail: _Trail, at: int) -> Prompt:
        first = trail.trusted[at]
        assert first is not None
        return first.followed_by(trail.latest or first) if self._rules.both else first

    def _claim(self, best: Best, shape: tuple[int, int]) -> Tensor:
        if best.score < self._rules.visible:
            return best.mask.new_zeros(shape)
        return F.interpolate(best.mask[None, None], shape, mode="bilinear", align_corners=False)[0, 0]

    def _renew(
        self, frame: int, pixels: Tensor, starts: Mapping[int, int], found: Mapping[int, Best],
        masks: Mapping[int, Tensor],
    ) -> None:
        """New templates of objects that were surely found: of the mask, or after some frames of the box."""
        templates: dict[int, Template | None] = {}
        for object, at in starts.items():
            if found[object].score < self._rules.sure:
                continue
            if at not in self._trails[object].boxes:
                templates[object] = self._rules.cut.of_mask(pixels, masks[object], found=True)
            elif self._rules.both and (frame - at) % self._rules.every == 0:
                x0, y0, x1, y1 = clipped_boxes(found[object].box, (pixels.shape[1], pixels.shape[2])).tolist()
                templates[object] = self._rules.cut.of_box(pixels, (x0, y0, x1 - x0, y1 - y0))
        for object, template in templates.items():
            if template is not None:
                self._trails[object].latest = self._network.template(template.pixels[None], template.padding[None])

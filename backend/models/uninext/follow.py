"""Objects followed by their templates (UNINEXT section 3.1, "reference" prompts): SOT, and VOS with three frames, of
which two are templates: the first, and the latest on which the object was surely found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from backend.masks import Rle
from backend.models.uninext.scoring import ONE, clipped_boxes, mask_probabilities, probabilities, resized
from backend.models.uninext.template import Cut, Template
from backend.models.uninext.types import Features, Network, Prompt

Corners = tuple[float, float, float, float]
"""x0, y0, x1, y1."""

TOGETHER = 4
"""Objects in one pass of the transformer: bounds memory where there are many."""


@dataclass(frozen=True)
class Rules:
    """How objects are followed.

    Attributes:
        visible: an object found with a lower score is not there.
        sure: an object found with a lower score makes no new template.
        every: frames between new templates of an object of which only the box is known. (Others get one a frame.)
        both: look with the first template and the latest; False: with the first only.
        with_iou: see `scoring.probabilities`.
        cut: how templates are cut out.
        trusted: frames a person vouches for that are kept of an object; the farthest in time goes.
    """

    visible: float = 0.5
    sure: float = 0.7
    every: int = 200
    both: bool = True
    with_iou: bool = True
    cut: Cut = field(default_factory=Cut)
    trusted: int = 8


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


class KnownBox(NamedTuple):
    """Where an object is of which no mask is known: x, y, width, height in pixels of a picture of this size."""

    box: tuple[float, float, float, float]
    height: int
    width: int

    @classmethod
    def of(cls, corners: Corners, shape: tuple[int, int]) -> KnownBox:
        """The box x0, y0, x1, y1 in pixels of a picture (height, width)."""
        x0, y0, x1, y1 = corners
        return cls((x0, y0, x1 - x0, y1 - y0), *shape)

    def on(self, pixels: Tensor) -> tuple[float, float, float, float]:
        """x, y, width, height in another size of the picture, (3, H, W)."""
        y, x = pixels.shape[1] / self.height, pixels.shape[2] / self.width
        left, top, width, height = self.box
        return left * x, top * y, width * x, height * y


def find(
    network: Network, features: Features, prompts: Sequence[Prompt], with_iou: bool = True,
    weigh: Callable[[int, Tensor], Tensor] | None = None,
) -> list[Best]:
    """The best query for each expression or template. (Suppression of doubles never takes the best.)

    Args:
        weigh: given the place of the prompt and the boxes (Q, 4) of all queries, how much each is to count (Q,).
    """
    found: list[Best] = []
    for first in range(0, len(prompts), TOGETHER):
        for output in network.detect(features, Prompt.batch(prompts[first:first + TOGETHER])):
            likely = probabilities(output, ONE, with_iou)[:, 0]
            row = int((likely if weigh is None else likely * weigh(len(found), output.boxes)).argmax())
            mask = mask_probabilities(output.masks([row]), features.size)[0]
            found.append(Best(float(likely[row]), output.boxes[row], mask))
    return found


def aggregate(claims: Iterable[Tensor], shape: tuple[int, int]) -> Tensor:
    """Share out the pixels: each goes to who claims it most, or to nobody where it is likelier that all are wrong
    (soft aggregation, Oh et al., STM, ICCV 2019).

    Args:
        claims: probabilities, float32 (height, width) each; taken one by one, so that there may be many.
        shape: (height, width).

    Returns:
        int64 (height, width), place + 1 of the owner, 0 for nobody.
    """
    owners = torch.zeros(shape, dtype=torch.int64)
    most, nobody = torch.zeros(shape), torch.ones(shape)
    for place, claim in enumerate(claims, start=1):
        owners, most, nobody = (one.to(claim.device) for one in (owners, most, nobody))
        owners = torch.where(claim > most, place, owners)
        most, nobody = torch.maximum(most, claim), nobody * (1 - claim)
    return torch.where(most > nobody, owners, 0)


def enlarged(mask: Tensor, shape: tuple[int, int]) -> Tensor:
    """Probabilities (h, w) at the size of the frame."""
    return F.interpolate(mask[None, None], shape, mode="bilinear", align_corners=False)[0, 0]


@dataclass
class _Trail:
    """What is remembered of an object.

    Attributes:
        trusted: where it is on frames that a person vouches for; an empty mask says that it is not there.
        first: the one of them that was nearest to the frame tracked last, and its template; None where there was
            nothing to see.
        latest: the template of the frame tracked last on which the object was surely found.
    """

    trusted: dict[int, Rle | KnownBox] = field(default_factory=dict)
    first: tuple[int, Prompt | None] | None = None
    latest: Prompt | None = None

    def nearest(self, frame: int) -> int | None:
        """The trusted frame nearest in time on which it is visible."""
        seen = (at for at, where in self.trusted.items() if isinstance(where, KnownBox) or where.area)
        return min(seen, key=lambda at: abs(at - frame), default=None)


class Follower:
    """Objects of one video. Each is independent of the others but for who gets a pixel that several claim.

    Args:
        pixels: gives the pixels of a frame for the network, float32 (3, H, W).
    """

    def __init__(self, network: Network, pixels: Callable[[int], Tensor], rules: Rules | None = None) -> None:
        self._network, self._pixels, self._rules = network, pixels, rules or Rules()
        self._cut = replace(self._rules.cut, multiple=network.multiple)
        self._trails: dict[int, _Trail] = {}

    @property
    def objects(self) -> list[int]:
        """Those that are remembered."""
        return list(self._trails)

    def trust(self, frame: int, object: int, where: Rle | KnownBox) -> None:
        """Remember where an object is, or by an empty mask that it is not there. Tracking begins anew from here."""
        trail = self._trails.setdefault(object, _Trail())
        trail.trusted[frame] = where
        trail.first = trail.latest = None
        if len(trail.trusted) > self._rules.trusted:
            del trail.trusted[max(trail.trusted, key=lambda at: abs(at - frame))]

    def known(self, frame: int) -> set[int]:
        """Objects whose masks are trusted on a frame."""
        return {object for object, trail in self._trails.items() if isinstance(trail.trusted.get(frame), Rle)}

    def forget(self, objects: Iterable[int]) -> None:
        """Unknown ones are no error."""
        for object in objects:
            self._trails.pop(object, None)

    def step(
        self, frame: int, features: Features, shape: tuple[int, int]
    ) -> tuple[dict[int, Best], dict[int, Tensor]]:
        """Find all objects on a frame.

        Args:
            features: of the frame.
            shape: (height, width) of masks.

        Returns:
            What was found of each object, and its mask: bool, no two share a pixel; of one whose mask is trusted here
            that mask. Objects that were seen on no trusted frame are left out.
        """
        prompts = {object: prompt for object in self._trails if (prompt := self._prompt(object, frame)) is not None}
        if not prompts:
            return {}, {}
        every = find(self._network, features, list(prompts.values()), self._rules.with_iou)
        found = dict(zip(prompts, every, strict=True))
        owners = aggregate((self._claim(object, frame, best, shape) for object, best in found.items()), shape)
        masks = {object: owners == place for place, object in enumerate(found, start=1)}
        self._renew(frame, found, masks)
        return found, masks

    def _prompt(self, object: int, frame: int) -> Prompt | None:
        """The template of the nearest trusted frame, and the latest."""
        trail = self._trails[object]
        at = trail.nearest(frame)
        if at is None:
            return None
        if trail.first is None or trail.first[0] != at:
            trail.first = at, self._understood(self._template(at, trail.trusted[at]))
        first = trail.first[1]
        return first.followed_by(trail.latest or first) if first is not None and self._rules.both else first

    def _template(self, frame: int, where: Rle | KnownBox) -> Template | None:
        pixels = self._pixels(frame)
        if isinstance(where, Rle):
            return self._cut.of_mask(pixels, torch.from_numpy(where.to_mask()).to(pixels.device))
        return self._cut.of_box(pixels, where.on(pixels))

    def _understood(self, template: Template | None) -> Prompt | None:
        return None if template is None else self._network.template(template.pixels[None], template.padding[None])

    def _claim(self, object: int, frame: int, best: Best, shape: tuple[int, int]) -> Tensor:
        """How much of each pixel is the object's, as it says: (height, width), 0..1."""
        given = self._trails[object].trusted.get(frame)
        if isinstance(given, Rle):
            return resized(torch.from_numpy(given.to_mask())[None], shape)[0].to(best.mask)
        return enlarged(best.mask, shape) if best.score >= self._rules.visible else best.mask.new_zeros(shape)

    def _renew(self, frame: int, found: Mapping[int, Best], masks: Mapping[int, Tensor]) -> None:
        """New templates of objects that were surely found: of their mask, or after some frames of their box."""
        pixels = self._pixels(frame)
        for object, best in found.items():
            trail = self._trails[object]
            if frame in trail.trusted or best.score < self._rules.sure or trail.first is None or not self._rules.both:
                continue
            at, template = trail.first[0], None
            if isinstance(trail.trusted[at], Rle):
                template = self._cut.of_mask(pixels, masks[object], found=True)
            elif (frame - at) % self._rules.every == 0:
                x0, y0, x1, y1 = clipped_boxes(best.box, (pixels.shape[1], pixels.shape[2])).tolist()
                template = self._cut.of_box(pixels, (x0, y0, x1 - x0, y1 - y0))
            trail.latest = self._understood(template) or trail.latest

"""Ablations change what they say they change, and leave nothing changed behind."""

from __future__ import annotations

import pytest

from backend.masks import Rle
from backend.models import registry
from backend.models.seam import Segment
from backend.prompts import Box, MaskPrompt, Point
from benchmarks.ablations import GROUPS, changed
from tests.moving_shapes import DISC, SQUARE, Shapes

FRAMES = 7  # the ring has a frame to read on the last one

SEEN_BY_THEN = {
    "no recent frames", "recent frames 5 apart", "recent frames 10 apart", "far ground not thinned",
    "far ground thinned more", "nearest frame not read", "nearest frame read like the others", "objects do not compete",
}


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    return Shapes(count=FRAMES)


def track(shapes: Shapes) -> dict[int, Segment]:
    """The last frame of tracking both shapes, in small pictures because that is quick."""
    with changed(GROUPS["size of the picture"].variants["192 x 336 pixels"]):
        session = registry.load("compact").open(shapes.frames)
    session.remember(0, {one: shapes.mask(one, 0) for one in (DISC, SQUARE)})
    for frame in range(1, FRAMES):
        segments = session.track(frame)
    session.close()
    return segments


def scores(segments: dict[int, Segment]) -> list[float]:
    return [segments[one].score for one in sorted(segments)]


def test_every_change_of_tracking_is_felt_and_taken_back(shapes: Shapes) -> None:
    plain = scores(track(shapes))
    felt = set()
    for name, changes in GROUPS["tracking"].variants.items():
        with changed(changes):
            if scores(track(shapes)) != plain:
                felt.add(name)
    assert felt == SEEN_BY_THEN
    assert scores(track(shapes)) == plain


def test_the_size_of_the_picture_is_felt(shapes: Shapes) -> None:
    variants = GROUPS["size of the picture"].variants
    made = set()
    for changes in variants.values():
        with changed(changes):
            session = registry.load("compact").open(shapes.frames)
            made.add(session.segment(0, {1: [Point(x=30, y=40)]})[1].score)
    assert len(made) == len(variants)


def made_of(shapes: Shapes, prompts: list[Box | MaskPrompt | Point]) -> dict[str, Segment]:
    """What every variant of the group on clicks makes of the prompts."""
    made = {}
    for name, changes in GROUPS["clicks"].variants.items():
        with changed(changes):
            made[name] = registry.load("compact").open(shapes.frames).segment(0, {1: prompts})[1]
    return made


def test_a_closer_look_is_felt(shapes: Shapes) -> None:
    made = made_of(shapes, [Box(x0=106, y0=56, x1=134, y1=84)])
    plain = made["as it is"]
    assert made["no closer look"].score != plain.score
    assert (made["corrections may change everything"].mask == plain.mask).all()  # nothing was there to be kept


def test_locality_is_felt(shapes: Shapes) -> None:
    """A mask with a stray part far from the click that corrects it."""
    start = shapes.mask(DISC, 0).copy()
    start[90:118, 4:40] = True
    made = made_of(shapes, [MaskPrompt.of(Rle.from_mask(start)), Point(x=44, y=40)])
    assert made["as it is"].mask[90:118, 4:40].all()
    assert not made["corrections may change everything"].mask[90:118, 4:40].all()

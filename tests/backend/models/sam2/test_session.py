"""The seam's contract at weights that mean nothing: shapes, empty masks, memory, what depends on what."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from backend.errors import Unavailable
from backend.masks import Rle
from backend.models.sam2.network import Network
from backend.models.sam2.session import Sam2Session
from backend.models.seam import Segment
from backend.prompts import Box, MaskPrompt, Point, Scribble
from tests.moving_shapes import DISC, SQUARE, Pictures, Shapes

CLICK = Point(x=42, y=40)


class Counted(Pictures):
    """Says which frames were asked for."""

    def __init__(self, shapes: Shapes) -> None:
        super().__init__(shapes.frames.pictures, shapes.frames.broken)
        self.asked: list[int] = []

    def __getitem__(self, index: int) -> np.ndarray:
        self.asked.append(index)
        return super().__getitem__(index)


@pytest.fixture
def session(net: Network, shapes: Shapes) -> Sam2Session:
    return Sam2Session(shapes.frames, net)


def check(segment: Segment) -> None:
    assert segment.mask.shape == (120, 160)
    assert segment.mask.dtype == np.bool_
    assert 0 <= segment.score <= 1
    assert segment.present == bool(segment.mask.any())


class TestSegment:
    @pytest.mark.parametrize("given", [
        [CLICK], [CLICK, Point(x=111, y=73, positive=False)], [Box(x0=-5, y0=22, x1=61, y1=200)], [CLICK, Box(
            x0=24, y0=22, x1=61, y1=59)], [Scribble(points=[(34, 40), (42, 46), (50, 40)], width=3)],
        [Scribble(points=[(34, 40)], positive=False)], [],
    ])
    def test_any_prompts_make_a_mask(self, session: Sam2Session, given: list[Point]) -> None:
        made = session.segment(3, {7: given})
        assert set(made) == {7}
        check(made[7])

    def test_a_mask_alone_comes_back_as_it_is_and_may_be_corrected(self, session: Sam2Session, shapes: Shapes) -> None:
        for mask in (shapes.mask(SQUARE, 0), np.zeros((120, 160), bool)):
            given = MaskPrompt.of(Rle.from_mask(mask))
            assert (session.segment(0, {1: [CLICK, given]})[1].mask == mask).all()
            check(session.segment(0, {1: [given, CLICK]})[1])

    def test_only_what_was_prompted_is_computed(self, net: Network, shapes: Shapes) -> None:
        frames = Counted(shapes)
        session = Sam2Session(frames, net)
        assert session.segment(3, {}) == {}
        assert frames.asked == []
        session.segment(3, {1: [CLICK]})
        assert frames.asked == [3]

    def test_one_more_click_costs_one_pass(
        self, session: Sam2Session, net: Network, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        passes = []
        decode = net.decode
        monkeypatch.setattr(net, "decode", lambda *args, **more: passes.append(1) or decode(*args, **more))
        clicks = [CLICK, Point(x=111, y=73), Point(x=5, y=110, positive=False)]
        session.segment(3, {1: clicks[:2]})
        assert len(passes) == 2
        one = session.segment(3, {1: clicks})[1]
        assert len(passes) == 3
        session.close()
        again = session.segment(3, {1: clicks})[1]
        assert (one.mask == again.mask).all()
        assert one.score == again.score

    def test_segmenting_leaves_the_memory_alone(self, net: Network, shapes: Shapes) -> None:
        masks = []
        for click in (False, True):
            session = Sam2Session(shapes.frames, net)
            session.remember(0, {DISC: shapes.mask(DISC, 0)})
            if click:
                session.segment(1, {DISC: [Point(x=5, y=5)]})
            masks.append(session.track(1)[DISC].mask)
        assert (masks[0] == masks[1]).all()


class TestTrack:
    @pytest.mark.parametrize("frames", [range(1, 6), range(14, 10, -1)])
    def test_both_ways(self, session: Sam2Session, shapes: Shapes, frames: range) -> None:
        start = frames[0] - frames.step
        session.remember(start, {o: shapes.mask(o, start) for o in (DISC, SQUARE)})
        for frame in frames:
            made = session.track(frame)
            assert set(made) == {DISC, SQUARE}
            for segment in made.values():
                check(segment)
            assert not (made[DISC].mask & made[SQUARE].mask).any()

    def test_absent_from_the_start_is_absent(self, session: Sam2Session, shapes: Shapes) -> None:
        session.remember(0, {DISC: shapes.mask(DISC, 0), 9: np.zeros((120, 160), bool)})
        made = session.track(1)
        check(made[9])
        assert not made[9].present

    def test_what_is_forgotten_is_not_tracked(self, session: Sam2Session, shapes: Shapes) -> None:
        assert session.track(1) == {}
        session.remember(0, {o: shapes.mask(o, 0) for o in (DISC, SQUARE)})
        session.forget([DISC, 99])
        assert set(session.track(1)) == {SQUARE}

    def test_a_frame_that_cannot_be_decoded_is_stepped_over(self, net: Network) -> None:
        shapes = Shapes(count=6, broken=frozenset({2}))
        session = Sam2Session(shapes.frames, net, ahead=True)
        session.remember(0, {DISC: shapes.mask(DISC, 0)})
        check(session.track(1)[DISC])
        with pytest.raises(Unavailable):
            session.track(2)
        check(session.track(3)[DISC])
        session.close()

    def test_fetching_ahead_changes_no_mask(self, net: Network, shapes: Shapes) -> None:
        made = []
        for ahead in (False, True):
            frames = Counted(shapes)
            session = Sam2Session(frames, net, ahead=ahead)
            session.remember(0, {DISC: shapes.mask(DISC, 0)})
            made.append([session.track(frame)[DISC].mask for frame in (1, 2, 3)])
            session.close()
            assert frames.asked == [0, 1, 2, 3, 4][:5 if ahead else 4]
        assert all((one == other).all() for one, other in zip(*made, strict=True))

    @pytest.mark.parametrize("precision", [torch.bfloat16, torch.float16])
    def test_half_precision_is_near(self, net: Network, shapes: Shapes, precision: torch.dtype) -> None:
        masks = []
        for half in (None, precision):
            session = Sam2Session(shapes.frames, Network(net.model, precision=half))
            session.remember(0, {DISC: shapes.mask(DISC, 0)})
            masks.append([session.segment(0, {1: [CLICK]})[1].mask, session.track(1)[DISC].mask])
        assert all((one == other).mean() > 0.9 for one, other in zip(*masks, strict=True))

    def test_memory_is_bounded(self, net: Network, shapes: Shapes) -> None:
        """What is kept after many frames is what was kept after a few, and has a bound."""
        session = Sam2Session(Pictures(shapes.frames.pictures * 2), net)
        session.remember(0, {DISC: shapes.mask(DISC, 0)})
        kept = []
        for frame in range(1, 19):
            session.track(frame)
            kept.append(_bytes(session))
        assert kept[-1] == kept[-2] > kept[0]
        for frame in range(9):
            session.remember(frame, {DISC: shapes.mask(DISC, frame)})
        (trail,) = session._tracker.trails.values()
        assert len(trail.trusted) == 8


def _bytes(session: Sam2Session) -> int:
    tensors: list[torch.Tensor] = []
    for trail in session._tracker.trails.values():
        for entry in (*trail.trusted.values(), *trail.recent.values()):
            tensors += [one for one in entry if one is not None]
        tensors += trail.pointers.values()
    return sum(one.untyped_storage().nbytes() for one in tensors)

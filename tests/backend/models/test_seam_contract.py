"""What every registered model has to do, whatever it is made of."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from backend.errors import NotFound
from backend.masks import BoolMask, Rle
from backend.models import registry
from backend.models.seam import Model, Segment, Session
from backend.prompts import Box, MaskPrompt, Point, Scribble
from backend.quality.region import region_similarity
from tests.moving_shapes import DISC, SQUARE, Pictures, Shapes

READY = [one.spec.name for one in registry.available() if one.ready]
SEGMENTERS = [name for name in READY if "segment" in registry.spec(name).tasks]
TRACKERS = [name for name in READY if "track" in registry.spec(name).tasks]


@pytest.fixture(params=READY)
def model(request: pytest.FixtureRequest) -> Model:
    return registry.load(request.param)


segments = pytest.mark.parametrize("model", SEGMENTERS, indirect=True)
tracks = pytest.mark.parametrize("model", TRACKERS, indirect=True)


def check(segment: Segment, frames: Pictures) -> None:
    assert segment.mask.shape == (frames.height, frames.width)
    assert segment.mask.dtype == np.bool_
    assert 0.0 <= segment.score <= 1.0
    assert segment.present == bool(segment.mask.any())


def noise(height: int, width: int, count: int = 3) -> Pictures:
    made = np.random.default_rng(1).integers(0, 255, (count, height, width, 3), dtype=np.uint8)
    return Pictures(list(made))


def follow(session: Session, frames: range) -> dict[int, dict[int, BoolMask]]:
    return {t: {o: s.mask for o, s in session.track(t).items()} for t in frames}


def test_the_default_is_ready_and_described() -> None:
    assert registry.DEFAULT in READY
    for one in registry.available():
        assert one.ready or one.missing
        assert one.spec.version
        assert one.spec.licence
    assert registry.load() is registry.load(registry.DEFAULT)


def test_an_unknown_name_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(NotFound) as error:
        registry.load("nothing")
    assert registry.DEFAULT in error.value.remedy


@segments
class TestSegment:
    def test_a_click_gives_the_thing_clicked(self, model: Model, shapes: Shapes) -> None:
        session = model.open(shapes.frames)
        made = session.segment(3, {7: [Point(x=42.5, y=40.5)]})
        assert set(made) == {7}
        check(made[7], shapes.frames)
        assert region_similarity(made[7].mask, shapes.mask(DISC, 3)) > 0.8

    def test_every_prompt_kind_finds_it(self, model: Model, shapes: Shapes) -> None:
        session = model.open(shapes.frames)
        given = {"box": Box(x0=24, y0=22, x1=61, y1=59),
                 "scribble": Scribble(points=[(34, 40), (42, 46), (50, 40)], width=3),
                 "point": Point(x=42, y=40)}
        for kind in model.spec.prompts & given.keys():
            mask = session.segment(3, {1: [given[kind]]})[1].mask
            assert region_similarity(mask, shapes.mask(DISC, 3)) > 0.7, kind

    def test_objects_do_not_disturb_each_other(self, model: Model, shapes: Shapes) -> None:
        session = model.open(shapes.frames)
        prompts = {DISC: [Point(x=42, y=40)], SQUARE: [Point(x=111, y=73)]}
        together = session.segment(3, prompts)
        for object, given in prompts.items():
            assert (session.segment(3, {object: given})[object].mask == together[object].mask).all()
        assert session.segment(3, {}) == {}

    def test_hints_are_obeyed(self, model: Model, shapes: Shapes) -> None:
        session = model.open(shapes.frames)
        clicks = [Point(x=42, y=40), Point(x=111, y=73), Point(x=35, y=35, positive=False), Point(x=5, y=110)]
        for count in range(1, len(clicks) + 1):
            segment = session.segment(3, {1: clicks[:count]})[1]
            check(segment, shapes.frames)
            for click in clicks[:count]:
                assert segment.mask[int(click.y), int(click.x)] == click.positive

    def test_of_contradicting_clicks_the_latest_holds(self, model: Model, shapes: Shapes) -> None:
        session = model.open(shapes.frames)
        yes, no = Point(x=42, y=40), Point(x=42, y=40, positive=False)
        assert session.segment(3, {1: [yes, no, yes]})[1].mask[40, 42]
        assert not session.segment(3, {1: [yes, no]})[1].mask[40, 42]

    def test_a_mask_alone_comes_back_as_it_is(self, model: Model, shapes: Shapes) -> None:
        session = model.open(shapes.frames)
        for mask in (shapes.mask(SQUARE, 0), np.zeros((120, 160), bool), np.ones((120, 160), bool)):
            assert (session.segment(0, {1: [MaskPrompt.of(Rle.from_mask(mask))]})[1].mask == mask).all()

    def test_a_correction_changes_a_mask_near_it_only(self, model: Model, shapes: Shapes) -> None:
        """The disc and the square are one mask; a negative click on the square takes it away and keeps the disc."""
        session = model.open(shapes.frames)
        both = shapes.mask(DISC, 0) | shapes.mask(SQUARE, 0)
        given = [MaskPrompt.of(Rle.from_mask(both)), Point(x=120, y=70, positive=False)]
        mask = session.segment(0, {1: given})[1].mask
        assert (mask[:, :80] == both[:, :80]).all()
        assert mask[:, 80:].mean() < 0.2 * both[:, 80:].mean()
        given = [MaskPrompt.of(Rle.from_mask(shapes.mask(DISC, 0))), Point(x=120, y=70)]
        mask = session.segment(0, {1: given})[1].mask
        assert (mask[:, :80] == both[:, :80]).all()
        assert region_similarity(mask[:, 80:], both[:, 80:]) > 0.7

    def test_a_correction_keeps_the_outline_elsewhere_at_any_size(self, model: Model, shapes: Shapes) -> None:
        """A large frame, and an outline drawn by hand that follows no edge of the picture."""
        frames = Pictures([cv2.resize(shapes.frames[0], (1280, 960))])
        drawn = np.zeros((960, 1280), np.uint8)
        cv2.ellipse(drawn, (240, 320), (200, 90), 30, 0, 360, 1, -1)
        mask = drawn > 0
        clicked = model.open(frames).segment(0, {1: [MaskPrompt.of(Rle.from_mask(mask)), Point(x=960, y=560)]})[1].mask
        assert clicked[560, 960]
        assert (clicked[:, :640] == mask[:, :640]).all()

    def test_the_same_prompts_give_the_same_mask(self, model: Model, shapes: Shapes) -> None:
        given = {1: [Box(x0=20, y0=10, x1=70, y1=70), Point(x=42, y=40)]}
        one, other = (model.open(shapes.frames).segment(3, given)[1] for _ in range(2))
        assert (one.mask == other.mask).all()
        assert one.score == other.score

    @pytest.mark.parametrize(("height", "width"), [(8, 8), (1, 1), (3, 200), (121, 77)])
    def test_odd_sizes(self, model: Model, height: int, width: int) -> None:
        frames = noise(height, width)
        session = model.open(frames)
        corner = Point(x=width - 0.01, y=height - 0.01)
        for given in ([Point(x=0, y=0)], [corner], [Box(x0=-5, y0=-5, x1=width + 5, y1=height + 5)],
                      [Scribble(points=[(0, 0), (width, height)], width=9)], [corner, Point(x=0, y=0, positive=False)]):
            check(session.segment(0, {1: given})[1], frames)

    def test_a_click_on_plain_ground(self, model: Model) -> None:
        frames = Pictures([np.full((60, 80, 3), 128, np.uint8)])
        segment = model.open(frames).segment(0, {1: [Point(x=40, y=30)]})[1]
        check(segment, frames)
        assert segment.mask[30, 40]


@tracks
class TestTrack:
    @pytest.mark.parametrize("backward", [False, True])
    def test_it_follows_in_both_directions(self, model: Model, shapes: Shapes, backward: bool) -> None:
        session = model.open(shapes.frames)
        order = range(14, -1, -1) if backward else range(1, 16)
        session.remember(order[0] - order.step, {SQUARE: shapes.mask(SQUARE, order[0] - order.step)})
        for t in order:
            segment = session.track(t)[SQUARE]
            check(segment, shapes.frames)
            assert region_similarity(segment.mask, shapes.mask(SQUARE, t)) > 0.75, t

    def test_together_is_not_worse_than_alone(self, model: Model, shapes: Shapes) -> None:
        def quality(objects: tuple[int, ...], of: int) -> float:
            session = model.open(shapes.frames)
            session.remember(0, {o: shapes.mask(o, 0) for o in objects})
            made = follow(session, range(1, 16))
            return float(np.mean([region_similarity(made[t][of], shapes.mask(of, t)) for t in made]))

        for object in (DISC, SQUARE):
            assert quality((DISC, SQUARE), object) >= quality((object,), object) - 0.01

    def test_no_pixel_belongs_to_two(self, model: Model, shapes: Shapes) -> None:
        session = model.open(shapes.frames)
        session.remember(0, {o: shapes.mask(o, 0) for o in (DISC, SQUARE)})
        for masks in follow(session, range(1, 16)).values():
            assert not (masks[DISC] & masks[SQUARE]).any()

    def test_it_is_deterministic(self, model: Model, shapes: Shapes) -> None:
        runs = []
        for _ in range(2):
            session = model.open(shapes.frames)
            session.remember(0, {DISC: shapes.mask(DISC, 0)})
            runs.append(follow(session, range(1, 6)))
        assert all((runs[0][t][DISC] == runs[1][t][DISC]).all() for t in runs[0])

    def test_what_is_forgotten_is_not_tracked(self, model: Model, shapes: Shapes) -> None:
        session = model.open(shapes.frames)
        assert session.track(1) == {}
        session.remember(0, {o: shapes.mask(o, 0) for o in (DISC, SQUARE)})
        session.forget([DISC, 99])
        assert set(session.track(1)) == {SQUARE}
        session.forget([SQUARE])
        assert session.track(2) == {}

    def test_segmenting_leaves_the_memory_alone(self, model: Model, shapes: Shapes) -> None:
        masks = []
        for click in (False, True):
            session = model.open(shapes.frames)
            session.remember(0, {DISC: shapes.mask(DISC, 0)})
            if click and "segment" in model.spec.tasks:
                session.segment(9, {DISC: [Point(x=5, y=5)], SQUARE: [Point(x=5, y=5)]})
            masks.append(session.track(1)[DISC].mask)
        assert (masks[0] == masks[1]).all()

    def test_the_mask_nearest_in_time_is_followed(self, model: Model, shapes: Shapes) -> None:
        """A correction in the middle: what was wrong before does not come back after it."""
        session = model.open(shapes.frames)
        session.remember(0, {1: shapes.mask(DISC, 0)})
        follow(session, range(1, 8))
        session.remember(8, {1: shapes.mask(SQUARE, 8)})
        assert region_similarity(session.track(9)[1].mask, shapes.mask(SQUARE, 9)) > 0.7

    def test_an_object_that_goes_is_absent_and_found_again(self, model: Model) -> None:
        shapes = Shapes(count=12, hidden=frozenset({5, 6, 7}))
        session = model.open(shapes.frames)
        session.remember(0, {DISC: shapes.mask(DISC, 0)})
        made = {t: session.track(t)[DISC] for t in range(1, 12)}
        for segment in made.values():
            check(segment, shapes.frames)
        assert made[4].present
        assert not made[6].present
        assert made[10].present
        assert region_similarity(made[11].mask, shapes.mask(DISC, 11)) > 0.6

    def test_absent_from_the_start_is_absent(self, model: Model, shapes: Shapes) -> None:
        session = model.open(shapes.frames)
        session.remember(0, {1: np.zeros((120, 160), bool)})
        segment = session.track(1)[1]
        check(segment, shapes.frames)
        assert not segment.present

    def test_an_object_may_fill_the_frame(self, model: Model, shapes: Shapes) -> None:
        session = model.open(shapes.frames)
        session.remember(0, {1: np.ones((120, 160), bool)})
        for t in (1, 2, 3):
            assert session.track(t)[1].mask.mean() > 0.9

    @pytest.mark.parametrize(("height", "width"), [(8, 8), (1, 1), (3, 200), (121, 77)])
    def test_odd_sizes_and_masks(self, model: Model, height: int, width: int) -> None:
        frames = noise(height, width)
        one_pixel, corner = np.zeros((2, height, width), bool)
        one_pixel[height // 2, width // 2] = corner[-1, -1] = True
        session = model.open(frames)
        session.remember(0, {1: one_pixel, 2: np.ones((height, width), bool), 3: corner,
                             4: np.zeros((height, width), bool)})
        for t in (1, 2):
            made = session.track(t)
            assert set(made) == {1, 2, 3, 4}
            assert not made[4].present
            for segment in made.values():
                check(segment, frames)


def test_what_a_model_cannot_do_it_says(model: Model, shapes: Shapes) -> None:
    session = model.open(shapes.frames)
    if "discover" not in model.spec.tasks:
        with pytest.raises(NotImplementedError):
            session.discover(0, None)
    session.close()

"""A session on a video, at a tiny checkpoint in the released layout: the seam holds; the masks mean nothing."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
import torch

from backend.errors import BadInput, Unavailable
from backend.masks import Rle
from backend.models.seam import Frames, SearchKind, Segment
from backend.models.store import Options
from backend.models.univs import rules, search, vos
from backend.models.univs.model import UnivsModel
from backend.models.univs.session import UnivsSession
from backend.models.univs.visual import Seeded
from backend.models.univs.vos import Follower, Stuff
from backend.models.vocabulary import VIPSEG
from backend.prompts import Box, Categories, Expression, MaskPrompt, Point, Scribble
from tests import tiny_univs
from tests.moving_shapes import DISC, SQUARE, Pictures, Shapes

SHAPES = Shapes(count=16)
NAMES = Categories(names=["disc", "sky", "square"])
Made = dict[int, dict[int, Segment]]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> UnivsModel:
    folder = tmp_path_factory.mktemp("univs")
    tiny_univs.write_tiny(folder)
    return UnivsModel.load(tiny_univs.tiny_package().SPEC, folder, Options(size=64))


def check(segment: Segment, frames: Frames) -> None:
    assert segment.mask.shape == (frames.height, frames.width) and segment.mask.dtype == np.bool_
    assert 0.0 <= segment.score <= 1.0
    assert segment.present == bool(segment.mask.any())


def follow(session: UnivsSession, frames: range) -> Made:
    return {frame: session.track(frame) for frame in frames}


def same(one: Made, other: Made) -> bool:
    return all((one[frame][object].mask == other[frame][object].mask).all() for frame in one for object in one[frame])


class TestSegment:
    def test_every_prompt_kind_gives_a_mask(self, model: UnivsModel) -> None:
        session = model.open(SHAPES.frames)
        mask = MaskPrompt.of(Rle.from_mask(SHAPES.mask(DISC, 3)))
        given: dict[int, Sequence[Any]] = {
            1: [Point(x=42, y=40)], 2: [Box(x0=24, y0=22, x1=61, y1=59)],
            3: [Scribble(points=[(34, 40), (42, 46), (50, 40)], width=3)], 4: [mask, Point(x=42, y=40)],
            5: [Point(x=5, y=5), Point(x=110, y=70, positive=False)], 6: [Point(x=1, y=1, positive=False)]}
        made = session.segment(3, given)
        assert list(made) == list(given)
        for segment in made.values():
            check(segment, SHAPES.frames)
        assert made[1].mask.any() and made[2].mask.any() and made[3].mask.any()
        assert (made[1].mask != made[2].mask).any() and not made[6].present
        plain = session.segment(3, {5: given[5][:1]})[5]
        assert (made[5].mask <= plain.mask).all() and made[5].mask.sum() < plain.mask.sum()

    def test_a_mask_alone_comes_back_as_it_is(self, model: UnivsModel) -> None:
        mask = SHAPES.mask(SQUARE, 0)
        made = model.open(SHAPES.frames).segment(0, {1: [MaskPrompt.of(Rle.from_mask(mask))]})
        assert (made[1].mask == mask).all()

    def test_objects_do_not_see_each_other(self, model: UnivsModel) -> None:
        session = model.open(SHAPES.frames)
        given = {1: [Point(x=42, y=40)], 2: [Point(x=111, y=73)]}
        together = session.segment(3, given)
        for object, prompts in given.items():
            alone = session.segment(3, {object: prompts})[object].mask
            assert (alone != together[object].mask).mean() < 1e-3  # rounding, where many are computed at once
        assert session.segment(3, {}) == {}


class TestTrack:
    def test_it_is_the_loop_of_the_release(self, model: UnivsModel) -> None:
        """Masks that are given on the first frame: tracking frame by frame is section 3.3's loop over clips."""
        count = 9
        session = model.open(Shapes(count).frames)
        masks = {object: SHAPES.mask(object, 0) for object in (DISC, SQUARE)}
        session.remember(0, masks)
        made = follow(session, range(1, count))
        seen, network = session._seen, model.parts.network
        with torch.inference_mode():
            follower = Follower(network, seen.canvas, vos.Settings(), Seeded(), list(masks),
                                Stuff(torch.zeros(0, network.language)))
            for row, mask in enumerate(masks.values()):
                follower.give(row, 0, seen.canvas.padded_mask(torch.from_numpy(mask)))
            for first, frames in rules.clips(count, 5, 1):
                numbers = range(first, first + frames)
                follower.advance(first, seen.clip(numbers), numbers)
                for frame in numbers[:frames if numbers.stop == count else 1]:
                    logits = follower.masks(frame, 1)[:, 0] > 0
                    if frame:
                        assert (made[frame][DISC].mask == logits[0].numpy()).all()
                        assert (made[frame][SQUARE].mask == (logits[1] & ~logits[0]).numpy()).all()

    @pytest.mark.parametrize("order", [range(9, 16), range(6, -1, -1)])
    def test_it_goes_both_ways_and_comes_out_the_same_again(self, model: UnivsModel, order: range) -> None:
        runs = []
        for _ in range(2):
            session = model.open(SHAPES.frames)
            seed = order[0] - order.step
            session.remember(seed, {object: SHAPES.mask(object, seed) for object in (DISC, SQUARE)})
            runs.append(follow(session, order))
        assert same(*runs)
        for segments in runs[0].values():
            assert set(segments) == {DISC, SQUARE}
            assert not (segments[DISC].mask & segments[SQUARE].mask).any()
            for segment in segments.values():
                check(segment, SHAPES.frames)
        assert any(segments[DISC].present for segments in runs[0].values())

    def test_forgetting_turning_and_coming_late(self, model: UnivsModel) -> None:
        session = model.open(SHAPES.frames)
        assert session.track(1) == {}
        session.remember(0, {DISC: SHAPES.mask(DISC, 0)})
        follow(session, range(1, 4))
        session.remember(3, {SQUARE: SHAPES.mask(SQUARE, 3), 7: np.zeros((120, 160), bool)})
        late = follow(session, range(4, 7))
        assert all(set(segments) == {DISC, SQUARE, 7} and not segments[7].present for segments in late.values())
        session.remember(4, {DISC: SHAPES.mask(DISC, 4)})
        again = follow(session, range(5, 12))
        assert all(set(segments) == {DISC, SQUARE, 7} for segments in again.values())
        session.remember(3, {DISC: SHAPES.mask(DISC, 3)})
        assert session.track(4)[SQUARE].present
        back = follow(session, range(3, 2, -1))
        assert all(set(segments) == {DISC, SQUARE, 7} for segments in back.values())
        session.forget([DISC, 99])
        assert set(session.track(2)) == {SQUARE, 7}
        session.forget([SQUARE, 7])
        assert session.track(1) == {}

    def test_a_correction_changes_the_frames_after_it(self, model: UnivsModel) -> None:
        runs = []
        for correct in (False, True):
            session = model.open(SHAPES.frames)
            session.remember(0, {1: SHAPES.mask(DISC, 0)})
            before = follow(session, range(1, 5))
            if correct:
                session.remember(4, {1: SHAPES.mask(SQUARE, 4)})
            runs.append((before, follow(session, range(5, 8))))
        assert same(runs[0][0], runs[1][0])
        assert (runs[0][1][5][1].mask != runs[1][1][5][1].mask).any()

    def test_segmenting_leaves_the_memory_alone(self, model: UnivsModel) -> None:
        runs = []
        for click in (False, True):
            session = model.open(SHAPES.frames)
            session.remember(0, {DISC: SHAPES.mask(DISC, 0)})
            if click:
                session.segment(9, {DISC: [Point(x=5, y=5)], SQUARE: [Point(x=5, y=5)]})
            runs.append(follow(session, range(1, 3)))
        assert same(*runs)

    def test_a_frame_that_cannot_be_decoded_is_stepped_over(self, model: UnivsModel) -> None:
        shapes = Shapes(count=10, broken=frozenset({4}))
        session = model.open(shapes.frames)
        session.remember(0, {DISC: shapes.mask(DISC, 0)})
        for frame in range(1, 10):
            if frame == 4:
                with pytest.raises(Unavailable):
                    session.track(frame)
            else:
                check(session.track(frame)[DISC], shapes.frames)

    @pytest.mark.parametrize(("count", "height", "width"), [(1, 8, 8), (2, 1, 1), (3, 3, 200), (4, 121, 77)])
    def test_videos_shorter_than_a_clip_and_odd_sizes(
        self, model: UnivsModel, count: int, height: int, width: int
    ) -> None:
        noise = np.random.default_rng(1).integers(0, 255, (count, height, width, 3), dtype=np.uint8)
        frames = Pictures(list(noise))
        session = model.open(frames)
        corner = np.zeros((height, width), bool)
        corner[-1, -1] = True
        session.remember(0, {1: np.ones((height, width), bool), 2: corner})
        for segments in follow(session, range(1, count)).values():
            for segment in segments.values():
                check(segment, frames)
        check(session.segment(0, {1: [Box(x0=-5, y0=-5, x1=width + 5, y1=height + 5)]})[1], frames)

    def test_stuff_takes_the_semantic_map(self, model: UnivsModel, monkeypatch: pytest.MonkeyPatch) -> None:
        sky = VIPSEG.names.index("sky")
        monkeypatch.setattr(vos, "semantic", lambda found, canvas, measured: torch.full(
            (found.masks.shape[1], *canvas.padded), sky))
        monkeypatch.setattr(type(model.parts.concepts), "rows", lambda self, names: torch.randn(len(names), 64))
        session = model.open(SHAPES.frames)
        session.categorize({DISC: "sky", SQUARE: "person", 9: "no such thing"})
        session.remember(0, {object: SHAPES.mask(object, 0) for object in (DISC, SQUARE)})
        assert session.track(1)[DISC].mask.all()
        session.remember(1, {9: SHAPES.mask(SQUARE, 1)})
        assert session.track(2)[DISC].mask.all()
        session.categorize({DISC: "person"})
        session.remember(2, {DISC: SHAPES.mask(DISC, 2)})
        assert not session.track(3)[DISC].mask.all()


def searched(model: UnivsModel, kind: str, query: Any, within: range) -> tuple[Made, dict[int, Any]]:
    under_way = model.open(SHAPES.frames).search(cast(SearchKind, kind), query, within)
    made = {sighting.frame: dict(sighting.segments) for sighting in under_way}
    return made, under_way.tracks()


class TestSearch:
    @pytest.mark.parametrize("within", [range(1, 14), range(3, 5)])
    @pytest.mark.parametrize(("kind", "query"), [
        ("vis", NAMES), ("vps", NAMES), ("vss", NAMES), ("rvos", Expression(text="the disc"))])
    def test_every_frame_once_and_tracks_of_what_was_seen(
        self, model: UnivsModel, kind: str, query: Any, within: range
    ) -> None:
        made, tracks = searched(model, kind, query, within)
        assert list(made) == list(within)
        assert tracks and set(tracks) <= {number for segments in made.values() for number in segments}
        names = {""} if kind == "rvos" else set(NAMES.names)
        for number, track in tracks.items():
            assert set(track.scores) <= names and all(0 <= score <= 1 for score in track.scores.values())
            assert list(track.scores.values()) == sorted(track.scores.values(), reverse=True), number
        for segments in made.values():
            for segment in segments.values():
                check(segment, SHAPES.frames)
            if kind in ("vps", "vss"):
                assert np.sum([segment.mask for segment in segments.values()], axis=0).max(initial=0) <= 1
        if kind == "vss":
            assert not any(track.thing for track in tracks.values())
        if kind == "vps":
            assert all(track.thing != ("sky" in track.scores) for track in tracks.values())

    def test_it_comes_out_the_same_again(self, model: UnivsModel) -> None:
        one, other = (searched(model, "vis", NAMES, range(12)) for _ in range(2))
        assert one[1] == other[1] and same(one[0], other[0])

    @pytest.mark.parametrize(("kind", "query", "code"), [
        ("vis", Expression(text="the disc"), "no_categories"), ("rvos", NAMES, "no_expression"),
        ("rvos", None, "no_expression"), ("vps", Categories(names=["disc", "Disc"]), "double_category"),
        ("vss", Categories(names=["disc", " "]), "empty_category"),
        ("rvos", Expression(text="disc " * 30), "expression_too_long"),
    ])
    def test_bad_queries_are_refused(self, model: UnivsModel, kind: str, query: Any, code: str) -> None:
        with pytest.raises(BadInput) as error:
            searched(model, kind, query, range(5))
        assert error.value.code == code

    @pytest.mark.parametrize(("kind", "settings"), [("vis", "_VIS"), ("vps", "_VPS")])
    def test_nothing_found_is_nothing(
        self, model: UnivsModel, kind: str, settings: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(search, settings, replace(getattr(search, settings), score=2.0))
        made, tracks = searched(model, kind, NAMES, range(12))
        assert list(made) == list(range(12)) and not any(made.values()) and tracks == {}

    def test_a_kind_it_has_not(self, model: UnivsModel) -> None:
        with pytest.raises(NotImplementedError):
            searched(model, "mots", NAMES, range(5))

    @pytest.mark.parametrize("kind", ["vis", "vps"])
    def test_memory_does_not_grow_with_the_video(self, model: UnivsModel, kind: SearchKind) -> None:
        """What is kept after 40 frames is what is kept after 20."""
        frames = Pictures([SHAPES.frames[frame % 16] for frame in range(45)])
        sizes = []
        for sighting in model.open(frames).search(kind, NAMES, range(45)):
            if sighting.frame in (20, 40):
                sizes.append(_tensors())
        assert sizes[1] < 1.2 * sizes[0]


def test_memory_of_tracking_does_not_grow(model: UnivsModel) -> None:
    session = model.open(Pictures([SHAPES.frames[frame % 16] for frame in range(40)]))
    session.remember(0, {DISC: SHAPES.mask(DISC, 0)})
    sizes = []
    for frame in range(1, 31):
        session.track(frame)
        if frame in (15, 30):
            sizes.append(_tensors())
    assert sizes[1] <= sizes[0]
    session.close()


def _tensors() -> int:
    """Bytes of all tensors that are alive."""
    gc.collect()
    return sum(one.nbytes for one in gc.get_objects() if issubclass(type(one), torch.Tensor))

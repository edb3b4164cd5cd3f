"""What a session of UNINEXT does over a video, at tiny weights: what its masks show means nothing."""

from __future__ import annotations

import numpy as np
import pytest

from backend.errors import BadInput
from backend.masks import Rle
from backend.models import vocabulary, weights
from backend.models.seam import Segment, Sighting
from backend.models.uninext import follow
from backend.models.uninext.loading import network_of
from backend.models.uninext.network import UninextNetwork
from backend.models.uninext.session import UninextSession
from backend.models.uninext.template import Cut
from backend.models.uninext.video import UninextVideoSession
from backend.models.uninext.words import Words
from backend.prompts import Box, Categories, Expression, MaskPrompt, Point
from tests import tiny_uninext
from tests.moving_shapes import DISC, SQUARE, Pictures, Shapes

NAMES = Categories(names=["car", "traffic light"])
AROUND_DISC = Box(x0=24, y0=22, x1=61, y1=59)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[UninextNetwork, Words]:
    folder = tmp_path_factory.mktemp("uninext")
    tiny_uninext.write_tiny(folder)
    network = network_of(weights.read(folder / "model_final.pth"))
    return network, Words.read((folder,), network.words, network.longest)


@pytest.fixture
def session(tiny: tuple[UninextNetwork, Words], shapes: Shapes) -> UninextVideoSession:
    return opened(tiny, shapes.frames)


def opened(tiny: tuple[UninextNetwork, Words], frames: Pictures) -> UninextVideoSession:
    return UninextVideoSession(frames, *tiny, "UNINEXT", limit=tiny_uninext.SIDE)


def check(segment: Segment, frames: Pictures) -> None:
    assert segment.mask.shape == (frames.height, frames.width) and segment.mask.dtype == np.bool_
    assert 0 <= segment.score <= 1 and segment.present == bool(segment.mask.any())
    if segment.box is not None:
        x0, y0, x1, y1 = segment.box
        assert 0 <= x0 <= x1 <= frames.width and 0 <= y0 <= y1 <= frames.height


class TestSegment:
    def test_a_box_gives_a_mask_each_object_by_itself(self, session: UninextVideoSession, shapes: Shapes) -> None:
        prompts = {DISC: [AROUND_DISC], SQUARE: [Box(x0=90, y0=50, x1=130, y1=95)]}
        together = session.segment(3, prompts)
        for object, given in prompts.items():
            check(together[object], shapes.frames)
            assert together[object].present and together[object].box is not None
            assert (session.segment(3, {object: given})[object].mask == together[object].mask).all()

    def test_of_the_queries_that_overlap_the_box_the_likeliest(
        self, session: UninextVideoSession, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        near = session.segment(3, {1: [AROUND_DISC]})[1].box
        made = follow.find
        monkeypatch.setattr("backend.models.uninext.video.find", lambda *given, weigh: made(*given))
        likeliest = session.segment(3, {1: [AROUND_DISC]})[1].box
        assert near is not None and likeliest is not None and near != likeliest

        def shared(box: tuple[float, float, float, float]) -> float:
            return (max(0, min(box[2], AROUND_DISC.x1) - max(box[0], AROUND_DISC.x0))
                    * max(0, min(box[3], AROUND_DISC.y1) - max(box[1], AROUND_DISC.y0)))

        assert shared(near) > shared(likeliest)

    def test_a_mask_comes_back_as_it_is_until_a_box_is_drawn(
        self, session: UninextVideoSession, shapes: Shapes
    ) -> None:
        given = MaskPrompt.of(Rle.from_mask(shapes.mask(DISC, 3)))
        assert (session.segment(3, {1: [given]})[1].mask == shapes.mask(DISC, 3)).all()
        assert not session.segment(3, {1: []})[1].present
        boxed = session.segment(3, {1: [given, AROUND_DISC]})[1]
        assert (boxed.mask == session.segment(3, {1: [AROUND_DISC]})[1].mask).all()

    def test_where_no_query_is_in_the_box_the_likeliest(self, session: UninextVideoSession) -> None:
        corner = session.segment(3, {1: [Box(x0=157, y0=1, x1=159, y1=3)]})[1]
        assert corner.present and corner.box is not None and corner.box[0] < 157

    def test_points_are_refused(self, session: UninextVideoSession) -> None:
        with pytest.raises(BadInput) as error:
            session.segment(3, {1: [AROUND_DISC, Point(x=42, y=40)]})
        assert error.value.code == "prompt_not_taken"


class TestTrack:
    @pytest.mark.parametrize("order", [range(1, 4), range(10, 7, -1)])
    def test_both_directions_the_same_again(
        self, tiny: tuple[UninextNetwork, Words], shapes: Shapes, order: range
    ) -> None:
        runs = []
        for _ in range(2):
            session = opened(tiny, shapes.frames)
            start = order[0] - order.step
            session.remember(start, {one: shapes.mask(one, start) for one in (DISC, SQUARE)})
            runs.append([session.track(frame) for frame in order])
        for one, other in zip(*runs, strict=True):
            assert set(one) == {DISC, SQUARE}
            assert not (one[DISC].mask & one[SQUARE].mask).any()
            for object, segment in one.items():
                check(segment, shapes.frames)
                assert (segment.mask == other[object].mask).all()

    def test_on_a_trusted_frame_it_is_what_was_said(self, session: UninextVideoSession, shapes: Shapes) -> None:
        session.remember(2, {DISC: shapes.mask(DISC, 2)})
        session.track(3)
        session.remember(4, {DISC: np.zeros_like(shapes.mask(DISC, 4)), SQUARE: shapes.mask(SQUARE, 4)})
        made = session.track(4)
        assert not made[DISC].present and made[DISC].score == 1
        assert (made[SQUARE].mask == shapes.mask(SQUARE, 4)).all() and made[SQUARE].score == 1

    def test_the_template_is_of_the_nearest_mask_and_a_correction_begins_anew(
        self, session: UninextVideoSession, shapes: Shapes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cut: list[tuple[bool, int]] = []
        made = Cut.of_mask

        def of_mask(self: Cut, pixels: object, mask: np.ndarray, found: bool = False) -> object:
            cut.append((found, int(mask.sum())))
            return made(self, pixels, mask, found)  # type: ignore[arg-type]

        monkeypatch.setattr(Cut, "of_mask", of_mask)
        areas = {at: int(shapes.mask(DISC, at).sum()) + at for at in (0, 8)}
        for at in areas:
            mask = shapes.mask(DISC, at).copy()
            mask[-1, :at] = True
            session.remember(at, {DISC: mask})
        for frame in range(7, 2, -1):
            session.track(frame)
        given = [area for found, area in cut if not found]
        assert given == [areas[8], areas[0]]  # nearer to 0 from 3 on
        cut.clear()
        session.remember(3, {DISC: shapes.mask(SQUARE, 3)})
        trail = session._of_masks._trails[DISC]
        assert trail.latest is None
        session.track(2)
        assert cut[0] == (False, int(shapes.mask(SQUARE, 3).sum()))

    def test_an_unsure_object_is_absent_and_makes_no_template(
        self, session: UninextVideoSession, shapes: Shapes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = follow.find

        def unsure(*given: object) -> list[follow.Best]:
            return [one._replace(score=0.4) for one in made(*given)]  # type: ignore[arg-type]

        session.remember(0, {DISC: shapes.mask(DISC, 0)})
        with monkeypatch.context() as patch:
            patch.setattr(follow, "find", unsure)
            found = session.track(1)[DISC]
            assert not found.present and found.score == pytest.approx(0.6)
            assert session._of_masks._trails[DISC].latest is None
        assert session.track(2)[DISC].present

    def test_a_box_alone_is_followed(self, session: UninextVideoSession, shapes: Shapes) -> None:
        session.remember_boxes(0, {DISC: (14, 24, 46, 56)})
        for frame in (1, 2):
            found = session.track(frame)[DISC]
            check(found, shapes.frames)
            assert found.box is not None
        assert session._of_boxes._trails[DISC].latest is None  # not after so few frames
        session.remember(3, {DISC: shapes.mask(DISC, 3)})
        assert session._of_boxes.objects == [] and session._of_masks.objects == [DISC]
        session.remember_boxes(4, {DISC: (14, 24, 46, 56)})
        assert session._of_masks.objects == []

    def test_little_is_kept_however_long_the_video(self, tiny: tuple[UninextNetwork, Words], shapes: Shapes) -> None:
        session = opened(tiny, shapes.frames)
        for frame in range(10):
            session.remember(frame, {DISC: shapes.mask(DISC, frame)})
            session.track(frame + 1)
        assert len(session._of_masks._trails[DISC].trusted) == follow.Rules().trusted
        assert len(session._features) == len(session._pictures) == 2
        session.forget([DISC, 99])
        assert session.track(11) == {}
        session.close()
        assert not session._features

    @pytest.mark.parametrize(("height", "width"), [(8, 8), (1, 1), (3, 200), (121, 77)])
    def test_odd_sizes(self, tiny: tuple[UninextNetwork, Words], height: int, width: int) -> None:
        frames = Pictures(list(np.random.default_rng(1).integers(0, 255, (2, height, width, 3), dtype=np.uint8)))
        session = opened(tiny, frames)
        pixel, corner = np.zeros((2, height, width), bool)
        pixel[height // 2, width // 2] = corner[-1, -1] = True
        session.remember(0, {1: pixel, 2: np.ones((height, width), bool), 3: corner, 4: corner & False})
        made = session.track(1)
        assert set(made) == {1, 2, 3, 4} and not made[4].present
        for segment in (*made.values(), session.segment(0, {1: [Box(x0=-5, y0=-5, x1=999, y1=999)]})[1]):
            check(segment, frames)
        assert len(list(session.search("rvos", Expression(text="it"), range(2)))) == 2


class TestSearch:
    @pytest.mark.parametrize("kind", ["vis", "mots"])
    def test_categories(self, session: UninextVideoSession, shapes: Shapes, kind: str) -> None:
        session.remember(0, {DISC: shapes.mask(DISC, 0)})
        search = session.search(kind, NAMES, range(2, 6))  # type: ignore[arg-type]
        seen = list(search)
        assert [one.frame for one in seen] == [2, 3, 4, 5]
        for one in seen:
            for segment in one.segments.values():
                check(segment, shapes.frames)
            assert (set(one.categories) == set(one.segments)) if kind == "mots" else not one.categories
        tracks = search.tracks()
        followed = [id for id in tracks if sum(id in one.segments for one in seen) > 1]
        assert followed and set(tracks) <= {id for one in seen for id in one.segments}
        for track in tracks.values():
            scores = list(track.scores.values())
            assert set(track.scores) <= set(NAMES.names) and scores == sorted(scores, reverse=True)
            assert track.thing and (kind == "vis" or len(scores) == 1)

    def test_every_category_of_a_long_list_is_asked_for(self, session: UninextVideoSession) -> None:
        (seen,) = session.search("mots", None, range(1))
        names = vocabulary.COCO.names
        assert len(session._asked[names].prompts) > 1  # tokens of the tiny vocabulary are letters
        assert set(seen.categories.values()) <= set(names)

    def test_an_expression(self, session: UninextVideoSession, shapes: Shapes) -> None:
        search = session.search("rvos", Expression(text="the red disc"), range(3))
        assert search.tracks() == {}
        seen: list[Sighting] = list(search)
        for one in seen:
            check(one.segments[0], shapes.frames)
        (track,) = search.tracks().values()
        assert track.scores[""] == pytest.approx(np.mean([one.segments[0].score for one in seen]), abs=1e-6)

    def test_wrong_queries(self, session: UninextVideoSession) -> None:
        for kind, query in (("rvos", NAMES), ("rvos", None), ("vis", Expression(text="it")), (
                "mots", Expression(text="it")), ("vis", Categories(names=["car", "Car"])), (
                "rvos", Expression(text="a " * 300))):
            with pytest.raises(BadInput):
                session.search(kind, query, range(2))  # type: ignore[arg-type]
        with pytest.raises(NotImplementedError):
            session.search("vps", NAMES, range(2))


def test_weights_of_pictures_alone_say_so(tiny: tuple[UninextNetwork, Words], shapes: Shapes) -> None:
    session = UninextSession(shapes.frames, *tiny, "UNINEXT", limit=tiny_uninext.SIDE)
    for call in (lambda: session.segment(0, {}), lambda: session.track(0),
                 lambda: session.search("vis", NAMES, range(2))):
        with pytest.raises(NotImplementedError):
            call()

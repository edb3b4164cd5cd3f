"""What a session of UNINEXT finds on a frame, at tiny weights of the stage on pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backend.errors import BadInput, Unavailable
from backend.models import store, verify
from backend.models.seam import Candidate
from backend.models.uninext.session import LEAST, UninextSession
from backend.prompts import Categories, Expression
from tests import tiny_uninext
from tests.moving_shapes import Pictures, Shapes

NAME = "uninext-r50-image"
NAMES = Categories(names=["red disc", "square (blue)", "traffic_light"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("weights")
    tiny_uninext.write_tiny(made / NAME, video=False)
    tiny_uninext.write_tiny(made / "uninext-r50", video=False)
    return made


@pytest.fixture(autouse=True)
def here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHLINE_WEIGHTS", str(folder))
    store.use(NAME, store.Options(size=tiny_uninext.SIDE))


@pytest.fixture
def session(shapes: Shapes) -> UninextSession:
    return opened(shapes.frames)


def opened(frames: Pictures) -> UninextSession:
    opened = tiny_uninext.tiny_package(NAME).load().open(frames)
    assert isinstance(opened, UninextSession)
    return opened


def check(candidate: Candidate, frames: Pictures) -> None:
    segment = candidate.segment
    assert segment.mask.shape == (frames.height, frames.width) and segment.mask.dtype == np.bool_
    assert segment.present and 0 <= segment.score <= 1 and segment.box is not None
    assert segment.mask.any() or candidate.category is None  # what an expression means may be a box alone
    x0, y0, x1, y1 = segment.box
    assert 0 <= x0 < x1 <= frames.width and 0 <= y0 < y1 <= frames.height


def test_each_thing_is_proposed_once_under_the_name_it_was_asked_for(session: UninextSession, shapes: Shapes) -> None:
    found = session.discover(3, NAMES)
    assert len(found) > 2
    for one in found:
        check(one, shapes.frames)
        assert one.category in NAMES.names and one.segment.score >= LEAST
    assert [one.segment.score for one in found] == sorted((one.segment.score for one in found), reverse=True)
    assert [(one.segment.mask == other.segment.mask).all() for one, other in zip(
        found, session.discover(3, NAMES), strict=True)] == [True] * len(found)


def test_what_is_known_is_not_proposed(session: UninextSession) -> None:
    found = session.discover(3, NAMES)
    session.remember(3, {7: found[0].segment.mask})
    left = session.discover(3, NAMES)
    assert not any((one.segment.mask == found[0].segment.mask).all() for one in left)
    session.forget([7])
    assert len(session.discover(3, NAMES)) == len(found)


def test_an_expression_gives_the_best(session: UninextSession, shapes: Shapes) -> None:
    (found,) = session.discover(3, Expression(text="The disc, on the left!"))
    check(found, shapes.frames)
    assert found.category is None


def test_without_a_query_coco_is_looked_for(session: UninextSession) -> None:
    assert {one.category for one in session.discover(3, None)} - set(NAMES.names)


@pytest.mark.parametrize(("height", "width"), [(8, 8), (1, 1), (3, 200), (121, 77)])
def test_odd_sizes(height: int, width: int) -> None:
    pictures = Pictures(list(np.random.default_rng(1).integers(0, 255, (2, height, width, 3), dtype=np.uint8)))
    for query in (NAMES, Expression(text="a dog")):
        for one in opened(pictures).discover(0, query):
            check(one, pictures)


@pytest.mark.parametrize("query", [
    Categories(names=["dog", "DOG"]), Categories(names=[" "]), Categories(names=["犬"]),
    Expression(text="dog " * 300), Expression(text="犬"),
])
def test_queries_that_cannot_be_asked(session: UninextSession, query: Categories | Expression) -> None:
    with pytest.raises(BadInput):
        session.discover(0, query)


def test_a_frame_that_cannot_be_decoded(session: UninextSession) -> None:
    broken = Shapes(count=4, broken=frozenset({2}))
    with pytest.raises(Unavailable):
        opened(broken.frames).discover(2, NAMES)
    session.close()


def test_pictures_alone_cannot_be_followed(session: UninextSession, shapes: Shapes) -> None:
    for ask in (lambda: session.track(1), lambda: session.segment(0, {}), lambda: session.search(
            "vis", NAMES, range(2))):
        with pytest.raises(NotImplementedError):
            ask()
    with pytest.raises(BadInput, match="pictures alone"):
        tiny_uninext.tiny_package("uninext-r50").load()


def test_its_weights_can_be_verified() -> None:
    assert [one.name for one in verify.checks(tiny_uninext.tiny_package(NAME).load())] == ["discover"]

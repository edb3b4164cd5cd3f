"""What a session makes of answers, whatever network gives them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch

from backend.errors import Unavailable
from backend.models.known import KEPT, NEAR
from backend.models.ufo import heads
from backend.models.ufo.session import Abilities, UfoSession
from backend.prompts import Categories, Expression, Question
from tests.moving_shapes import DISC, SQUARE, Shapes

NAMES = Categories(names=["Disc", "traffic, light"])


class Said:
    """An asker whose answers are known: the disc and the square of a frame, each twice."""

    def __init__(self, shapes: Shapes, frame: int) -> None:
        self.masks = np.stack([shapes.mask(one, frame) for one in (SQUARE, DISC, DISC, SQUARE)])
        self.names: Sequence[str] = ()
        self.seen: list[tuple[int, ...]] = []

    def instances(self, frame: Any, names: Sequence[str]) -> Any:
        self.names = names
        return torch.from_numpy(self.masks), torch.tensor([0.9, 0.8, 0.7, 0.6]), torch.tensor([1, 0, 0, 0])

    def boxes(self, frame: Any, names: Sequence[str]) -> Any:
        return (np.array([[10.5, 20, 30, 40.2], [3, 3, 3, 9]], np.float32), np.array([0.5, 1.5], np.float32),
                np.array([0, 1]))

    def regions(self, frame: Any, names: Sequence[str]) -> Any:
        return torch.from_numpy(np.where(self.masks[1], 1, heads.IGNORED))

    def referred_mask(self, frame: Any, text: str, reasoning: bool) -> Any:
        return torch.from_numpy(self.masks[1] * (0.9 if text == "disc" else 0.1)), 0.9

    def referred_box(self, frame: Any, text: str) -> Any:
        return np.array([10, 20, 30, 40], np.float32), 0.7

    def caption(self, frame: Any) -> str:
        self.seen.append(frame.shape)
        return "a thing"


@pytest.fixture
def said(shapes: Shapes) -> Said:
    return Said(shapes, 3)


def session(shapes: Shapes, said: Said, **can: Any) -> UfoSession:
    return UfoSession(shapes.frames, said, Abilities(**can), "UFO")


def test_objects_of_categories_best_first_and_each_once(shapes: Shapes, said: Said) -> None:
    found = session(shapes, said, categories="instances").discover(3, NAMES)
    assert [(one.category, round(one.segment.score, 2)) for one in found] == [
        ("traffic, light", 0.9), ("Disc", 0.8), ("Disc", 0.6)]  # the square was said to be a disc, too
    assert said.names == ["disc", "traffic light"]
    assert (found[1].segment.mask == shapes.mask(DISC, 3)).all()


def test_without_a_query_the_classes_of_coco_are_looked_for(shapes: Shapes, said: Said) -> None:
    session(shapes, said, categories="instances").discover(3, None)
    assert len(said.names) == 80 and said.names[0] == "person"


def test_what_is_known_on_the_frame_is_not_proposed(shapes: Shapes, said: Said) -> None:
    at_work = session(shapes, said, categories="instances")
    at_work.remember(3, {7: shapes.mask(DISC, 3)})
    assert {one.category for one in at_work.discover(3, NAMES)} == {"traffic, light", "Disc"}
    at_work.remember(3, {8: shapes.mask(SQUARE, 3)})
    assert at_work.discover(3, NAMES) == []
    at_work.forget([7, 8, 9])
    assert len(at_work.discover(3, NAMES)) == 3


def test_an_object_known_nearby_is_proposed_as_itself(shapes: Shapes, said: Said) -> None:
    at_work = session(shapes, said, categories="instances")
    at_work.remember(4, {7: shapes.mask(DISC, 4)})
    at_work.remember(3 + NEAR + 1, {8: shapes.mask(SQUARE, 3)})
    assert [one.object for one in at_work.discover(3, NAMES)] == [None, 7, None]


def test_few_masks_of_an_object_are_kept(shapes: Shapes, said: Said) -> None:
    at_work = session(shapes, said)
    for frame in range(16):
        at_work.remember(frame, {7: shapes.mask(DISC, frame)})
    assert list(at_work._known._masks[7]) == list(range(16 - KEPT, 16))
    at_work.close()
    assert not at_work._known._masks


def test_boxes_are_filled(shapes: Shapes, said: Said) -> None:
    (one,) = session(shapes, said, categories="boxes").discover(3, NAMES)  # the other has no area
    rows, columns = np.nonzero(one.segment.mask)
    assert (columns.min(), rows.min(), columns.max(), rows.max()) == (10, 20, 29, 40)
    (one,) = session(shapes, said, expressions="box").discover(3, Expression(text="disc"))
    assert one.segment.mask.sum() == 400 and one.segment.score == 0.7


def test_regions_are_a_candidate_a_category(shapes: Shapes, said: Said) -> None:
    (one,) = session(shapes, said, categories="regions").discover(3, NAMES)
    assert one.category == "traffic, light" and (one.segment.mask == shapes.mask(DISC, 3)).all()


def test_an_expression_that_finds_nothing_gives_no_empty_object(shapes: Shapes, said: Said) -> None:
    at_work = session(shapes, said, expressions="mask")
    assert len(at_work.discover(3, Expression(text="disc"))) == 1
    assert at_work.discover(3, Expression(text="nothing")) == []


def test_captions_of_a_frame_and_of_objects(shapes: Shapes, said: Said) -> None:
    at_work, disc = session(shapes, said, captions=True), shapes.mask(DISC, 3)
    assert at_work.answer(Question(text="what?"), {}).text == "a thing"
    assert said.seen.pop() == shapes.frames[0].shape
    masks = {3: disc, 4: np.zeros_like(disc)}
    text = at_work.answer(Question(text="what?"), {7: masks, 8: {9: disc}, 9: {4: masks[4]}}, range(3, 5)).text
    assert text == "[7] a thing\n[8] is not seen there.\n[9] is not seen there."
    rows, columns = (np.ptp(one) + 1 for one in np.nonzero(disc))
    assert said.seen == [(rows + 2 * round(rows * 0.1), columns + 2 * round(columns * 0.1), 3)]


def test_what_it_cannot_do_it_says(shapes: Shapes, said: Said) -> None:
    at_work = session(shapes, said)
    for call in (lambda: at_work.segment(0, {}), lambda: at_work.track(0), lambda: at_work.discover(0, None),
                 lambda: at_work.discover(0, Expression(text="disc")), lambda: at_work.answer(Question(text="?"), {})):
        with pytest.raises(NotImplementedError):
            call()


def test_a_full_gpu_is_told(shapes: Shapes, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise torch.cuda.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(said, "instances", full)
    with pytest.raises(Unavailable) as error:
        session(shapes, said, categories="instances").discover(3, NAMES)
    assert error.value.code == "out_of_memory" and "models use" in error.value.remedy

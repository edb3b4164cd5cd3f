import numpy as np

from backend.models.compact.bank import MAX_RECENT, MAX_TRUSTED, RECENT_EVERY, Bank, Recall
from backend.models.compact.graphs import Encoded
from backend.models.compact.shapes import OTHERS, OWN, TOKEN

ROWS, COLUMNS = 32, 48


def encoded() -> Encoded:
    address = np.zeros((1, 96, TOKEN), np.float32)
    return Encoded(np.zeros((1, 1, 8, 12), np.float32), address, address, address, address, address)


def mask(value: float = 1.0) -> np.ndarray:
    return np.full((ROWS, COLUMNS), value, np.float32)


def test_the_bank_stays_bounded_over_a_long_video() -> None:
    bank = Bank()
    bank.trust(0, encoded(), {1: mask(), 2: mask(0)}, {1: True, 2: False})
    for frame in range(1, 500):
        bank.follow(frame, encoded(), {1: mask(), 2: mask(0)}, {1: True, 2: False})
        if frame % 50 == 0:
            bank.trust(frame, encoded(), {1: mask()}, {1: True})
        assert len(bank.kept) <= MAX_TRUSTED + MAX_RECENT + 2
    trail = bank.trails[1]
    assert len(trail.trusted) == MAX_TRUSTED
    assert trail.last == 499


def test_the_ring_holds_frames_apart_that_show_the_object() -> None:
    bank = Bank()
    bank.trust(0, encoded(), {1: mask()}, {1: True})
    for frame in range(1, 40):
        bank.follow(frame, encoded(), {1: mask()}, {1: not 10 <= frame < 20})
    assert list(bank.trails[1].recent) == [24, 27, 30, 33, 36, 39]
    assert all(frame % RECENT_EVERY == 0 for frame in bank.trails[1].recent)


def test_ground_far_from_every_object_is_thinned() -> None:
    bank = Bank()
    one, other = mask(0), mask(0)
    one[0, 0], other[31, 47] = 0.1, 1.0
    bank.trust(0, encoded(), {1: one, 2: other}, {1: True, 2: True})
    telling = np.zeros(96, bool)
    telling[bank.kept[0].telling()] = True
    cells = telling.reshape(8, 12)
    assert cells[:3, :3].all()
    assert cells[-3:, -3:].all()
    assert cells[::2, ::2].all()
    assert not cells[3:5, 1::2].any()
    assert telling.sum() < 48


def test_a_new_trusted_frame_drops_what_was_tracked() -> None:
    bank = Bank()
    bank.trust(0, encoded(), {1: mask()}, {1: True})
    for frame in range(1, 12):
        bank.follow(frame, encoded(), {1: mask()}, {1: True})
    bank.trust(6, encoded(), {1: mask()}, {1: True})
    assert bank.trails[1].recall(7) == Recall((0, 6), (), 6, anywhere=False)
    assert set(bank.kept) == {0, 6}


def test_values_are_due_again_when_a_neighbour_comes() -> None:
    bank = Bank()
    bank.trust(0, encoded(), {1: mask()}, {1: True})
    bank.kept[0].stale.clear()
    bank.trust(0, encoded(), {2: mask(0.5)}, {2: True})
    assert bank.kept[0].stale == {1, 2}
    assert bank.kept[0].draw(1)[OWN].max() == 1
    assert bank.kept[0].draw(1)[OTHERS].max() == 0.5


def test_forgetting_leaves_nothing_of_an_object() -> None:
    bank = Bank()
    bank.trust(0, encoded(), {1: mask(), 2: mask()}, {1: True, 2: True})
    bank.forget([2, 77])
    assert set(bank.kept[0].own) == {1}
    bank.forget([1])
    assert not bank.kept
    assert not bank.trails

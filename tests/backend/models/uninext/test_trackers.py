"""Rules of the trackers, of templates and of sharing out pixels that no golden case shows by itself."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from backend.models.uninext import quasi_dense
from backend.models.uninext.follow import aggregate
from backend.models.uninext.idol import DOUBLE, LOOSE, Idol
from backend.models.uninext.quasi_dense import QuasiDense
from backend.models.uninext.template import Cut

SURE = 9.0
"""Length of embeddings that makes others unlike."""


def embeddings(*kinds: int) -> Tensor:
    return SURE * torch.eye(8)[list(kinds)]


def apart(count: int) -> Tensor:
    """Masks that do not overlap: bool (count, 8, 8)."""
    masks = torch.zeros(count, 8, 8, dtype=torch.bool)
    for row in range(count):
        masks[row, row] = True
    return masks


def beside(count: int) -> Tensor:
    """Boxes that do not overlap."""
    return torch.tensor([[10.0 * row, 0, 10 * row + 8, 8] for row in range(count)])


class TestIdol:
    def test_objects_keep_their_tracks_whatever_their_order(self) -> None:
        tracker = Idol()
        assert tracker.step(torch.tensor([0.9, 0.8]), apart(2), embeddings(0, 1)).ids == [0, 1]
        assert tracker.step(torch.tensor([0.9, 0.8, 0.7]), apart(3), embeddings(2, 1, 0)).ids == [2, 1, 0]

    def test_doubles_go_and_what_is_unlikely_begins_no_track(self) -> None:
        masks = apart(4)
        masks[1] = masks[0]
        masks[3, 0] = True  # overlaps the first, but not enough to be it
        joined = Idol().step(torch.tensor([0.9, 0.8, 0.2, 0.1]), masks, embeddings(0, 1, 2, 3))
        assert joined.rows == [0, 2, 3] and joined.ids == [0, LOOSE, DOUBLE]
        assert list(joined.tracked()) == [(0, 0)]

    def test_empty_masks_are_one(self) -> None:
        masks = torch.zeros(2, 8, 8, dtype=torch.bool)
        assert Idol().step(torch.tensor([0.9, 0.8]), masks, embeddings(0, 1)).rows == [0]

    def test_of_several_likely_tracks_the_one_that_was_there_longer(self) -> None:
        tracker = Idol()
        for _ in range(5):
            tracker.step(torch.tensor([0.9]), apart(1), embeddings(0))
        tracker.step(torch.tensor([0.9]), apart(1), embeddings(1))
        between = embeddings(0) * 1.5 + embeddings(1) * 1.501  # a little more like the younger one
        assert tracker.step(torch.tensor([0.9]), apart(1), between).ids == [0]

    def test_a_track_is_forgotten_after_ten_frames(self) -> None:
        for gap, id in ((8, 0), (9, 0), (10, 1)):
            tracker = Idol()
            tracker.step(torch.tensor([0.9]), apart(1), embeddings(0))
            for _ in range(gap):
                tracker.step(torch.zeros(0), apart(0), embeddings())
            assert tracker.alive == (id == 0)
            assert tracker.step(torch.tensor([0.9]), apart(1), embeddings(0)).ids == [id]

    def test_little_is_remembered(self) -> None:
        tracker = Idol()
        for frame in range(50):
            tracker.step(torch.tensor([0.9, 0.9]), apart(2), embeddings(0, 1 + frame % 7))
        assert tracker.alive <= 8 and len(tracker._trails[0].embeddings) == 3


class TestQuasiDense:
    def test_a_category_is_part_of_a_track(self) -> None:
        tracker = QuasiDense()
        scores, labels = torch.tensor([0.9]), torch.tensor([0])
        assert tracker.step(scores, labels, beside(1), embeddings(0)).ids == [0]
        assert tracker.step(scores, labels + 1, beside(1), embeddings(0)).ids == [1]
        assert tracker.step(scores, labels, beside(1), embeddings(0)).ids == [0]

    def test_an_unsure_row_neither_goes_on_nor_begins(self) -> None:
        tracker = QuasiDense()
        labels = torch.zeros(2, dtype=torch.long)
        tracker.step(torch.tensor([0.9]), labels[:1], beside(1), embeddings(0))
        assert tracker.step(torch.tensor([0.25, 0.2]), labels, beside(2), embeddings(0, 1)).ids == [DOUBLE, LOOSE]

    def test_what_was_ground_stays_ground_for_a_frame(self) -> None:
        tracker = QuasiDense()
        labels = torch.zeros(2, dtype=torch.long)
        assert tracker.step(torch.tensor([0.9, 0.35]), labels, beside(2), embeddings(0, 1)).ids == [0, LOOSE]
        assert len(tracker._ground) == 1
        blend = embeddings(0) * 0.9 + embeddings(1)
        assert tracker.step(torch.tensor([0.35]), labels[:1], beside(1), blend).ids == [LOOSE]
        assert tracker.step(torch.tensor([0.35]), labels[:1], beside(1), embeddings(0)).ids == [0]

    def test_overlapping_rows_of_whatever_category_are_one(self) -> None:
        boxes = beside(3)
        boxes[1] = boxes[0] + torch.tensor([0, 0, 1, 0])  # by 8/9
        boxes[2] = boxes[0] + torch.tensor([0, 0, 8, 0])  # by 1/2
        sure, unsure = torch.tensor([0.9, 0.8, 0.7]), torch.tensor([0.9, 0.8, 0.2])
        labels = torch.arange(3)
        assert QuasiDense().step(sure, labels, boxes, embeddings(0, 1, 2)).rows == [0, 2]
        assert QuasiDense().step(unsure, labels, boxes, embeddings(0, 1, 2)).rows == [0]

    def test_little_is_remembered(self) -> None:
        tracker = QuasiDense(quasi_dense.Rules(match=2.0))  # nothing goes on
        for _ in range(40):
            tracker.step(torch.tensor([0.9, 0.2]), torch.zeros(2, dtype=torch.long), beside(2), embeddings(0, 1))
        assert tracker.alive == 10 and len(tracker._ground) == 1


class TestTemplate:
    picture = torch.arange(3 * 40 * 60, dtype=torch.float32).view(3, 40, 60)

    def test_the_square_around_a_box(self) -> None:
        """Twice the root of the area: 16 around 4 x 16 at (10, 8), from (4, 8) on."""
        made = Cut(size=16).of_box(self.picture, (10, 8, 4, 16))
        assert made is not None and not made.padding.any()
        assert (made.pixels[:3] == self.picture[:, 8:24, 4:20]).all()
        columns = made.pixels[3].any(0).nonzero()[:, 0].tolist()
        assert columns == [6, 7, 8, 9] and bool(made.pixels[3, :, 6:10].all())

    def test_what_is_beyond_the_picture_is_padding_and_so_is_its_last_column(self) -> None:
        made = Cut(size=16).of_box(self.picture, (52, 10, 8, 8))
        assert made is not None  # columns 48 to 63 of 60
        assert made.padding.any(0).tolist() == [False] * 11 + [True] * 5
        assert not made.pixels[:3, :, 11:].any()
        assert made.pixels[3, :, 4:12].any() and (made.pixels[:3, :, :11] == self.picture[:, 6:22, 48:59]).all()

    def test_what_the_backbone_adds_to_a_picture_counts_as_picture(self) -> None:
        mask = torch.zeros(40, 60, dtype=torch.bool)
        mask[10:18, 52:60] = True
        for made in (Cut(16, multiple=32).of_box(self.picture, (52, 10, 8, 8)),
                     Cut(16, multiple=32).of_mask(self.picture, mask)):
            assert made is not None  # columns 48 to 63 of 64, of which the last is not seen
            assert made.padding.any(0).tolist() == [False] * 15 + [True]
            assert (made.pixels[:3, :, :12] == self.picture[:, 6:22, 48:60]).all()
            assert not made.pixels[:3, :, 12:].any()
            assert made.pixels[3].any(0).nonzero()[:, 0].tolist() == list(range(4, 12))

    def test_a_mask_in_whatever_size(self) -> None:
        mask = torch.zeros(20, 30, dtype=torch.bool)
        mask[5:9, 6:10] = True
        given, large = Cut(16).of_mask(self.picture, mask), Cut(16).of_mask(
            self.picture, mask.repeat_interleave(2, 0).repeat_interleave(2, 1))
        assert given is not None and large is not None
        assert all((one == other).all() for one, other in zip(given, large, strict=True))
        assert float(given.pixels[3].sum()) == 8 * 8

    @pytest.mark.parametrize("box", [(5, 5, 0, 9), (5, 5, 9, -1), (90, 5, 4, 4), (-30, 5, 4, 4)])
    def test_there_may_be_nothing_to_see(self, box: tuple[float, float, float, float]) -> None:
        assert Cut().of_box(self.picture, box) is None

    def test_thin_masks(self) -> None:
        mask = torch.zeros(40, 60, dtype=torch.bool)
        assert Cut().of_mask(self.picture, mask) is None
        mask[7, 3:30] = True
        assert Cut().of_mask(self.picture, mask) is not None
        assert Cut().of_mask(self.picture, mask, found=True) is None


def test_pixels_go_to_who_claims_them_most() -> None:
    claims = torch.tensor([[0.9, 0.6, 0.4, 0.0, 1.0], [0.8, 0.7, 0.4, 0.2, 1.0]])[:, None]
    assert aggregate(claims, (1, 5)).tolist() == [[1, 2, 1, 0, 1]]  # of 0.4 twice nobody has 0.36
    assert aggregate([], (1, 5)).tolist() == [[0] * 5]

"""VPQ and STQ against numbers worked out by hand from their definitions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from backend.errors import BadInput, NotFound
from backend.formats.vipseg import as_colour, of_colour
from backend.quality.benchmark import panoptic

CATEGORIES = [{"id": 1, "name": "sky", "isthing": 0}, {"id": 2, "name": "dog", "isthing": 1}]
Picture = list[list[int]]
SKY, LEFT, RIGHT = 1000, 7, 70000
"""Numbers of segments; the last one needs three channels."""


def write(folder: Path, pictures: Sequence[Picture], categories: dict[int, int], crowd: int = -1) -> list[dict]:
    """The pictures of one video, and what the JSON says of them."""
    folder.mkdir(parents=True)
    about = []
    for frame, picture in enumerate(pictures):
        numbers = np.array(picture)
        Image.fromarray(as_colour(numbers)).save(folder / f"{frame:05d}.png")
        segments = [{"id": int(one), "category_id": categories[int(one)], "iscrowd": int(one == crowd)}
                    for one in np.unique(numbers) if one]
        about.append({"file_name": f"{frame:05d}.png", "segments_info": segments})
    return about


def score(tmp_path: Path, true: Sequence[Picture], found: Sequence[Picture], crowd: int = -1,
          **found_categories: int) -> dict[str, float]:
    categories = {SKY: 1, LEFT: 2, RIGHT: 2}
    truth = write(tmp_path / "panomasksRGB" / "v", true, categories, crowd)
    guess = write(tmp_path / "out" / "pan_pred" / "v", found, categories | {
        {"sky": SKY, "left": LEFT, "right": RIGHT}[key]: value for key, value in found_categories.items()})
    (tmp_path / "truth.json").write_text(json.dumps(
        {"categories": CATEGORIES, "annotations": [{"video_id": "v", "annotations": truth}]}))
    (tmp_path / "out" / "pred.json").write_text(json.dumps({"annotations": [{"video_id": "v", "annotations": guess}]}))
    return dict(panoptic.of_videos(tmp_path / "out", tmp_path / "truth.json").whole)


PICTURE = [[SKY, SKY, SKY, SKY], [LEFT, LEFT, RIGHT, RIGHT]]
SWAPPED = [[SKY, SKY, SKY, SKY], [RIGHT, RIGHT, LEFT, LEFT]]


def test_numbers_of_three_channels_come_back() -> None:
    numbers = np.array([[0, 255, 256], [65535, 65536, 2**24 - 1]])
    assert (of_colour(as_colour(numbers)) == numbers).all()


def test_perfect(tmp_path: Path) -> None:
    """A video of 4 frames has no window of 6."""
    assert score(tmp_path, [PICTURE] * 4, [PICTURE] * 4) == {
        "VPQ": 1, "VPQ things": 1, "VPQ stuff": 1, "VPQ1": 1, "VPQ2": 1, "VPQ4": 1, "STQ": 1, "AQ": 1, "SQ": 1}


def test_swapped_identities(tmp_path: Path) -> None:
    """Two of four frames swapped. Windows of 2: the middle one of three matches nothing (overlap 1/3), so that of dogs
    4 tubes match, 2 are missing and 2 are too many: 4/6. Windows of 4: nothing matches. Each true tube: two predicted
    ones with half of its pixels each and an overlap of 1/3: 1/2 1/3 + 1/2 1/3."""
    scores = score(tmp_path, [PICTURE] * 4, [PICTURE] * 2 + [SWAPPED] * 2)
    assert scores == pytest.approx({
        "VPQ1": 1, "VPQ2": (1 + 2 / 3) / 2, "VPQ4": 1 / 2, "VPQ": (1 + 5 / 6 + 1 / 2) / 3,
        "VPQ things": (1 + 2 / 3 + 0) / 3, "VPQ stuff": 1, "SQ": 1, "AQ": 1 / 3, "STQ": sqrt(1 / 3)})


def test_wrong_category(tmp_path: Path) -> None:
    """The right dog is taken for sky, which has one tube: 4 of 4 + 2 pixels are right. Who it is, is not held against
    it, but stuff is no tube: of its two true tubes one has none."""
    scores = score(tmp_path, [PICTURE], [PICTURE], right=1)
    assert scores["VPQ1"] == pytest.approx((1 / (1 + 1 / 2) + 1 / (1 + 1 / 2)) / 2)
    assert scores["SQ"] == pytest.approx((4 / 6 + 2 / 4) / 2) and scores["AQ"] == pytest.approx(1 / 2)


def test_void_pixels_count_neither_way(tmp_path: Path) -> None:
    """Void under a matched tube is no error; a tube that lies mostly on void is not one too many. What covers void
    makes a predicted tube larger for STQ alone: 2 / 3 of one true tube."""
    true = [[SKY, SKY, SKY, 0], [LEFT, LEFT, 0, 0]]
    found = [[SKY, SKY, SKY, 0], [LEFT, LEFT, LEFT, RIGHT]]
    scores = score(tmp_path, [true], [found])
    assert scores["VPQ1"] == 1 and scores["SQ"] == 1 and scores["AQ"] == pytest.approx(2 / 3)
    found[1][3] = 0
    found[0][0] = RIGHT  # and one on sky is
    assert score(tmp_path / "b", [true], [found])["VPQ1"] == pytest.approx((1 / 1.5 + 2 / 3) / 2)


def test_crowds_are_neither_missing_nor_tubes(tmp_path: Path) -> None:
    found = [[SKY, SKY, SKY, SKY], [LEFT, LEFT, 0, 0]]
    assert score(tmp_path, [PICTURE], [found], crowd=RIGHT)["VPQ1"] == 1
    assert score(tmp_path / "b", [PICTURE], [PICTURE], crowd=RIGHT)["VPQ1"] == 1  # and what lies on them is not extra
    assert score(tmp_path / "c", [PICTURE], [found], crowd=RIGHT)["AQ"] == 1
    assert score(tmp_path / "d", [PICTURE], [found])["VPQ1"] == pytest.approx((1 + 1 / 1.5) / 2)


def test_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="shape"):
        score(tmp_path, [PICTURE], [[[SKY, SKY]]])
    with pytest.raises(NotFound, match="v/00001"):
        score(tmp_path / "b", [PICTURE] * 2, [PICTURE])

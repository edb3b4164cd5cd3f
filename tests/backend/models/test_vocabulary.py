"""Class lists are as long as their data sets say, and name nothing twice."""

from __future__ import annotations

import pytest

from backend.models.vocabulary import (
    COCO,
    COCO_PANOPTIC,
    OVIS,
    VIPSEG,
    YOUTUBE_VIS_2019,
    YOUTUBE_VIS_2021,
    Vocabulary,
)


@pytest.mark.parametrize(("vocabulary", "classes", "stuff"), [
    (COCO, 80, 0), (COCO_PANOPTIC, 133, 53), (YOUTUBE_VIS_2019, 40, 0), (YOUTUBE_VIS_2021, 40, 0), (OVIS, 25, 0),
    (VIPSEG, 124, 66),
])
def test_counts(vocabulary: Vocabulary, classes: int, stuff: int) -> None:
    assert len(vocabulary) == len(set(vocabulary.names)) == classes
    assert len(vocabulary.stuff) == stuff
    assert all(name and name == name.strip().lower() for name in vocabulary.names)


def test_stuff_is_what_has_no_parts_to_count() -> None:
    vipseg = {VIPSEG.names[place] for place in VIPSEG.stuff}
    assert {"sky", "road", "grass", "water", "tree"} <= vipseg and not {"person", "car", "train"} & vipseg
    panoptic = [COCO_PANOPTIC.names[place] for place in sorted(COCO_PANOPTIC.stuff)]
    assert (panoptic[0], panoptic[-1]) == ("banner", "rug") and "sky" in panoptic

import tarfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from backend.errors import BadInput
from backend.models.compact.training import pseudo
from backend.models.compact.training.material import Material
from tests.backend.models.compact.stills import write_stills


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("material")
    write_stills(folder / "shapes", 8)
    for kind, suffix in (("frames", "jpg"), ("masks", "png")):
        clip = folder / "moving" / kind / "one"
        clip.mkdir(parents=True)
        for t in range(6):
            picture = np.full((80, 100), 30, np.uint8) if kind == "frames" else np.zeros((80, 100), np.uint8)
            picture[30:60, 10 + 5 * t:40 + 5 * t] = 200 if kind == "frames" else 3
            cv2.imwrite(str(clip / f"{t}.{suffix}"), picture)
    return folder


def test_finds_stills_and_clips_in_folders_and_in_tars_alike(folder: Path, tmp_path: Path) -> None:
    found = Material.find([folder])
    assert (len(found.stills), [len(clip) for clip in found.clips]) == (8, [6])
    with tarfile.open(tmp_path / "all.tar", "w") as tar:
        tar.add(folder, arcname=".")
    packed = Material.find([tmp_path])
    assert [pair.name for pair in packed.stills] == [pair.name for pair in found.stills]
    for one, other in zip(found.stills, packed.stills, strict=True):
        for here, there in zip(one.load(), other.load(), strict=True):
            assert (here == there).all()


def test_parts_are_one_object(folder: Path) -> None:
    (pair,) = {p for p in Material.find([folder]).stills if p.name.endswith("001.jpg")}
    (joined,) = {p for p in Material.find([folder], parts=["shapes"]).stills if p.name.endswith("001.jpg")}
    ids, together = pair.load()[1], joined.load()[1]
    assert set(np.unique(ids)) == {0, 1, 2}
    assert ((ids > 0) == (together == 1)).all()


def test_a_folder_without_pairs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No pictures with masks"):
        Material.find([tmp_path])


def test_a_damaged_mask_is_named(folder: Path, tmp_path: Path) -> None:
    write_stills(tmp_path, 1)
    (tmp_path / "masks" / "000.png").write_bytes(b"no picture")
    with pytest.raises(BadInput, match=r"images/000\.jpg"):
        Material.find([tmp_path]).stills[0].load()


def test_what_is_held_aside_is_not_trained_on(folder: Path) -> None:
    kept, aside = Material.find([folder]).split(4)
    assert len(kept.stills) == 6
    assert len(aside.stills) == 2
    assert not set(kept.stills) & set(aside.stills)


@pytest.mark.parametrize("seed", range(12))
def test_a_sequence_follows_from_its_seed_and_shows_its_objects(folder: Path, seed: int) -> None:
    material = Material.find([folder])
    one, again = (pseudo.make(material, (seed, 1), frames=4, size=64, objects=2) for _ in range(2))
    assert (one.pictures == again.pictures).all()
    assert (one.ids == again.ids).all()
    assert one.pictures.shape == (4, 64, 64, 3)
    assert (one.ids[0] == 1).any()
    if not (one.ids[0] == 2).any():  # those that are not to be followed are numbered after those that are
        assert not (one.ids == 2).any()
    assert (one.pictures[0] != one.pictures[3]).any()

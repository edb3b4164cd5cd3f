"""Reading folders of sequences: layouts, values of mask pictures, and one clear error for each thing that is wrong."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from backend.errors import BadInput, NotFound
from backend.quality.sequences import find_sequences


def test_frames_and_masks_are_paired_in_natural_order(write_sequence, box) -> None:
    root = write_sequence("many", [box(i, 0, 1, 1, 255) for i in range(12)])
    sequence, = find_sequences(root)
    assert (sequence.name, len(sequence), sequence.frames.height, sequence.frames.width) == ("many", 12, 60, 100)
    for frame in (11, 2, 10):
        assert abs(int(sequence.frames[frame][0, 0, 0]) - frame) <= 1
        assert np.argwhere(sequence.truth(frame)[1]).tolist() == [[0, frame]]
    with pytest.raises(IndexError):
        sequence.frames[12]


def test_one_object_is_255_or_1(write_sequence, box) -> None:
    write_sequence("grey", [box(0, 0, 2, 2, 255)] * 3)
    root = write_sequence("index", [box(0, 0, 2, 2, 1)] * 3)
    for sequence in find_sequences(root):
        assert sequence.first_frames == {1: 0}
        assert sequence.truth(1)[1].sum() == 4
        assert sequence.void(1) is None


def test_beside_indices_255_is_void(write_sequence, box) -> None:
    masks = [box(0, 0, 2, 2, 3), box(0, 0, 2, 2, 3) | box(10, 10, 4, 1, 255), box(5, 5, 1, 1, 7)]
    sequence, = find_sequences(write_sequence("void", masks))
    assert sequence.first_frames == {3: 0, 7: 2}
    assert sequence.objects == (3, 7)
    void = sequence.void(1)
    assert void is not None and void.sum() == 4
    assert not sequence.truth(0)[7].any() and not sequence.truth(2)[3].any()


def test_the_davis_layout_is_the_same_sequence(write_sequence, box, tmp_path: Path) -> None:
    masks = [box(i, 0, 3, 3) for i in range(4)]
    source = write_sequence("bear", masks) / "bear"
    root = tmp_path / "DAVIS"
    shutil.copytree(source / "frames", root / "JPEGImages" / "480p" / "bear")
    shutil.copytree(source / "masks", root / "Annotations" / "480p" / "bear")
    sequence, = find_sequences(root)
    assert sequence.name == "bear"
    assert (sequence.truth(2)[1] == masks[2].astype(bool)).all()


def test_a_folder_that_is_one_sequence_is_read(write_sequence, box) -> None:
    root = write_sequence("alone", [box(0, 0, 3, 3)] * 3)
    assert [one.name for one in find_sequences(root / "alone")] == ["alone"]


def test_palette_and_equal_channels_are_indices_too(write_sequence, box) -> None:
    root = write_sequence("kinds", [box(4, 4, 3, 3, 2)] * 3)
    picture = Image.fromarray(box(4, 4, 3, 3, 2), mode="P")
    picture.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0])
    picture.save(root / "kinds" / "masks" / "0.png")
    Image.fromarray(np.dstack([box(4, 4, 3, 3, 2)] * 3)).save(root / "kinds" / "masks" / "1.png")
    sequence, = find_sequences(root)
    for frame in range(3):
        assert sequence.truth(frame)[2].sum() == 9


def test_names_choose_sequences(write_sequence, box) -> None:
    for name in ("b", "a", "c"):
        root = write_sequence(name, [box(0, 0, 3, 3)] * 3)
    assert [one.name for one in find_sequences(root)] == ["a", "b", "c"]
    assert [one.name for one in find_sequences(root, ["c", "a"])] == ["a", "c"]
    with pytest.raises(NotFound, match=r"No sequence d in .*It has: a, b, c"):
        find_sequences(root, ["a", "d"])


def test_folders_without_sequences(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no folder"):
        find_sequences(tmp_path / "nowhere")
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(NotFound, match="No sequences in"):
        find_sequences(tmp_path)


def test_counts_and_sizes_that_differ(write_sequence, box) -> None:
    root = write_sequence("counts", [box(0, 0, 3, 3)] * 4, frames=5)
    with pytest.raises(BadInput, match="counts has 5 frames but 4 masks"):
        find_sequences(root)
    write_sequence("sizes", [box(0, 0, 3, 3)] * 3)
    Image.new("L", (10, 10)).save(root / "sizes" / "masks" / "1.png")
    with pytest.raises(BadInput, match=r"1\.png is 10x10 but the first frame of sizes is 100x60") as caught:
        find_sequences(root, ["sizes"])
    assert caught.value.code == "wrong_mask_size"
    write_sequence("short", [box(0, 0, 3, 3)] * 2)
    with pytest.raises(BadInput, match="short has 2 frames"):
        find_sequences(root, ["short"])


def test_pictures_that_are_no_index_masks(write_sequence, box) -> None:
    root = write_sequence("bad", [box(0, 0, 3, 3)] * 3)
    path = root / "bad" / "masks" / "1.png"

    def reading() -> None:
        find_sequences(root)[0].first_frames  # noqa: B018

    Image.fromarray(np.arange(6000, dtype=np.uint8).reshape(60, 100)).save(path)
    with pytest.raises(BadInput, match="256 different values"):
        reading()
    Image.new("RGB", (100, 60), (128, 0, 0)).save(path)
    with pytest.raises(BadInput, match="colour picture"):
        reading()
    Image.fromarray(np.full((60, 100), 300, dtype=np.uint16)).save(path)
    with pytest.raises(BadInput, match="of mode I;16"):
        reading()
    whole = (root / "bad" / "masks" / "0.png").read_bytes()
    path.write_bytes(whole[:60])
    with pytest.raises(BadInput, match=r"1\.png"):
        reading()
    path.write_bytes(b"no picture")
    with pytest.raises(BadInput, match="is no picture"):
        reading()


def test_masks_without_an_object(write_sequence, box) -> None:
    sequence, = find_sequences(write_sequence("empty", [box(0, 0, 0, 0)] * 3))
    with pytest.raises(BadInput, match="hold no object"):
        sequence.first_frames  # noqa: B018


def test_a_frame_that_cannot_be_read_is_bad_input(write_sequence, box) -> None:
    root = write_sequence("torn", [box(0, 0, 3, 3)] * 3)
    path = root / "torn" / "frames" / "f1.jpg"
    path.write_bytes(path.read_bytes()[:-60])
    sequence, = find_sequences(root)
    with pytest.raises(BadInput, match="Cannot read the frame"):
        sequence.frames[1]

"""Folders of released weights, from loading to candidates."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch

from backend.errors import BadInput, Unavailable
from backend.models import placement, store, ufo
from backend.models.seam import Frames
from backend.models.store import Options
from backend.models.ufo import heads
from backend.models.ufo.internvl import loading, prompts
from backend.models.ufo.internvl.network import grid_points
from backend.models.ufo.internvl.tokenizer import Tokenizer
from backend.models.ufo.model import UfoPackage
from backend.parity.cases import Case
from backend.prompts import Categories, Expression, Question
from tests.moving_shapes import Pictures, Shapes
from tests.tiny_ufo import GOLDEN, SAID, write_tiny

PACKAGES = {one.SPEC.name: one for one in ufo.PACKAGES}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("THROUGHLINE_WEIGHTS", str(tmp_path))
    return tmp_path


def tiny(folder: Path, name: str) -> UfoPackage:
    write_tiny(folder / name, PACKAGES[name].checkpoint)
    return PACKAGES[name]


def test_importing_needs_no_torch() -> None:
    code = "import sys, backend.models.registry; print(sorted({'torch', 'transformers'} & sys.modules.keys()))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_what_is_missing_is_said(folder: Path) -> None:
    package = PACKAGES["ufo-internvl-res"]
    said = package.missing() or ""
    assert "ufo-internvl2_5-8b-res.pth" in said and "not stated" in said and "models get ufo-internvl-res" in said
    tiny(folder, "ufo-internvl-res")
    assert package.missing() is None


def test_objects_of_categories(folder: Path, shapes: Shapes) -> None:
    model = tiny(folder, "ufo-internvl-multi-448").load()
    assert model.spec.tasks == {"discover", "answer"} and model.spec.prompts == {"categories", "question"}
    session = model.open(shapes.frames)
    (found,) = session.discover(1, Categories(names=["dog", SAID.title()]))
    assert found.category == SAID.title() and found.segment.present
    assert found.segment.mask.shape == (120, 160) and found.segment.mask.dtype == bool
    assert 0 < found.segment.score <= 1
    assert session.discover(1, Categories(names=["dog"])) == []
    again = model.open(shapes.frames).discover(1, Categories(names=["dog", SAID]))[0].segment
    assert (again.mask == found.segment.mask).all() and again.score == found.segment.score
    assert heads.MASK in session.answer(Question(text="What is it?"), {}).text  # kept as text, whatever it is


def test_expressions_with_lora_and_the_base_beside_it(folder: Path, shapes: Shapes) -> None:
    session = tiny(folder, "ufo-internvl-res").load().open(shapes.frames)
    (found,) = session.discover(1, Expression(text="The left disc"))
    assert found.category is None and found.segment.present
    assert tiny(folder, "ufo-internvl-rec").load().open(shapes.frames).discover(1, Expression(text="The disc")) == []


@pytest.mark.parametrize(("height", "width"), [(8, 8), (1, 1), (3, 200), (121, 77)])
def test_odd_sizes(folder: Path, height: int, width: int) -> None:
    made = np.random.default_rng(1).integers(0, 255, (2, height, width, 3), dtype=np.uint8)
    frames: Frames = Pictures(list(made))
    for name, query in (("ufo-internvl-multi-448", Categories(names=[SAID])),
                        ("ufo-internvl-regions", Categories(names=[SAID]))):
        for one in tiny(folder, name).load().open(frames).discover(0, query):
            assert one.segment.mask.shape == (height, width) and one.segment.present


def test_the_vit_is_asked_the_same_way(folder: Path, shapes: Shapes) -> None:
    package = PACKAGES["ufo-vit-b-regions"]
    said = write_tiny(folder / package.SPEC.name, package.checkpoint)
    (found,) = package.load().open(shapes.frames).discover(1, Categories(names=["dog", said]))
    assert found.category == said and found.segment.mask.all()


def test_boxes_and_regions(folder: Path, shapes: Shapes) -> None:
    (found,) = tiny(folder, "ufo-internvl-regions").load().open(shapes.frames).discover(1, Categories(names=[SAID]))
    assert found.segment.mask.all()  # of one class every pixel is its
    smaller = UfoPackage(replace(PACKAGES["ufo-internvl-boxes"].checkpoint, side=448))
    write_tiny(folder / smaller.SPEC.name, smaller.checkpoint)
    assert smaller.load().open(shapes.frames).discover(1, Categories(names=[SAID])) == []  # it answers with masks


def test_options_it_cannot_follow_are_refused(folder: Path) -> None:
    package = tiny(folder, "ufo-internvl-multi-448")
    for options, code in ((Options(size=896), "wrong_size"), (Options(precision="4bit"), "not_in_4_bits"),
                          (Options(compile=True), "not_compiled")):
        store.use(package.SPEC.name, options)
        with pytest.raises(BadInput) as error:
            package.load()
        assert error.value.code == code


def test_half_precision(folder: Path, shapes: Shapes) -> None:
    package = tiny(folder, "ufo-internvl-multi-448")
    store.use(package.SPEC.name, Options(precision="bfloat16"))
    (found,) = package.load().open(shapes.frames).discover(1, Categories(names=[SAID]))
    assert found.segment.present


def test_too_little_memory_is_refused_before_loading(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.models.ufo.internvl.asker._WORKING", 1e9)
    with pytest.raises(Unavailable, match="of memory as it is to be run"):
        tiny(folder, "ufo-internvl-multi-448").load()


def test_devices() -> None:
    assert placement.dtype_of(Options(), torch.device("cuda")) is torch.bfloat16
    assert placement.dtype_of(Options(), placement.device_of(Options(device="cpu"))) is torch.float32
    for name in ("cuda:77", "toaster"):
        with pytest.raises(Unavailable):
            placement.device_of(Options(device=name))


def test_weights_that_are_not_ufos_are_refused(folder: Path) -> None:
    package = tiny(folder, "ufo-internvl-multi-448")
    file = folder / package.SPEC.name / package.checkpoint.weights / "model.safetensors"
    state = safetensors.torch.load_file(file)
    safetensors.torch.save_file({"sam_mask_decoder.iou_token.weight": torch.zeros(1, 8)}, file)
    with pytest.raises(BadInput) as error:
        package.load()
    assert "SAM 2" in error.value.remedy
    name = "backbone.language_model.model.layers.1.feed_forward.w1.weight"
    safetensors.torch.save_file({key: one for key, one in state.items() if key != name}, file)
    with pytest.raises(BadInput, match=r"missing: model\.language_model \(1\)"):
        package.load()
    safetensors.torch.save_file({**state, name: torch.zeros(5, 64)}, file)
    with pytest.raises(BadInput, match="another size"):
        package.load()
    rows = {key: one[:-1].clone() if len(one) == len(Tokenizer(file.parents[1])) else one for key, one in state.items()}
    safetensors.torch.save_file(rows, file)  # as InternVL2.5 itself: without the <MASK> token
    with pytest.raises(BadInput, match=r"of InternVL2\.5 itself"):
        package.load()
    (folder / package.SPEC.name / "config.json").write_text("{}")
    with pytest.raises(BadInput, match=r"config\.json"):
        package.load()
    (folder / package.SPEC.name / "tokenizer.model").unlink()
    with pytest.raises(BadInput, match="tokenizer"):
        package.load()


def test_a_head_of_its_own(folder: Path) -> None:
    """transformers would tie it to the embedding without a word."""
    case = Case.read(GOLDEN / "ufo_internvl_rec")
    config = case.about["model_config"]
    network = loading.network_of({name: torch.from_numpy(one) for name, one in case.weights.items()},
                                 {**config, "vision_config": config["vision"], "llm_config": config["llm"]}, 1142)
    assert not torch.equal(network.host.lm_head.weight, network.host.model.language_model.embed_tokens.weight)


class TestTokenizer:
    def test_there_and_back(self, folder: Path) -> None:
        tiny(folder, "ufo-internvl-res")
        tokenizer = Tokenizer(folder / "ufo-internvl-res")
        ids = tokenizer.encode(f"{prompts.START}moving\nÄ,{heads.MASK}{heads.MASK}{prompts.END}")
        assert ids[0] == 1 and ids[1] == tokenizer.id_of(prompts.START) and ids[-1] == tokenizer.id_of(prompts.END)
        assert tokenizer.decode(ids[1:]) == f"{prompts.START} moving\nÄ, {heads.MASK} {heads.MASK} {prompts.END}"
        assert tokenizer.id_of(heads.MASK) == len(tokenizer) - 1

    def test_damaged(self, folder: Path) -> None:
        tiny(folder, "ufo-internvl-res")
        (folder / "ufo-internvl-res" / "added_tokens.json").write_text("[")
        with pytest.raises(BadInput, match="tokenizer"):
            Tokenizer(folder / "ufo-internvl-res")


@pytest.mark.parametrize(("case", "made"), [
    ("ufo_internvl_res", lambda about: prompts.what_is("The left zebra")),
    ("ufo_internvl_rec", lambda about: prompts.where_is("The left zebra")),
    ("ufo_internvl_det", lambda about: prompts.detect(about["coco_classes"], about["model_config"]["num_bins"])),
    ("ufo_internvl_insseg", lambda about: prompts.segment(about["coco_classes"])),
])
def test_prompts_are_the_authors(case: str, made: object) -> None:
    about = json.loads((GOLDEN / case / "case.json").read_text(encoding="utf-8"))
    assert callable(made)
    image = prompts.IMAGE_START + prompts.IMAGE_END
    assert prompts.prompt(made(about), 0) == about["prompt"].replace("<image>", image)


def test_grid_points_are_tile_by_tile() -> None:
    points = grid_points(2, 2, torch.device("cpu"))
    assert points[:5].tolist() == [[0.125, 0.125], [0.375, 0.125], [0.125, 0.375], [0.375, 0.375], [0.625, 0.125]]
    assert len(points) == 16

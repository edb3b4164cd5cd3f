"""Loading, refusals, and a session's pictures, at a tiny checkpoint in the released layout."""

from __future__ import annotations

import logging
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from backend.errors import BadInput, ThroughlineError, Unavailable
from backend.models import store, univs
from backend.models.seam import Candidate
from backend.models.store import Options
from backend.models.univs import loading, parts, pictures
from backend.models.univs.clip import GroupMask, Output, Prompts
from backend.models.univs.model import UnivsModel
from backend.models.univs.network import Config
from backend.prompts import Categories, Expression
from tests import real_size, tiny_univs
from tests.moving_shapes import Shapes

Tensors = dict[str, torch.Tensor]
CHECKPOINT = "univs_swint_stage3_tiny.pth"
SPEC = tiny_univs.tiny_package().SPEC


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("univs")
    tiny_univs.write_tiny(made)
    return made


@pytest.fixture(scope="module")
def model(folder: Path) -> UnivsModel:
    return UnivsModel.load(SPEC, folder, Options(size=tiny_univs.SIDE))


@pytest.fixture(scope="module")
def released() -> Tensors:
    return tiny_univs.state_dict()


def test_it_is_missing_until_all_files_are_there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHLINE_WEIGHTS", str(folder.parent / "none"))
    said = tiny_univs.tiny_package().missing() or ""
    assert "univs_swint_stage3*.pth" in said and "merges.txt of CLIP" in said and "models use univs-swin-t" in said
    (folder.parent / "none").mkdir()
    store.use(SPEC.name, Options(path=str(folder)))
    assert tiny_univs.tiny_package().missing() is None


def test_the_released_files_have_as_many_names_and_weights_as_the_authors() -> None:
    shapes = real_size.univs()
    assert len(shapes) == 626 and sum(math.prod(shape) for shape in shapes.values()) == 47_074_306
    network = loading.network_of({name: torch.empty(shape) for name, shape in shapes.items()})
    assert network.learnable == 200 and network.reads


def test_every_model_says_its_terms() -> None:
    assert {one.SPEC.name for one in univs.PACKAGES} == {"univs-r50", "univs-swin-t", "univs-swin-b", "univs-swin-l"}
    for one in univs.PACKAGES:
        assert "non-commercial" in one.SPEC.permits and "commercial" in one.SPEC.licence


def found(model: UnivsModel, query: Categories | Expression | None) -> list[Candidate]:
    return model.open(Shapes(count=2).frames).discover(1, query)


def test_objects_of_categories_and_expressions_are_found(model: UnivsModel) -> None:
    frames = Shapes(count=2).frames
    candidates = found(model, Categories(names=["disc", "square"]))
    assert candidates and {one.category for one in candidates} <= {"disc", "square"}
    (meant,) = found(model, Expression(text="the red disc on the left"))
    assert meant.category is None
    for one in (*candidates, meant):
        assert one.segment.mask.shape == (frames.height, frames.width) and one.segment.mask.dtype == np.bool_
        assert one.segment.mask.any() and 0 <= one.segment.score <= 1
    assert [one.segment.score for one in candidates] == sorted((one.segment.score for one in candidates), reverse=True)


def test_it_finds_the_same_again_and_not_what_is_known(model: UnivsModel) -> None:
    session = model.open(Shapes(count=2).frames)
    query = Categories(names=["disc", "square"])
    first = session.discover(0, query)
    again = session.discover(0, query)
    assert [(one.category, one.segment.mask.sum()) for one in first] == [
        (one.category, one.segment.mask.sum()) for one in again]
    session.remember(0, {5: first[0].segment.mask})
    assert len(session.discover(0, query)) < len(first)
    session.close()


@pytest.mark.parametrize(("query", "code"), [
    (Categories(names=["disc", "Disc"]), "double_category"), (Categories(names=["disc", " "]), "empty_category"),
    (Categories(names=["disc" * 30]), "category_too_long"), (Expression(text="disc " * 30), "expression_too_long"),
])
def test_bad_queries_are_refused(model: UnivsModel, query: Categories | Expression, code: str) -> None:
    with pytest.raises(BadInput) as error:
        found(model, query)
    assert error.value.code == code


@pytest.mark.parametrize(("options", "code"), [
    (Options(precision="bfloat16"), "bad_precision"), (Options(compile=True), "not_compiled"),
    (Options(size=8), "bad_size"), (Options(device="cuda:7"), "no_such_device"),
])
def test_settings_it_cannot_run_with_are_refused(folder: Path, options: Options, code: str) -> None:
    with pytest.raises(ThroughlineError) as error:
        parts.load(SPEC, folder, options)
    assert error.value.code == code


def test_a_folder_with_two_checkpoints_or_none_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"no univs_swint_stage3\*\.pth"):
        parts.load(SPEC, tmp_path, Options())
    for name in ("univs_swint_stage3_a.pth", "univs_swint_stage3_b.pth"):
        (tmp_path / name).touch()
    with pytest.raises(BadInput, match=r"holds univs_swint_stage3_a\.pth, univs_swint_stage3_b\.pth"):
        parts.load(SPEC, tmp_path, Options())


def test_a_checkpoint_of_another_backbone_is_refused(folder: Path) -> None:
    r50 = replace(next(one.SPEC for one in univs.PACKAGES if one.SPEC.name == "univs-r50"), memory_bytes=0)
    with pytest.raises(BadInput, match="of UniVS with a Swin, not of UniVS R50"):
        parts.load(r50, folder / CHECKPOINT, Options())


def test_other_weights_are_refused_with_what_they_seem_to_be(released: Tensors) -> None:
    with pytest.raises(BadInput, match="not the weights of UniVS"):
        loading.network_of({"bert.embeddings.word_embeddings.weight": torch.zeros(2, 2)})
    less = {name: one for name, one in released.items() if "mask_embed" not in name}
    with pytest.raises(BadInput, match="not the weights of UniVS"):
        loading.network_of(less)
    with pytest.raises(BadInput, match=r"decoder_norm\.weight is"):
        loading.network_of({**released, "sem_seg_head.predictor.decoder_norm.weight": torch.zeros(2)})


@pytest.mark.parametrize(("frame", "seen", "padded"), [
    ((720, 1280), (640, 1138), (640, 1152)), ((480, 640), (640, 853), (640, 864)),
    ((300, 3000), (133, 1333), (160, 1344)),
    ((1, 9000), (1, 1333), (32, 1344)), ((1, 1), (640, 640), (640, 640)),
])
def test_frames_are_resized_by_their_shorter_side(
    frame: tuple[int, int], seen: tuple[int, int], padded: tuple[int, int]
) -> None:
    assert pictures.fitted(*frame) == seen and pictures.padded(seen) == padded


def test_pictures_are_normalised_and_padded_with_zeros() -> None:
    made = pictures.picture(np.full((40, 50, 3), (124, 116, 104), np.uint8), (20, 25))
    assert made.shape == (3, 32, 32) and made[:, :20, :25].abs().max() < 0.01 and not made[:, 20:].any()
    assert float(made[0, 0, 0]) == pytest.approx((124 - 123.675) / 58.395, abs=1e-6)


@pytest.mark.parametrize(("groups", "learnable_depend", "prompts_depend"), [
    ("sep", False, True), ("sep-blocked", False, False), ("sep-l2p", False, True), ("all", True, True),
])
def test_who_sees_whom(released: Tensors, groups: GroupMask, learnable_depend: bool, prompts_depend: bool) -> None:
    """What is said of learnable queries, and of the first prompt, with another second prompt."""
    network = loading.network_of(released, Config(groups=groups))
    generator = torch.Generator().manual_seed(0)
    clip = network.clip(network.features(torch.rand(2, 3, 64, 64, generator=generator)), [0, 1])

    def decoded(second: float) -> Output:
        query = torch.rand(2, 2, network.width, generator=generator.manual_seed(1))
        query[1] *= second
        dense = torch.rand(2, 3, 2, network.width, generator=generator)
        return network.decode(clip, torch.rand(4, 64, generator=generator), Prompts(query, query, dense, dense))

    one, other = decoded(1.0), decoded(2.0)
    same = [torch.allclose(a, b, atol=1e-5) for a, b in zip(one.embeddings, other.embeddings, strict=True)]
    assert all(same[:network.learnable]) != learnable_depend
    assert same[network.learnable] != prompts_depend


def test_names_nobody_knows_are_left_out_and_said(released: Tensors, caplog: pytest.LogCaptureFixture) -> None:
    loading.network_of(released)
    assert not caplog.text
    loading.network_of({**released, "sem_seg_head.predictor.mystery.weight": torch.zeros(2)})
    assert "not run: mystery.weight (1)" in caplog.text


def test_names_of_training_and_of_old_files_do_no_harm(released: Tensors) -> None:
    old = {name.replace("query_feat", "static_query"): one for name, one in released.items()}
    network = loading.network_of({**old, "criterion.empty_weight": torch.zeros(3), "iteration": torch.zeros(1)})
    assert network.learnable == len(released["sem_seg_head.predictor.query_feat.weight"])


def test_without_its_text_weights_it_reads_no_expressions(released: Tensors) -> None:
    network = loading.network_of({name: one for name, one in released.items() if "lang2vision" not in name})
    assert not network.reads
    clip = network.clip(network.features(torch.zeros(1, 3, 64, 64)), [0])
    with pytest.raises(BadInput, match="lang2vision_cross_attention_layer"):
        network.expressions(clip, torch.zeros(1, 77, 64), torch.zeros(1, 64))


def test_averaged_weights_are_run_where_they_are_asked_for(
    released: Tensors, caplog: pytest.LogCaptureFixture
) -> None:
    query = "sem_seg_head.predictor.query_feat.weight"
    averaged = {name.replace("backbone.", "backbone_t.", 1).replace("sem_seg_head.", "sem_seg_head_t.", 1): one
                for name, one in released.items()}
    assert loading.network_of(averaged).learnable == len(released[query]), "a file may hold these alone"
    with caplog.at_level(logging.WARNING):
        loading.network_of({**released, **averaged})
        assert not caplog.text, "nothing to say where both are the same"
        averaged["sem_seg_head_t.predictor.query_feat.weight"] = released[query] + 1
        plain, ema = (loading.network_of({**released, **averaged}, ema=chosen) for chosen in (False, True))
    assert "plain ones, not the averaged" in caplog.text and "the averaged ones" in caplog.text
    assert torch.equal(ema._decoder.query_feat, plain._decoder.query_feat + 1)

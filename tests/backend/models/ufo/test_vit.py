"""UFO-ViT as it serves users: released files, words, and pictures of any size, at weights by the formula."""

from __future__ import annotations

import sys
import types
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from backend.errors import BadInput, Unavailable
from backend.models.store import Options
from backend.models.ufo.model import VIT, UfoPackage
from backend.models.ufo.vit import loading, prompts
from backend.models.ufo.vit.asker import VitAsker, load
from backend.models.ufo.vit.config import VitConfig
from backend.models.ufo.vit.network import Seen
from backend.models.ufo.vit.tokens import Tokens
from backend.models.ufo.vit.writing import Answers, Search
from backend.parity.cases import Case
from backend.prompts import Categories, Expression, Question
from tests.moving_shapes import Pictures

CASE = Case.read(Path(__file__).parents[3] / "golden" / "ufo_vit_det")
CHECKPOINT = replace(VIT[0].checkpoint, side=224)
NAMES = ["Person", "car", "hair drier"]
PICTURE = np.random.default_rng(0).integers(0, 255, (90, 120, 3), dtype=np.uint8)


def state() -> dict[str, torch.Tensor]:
    return {name: torch.from_numpy(one) for name, one in CASE.weights.items()}


def written(folder: Path, beside: dict[str, Any] | None = None) -> Path:
    """A folder as a user has it: a checkpoint of mmengine and the vocabulary."""
    folder.mkdir(exist_ok=True)
    torch.save({"meta": {"epoch": 1, "cfg": "model = ..."}, "state_dict": state(), **(beside or {})},
               folder / CHECKPOINT.weights)
    pieces = sorted(CASE.about["vocab"], key=CASE.about["vocab"].get)
    (folder / "vocab.txt").write_text("\n".join(pieces) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> VitAsker:
    return load(written(tmp_path_factory.mktemp("ufo")), CHECKPOINT, Options(device="cpu"))


def answering(model: VitAsker, monkeypatch: pytest.MonkeyPatch, texts: dict[int, str]) -> None:
    """Let it write these texts at these grid points, and nothing at the others."""
    def write(seen: Seen, steps: int, how: Search | None = None) -> Answers:
        count = len(seen.references)
        ids = torch.full((count, steps), model.tokens.end)
        for place, text in texts.items():
            cut = [piece for part in text.split("<MASK>") for piece in (*model.tokens.encode(part)[1:-1], -1)][:-1]
            ids[place, :len(cut)] = torch.tensor([model.tokens.mask if one < 0 else one for one in cut])
        scores = torch.linspace(0.9, 0.5, count)[:, None].expand(-1, steps)
        features = torch.randn(count, steps, seen.features.shape[-1], generator=torch.Generator().manual_seed(0))
        return Answers(ids, scores, features)

    monkeypatch.setattr(model, "write", write)


def test_the_sizes_of_the_released_models_are_told_by_depth_and_shapes() -> None:
    for depth, width, heads, whole in ((18, 768, 12, (2, 5, 8, 11)), (30, 1024, 16, (5, 11, 17, 23)),
                                       (38, 1280, 16, (7, 15, 23, 31))):
        shapes: dict[str, tuple[int, ...]] = {
            "pos_embed": (1, 70, 70, width), "patch_embed.projection.weight": (width, 3, 16, 16),
            "embed.word_embeddings.weight": (30525, width), "embed.position_embeddings.weight": (512, width)}
        for layer in range(depth):
            shapes[f"layers.{layer}.attn.rel_pos_h"] = (139 if layer in whole else 27, width // heads)
            shapes[f"layers.{layer}.ffn.layers.0.0.weight"] = (4 * width, width)
        config = VitConfig.of(shapes)
        assert (config.whole, config.heads, config.window) == (whole, heads, 14)
        assert config.averaged == tuple(range(depth - 6, depth))


def test_a_checkpoint_of_mmengine_is_read_without_running_what_is_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = types.ModuleType("mmengine.logging.history_buffer")

    class HistoryBuffer:
        def __init__(self) -> None:
            self.history = np.arange(3.0)

    class Calls:
        def __reduce__(self) -> tuple[Any, ...]:
            return exec, (f"open({str(tmp_path / 'ran')!r}, 'w')",)

    HistoryBuffer.__module__, HistoryBuffer.__qualname__ = module.__name__, "HistoryBuffer"
    module.HistoryBuffer = HistoryBuffer  # type: ignore[attr-defined]
    for name in ("mmengine", "mmengine.logging"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    folder = written(tmp_path / "ufo", {
        "message_hub": {"log_scalars": {"train/loss": HistoryBuffer()}, "step": np.float64(1.5)}, "more": Calls()})
    monkeypatch.delitem(sys.modules, module.__name__)
    assert set(loading.read(folder)) == set(CASE.weights)
    assert not (tmp_path / "ran").exists()


def test_a_pickle_of_other_things_is_not_opened(tmp_path: Path) -> None:
    class Calls:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path, ("x",)

    with pytest.raises(BadInput, match="more than tensors"):
        loading.read(written(tmp_path / "ufo", {"more": Calls()}) / CHECKPOINT.weights)


def test_other_weights_are_refused_with_what_they_seem_to_be(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="not the weights of UFO-ViT"):
        loading.network_of({"sam_mask_decoder.x.weight": torch.zeros(1)})
    with pytest.raises(BadInput, match=r"missing: layers\.2 \(1\)"):
        loading.network_of({name: one for name, one in state().items() if not name.endswith("layers.2.ln1.weight")})
    with pytest.raises(BadInput, match="no file"):
        loading.read(tmp_path / "absent.pth")


def test_no_vocabulary(tmp_path: Path) -> None:
    folder = written(tmp_path / "ufo")
    (folder / "vocab.txt").unlink()
    with pytest.raises(Unavailable, match=r"bert-base-uncased"):
        load(folder, CHECKPOINT, Options(device="cpu"))


def test_words_that_are_not_in_the_vocabulary_file_are_numbered_after_it() -> None:
    plain = {piece: place for piece, place in CASE.about["vocab"].items() if place < 1188}
    tokens = Tokens(plain, 1191)
    assert tokens.mask == 1190 and tokens.decode([1076, 1188, 1190, 1189, 3]) == "person <MASK>"
    for vocabulary in (plain, CASE.about["vocab"]):
        assert Tokens(vocabulary, 1190).mask == -1, "files of one task without masks have no row for it"
    with pytest.raises(BadInput, match="does not go with weights of 100"):
        Tokens(plain, 100)
    with pytest.raises(BadInput, match=r"lacks \[CLS\]"):
        Tokens({"[PAD]": 0, "[UNK]": 1, "[SEP]": 2}, 10)


def test_padding_and_ends_in_a_prompt_are_not_seen() -> None:
    tokens = Tokens(CASE.about["vocab"], 1191)
    assert tokens.seen([2, 7, 3, 8, 0, 3]) == [(2, 0), (7, 1), (8, 3)]


def test_prompts() -> None:
    assert prompts.detect(["a", "b"], 2240) == "Task: detection; Class: a,b,background; Bin: 0 to 2240"
    assert prompts.where_is('The "left" Dog.') == "Task: grounding; Description: the left dog"


def test_it_takes_any_picture_and_finds_nothing_where_the_answers_make_no_sense(model: VitAsker) -> None:
    with torch.inference_mode():
        assert [len(one) for one in (*model.boxes(PICTURE, NAMES), *model.instances(PICTURE, NAMES))] == [0] * 6
        assert bool((model.regions(PICTURE, NAMES) == 255).all())
        box, score = model.referred_box(PICTURE, "the dog")
        assert box.tolist() == [0, 0, 0, 0] and 0 <= score <= 1
        assert isinstance(model.caption(PICTURE), str)
    with pytest.raises(NotImplementedError):
        model.referred_mask(PICTURE, "the dog", False)


def test_boxes_are_in_pixels_of_the_frame(model: VitAsker, monkeypatch: pytest.MonkeyPatch) -> None:
    # at 224 pixels there are 5 x 5 points; the one in the middle is the 13th
    answering(model, monkeypatch, {12: "person,224,224,224,112", 3: "car,1,2", 4: "dog,1,2,3,4"})
    with torch.inference_mode():
        boxes, scores, labels = model.boxes(PICTURE, NAMES)
        assert boxes[0] == pytest.approx((30, 33.75, 90, 56.25), abs=0.01)
        assert labels.tolist() == [0] and scores == pytest.approx([0.7])
        answering(model, monkeypatch, {0: "224,224,224,112"})
        assert model.referred_box(PICTURE, "x")[0] == pytest.approx((30, 33.75, 90, 56.25), abs=0.01)


def test_masks_are_of_the_size_of_the_frame(model: VitAsker, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(model, monkeypatch, {12: "car," + "<MASK>" * 16, 3: "car," + "<MASK>" * 15})
    with torch.inference_mode():
        masks, scores, labels = model.instances(PICTURE, NAMES)
        assert labels.tolist() == [1] and 0 < float(scores[0]) < 1
        assert masks.shape == (1, 90, 120) and masks.dtype == torch.bool and bool(masks.any())
        assert bool((model.regions(PICTURE, NAMES) == 1).all()), "no other class was named"


def test_texts_that_have_ended_are_not_gone_on_with(model: VitAsker) -> None:
    square = np.random.default_rng(1).integers(0, 255, (448, 448, 3), dtype=np.uint8)
    with torch.inference_mode():
        seen = model.look(square, [2, 7, 8, 3], 3)
        free = model.write(seen, 12)
        end = int(free.ids[:, 3:].flatten().mode().values)  # a token that is said
        whole, quick = (model.write(seen, 12, end=end, whole=one) for one in (True, False))
    going = (quick.ids != end).cumsum(1) == torch.arange(1, quick.ids.shape[1] + 1)
    first = going.sum(1).unique()
    assert len(first) > 1, "they end at different steps"
    assert bool((whole.ids == quick.ids).all())
    assert torch.allclose(whole.probabilities[going], quick.probabilities[going], atol=1e-5)
    assert torch.allclose(whole.features[going], quick.features[going], atol=1e-4)


def test_scores_by_relative_position_are_made_some_rows_at_a_time(
    model: VitAsker, monkeypatch: pytest.MonkeyPatch
) -> None:
    square = np.random.default_rng(1).integers(0, 255, (448, 448, 3), dtype=np.uint8)
    with torch.inference_mode():
        whole = model.look(square, [2, 7, 8, 3]).features
        monkeypatch.setattr("backend.models.ufo.vit.network._BIAS_BYTES", 2**20)
        assert torch.allclose(model.look(square, [2, 7, 8, 3]).features, whole, atol=1e-4)


def test_half_the_precision_gives_nearly_the_same(tmp_path: Path, model: VitAsker) -> None:
    half = load(written(tmp_path / "ufo"), CHECKPOINT, Options(device="cpu", precision="bfloat16"))
    with torch.inference_mode():
        one, other = (each.look(PICTURE[:, :90].repeat(5, 0).repeat(5, 1)[:224, :224], [2, 7, 8, 3], 2)
                      for each in (half, model))
        memory = one.memory[0]
        assert memory is not None and memory.keys.dtype == torch.bfloat16
        assert half.write(one, 2).ids.shape == (4, 2)
        assert half.caption(PICTURE)
        assert torch.nn.functional.cosine_similarity(one.features.float(), other.features, dim=-1).mean() > 0.98


def test_behind_the_seam(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = UfoPackage(CHECKPOINT)
    monkeypatch.setenv("THROUGHLINE_WEIGHTS", str(tmp_path))
    monkeypatch.setattr("backend.models.store.options", lambda name: Options(device="cpu"))
    assert "ufo-vit-b-multi.pth" in (package.missing() or "")
    written(tmp_path / package.SPEC.name)
    assert package.missing() is None
    session = package.load().open(Pictures([PICTURE, PICTURE]))
    asked = Categories(names=NAMES)
    assert session.discover(0, asked) == [] and session.discover(0, Expression(text="the dog")) == []
    asker = session._asker
    assert isinstance(asker, VitAsker)
    answering(asker, monkeypatch, {12: "hair drier," + "<MASK>" * 16})
    (found,) = session.discover(1, asked)
    assert found.category == "hair drier" and found.segment.mask.shape == (90, 120) and found.segment.present
    answering(asker, monkeypatch, {0: "224,224,224,112"})
    (found,) = session.discover(1, Expression(text="The dog."))
    assert found.segment.mask.sum() == 60 * 24, "the box, each pixel that it touches"
    answer = session.answer(Question(text="Describe [7]."), {7: {0: found.segment.mask}})
    assert answer.text.startswith("[7] ") and not answer.segments
    session.close()

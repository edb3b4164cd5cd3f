"""A session at weights made by formula: what the seam asks for holds, whatever the masks show."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch

from backend.errors import BadInput, Unavailable
from backend.models import weights
from backend.models.seam import Model, Segment
from backend.models.store import Options
from backend.models.unipixel import loader, names, network, session
from backend.models.unipixel.config import UniPixelConfig
from backend.models.unipixel.model import UniPixelModel
from backend.models.unipixel.package import PACKAGES
from backend.prompts import Box, Categories, Expression, Point, Question
from tests.moving_shapes import DISC, SQUARE, Pictures, Shapes
from tests.tiny_unipixel import write_tiny

SPEC = PACKAGES[0].SPEC


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("tiny")
    write_tiny(made)
    return made


@pytest.fixture(scope="module")
def model(folder: Path) -> Model:
    return UniPixelModel.load(SPEC, folder, Options(device="cpu"))


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many frames went through the ViT, call by call."""
    calls: list[int] = []
    right = network.Network.see
    monkeypatch.setattr(network.Network, "see", lambda self, pictures: (calls.append(len(pictures)),
                                                                        right(self, pictures))[1])
    return calls


def check(segment: Segment, frames: Pictures) -> None:
    assert segment.mask.shape == (frames.height, frames.width)
    assert segment.mask.dtype == np.bool_
    assert 0 <= segment.score <= 1
    assert segment.present == bool(segment.mask.any())


class TestDiscover:
    def test_an_expression_gives_candidates_on_the_frame(self, model: Model, shapes: Shapes) -> None:
        made = model.open(shapes.frames).discover(5, Expression(text="the red disc"), range(2, 9))
        assert [(one.frame, one.category) for one in made] == [(5, None)]
        check(made[0].segment, shapes.frames)
        assert made[0].segment.present

    def test_categories_are_asked_for_one_by_one(
        self, model: Model, shapes: Shapes, seen: list[int]
    ) -> None:
        made = model.open(shapes.frames).discover(0, Categories(names=["disc", "square"]), range(3))
        assert {one.category for one in made} == {"disc", "square"}
        assert [one.segment.score for one in made] == sorted((one.segment.score for one in made), reverse=True)
        assert seen == [3], "the clip is seen once for both"

    def test_the_best_frame_is_the_one_with_the_highest_score(
        self, folder: Path, shapes: Shapes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        best = UniPixelModel.load(SPEC, folder, Options(device="cpu", best_frame=True)).open(shapes.frames)
        first = UniPixelModel.load(SPEC, folder, Options(device="cpu")).open(shapes.frames)
        query, within = Expression(text="What moves?"), range(4)
        scores = {}
        for frame in within:
            [(at, entry)] = session.pointing.where_first(
                best._carried, best._features, _prompts(best, query, frame, within), [frame])
            scores[at] = float(entry.score)
        assert best.discover(0, query, within)[0].frame == max(scores, key=lambda frame: scores[frame])
        assert first.discover(0, query, within)[0].frame == 0

    def test_what_is_not_visible_is_no_candidate(self, tmp_path: Path, shapes: Shapes) -> None:
        write_tiny(tmp_path, sees=False)
        blind = UniPixelModel.load(SPEC, tmp_path, Options(device="cpu")).open(shapes.frames)
        assert blind.discover(1, Expression(text="green triangle"), range(3)) == []
        assert blind.answer(Question(text="Where is it?"), {}, range(2)).segments == ()

    def test_an_answer_without_a_mask_is_no_candidate(
        self, model: Model, shapes: Shapes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(session, "_MOST_WORDS", 2)  # it is cut short before it points at anything
        opened = model.open(shapes.frames)
        assert opened.discover(0, Expression(text="disc"), range(1)) == []
        made = opened.answer(Question(text="Where?"), {}, range(1))
        assert (made.text, made.segments, made.frame) == ("It is", (), None)

    def test_it_needs_to_be_told_what_to_find(self, model: Model, shapes: Shapes) -> None:
        with pytest.raises(BadInput, match="told to find"):
            model.open(shapes.frames).discover(0, None)

    def test_tokens_of_the_model_are_no_words(self, model: Model, shapes: Shapes) -> None:
        with pytest.raises(BadInput, match="special tokens"):
            model.open(shapes.frames).discover(0, Expression(text="the <|seg|> disc"))


class TestAnswer:
    def test_text_and_masks_about_objects(self, model: Model, shapes: Shapes, seen: list[int]) -> None:
        opened = model.open(shapes.frames)
        objects = {7: {2: shapes.mask(DISC, 2)}, 3: {t: shapes.mask(SQUARE, t) for t in range(4)}}
        for text in ("describe", "Is [7] left of [3]?"):
            made = opened.answer(Question(text=text), objects, range(4))
            assert made.text == "It is (mask 1) ."
            assert made.frame == 0
            check(made.segments[0], shapes.frames)
        assert seen == [4], "another question about the same frames does not pay for them again"

    def test_the_memory_is_what_the_model_reads(self, model: Model, shapes: Shapes,
                                                monkeypatch: pytest.MonkeyPatch) -> None:
        read: list[torch.Tensor | None] = []
        right = network.Network.read

        def spy(self: network.Network, ids: list[int], clip: network.Clip, references: object = (),
                memories: torch.Tensor | None = None) -> network.Reading:
            read.append(memories)
            return right(self, ids, clip, (), memories)

        monkeypatch.setattr(network.Network, "read", spy)
        opened = model.open(shapes.frames)
        for object in (DISC, SQUARE):
            opened.answer(Question(text=f"What is [{object}]?"), {object: {1: shapes.mask(object, 1)}}, range(2))
        assert read[0] is not None and read[1] is not None
        assert read[0].shape == read[1].shape == (1, 64)
        assert not torch.allclose(read[0], read[1])

    def test_frames_that_show_the_objects_are_looked_at(self, model: Model, shapes: Shapes) -> None:
        frames = Pictures(shapes.frames.pictures * 3)
        opened = model.open(frames)
        mask = np.zeros((frames.height, frames.width), bool)
        mask[:40] = True
        shown, masks = opened._shown({1: {17: mask}, 2: {18: mask}}, None)
        assert {17, 18} <= set(shown)
        assert len(shown) == session.rules.MOST_FRAMES
        assert masks.any(-1).any(-1).sum() == 2

    def test_an_object_without_a_mask_is_refused(self, model: Model, shapes: Shapes) -> None:
        with pytest.raises(BadInput, match="Object 4 has no mask"):
            model.open(shapes.frames).answer(Question(text="What is [4]?"), {4: {9: shapes.mask(DISC, 9)}}, range(3))


class TestLocalize:
    def test_a_mask_a_prompt(self, model: Model, shapes: Shapes) -> None:
        opened = model.open(shapes.frames)
        given = {5: Point(x=42, y=40), 2: Box(x0=90, y0=50, x1=140, y1=100)}
        made = opened.localize("What is [2] doing to [5]?", 3, given, range(4))
        assert list(made) == [2, 5]
        for segment in made.values():
            check(segment, shapes.frames)
        assert opened.localize("What is it?", 0, {}, range(2)) == {}


class TestSeam:
    def test_clicks_and_tracking_in_both_directions(self, model: Model, shapes: Shapes) -> None:
        opened = model.open(shapes.frames)
        check(opened.segment(3, {1: [Point(x=42, y=40)]})[1], shapes.frames)
        opened.remember(3, {o: shapes.mask(o, 3) for o in (DISC, SQUARE)})
        for t in (4, 5, 2, 1):
            made = opened.track(t)
            assert set(made) == {DISC, SQUARE}
            for segment in made.values():
                check(segment, shapes.frames)
            if t == 5:
                opened.remember(3, {o: shapes.mask(o, 3) for o in (DISC, SQUARE)})
        opened.forget([DISC, 99])
        assert set(opened.track(0)) == {SQUARE}
        opened.close()

    def test_masks_are_not_encoded_before_something_is_tracked(self, model: Model, shapes: Shapes) -> None:
        opened = model.open(shapes.frames)
        opened.remember(0, {DISC: shapes.mask(DISC, 0)})
        opened.remember(1, {SQUARE: shapes.mask(SQUARE, 1)})
        assert not opened._sam2._tracker.trails
        opened.forget([DISC])
        assert set(opened.track(2)) == {SQUARE}
        assert not opened._told

    def test_clips_that_are_kept_are_few(self, model: Model, shapes: Shapes, seen: list[int]) -> None:
        opened = model.open(shapes.frames)
        for start in range(session.CLIPS + 2):
            opened._look(start, range(start, start + 1))
        assert len(opened._clips) == session.CLIPS
        opened.close()
        assert not opened._clips

    def test_sessions_at_work_at_once_do_not_mix(self, model: Model, shapes: Shapes) -> None:
        """All of them share the networks; what one reads must not reach another."""
        def ask(start: int) -> list[torch.Tensor]:
            opened = model.open(shapes.frames)
            return [_prompts(opened, Expression(text=text), start, range(start, start + 1)) for text in ("disc", "red")]

        starts = [0, 15] * 3
        with ThreadPoolExecutor(len(starts)) as together:
            made = list(together.map(ask, starts))
        for start, one in zip(starts, made, strict=True):
            assert all(torch.allclose(a, b, atol=1e-4) for a, b in zip(one, ask(start), strict=True))

    def test_the_same_gives_the_same(self, model: Model, shapes: Shapes) -> None:
        one, other = (model.open(shapes.frames).discover(1, Expression(text="disc"), range(3))[0] for _ in range(2))
        assert (one.segment.mask == other.segment.mask).all()


class TestLoading:
    def test_too_little_memory_is_refused_before_loading(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("backend.models.unipixel.model._WORKING", 1e9)
        monkeypatch.setattr(loader, "load", None)
        with pytest.raises(Unavailable, match="of memory as it is to be run"):
            UniPixelModel.load(SPEC, folder, Options(device="cpu"))

    def test_four_bit_needs_what_it_needs(self, folder: Path) -> None:
        with pytest.raises(Unavailable, match="4 bit"):
            UniPixelModel.load(SPEC, folder, Options(device="cpu", precision="4bit"))

    def test_half_precision_runs(self, folder: Path, shapes: Shapes) -> None:
        half = UniPixelModel.load(SPEC, folder, Options(device="cpu", precision="bfloat16")).open(shapes.frames)
        assert len(half.discover(0, Expression(text="disc"), range(2))) == 1

    def test_another_checkpoint_is_refused(self, folder: Path, tmp_path: Path) -> None:
        for name in ("model.safetensors", "tokenizer.json", "tokenizer_config.json"):
            (tmp_path / name).symlink_to(folder / name)
        (tmp_path / "config.json").write_text((folder / "config.json").read_text().replace("pixel_", ""))
        with pytest.raises(BadInput, match="of a model of type 'qwen2_5_vl'"):
            UniPixelModel.load(SPEC, tmp_path, Options(device="cpu"))

    def test_weights_of_another_model_are_named(self, folder: Path) -> None:
        released, config = weights.read(folder), UniPixelConfig.read(folder)
        of_qwen = ("visual.", "model.", "lm_head.")
        plain = {name: tensor for name, tensor in released.items() if name.startswith(of_qwen)}
        with pytest.raises(BadInput, match=r"missing: .*seg_head.* They look like Qwen2.5-VL"):
            loader.load(plain, config)
        narrow = {**released, "seg_head.0.weight": released["seg_head.0.weight"][:8]}
        with pytest.raises(BadInput, match=r"another size than UniPixel: seg_head.0.weight is \(8,\), not \(64,\)"):
            loader.load(narrow, config)

    def test_both_spellings_of_the_language_model(self) -> None:
        """Newer transformers releases write other names; the parts are told by their names alone."""
        blank = torch.zeros(1)
        for old, new in (("visual.blocks.0.norm1.weight", "model.visual.blocks.0.norm1.weight"),
                         ("model.layers.0.mlp.up_proj.weight", "model.language_model.layers.0.mlp.up_proj.weight"),
                         ("model.norm.weight", "model.language_model.norm.weight"),
                         ("lm_head.weight", "lm_head.weight")):
            assert list(names.split({old: blank})[0]) == list(names.split({new: blank})[0]) == [new]


def _prompts(opened: session.UniPixelSession, query: Expression, frame: int, within: range) -> torch.Tensor:
    """The hidden prompts of an expression, as `discover` makes them."""
    with torch.inference_mode():
        shown, clip = opened._look(frame, within)
        return opened._speech.ask(session.words.segment(query.text, len(shown)), clip, most=20).prompts

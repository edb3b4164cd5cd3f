"""Words: tokens, the text encoder against the case's, and the class table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from torch import Tensor

from backend.errors import BadInput, Unavailable
from backend.models.univs import concepts, text
from backend.models.univs.concepts import SLICES, Concepts
from backend.models.univs.templates import TEMPLATES
from backend.models.univs.text import TextEncoder, Tokens
from backend.parity import formula


@pytest.fixture(scope="module")
def tokens() -> Tokens:
    return Tokens([("c", "a"), ("ca", "t</w>"), ("d", "o"), ("do", "g</w>")], 20)


def encoder(tokens: Tokens, width: int = 64, **more: list[int]) -> TextEncoder:
    shapes = {
        "token_embedding.weight": [tokens.count, width], "positional_embedding": [tokens.context, width],
        "text_projection": [width, 32], "ln_final.weight": [width], "ln_final.bias": [width],
        **{f"transformer.resblocks.{layer}.{name}": shape for layer in (0, 1) for name, shape in {
            "attn.in_proj_weight": [3 * width, width], "attn.in_proj_bias": [3 * width],
            "attn.out_proj.weight": [width, width], "attn.out_proj.bias": [width], "ln_1.weight": [width],
            "ln_1.bias": [width], "ln_2.weight": [width], "ln_2.bias": [width], "mlp.c_fc.weight": [128, width],
            "mlp.c_fc.bias": [128], "mlp.c_proj.weight": [width, 128], "mlp.c_proj.bias": [width]}.items()}, **more}
    made = {f"lang_encoder.{name}": torch.from_numpy(one) for name, one in formula.state_dict(shapes).items()}
    return text.load(made, tokens)


def test_tokens_are_byte_pairs_of_lower_case(tokens: Tokens) -> None:
    ids = tokens.encode("  CAT &amp;amp; dog\n").tolist()
    cat, dog, start, end = 512 + 1, 512 + 3, tokens.count - 2, tokens.count - 1
    assert ids[:2] == [start, cat] and ids[3:5] == [dog, end] and set(ids[5:]) == {0}
    assert len(ids) == 20


def test_what_is_too_long_is_cut_with_an_end_or_refused(tokens: Tokens) -> None:
    assert tokens.encode("cat " * 30).tolist()[-1] == tokens.count - 1
    tokens.check("cat " * 17)
    with pytest.raises(BadInput, match="18 tokens, words or parts of them; 17 fit") as error:
        tokens.check("cat " * 18)
    assert error.value.code == "expression_too_long"


def test_a_tokenizer_has_to_go_with_the_encoder(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"no merges\.txt"):
        Tokens.beside(tmp_path, 515, 20)
    (tmp_path / text.MERGES).write_text("#version: 0.2\nc a\n", encoding="utf-8")
    assert Tokens.beside(tmp_path, 515, 20).count == 515
    with pytest.raises(BadInput, match="515 tokens, the text encoder has 600"):
        Tokens.beside(tmp_path, 600, 20)


def test_there_are_81_templates_and_the_plain_one_is_first() -> None:
    assert len(set(TEMPLATES)) == 81 and TEMPLATES[0] == "{}."
    assert {"a photo of a {}.", "itap of my {}.", "the {} in a video game."} <= set(TEMPLATES)


def test_features_are_those_of_clip(tokens: Tokens) -> None:
    """Words of the first template with all padding, the sentence at its end, mean over the templates."""
    made = encoder(tokens)
    words, sentences = made.expressions(["cat", "dog cat"])
    assert words.shape == (2, 20, 32) and sentences.shape == (2, 32)
    torch.testing.assert_close(made.names(["cat"])[0], sentences[0])
    ids = torch.stack([tokens.encode(one.format("cat")) for one in TEMPLATES])
    whole = made.of_ids(ids[:, None])[0]
    torch.testing.assert_close(whole[torch.arange(81), ids.argmax(1)].mean(0), sentences[0])
    torch.testing.assert_close(whole[0], words[0])


def test_other_weights_are_refused(tokens: Tokens) -> None:
    with pytest.raises(BadInput, match="token_embedding"):
        text.load({"visual.conv1.weight": torch.zeros(1)}, tokens)
    assert encoder(tokens, **{"visual.proj": [4, 4], "logit_scale": [1]}).tokens is tokens, "CLIP's rest may be there"


class Letters:
    """Rows by the length of a name."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def names(self, texts: Sequence[str]) -> Tensor:
        self.asked += texts
        return torch.tensor([[float(len(one)), 1.0] for one in texts])


def table() -> Tensor:
    return torch.arange(3938.0)[:, None].expand(-1, 2).contiguous()


def test_rows_are_taken_from_the_table_or_encoded_once(tmp_path: Path) -> None:
    letters, kept = Letters(), tmp_path / concepts.KEPT
    first = Concepts(letters, table(), kept, "a").rows(["forklift", "person", "Giant_Panda"])
    assert first[:, 0].tolist() == [8, SLICES["coco_panoptic"].start, SLICES["ytvis21"].start + 16]
    assert Concepts(letters, None, kept, "a").rows(["Forklift"])[0, 0] == 8
    assert letters.asked == ["forklift"] and [one.name for one in tmp_path.iterdir()] == [concepts.KEPT]
    Concepts(letters, None, kept, "other weights").rows(["forklift"])
    assert letters.asked == ["forklift"] * 2


def test_what_was_encoded_before_it_was_stopped_is_kept(tmp_path: Path) -> None:
    class Stopped(Letters):
        def names(self, texts: Sequence[str]) -> Tensor:
            if self.asked:
                raise KeyboardInterrupt
            return super().names(texts)

    kept, names = tmp_path / concepts.KEPT, [f"{number} dogs" for number in range(20)]
    with pytest.raises(KeyboardInterrupt):
        Concepts(Stopped(), None, kept).rows(names)
    letters = Letters()
    assert len(Concepts(letters, None, kept).rows(names)) == 20 and letters.asked == names[16:]


def test_the_mark_tells_text_weights_apart() -> None:
    ones = {"a": torch.ones(2, 3).T, "b": torch.tensor(1.0)}
    assert concepts.mark_of(ones) == concepts.mark_of(dict(reversed(ones.items())))
    assert concepts.mark_of(ones) != concepts.mark_of({**ones, "b": torch.tensor(1.5)})


def test_a_damaged_or_locked_file_of_rows_is_no_obstacle(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    kept = tmp_path / concepts.KEPT
    kept.write_bytes(b"damaged")
    assert Concepts(Letters(), None, kept).rows(["dog"])[0, 0] == 3
    assert "made anew" in caplog.text
    Concepts(Letters(), None, tmp_path / "none" / concepts.KEPT).rows(["dog"])
    assert "are not kept" in caplog.text


@pytest.mark.parametrize(("names", "code"), [
    (["dog", "Dog"], "double_category"), (["traffic_light", "traffic  light"], "double_category"),
    (["dog", " "], "empty_category"), (["_"], "empty_category"),
])
def test_names_that_cannot_be_asked_for(names: list[str], code: str) -> None:
    with pytest.raises(BadInput) as error:
        Concepts(Letters()).rows(names)
    assert error.value.code == code


def test_a_name_may_be_too_long(tokens: Tokens) -> None:
    with pytest.raises(BadInput) as error:
        Concepts(encoder(tokens)).rows(["dog", "cat " * 18])
    assert error.value.code == "category_too_long"


def test_a_table_of_another_size_is_refused(tmp_path: Path) -> None:
    torch.save(table(), tmp_path / "table.pth")
    assert concepts.read_table(tmp_path / "table.pth").shape == (3938, 2)
    torch.save(table()[:100], tmp_path / "table.pth")
    with pytest.raises(BadInput, match=r"shape \(100, 2\)"):
        concepts.read_table(tmp_path / "table.pth")
    torch.save({"a": torch.zeros(1)}, tmp_path / "table.pth")
    with pytest.raises(BadInput, match="one tensor alone"):
        concepts.read_table(tmp_path / "table.pth")


def test_slices_are_as_long_as_the_lists_of_names() -> None:
    for data_set, vocabulary in concepts._NAMED:
        assert len(range(*SLICES[data_set].indices(3938))) == len(vocabulary)

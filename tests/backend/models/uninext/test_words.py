"""Words as tokens, and which of them are whose."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.errors import BadInput, Unavailable
from backend.models.uninext import words
from backend.models.uninext.words import Words
from tests.tiny_uninext import PIECES

WHOLE = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", ".", "person", "traffic", "light", "##s", "dog", "red")


def vocabulary(pieces: tuple[str, ...]) -> dict[str, int]:
    return {piece: place for place, piece in enumerate(pieces)}


@pytest.fixture
def plain() -> Words:
    return Words(vocabulary(WHOLE))


@pytest.fixture
def spelling() -> Words:
    return Words(vocabulary(PIECES), 16)


def test_each_name_has_its_tokens(plain: Words) -> None:
    (text,) = plain.categories(["Person", "traffic_lights (any)", "dog"])
    assert [WHOLE[one] for one in text.ids] == [
        "[CLS]", "person", ".", "traffic", "light", "##s", ".", "dog", "[SEP]"]
    assert text.classes == [[1], [3, 4, 5], [7]], "the first word is at 1"


def test_expressions_are_cleaned_as_in_training(plain: Words) -> None:
    assert words.clean_expression("The dog's (red) left-hand/side, #2!") == "the dogs red left hand side 2"
    assert [WHOLE[one] for one in plain.expression("Red, dog?").ids] == ["[CLS]", "red", "dog", "[SEP]"]


def test_a_long_list_is_asked_in_parts(spelling: Words) -> None:
    names = ["abcd", "efghi", "jkl", "mnopqrstuvwxyz"]
    texts = list(spelling.categories(names))
    assert [len(one.ids) for one in texts] == [16, 16], "4 + . + 5 + . + 3, and 14, with [CLS] and [SEP]"
    assert [len(places) for one in texts for places in one.classes] == [4, 5, 3, 14]


@pytest.mark.parametrize(("names", "code", "said"), [
    (["dog", "Dog "], "double_category", "'dog' and 'Dog '"),
    (["dog", "dog"], "double_category", "'dog' and 'dog'"),
    (["dog", " "], "empty_category", "' '"),
    (["(dog)"], "empty_category", "(dog)"),
    (["dog", "犬"], "unknown_category", "犬"),
    (["abcdefghijklmnopqrst"], "category_too_long", "20 tokens; 14 fit"),
])
def test_names_that_cannot_be_asked_for(spelling: Words, names: list[str], code: str, said: str) -> None:
    with pytest.raises(BadInput) as error:
        list(spelling.categories(names))
    assert error.value.code == code and said in error.value.message


@pytest.mark.parametrize(("text", "code", "said"), [
    ("a very long expression", "expression_too_long", "19 tokens; 14 fit"),
    ("犬", "unknown_words", "no word"),
    ("?!", "unknown_words", "no word"),
])
def test_expressions_that_cannot_be_asked(spelling: Words, text: str, code: str, said: str) -> None:
    with pytest.raises(BadInput) as error:
        spelling.expression(text)
    assert error.value.code == code and said in error.value.message


def test_the_vocabulary_goes_with_the_weights(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="vocab"):
        Words.read([tmp_path], len(PIECES), 512)
    (tmp_path / "vocab.txt").write_text("\n".join(PIECES))
    assert Words.read([tmp_path / "nowhere", tmp_path], len(PIECES), 512).longest == words.MOST
    with pytest.raises(BadInput, match="does not go"):
        Words.read([tmp_path], len(PIECES) + 1, 512)
    with pytest.raises(BadInput, match="lacks"):
        Words({"dog": 0})

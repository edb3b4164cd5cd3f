"""The table is complete: it has exactly the words of the sources, each with the values its English has."""

import json
import re

import pytest

from tests.words import TABLE, template_key, updated

HOW = "run `python -m tests.words`, which brings the table up to date, and fill in what is empty"


def test_every_text_has_its_german_and_nothing_else_has() -> None:
    table = json.loads(TABLE.read_text())
    wanted = updated(table)
    for part, words in wanted.items():
        assert not [key for key, german in words.items() if not german], f"not translated; {HOW}"
        assert not table[part].keys() - words.keys(), f"nobody says this any more; {HOW}"


def test_translations_have_the_values_and_halves_of_their_english() -> None:
    for words in json.loads(TABLE.read_text()).values():
        for english, german in words.items():
            for key, said in zip(english.split("|"), german.split("|"), strict=True):
                assert set(re.findall(r"\{\d+\}", key)) == set(re.findall(r"\{\d+\}", said)), english


@pytest.mark.parametrize(("source", "key"), [
    ("plain`", "plain"), ("${a} of ${b}`", "{0} of {1}"), ("${n} mask|${n} masks`", "{0} mask|{0} masks"),
    ("${one ? `in ${n}` : t`no`} more`", "{0} more"), ("${'}`'} x`", "{0} x"), (r"a \` b`", "a ` b"),
])
def test_keys_are_read_from_the_source_as_the_page_makes_them(source: str, key: str) -> None:
    assert template_key(source, 0) == key

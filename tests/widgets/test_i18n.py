"""The one table: how texts are looked up, how many decides their form, how the server's sentences are known again."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser import strict_page
from tests.words import TABLE
from widgets.assets import asset_url

Call = Callable[..., Any]
WORDS = {
    "page": {"Undo": "Rückgängig", "Frame {0} of {1}": "{1}, davon Bild {0}",
             "{0} mask of {1}|{0} masks of {1}": "{0} Maske von {1}|{0} Masken von {1}"},
    "server": {"There is no person {0}.": "Person {0} gibt es nicht.", "Ask an owner.": "Eigentümer fragen.",
               "There is no {0} {1}.": "{0} gibt es nicht: {1}."},
}


@pytest.fixture(scope="module")
def german(browser: Browser, asset_server: str) -> Iterator[Call]:
    """`german("(m) => m.t`Undo`")`: a function on i18n.js in a German page whose table is `WORDS`."""
    with strict_page(browser) as page:
        page.route(f"**/words/{TABLE.name}", lambda route: route.fulfill(json=WORDS))
        page.goto(asset_server)
        page.evaluate("document.documentElement.dataset.language = 'de'")
        yield lambda function: page.evaluate(f"async (url) => ({function})(await import(url))", asset_url("js/i18n.js"))


def test_english_is_its_own_key(js: Call) -> None:
    said = js("i18n.js", "(m) => [m.t`Undo`, m.t`Frame ${3} of ${12000}`, m.heard('There is no person 3.')]")
    assert said == ["Undo", "Frame 3 of 12000", "There is no person 3."]


def test_texts_come_from_the_table_and_english_stands_in(german: Call) -> None:
    assert german("(m) => [m.t`Undo`, m.t`Frame ${3} of ${9}`, m.t`Redo`]") == ["Rückgängig", "9, davon Bild 3", "Redo"]


def test_how_many_decides_the_form(german: Call, js: Call) -> None:
    function = "(m) => [0, 1, 12000].map((n) => m.t`${n} mask of ${'a|b'}|${n} masks of ${'a|b'}`)"
    assert german(function) == ["0 Masken von a|b", "1 Maske von a|b", "12.000 Masken von a|b"]
    assert js("i18n.js", function) == ["0 masks of a|b", "1 mask of a|b", "12,000 masks of a|b"]
    assert js("shell/words.js", "(m) => [m.count(1, 'video waits', 'videos wait'), m.count(2, 'frame')]") == [
        "1 video waits", "2 frames"]


def test_the_servers_sentences_are_known_by_what_is_fixed_in_them(german: Call) -> None:
    said = german("(m) => ['There is no person 7.', 'There is no mask (x).', 'Ask an owner.', 'Odd.', ''].map(m.heard)")
    assert said == ["Person 7 gibt es nicht.", "mask gibt es nicht: (x).", "Eigentümer fragen.", "Odd.", ""]


def test_numbers_and_days_are_written_as_people_there_do(german: Call) -> None:
    function = "(m) => [m.number(1234.5, 1), m.day('2024-05-01'), m.day('2024-05-01T12:00:00.000Z')]"
    assert german(function) == ["1.234,5", "01.05.2024", "01.05.2024"]


def test_the_table_is_json_in_two_parts() -> None:
    assert set(json.loads(TABLE.read_text())) == {"page", "server"}

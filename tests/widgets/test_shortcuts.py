"""Keys: what an event is called, how bindings are written, and that no two commands share one."""

from collections.abc import Callable
from typing import Any

import pytest

Call = Callable[..., Any]
NAME = "(m, init) => m.nameOf(new KeyboardEvent('keydown', init))"


@pytest.mark.parametrize(("event", "name"), [
    ({"key": "z", "code": "KeyZ", "ctrlKey": True}, "ctrl+z"),
    ({"key": "Z", "code": "KeyZ", "ctrlKey": True, "shiftKey": True}, "ctrl+shift+z"),
    ({"key": "z", "code": "KeyZ", "metaKey": True}, "ctrl+z"),
    ({"key": "?", "code": "Slash", "shiftKey": True}, "?"),
    ({"key": "[", "code": "Digit8", "ctrlKey": True, "altKey": True, "modifierAltGraph": True}, "["),
    ({"key": "!", "code": "Digit1", "shiftKey": True}, "shift+1"),
    ({"key": "ArrowLeft", "code": "ArrowLeft", "shiftKey": True}, "shift+ArrowLeft"),
    ({"key": "F", "code": "KeyF"}, "f"),
])
def test_events_have_the_names_bindings_use(js: Call, event: dict[str, Any], name: str) -> None:
    assert js("shortcuts.js", NAME, event) == name


def test_bindings_are_written_for_people(js: Call) -> None:
    written = js("shortcuts.js", "(m, keys) => keys.map(m.written)", ["ctrl+shift+z", " ", "shift+ArrowLeft", "+", "?"])
    assert written == ["Ctrl+Shift+Z", "Space", "Shift+←", "+", "?"]


def test_two_commands_on_one_key_are_refused(js: Call) -> None:
    with pytest.raises(Exception, match="bound to both"):
        js("shortcuts.js", """(m) => new m.Shortcuts().add([
          {id: "a", title: "One", group: "", keys: ["x"], run() {}},
          {id: "b", title: "Two", group: "", keys: ["x"], run() {}},
        ])""")


def test_keys_are_letters_where_a_person_types(js: Call) -> None:
    ran = js("shortcuts.js", """(m) => {
      const shortcuts = new m.Shortcuts();
      let runs = 0;
      shortcuts.add([{id: "a", title: "A", group: "", keys: ["x"], run: () => { runs += 1; }}]);
      document.addEventListener("keydown", (event) => shortcuts.handle(event));
      const field = document.body.appendChild(document.createElement("input"));
      const button = document.body.appendChild(document.createElement("button"));
      const counts = [];
      for (const target of [field, button, document.body]) {
        target.dispatchEvent(new KeyboardEvent("keydown", {key: "x", code: "KeyX", bubbles: true}));
        counts.push(runs);
      }
      document.body.replaceChildren();
      return counts;
    }""")
    assert ran == [0, 1, 2]


def test_the_keys_of_commands_are_known_without_a_video(js: Call) -> None:
    known = js("commands.js", "(m) => Object.fromEntries([...m.commandKeys()].map(([key, { id }]) => [key, id]))")
    assert [known[key] for key in ("d", "i", "s", "/", "shift+p", "shift+9")] == [
        "frame.previous", "tool.find", "tool.scribble", "words.focus", "prompt.swap", "label.9"]
    bound = js("commands/labels.js", """(m) => m.hotkeyCommands({store: {state: {video: {labels: [
      {id: 1, name: "one", hotkey: "d"}, {id: 2, name: "two", hotkey: "D"}, {id: 3, name: "three", hotkey: null},
    ]}}}}, new Map([["d", {}]])).map(({id, keys}) => [id, keys])""")
    assert bound == [["label.hotkey.2", ["shift+d"]]]


def test_words_are_read_as_names_or_as_an_expression(js: Call) -> None:
    read = js("panels/words.js", """(m) => [["categories", " dog, red ball,,dog "], ["expression", " the dog, left "],
      ["categories", " , "], ["expression", ""]].map(([kind, text]) => m.queryOf(kind, text))""")
    assert read == [{"kind": "categories", "names": ["dog", "red ball"]},
                    {"kind": "expression", "text": "the dog, left"}, None, None]

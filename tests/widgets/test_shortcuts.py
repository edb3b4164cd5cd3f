"""Keys: what an event is called, how bindings are written, and that no two commands share one."""

import re
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
    ({"key": "d", "code": "KeyD", "altKey": True}, "alt+d"),
    ({"key": "a", "code": "KeyQ", "altKey": True}, "alt+a"),
    ({"key": "∂", "code": "KeyD", "altKey": True}, "alt+d"),
    ({"key": "Dead", "code": "KeyE", "altKey": True, "shiftKey": True}, "alt+shift+e"),
    ({"key": "∂", "code": "KeyD", "altKey": True, "modifierAltGraph": True}, "alt+d"),
    ({"key": "@", "code": "KeyQ", "ctrlKey": True, "altKey": True, "modifierAltGraph": True}, "@"),
    ({"key": "ArrowUp", "code": "ArrowUp", "altKey": True}, "alt+ArrowUp"),
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
    assert not any(re.fullmatch(r"alt\+(shift\+)?[a-z0-9]", key) for key in known), "these are the labels' hotkeys"


def test_hotkeys_of_labels_take_alt_and_leave_what_a_person_chose(js: Call) -> None:
    labels = [{"id": 1, "name": "one", "hotkey": "d"}, {"id": 2, "name": "two", "hotkey": "D"},
              {"id": 3, "name": "three", "hotkey": None}, {"id": 4, "name": "four", "hotkey": "5"}]
    made = js("commands/labels.js", """(m, labels) => m.hotkeyCommands({store: {state: {video: {labels}}}})
      .map(({id, title, keys}) => ({id, title, keys, group: ""}))""", labels)
    assert [one["keys"] for one in made] == [["alt+d"], ["alt+shift+d"], ["alt+5"]]
    bound = js("shortcuts.js", """(m, commands) => {
      const shortcuts = new m.Shortcuts();
      shortcuts.add(commands);
      shortcuts.rebind({undo: ["alt+d"]});
      return Object.fromEntries([...shortcuts.bound].map(([key, { id }]) => [key, id]));
    }""", [*made, {"id": "undo", "title": "Undo", "keys": ["ctrl+z"], "group": ""}])
    assert bound == {"alt+d": "undo", "alt+shift+d": "label.hotkey.2", "alt+5": "label.hotkey.4"}


def test_words_are_read_as_names_or_as_an_expression(js: Call) -> None:
    read = js("panels/words.js", """(m) => [["categories", " dog, red ball,,dog "], ["expression", " the dog, left "],
      ["categories", " , "], ["expression", ""]].map(([kind, text]) => m.queryOf(kind, text))""")
    assert read == [{"kind": "categories", "names": ["dog", "red ball"]},
                    {"kind": "expression", "text": "the dog, left"}, None, None]

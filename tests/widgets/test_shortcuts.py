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

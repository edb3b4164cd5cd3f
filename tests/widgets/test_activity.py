"""Active time as the page counts it, and the sums of the report."""

from collections.abc import Callable
from typing import Any

import pytest

Call = Callable[..., Any]
COUNTED = """(m, steps) => {
  const real = [performance.now, document.hasFocus];
  let now = 0;
  performance.now = () => now;
  document.hasFocus = () => true;
  const activity = new m.Activity(null);
  for (const [kind, value] of steps) {
    if (kind === "wait") now += 1000 * value;
    activity.count();
    if (kind === "input") activity.input = now;
    if (kind === "select") activity.object = value;
    if (kind === "away") document.hasFocus = () => !value;
  }
  [performance.now, document.hasFocus] = real;
  return Object.fromEntries([...activity.spent].map(([id, one]) => [id, one.seconds]));
}"""


@pytest.mark.parametrize(("steps", "seconds"), [
    ([("wait", 10)], {"0": 10}),
    ([("wait", 100)], {"0": 30}),  # the person was elsewhere
    ([("wait", 100), ("input", 0), ("wait", 5)], {"0": 35}),
    ([("wait", 20), ("input", 0), ("wait", 20), ("input", 0), ("wait", 20)], {"0": 60}),
    ([("wait", 4), ("select", 7), ("wait", 6), ("select", 0), ("wait", 1)], {"0": 5, "7": 6}),
    ([("wait", 4), ("away", True), ("wait", 10), ("away", False), ("input", 0), ("wait", 2)], {"0": 6}),
])
def test_time_counts_until_half_a_minute_after_the_last_input(
    js: Call, steps: list[tuple[str, Any]], seconds: dict[str, float]
) -> None:
    assert js("activity.js", COUNTED, steps) == seconds


def test_what_could_not_be_told_is_kept(js: Call) -> None:
    kept = js("activity.js", """(m) => {
      const activity = new m.Activity(null);
      activity.gave(3, 2, true);
      const spent = activity.spent;
      activity.spent = new Map();
      activity.gave(3, 1, false);
      activity.keep(spent);
      return activity.spent.get(3);
    }""")
    assert kept == {"seconds": 0, "clicks": 3, "corrections": 1}


def test_the_report_sums_by_what_is_asked_for(js: Call) -> None:
    def row(person: str, thing: int, models: list[str], seconds: float, masks: int) -> dict[str, Any]:
        return {"person_id": person, "person": person, "video_id": 1, "video": "a", "project": "P", "object_id": thing,
                "object": f"dog {thing}", "models": models, "seconds": seconds, "masks": masks, "clicks": 1,
                "corrections": 0, "verified": 0}

    rows = [row("Ann", 1, ["flow"], 30, 10), row("Ann", 2, ["compact"], 60, 60), row("Bob", 1, ["flow"], 30, 0)]
    found = js("activity/report.js", """(m, rows) => ["person", "object", "model"].map((by) => m.grouped(rows, by)
      .map((line) => [line.name, line.seconds, m.masksPerMinute(line), m.secondsPerMask(line)]))""", rows)
    assert found[0] == [["Ann", 90, pytest.approx(46.667, abs=0.001), pytest.approx(1.286, abs=0.001)],
                        ["Bob", 30, 0, None]]
    assert [line[:3] for line in found[1]] == [["dog 1 · a", 60, 10], ["dog 2 · a", 60, 60]]
    assert [line[:3] for line in found[2]] == [["flow", 60, 10], ["compact", 60, 60]]
    assert js("activity/report.js", "(m, rows) => m.total(rows).masks", rows) == 70

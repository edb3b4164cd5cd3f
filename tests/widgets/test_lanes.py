"""What the timeline shows, as data: rows, bars in pixels, lanes in order, where a jump goes."""

from collections.abc import Callable
from typing import Any

import numpy as np

Call = Callable[..., Any]


def test_rows_with_an_open_one_between(js: Call) -> None:
    found = js("rows.js", """(m) => {
      const rows = new m.Rows(24);
      rows.set([7, 8, 9, 10], 8, 50);
      return {
        tops: [0, 1, 2, 4].map((n) => rows.topOf(n)), total: rows.total, heights: [0, 1].map((n) => rows.heightOf(n)),
        at: [-1, 0, 23, 24, 97, 98, 145, 146, 500].map((y) => rows.at(y)), between: rows.between(30, 100),
      };
    }""")
    assert found == {"tops": [0, 24, 98, 146], "total": 146, "heights": [24, 74],
                     "at": [-1, 0, 0, 1, 1, 2, 3, 4, 4], "between": [1, 3]}


def test_only_rows_in_sight_are_elements_and_they_stay_the_same_ones(js: Call) -> None:
    found = js("virtual.js", """async (m) => {
      const list = document.createElement("div");
      list.style.cssText = "height: 200px; overflow-y: auto";
      document.body.append(list);
      const made = [];
      const rows = new m.VirtualList(list, { height: 20, make: (id) => {
        made.push(id);
        const element = document.createElement("div");
        element.style.height = "20px";
        return { element, update: (n) => { element.textContent = `${n}:${id}`; } };
      } });
      const style = document.createElement("style");
      style.textContent = ".tw-virtual::before, .tw-virtual::after { content: ''; display: block }"
        + ".tw-virtual::before { height: var(--tw-above) } .tw-virtual::after { height: var(--tw-below) }";
      document.head.append(style);
      rows.show(Array.from({ length: 500 }, (_, n) => 1000 + n));
      const [count, tall, first] = [list.children.length, list.scrollHeight, list.children[1]];
      rows.show(rows.rows.ids.slice(1));
      const kept = list.children[0] === first && first.textContent;
      rows.reveal(1400);
      await new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)));
      const texts = [...list.children].map((child) => child.textContent);
      list.remove();
      style.remove();
      return { count, tall, kept, seen: texts.includes("399:1400"), few: texts.length < 20, made: made.length < 40 };
    }""")
    assert found == {"count": 13, "tall": 10_000, "kept": "0:1001", "seen": True, "few": True, "made": True}


def test_ranges_searched_and_merged_agree_with_a_set_of_frames(js: Call) -> None:
    random = np.random.default_rng(2)
    ranges = [[int(start), int(start + length)] for start, length in
              zip(random.integers(0, 300, 40), random.integers(1, 12, 40), strict=True)]
    frames = {frame for start, stop in ranges for frame in range(start, stop)}
    found = js("timeline/search.js", """(m, ranges) => {
      const merged = m.merged(ranges);
      const inside = Array.from({ length: 320 }, (_, n) => m.inside(merged, n));
      return { merged, inside, touching: m.touching(merged, 50, 60) };
    }""", ranges)
    assert [frame for frame, is_inside in enumerate(found["inside"]) if is_inside] == sorted(frames)
    assert all(b[0] > a[1] for a, b in zip(found["merged"], found["merged"][1:], strict=False))
    first, stop = found["touching"]
    assert found["merged"][first:stop] == [r for r in found["merged"] if r[1] > 50 and r[0] < 60]


def test_bars_never_outnumber_pixels_and_show_what_is_urgent(js: Call) -> None:
    segments = [[2 * n, 2 * n + 1, "stale" if n == 777 else "tracked", "human" if n == 10 else "model"]
                for n in range(50_000)]
    bars = js("timeline/bars.js", """(m, segments) => {
      const scale = { start: 0, step: 0.005, width: 500, span: 100000, toX: (frame) => frame * 0.005 };
      const bars = m.barsOf(segments, scale);
      return { bars, again: m.barsOf(segments, scale) === bars };
    }""", segments)
    assert bars["again"]  # the same view costs nothing again
    assert len(bars["bars"]) == 500
    stale = [bar["left"] for bar in bars["bars"] if bar["state"] == "stale"]
    assert stale == [int(2 * 777 * 0.005)]
    assert sum(bar["human"] for bar in bars["bars"]) == 1


def test_bars_in_sight_lie_where_their_frames_are(js: Call) -> None:
    segments = [[0, 10, "tracked", "model"], [10, 20, "stale", "model"], [90, 95, "absent", "human"]]
    bars = js("timeline/bars.js", """(m, segments) => {
      const scale = { start: 5, step: 4, width: 40, span: 10, toX: (frame) => (frame - 5) * 4 };
      return m.barsOf(segments, scale);
    }""", segments)
    assert [(bar["left"], bar["width"], bar["state"]) for bar in bars] == [(-2, 22, "tracked"), (20, 22, "stale")]


STATE = {
    "objects": [[1, {"id": 1, "name": "dog 10", "label_id": 5}], [2, {"id": 2, "name": "dog 2", "label_id": 5}],
                [3, {"id": 3, "name": "ball", "label_id": 4}]],
    "video": {"labels": [{"id": 4}, {"id": 5}], "frame_count": 100, "cuts": [30, 60]},
    "timeline": {
        "objects": {"1": [[5, 9, "tracked", "model"], [9, 30, "stale", "model"]], "2": [[0, 40, "verified", "model"]],
                    "3": [[20, 30, "tracked", "model"]]},
        "low": {"3": [[22, 30]], "1": [[6, 8]]}, "prompts": {"1": [5, 12], "3": [20]},
        "threads": [[7, 1, False, 2], [50, 2, True, 3]],
    },
    "findings": [{"frame": 40}, {"frame": 8}],
    "looked": {"own": [[0, 10], [20, 30]], "all": [[0, 90]]}, "lookedBy": "own",
}
LANES = """(m, [state, view]) => (
  m.lanesOf({ ...state, objects: new Map(state.objects), laneView: { ...m.ALL_LANES, ...view } }))"""


def test_lanes_sorted_and_filtered(js: Call) -> None:
    def lanes(**view: Any) -> list[int]:
        return js("timeline/lanes.js", LANES, [STATE, view])

    assert lanes() == [1, 2, 3]
    assert lanes(sort="name") == [3, 2, 1]  # numbers in names count as numbers
    assert lanes(sort="label") == [3, 1, 2]
    assert lanes(sort="first") == [2, 1, 3]
    assert lanes(sort="doubt") == [3, 1, 2]
    assert lanes(sort="state") == [1, 3, 2]
    assert lanes(query=" DOG ") == [1, 2]
    assert lanes(label=4) == [3]
    assert [lanes(only=kind) for kind in ("stale", "unverified", "low", "comment")] == [[1], [1, 3], [1, 3], [2]]
    assert lanes(only="low", label=5, sort="name") == [1]


def test_jumps_go_to_the_nearest_of_their_kind(js: Call) -> None:
    find = """(m, [state, id, ids, frame, direction]) => (
      m.JUMPS.find((kind) => kind.id === id).find(state, ids, frame, direction))"""

    def jump(kind: str, frame: int, direction: int = 1, ids: tuple[int, ...] = (1, 2, 3), **state: Any) -> int | None:
        return js("timeline/jump-kinds.js", find, [{**STATE, **state}, kind, ids, frame, direction])

    assert [jump("prompt", frame) for frame in (0, 5, 12, 20)] == [5, 12, 20, None]
    assert [jump("prompt", frame, -1) for frame in (99, 20, 5)] == [20, 12, None]
    assert jump("prompt", 12, ids=(1,)) is None
    assert (jump("stale", 0), jump("stale", 9), jump("stale", 20, -1)) == (9, None, 9)
    assert (jump("low", 0), jump("low", 6), jump("low", 6, ids=(1,))) == (6, 22, None)
    assert (jump("comment", 7), jump("comment", 50, -1)) == (50, 7)
    assert (jump("finding", 0), jump("finding", 40, -1), jump("finding", 40)) == (8, 8, None)
    assert (jump("cut", 0), jump("cut", 60), jump("cut", 60, -1)) == (30, None, 30)
    assert [jump("unlooked", frame) for frame in (0, 10, 19, 30, 99)] == [10, 11, 30, 31, None]
    assert [jump("unlooked", frame, -1) for frame in (25, 20, 11, 10)] == [19, 19, 10, None]
    assert jump("unlooked", 0, lookedBy="all") == 90


def test_the_scale_shows_a_range(js: Call) -> None:
    shown = js("timeline/scale.js", """(m) => {
      const scale = new m.Scale(100000);
      scale.resize(1000);
      scale.show(5000, 6000);
      const range = [scale.toX(5000), scale.toX(6000)];
      scale.show(0, 100000);
      const whole = [scale.toX(0), scale.toX(100000)];
      scale.show(10, 11);
      return { range, whole, widest: scale.step };
    }""")
    low, high = shown["range"]
    assert 0 < low < 60
    assert 940 < high < 1000
    assert shown["whole"] == [0, 1000]
    assert shown["widest"] == 48

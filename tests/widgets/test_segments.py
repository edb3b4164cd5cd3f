"""The timeline as data: overwriting, staleness, barriers."""

from collections.abc import Callable
from typing import Any

import numpy as np

Call = Callable[..., Any]
STATES = [("tracked", "model"), ("verified", "model"), ("tracked", "human"), ("stale", "model"), (None, "model")]


def runs_of(frames: list[tuple[str, str] | None]) -> list[list[Any]]:
    """The plain way: equal neighbours joined."""
    runs: list[list[Any]] = []
    for index, kind in enumerate(frames):
        if kind is None:
            continue
        if runs and runs[-1][1] == index and (runs[-1][2], runs[-1][3]) == kind:
            runs[-1][1] = index + 1
        else:
            runs.append([index, index + 1, *kind])
    return runs


def test_overwriting_agrees_with_a_list_of_frames(js: Call) -> None:
    random = np.random.default_rng(1)
    frames: list[tuple[str, str] | None] = [None] * 40
    steps = []
    for _ in range(60):
        start, stop = sorted(int(n) for n in random.choice(41, 2, replace=False))
        state, source = STATES[int(random.integers(len(STATES)))]
        steps.append([start, stop, state, source])
        frames[start:stop] = [None if state is None else (state, source)] * (stop - start)
    apply = "(m, steps) => steps.reduce((now, step) => m.overwrite(now, ...step), [])"
    assert js("timeline/segments.js", apply, steps) == runs_of(frames)


def test_only_tracked_model_masks_turn_stale(js: Call) -> None:
    before = [
        [0, 3, "tracked", "model"], [3, 4, "tracked", "human"], [4, 6, "verified", "model"], [6, 9, "tracked", "model"],
    ]
    after = js("timeline/segments.js", "(m, segments) => m.markStale(segments, 1, 8)", before)
    assert after == [
        [0, 1, "tracked", "model"], [1, 3, "stale", "model"], [3, 4, "tracked", "human"], [4, 6, "verified", "model"],
        [6, 8, "stale", "model"], [8, 9, "tracked", "model"],
    ]


def test_a_reply_patches_the_timeline(js: Call) -> None:
    item = {"object_id": 7, "state": "tracked", "source": "model", "rle": {}}
    removed = {**item, "frame": 2, "rle": None}
    timeline = {"objects": {"7": [[0, 10, "tracked", "model"]]}, "low": {}, "prompts": {}, "threads": []}
    human = {**item, "frame": 5, "source": "human"}
    patched = js(
        "timeline/segments.js", "(m, [t, items]) => m.patchTimeline(t, items, [[7, 3, 5], [7, 6, 10]])",
        [timeline, [human, removed]],
    )
    assert patched["objects"]["7"] == [
        [0, 2, "tracked", "model"], [3, 5, "stale", "model"], [5, 6, "tracked", "human"], [6, 10, "stale", "model"],
    ]


def test_barriers_are_found_in_both_directions(js: Call) -> None:
    timeline = {
        "objects": {"1": [[0, 1, "tracked", "human"], [1, 8, "tracked", "model"], [8, 11, "verified", "model"]]},
        "prompts": {"1": [0, 4]}, "low": {}, "threads": [],
    }
    find = "(m, [t, frame, direction]) => m.nextBarrier(t, [1], frame, direction)"
    found = {(f, d): js("timeline/segments.js", find, [timeline, f, d]) for f, d in
             [(0, 1), (4, 1), (8, 1), (10, 1), (9, -1), (8, -1), (4, -1), (0, -1)]}
    assert found == {(0, 1): 4, (4, 1): 8, (8, 1): 9, (10, 1): None, (9, -1): 8, (8, -1): 4, (4, -1): 0, (0, -1): None}


def test_next_unverified_skips_what_is_verified(js: Call) -> None:
    timeline = {"objects": {"1": [[0, 5, "verified", "model"], [5, 9, "tracked", "model"]]}}
    find = "(m, [t, frame, direction]) => m.nextUnverified(t, [1], frame, direction)"
    assert js("timeline/segments.js", find, [timeline, 0, 1]) == 5
    assert js("timeline/segments.js", find, [timeline, 5, 1]) == 6
    assert js("timeline/segments.js", find, [timeline, 8, 1]) is None
    assert js("timeline/segments.js", find, [timeline, 5, -1]) is None


def test_the_scale_keeps_the_frame_under_the_pointer(js: Call) -> None:
    places = js("timeline/scale.js", """(m) => {
      const scale = new m.Scale(1000);
      scale.resize(500);
      const whole = [scale.toFrame(0), scale.toFrame(499)];
      const before = scale.toFrame(300);
      scale.zoomAt(8, 300);
      const after = scale.toFrame(300);
      scale.pan(1e6);
      const [end, tick, moved] = [scale.toFrame(499.9), scale.tick(56), scale.reveal(3)];
      return {whole, before, after, end, tick, moved, x: scale.toX(3) >= 0};
    }""")
    assert places == {"whole": [0, 998], "before": 600, "after": 600, "end": 999, "tick": 20, "moved": True, "x": True}


def test_a_part_that_was_read_again_takes_the_place_of_the_old(js: Call) -> None:
    old = {"version": 5, "objects": {"1": [[0, 4, "tracked", "model"]], "2": [[0, 9, "tracked", "model"]]},
           "low": {"1": [[0, 1]], "2": [[3, 4]]}, "prompts": {"2": [0]}, "threads": [], "edited": {}}
    part = {"version": 7, "objects": {"2": [[0, 9, "stale", "model"]]}, "low": {}, "prompts": {},
            "threads": [[3, 1, False]], "edited": {}}
    join = "(m, [old, part, since]) => m.joined(old, part, since)"
    assert js("timeline/segments.js", join, [old, part, 5]) == {
        "version": 7, "objects": {**old["objects"], **part["objects"]}, "low": {"1": [[0, 1]]}, "prompts": {},
        "threads": [[3, 1, False]], "edited": {}}
    assert js("timeline/segments.js", join, [old, {**part, "version": 4}, 3]) == old  # an answer that was overtaken
    assert js("timeline/segments.js", join, [old, {**part, "version": 4}, 5]) == {**part, "version": 4}
    assert js("timeline/segments.js", join, [old, part, 0]) == part

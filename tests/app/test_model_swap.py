"""A person changes the model between two actions in the middle of a video. What a session knows is in the database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backend.masks import BoolMask, Rle
from backend.quality.region import region_similarity
from tests.app.conftest import FRAMES, SIZE, Client, import_clip
from tests.app.test_annotate import Item, all_masks, box_on, track

CORRECTED, VERIFIED = 6, 12
PAIRS = [("compact", "flow"), ("flow", "compact")]


def square_on(frame: int) -> BoolMask:
    box, mask = box_on(frame), np.zeros(SIZE[::-1], bool)
    mask[box["y0"]:box["y1"], box["x0"]:box["x1"]] = True
    return mask


def right(item: Item) -> bool:
    """Whether a mask is the square of its frame."""
    height, width = item["rle"]["size"]
    made = Rle.from_json(item["rle"], height=height, width=width).to_mask()
    return region_similarity(made, square_on(item["frame"])) > 0.8


def point_on(frame: int, dx: int, dy: int, positive: bool = True) -> dict[str, Any]:
    box = box_on(frame)
    return {"kind": "point", "x": box["x0"] + dx, "y": box["y0"] + dy, "positive": positive}


def prompt(client: Client, video: int, thing: int, frame: int, data: dict[str, Any], model: str) -> Item:
    """Give a prompt to a model, on the mask that is there now."""
    base = all_masks(client, video).get(frame, {"revision": 0})["revision"]
    body = {"object_id": thing, "prompt": data, "base": base, "model": model}
    reply = client.post(f"/api/videos/{video}/frames/{frame}/prompts", json=body)
    assert reply.status_code == 200, reply.text
    return next(item for item in reply.json()["items"] if item["frame"] == frame)


def work(client: Client, video: int, thing: int, first: str, second: str, between: Callable[[], None]) -> list[Any]:
    """Prompt, track, verify, correct by another model, re-track, correct the correction: what is there after each."""
    seen = []

    def done(run: dict[str, Any] | None = None) -> None:
        seen.append((all_masks(client, video), run))
        between()

    prompt(client, video, thing, 0, box_on(0), first)
    done()
    prompt(client, video, thing, 0, point_on(0, 20, 20), second)
    done()
    prompt(client, video, thing, 0, point_on(0, 10, 30), first)
    done()
    done(track(client, video, thing, scope="forward", frame=0, model=first))
    client.post(f"/api/videos/{video}/verify", json={"objects": [thing], "start": VERIFIED, "stop": VERIFIED + 1})
    done()
    prompt(client, video, thing, CORRECTED, point_on(CORRECTED, 30, 10), second)
    done()
    done(track(client, video, thing, scope="stale", frame=CORRECTED, model=first))
    prompt(client, video, thing, CORRECTED, point_on(CORRECTED, -12, 20, positive=False), first)
    done()
    done(track(client, video, thing, scope="stale", frame=CORRECTED, model=second))
    return seen


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_each_action_may_have_a_model_of_its_own(
    client: Client, video: int, square: int, first: str, second: str
) -> None:
    *_, tracked, verified, corrected, again, mended, last = work(client, video, square, first, second, lambda: None)
    assert [run["model"] for _, run in (tracked, again, last)] == [first, first, second]
    stretch = {frame for frame in range(1, VERIFIED) if frame != CORRECTED}
    for (before, _), (after, run) in ((corrected, again), (mended, last)):
        assert {frame for frame, item in before.items() if item["state"] == "stale"} == stretch
        assert {frame for frame, item in after.items() if item["run_id"] == run["id"]} == stretch
        assert all(after[frame] == before[frame] for frame in before.keys() - stretch)
        assert sorted(after) == list(range(FRAMES))
        assert {item["state"] for item in after.values()} == {"tracked", "verified"}
    assert corrected[0][CORRECTED]["source"] == mended[0][CORRECTED]["source"] == "human"
    assert last[0][VERIFIED] == verified[0][VERIFIED]
    for made, _ in (tracked, corrected, again, mended, last):
        assert [frame for frame, item in made.items() if not right(item)] == []


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_sessions_that_were_closed_meanwhile_make_the_same_masks(
    client: Client, project: dict[str, Any], clip: Path, first: str, second: str
) -> None:
    sessions = client.app.state.workplace.sessions

    def new(name: str) -> tuple[int, int]:
        body: dict[str, Any] = {"name": f"{project['name']}, {name}", "labels": [{"name": "square"}]}
        own = client.post("/api/projects", json=body)
        video = import_clip(client, own.json()["id"], clip)
        body = {"label_id": own.json()["labels"][0]["id"]}
        return video, client.post(f"/api/videos/{video}/objects", json=body).json()["id"]

    def masks_of(seen: list[Any]) -> list[dict[int, Any]]:
        return [{frame: item["rle"] for frame, item in made.items()} for made, _ in seen]

    undisturbed = work(client, *new("undisturbed"), first, second, lambda: None)
    assert len(sessions) > 0
    sessions.drop()
    assert masks_of(work(client, *new("closed"), first, second, sessions.drop)) == masks_of(undisturbed)
    assert len(sessions) == 0


def test_a_prompt_is_withdrawn_with_the_model_that_was_chosen(client: Client, video: int, square: int) -> None:
    prompt(client, video, square, 4, box_on(4), "flow")
    made = prompt(client, video, square, 4, point_on(4, 20, 20), "flow")
    url = f"/api/videos/{video}/frames/4/prompts"
    given = client.get(url).json()["prompts"]
    body = {"object_id": square, "prompt_id": given[-1]["id"], "base": made["revision"]}
    refused = client.request("DELETE", url, json={**body, "model": "nonesuch"})
    assert (refused.status_code, refused.json()["error"]) == (404, "unknown_model")
    assert all_masks(client, video)[4] == made and client.get(url).json()["prompts"] == given
    left = client.request("DELETE", url, json={**body, "model": "flow"}).json()["items"][0]
    alone = {"frame": 4, "prompts": [box_on(4)], "model": "flow"}
    assert left["rle"] == client.post(f"/api/videos/{video}/preview", json=alone).json()["rle"]

"""Prompts that are moved, previews that give way, and objects that know of each other."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from backend.masks import BoolMask, Rle
from backend.models import registry
from backend.models.pool import SessionKey
from backend.quality.region import region_similarity
from tests.app.conftest import Client, import_clip
from tests.app.test_annotate import Item, all_masks, box_on, prompt

DOGS = Path(__file__).parents[3] / "shared" / "data" / "dev" / "dogs-jump"


def given(client: Client, video: int, frame: int = 4) -> list[Item]:
    return client.get(f"/api/videos/{video}/frames/{frame}/prompts").json()["prompts"]


def point(x: float, y: float, positive: bool = True) -> Item:
    return {"kind": "point", "x": x, "y": y, "positive": positive}


def test_a_prompt_is_moved_in_one_step(client: Client, video: int, square: int) -> None:
    first = prompt(client, video, square, 4).json()["items"][0]
    made = prompt(client, video, square, 4, point(10, 10, positive=False), first["revision"]).json()["items"][0]
    before = given(client, video)
    moved = point(100, 100, positive=False)
    body = {"object_id": square, "prompt": moved, "replaces": before[1]["id"], "base": made["revision"]}
    reply = client.post(f"/api/videos/{video}/frames/4/prompts", json=body).json()
    assert [one["data"] for one in given(client, video)] == [before[0]["data"], moved]
    alone = {"frame": 4, "prompts": [before[0]["data"], moved]}
    assert reply["items"][0]["rle"] == client.post(f"/api/videos/{video}/preview", json=alone).json()["rle"]
    client.post(f"/api/videos/{video}/undo")
    assert given(client, video) == before and all_masks(client, video)[4]["rle"] == made["rle"]
    client.post(f"/api/videos/{video}/redo")
    assert [one["data"] for one in given(client, video)] == [before[0]["data"], moved]


def test_a_prompt_that_is_not_there_cannot_be_moved(client: Client, video: int, square: int) -> None:
    made = prompt(client, video, square, 4).json()["items"][0]
    before = given(client, video)
    body = {"object_id": square, "prompt": point(50, 80), "replaces": 10**6, "base": made["revision"]}
    refused = client.post(f"/api/videos/{video}/frames/4/prompts", json=body)
    assert (refused.status_code, refused.json()["error"]) == (404, "no_such_prompt")
    stale = {**body, "replaces": before[0]["id"], "base": 0}
    assert client.post(f"/api/videos/{video}/frames/4/prompts", json=stale).status_code == 409
    assert given(client, video) == before and all_masks(client, video)[4] == made


def test_a_preview_gives_way_to_a_click(client: Client, video: int) -> None:
    workplace = client.app.state.workplace
    content = client.get(f"/api/videos/{video}").json()["hash"]
    model, frames = registry.load(), workplace.library.shared_reader(content)
    body = {"frame": 4, "prompts": [box_on(4)]}
    with workplace.sessions.session(SessionKey(content, registry.DEFAULT, "click"), lambda: model.open(frames)):
        refused = client.post(f"/api/videos/{video}/preview", json=body)
    assert (refused.status_code, refused.json()["error"]) == (503, "model_busy")
    assert client.post(f"/api/videos/{video}/preview", json=body).status_code == 200


class Dogs:
    """Frame 0 of a video with three dogs side by side, and the dogs as they are."""

    def __init__(self, client: Client, project: Item, folder: Path) -> None:
        for picture in sorted((DOGS / "frames").iterdir())[:2]:
            shutil.copy(picture, folder)
        self.client = client
        self.label = project["labels"][0]["id"]
        self.video = import_clip(client, project["id"], folder)
        numbers = np.array(Image.open(min((DOGS / "masks").iterdir())))
        self.truth = [numbers == number for number in range(1, 4)]

    def click(self, dog: int) -> Item:
        """In the middle of a dog."""
        inside = np.pad(self.truth[dog], 1).astype(np.uint8)
        y, x = divmod(int(cv2.distanceTransform(inside, cv2.DIST_L2, 5)[1:-1, 1:-1].argmax()), inside.shape[1] - 2)
        return point(x + 0.5, y + 0.5)

    def preview(self, dog: int, model: str) -> float:
        body = {"frame": 0, "prompts": [self.click(dog)], "model": model}
        reply = self.client.post(f"/api/videos/{self.video}/preview", json=body).json()
        return region_similarity(mask_of(reply), self.truth[dog])

    def make(self, dog: int) -> int:
        body = {"object": {"label_id": self.label}, "prompt": self.click(dog), "base": 0}
        reply = self.client.post(f"/api/videos/{self.video}/frames/0/prompts", json=body).json()
        return int(reply["objects"][0]["id"])


def mask_of(item: Item) -> BoolMask:
    return Rle.from_json(item["rle"]).to_mask()


@pytest.fixture
def dogs(client: Client, project: Item, tmp_path: Path) -> Iterator[Dogs]:
    yield Dogs(client, project, tmp_path)


@pytest.mark.shared
@pytest.mark.skipif(not DOGS.exists(), reason=f"no development data at {DOGS}")
def test_a_click_knows_what_was_clicked_as_another_object(dogs: Dogs) -> None:
    alone = {model: [dogs.preview(dog, model) for dog in range(3)] for model in ("compact", "flow")}
    first, second = dogs.make(0), dogs.make(1)
    assert dogs.preview(2, "compact") > alone["compact"][2] + 0.2
    assert dogs.preview(2, "flow") == alone["flow"][2]  # it takes no hint from others
    # an object that was deleted is no other any more
    for thing in (first, second):
        dogs.client.delete(f"/api/objects/{thing}", params={"version": 1})
    assert dogs.preview(2, "compact") == alone["compact"][2]

"""UniPixel over HTTP at weights made by formula: asked for by words, accepted, tracked, corrected, asked about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backend.models import registry, store
from backend.models.unipixel.package import PACKAGES, UniPixelPackage
from tests.app.conftest import Client
from tests.app.test_annotate import all_masks, track
from tests.app.test_discovery import accept
from tests.tiny_unipixel import write_tiny

NAME = "unipixel-tiny"


@pytest.fixture(autouse=True)
def tiny(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    folder: Path = tmp_path_factory.mktemp("weights")
    monkeypatch.setenv("THROUGHLINE_WEIGHTS", str(folder))
    package = UniPixelPackage(replace(PACKAGES[0].SPEC, name=NAME, memory_bytes=0))
    monkeypatch.setitem(registry._PACKAGES, NAME, package)
    assert "missing" in str(package.missing())
    write_tiny(folder / NAME)
    assert store.missing(package.SPEC) is None
    yield
    registry._loaded.pop(NAME, None)


def test_words_to_masks_to_words(client: Client, video: int, project: dict[str, Any]) -> None:
    query = {"kind": "expression", "text": "the square that moves"}
    body = {"frame": 2, "query": query, "model": NAME, "start": 1, "stop": 6}
    (found,) = client.post(f"/api/videos/{video}/discover", json=body).json()["candidates"]
    assert found["frame"] == 2

    item = {"object": {"label_id": project["labels"][0]["id"]}, "rle": found["rle"], "base": 0}
    assert accept(client, video, 2, item).status_code == 200
    (thing,) = client.get(f"/api/videos/{video}").json()["objects"]

    track(client, video, thing["id"], frame=2, scope="forward", stop=5, model=NAME)
    revision = all_masks(client, video)[3]["revision"]
    click = {"object_id": thing["id"], "prompt": {"kind": "point", "x": 40, "y": 40}, "model": NAME, "base": revision}
    corrected = client.post(f"/api/videos/{video}/frames/3/prompts", json=click)
    assert corrected.status_code == 200, corrected.text
    track(client, video, thing["id"], frame=3, scope="forward", stop=5, model=NAME)
    assert {2, 3, 4} <= set(all_masks(client, video))

    said = client.post(f"/api/videos/{video}/answers", json={
        "question": "Describe it in detail.", "frame": 3, "objects": [thing["id"]], "model": NAME})
    assert said.status_code == 200, said.text
    assert said.json()["answer"]["text"] == "It is (mask 1) ."

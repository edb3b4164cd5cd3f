"""What holds of the network whatever its weights."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
import torch

from backend.models.uninext import pictures, words
from backend.models.uninext.asking import instances, look
from backend.models.uninext.loading import network_of
from backend.models.uninext.network import UninextNetwork
from backend.models.uninext.types import Features, Output, Prompt
from backend.models.uninext.words import Words
from tests import tiny_uninext


@pytest.fixture(scope="module")
def network() -> UninextNetwork:
    return network_of(tiny_uninext.state_dict())


@pytest.fixture(scope="module")
def frame(network: UninextNetwork) -> Features:
    return network.features(network.pixels(np.random.default_rng(3).integers(0, 255, (70, 90, 3), dtype=np.uint8)))


@pytest.fixture(scope="module")
def spelling() -> Words:
    return Words({piece: place for place, piece in enumerate(tiny_uninext.PIECES)}, 16)


def same(ones: Output, others: Output, tokens: int | None = None) -> None:
    """The same numbers; of logits of the first tokens."""
    for field in fields(Output):
        one, other = getattr(ones, field.name), getattr(others, field.name)
        if isinstance(one, torch.Tensor):
            both = (one, other) if field.name != "logits" else (one[:, :tokens], other[:, :tokens])
            torch.testing.assert_close(*both, rtol=1e-4, atol=1e-4)


def template(network: UninextNetwork, seed: int) -> Prompt:
    pixels = torch.randn(1, 4, 64, 64, generator=torch.Generator().manual_seed(seed))
    return network.template(pixels, torch.zeros(1, 64, 64, dtype=torch.bool))


def test_objects_of_a_batch_do_not_disturb_each_other(network: UninextNetwork, frame: Features) -> None:
    prompts = [template(network, 1).followed_by(template(network, 2)), template(network, 3).followed_by(
        template(network, 4))]
    together = network.detect(frame, Prompt.batch(prompts), embed=True)
    for prompt, output in zip(prompts, together, strict=True):
        same(network.detect(frame, prompt, embed=True)[0], output)


@pytest.mark.parametrize("per_token", [True, False])
def test_padding_of_words_changes_nothing(network: UninextNetwork, frame: Features, per_token: bool) -> None:
    ids = torch.tensor([[2, 9, 7, 3]])
    short = network.detect(frame, network.text(ids, torch.ones_like(ids), per_token))[0]
    padded = torch.nn.functional.pad(ids, (0, 60))
    long = network.detect(frame, network.text(padded, (padded > 0).long(), per_token))[0]
    same(short, long, 4)


def test_a_prompt_is_not_changed(network: UninextNetwork, frame: Features) -> None:
    prompt = template(network, 1)
    before = prompt.hidden.clone()
    same(*(network.detect(frame, prompt)[0] for _ in range(2)))
    assert torch.equal(prompt.hidden, before)


def test_a_picture_with_few_cells_has_fewer_queries(network: UninextNetwork, spelling: Words) -> None:
    features = network.features(network.pixels(np.zeros((9, 20, 3), np.uint8)))
    assert sum(height * width for height, width in features.shapes) == 10 < tiny_uninext.QUERIES
    asked = words.asked(network, list(spelling.categories(["dog", "cat"])))
    found = instances(look(network, features, asked), (9, 20))
    assert len(look(network, features, asked).boxes) == 10 and found.masks.shape[1:] == (9, 20)


def test_masks_are_of_the_queries_asked_for(network: UninextNetwork, frame: Features) -> None:
    output = network.detect(frame, template(network, 1))[0]
    whole = output.masks(range(tiny_uninext.QUERIES))
    assert whole.shape == (tiny_uninext.QUERIES, 1, 18, 24)
    torch.testing.assert_close(output.masks([7, 2]), whole[[7, 2]])
    assert output.masks([]).shape == (0, 1, 18, 24)


def test_a_list_in_parts_is_seen_as_one(network: UninextNetwork, frame: Features, spelling: Words) -> None:
    names = ["abcd", "efghi", "jkl", "mnopqrst", "uvw"]
    texts = list(spelling.categories(names))
    asked = words.asked(network, texts)
    assert [len(one) for one in asked.classes] == [3, 2]
    queries = look(network, frame, asked)
    alone = look(network, frame, words.asked(network, texts[1:]))
    assert queries.likely.shape == (2 * tiny_uninext.QUERIES, 5)
    torch.testing.assert_close(queries.likely[tiny_uninext.QUERIES:, 3:], alone.likely)
    assert not queries.likely[:tiny_uninext.QUERIES, 3:].any()
    torch.testing.assert_close(queries.probable_masks([tiny_uninext.QUERIES + 2, 1]),
                               torch.cat([alone.probable_masks([2]), queries.probable_masks([1])]))
    found = instances(queries, (140, 180), most=7)
    assert len(found.scores) <= 7 and bool((found.scores.diff() <= 0).all())
    assert set(found.labels.tolist()) <= set(range(5))
    assert bool((found.boxes >= 0).all()) and bool((found.boxes <= torch.tensor([180, 140, 180, 140])).all())


def test_without_instances_there_are_no_masks(network: UninextNetwork, frame: Features) -> None:
    queries: Any = look(network, frame, words.asked(network, [words.Text([2, 9, 3], [])]))
    queries.boxes = torch.zeros_like(queries.boxes)  # of no size
    assert [len(one) for one in instances(queries, (70, 90))] == [0] * 5


@pytest.mark.parametrize(("given", "shorter", "made"), [
    ((480, 854), 800, (749, 1333)), ((100, 130), 100, (100, 130)), ((3, 4000), 480, (1, 1333)),
    ((854, 480), 480, (854, 480)), ((200, 100), 480, (960, 480)),
])
def test_the_shorter_side_is_given_unless_the_other_gets_too_long(
    given: tuple[int, int], shorter: int, made: tuple[int, int]
) -> None:
    assert pictures.resized(np.zeros((*given, 3), np.uint8), shorter).shape == (*made, 3)

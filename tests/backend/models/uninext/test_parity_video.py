"""The authors' numbers on videos, at weights by the formula; and that a wrong detail is noticed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from backend.models.uninext import follow, idol, instances, parity, parity_video, quasi_dense, queries, template
from backend.models.uninext.network import UninextNetwork
from backend.models.uninext.scoring import pixel_boxes
from backend.models.uninext.types import Features, Output, Prompt
from backend.parity.run import run_case
from tests import golden_cases

Patch = pytest.MonkeyPatch

VIDEOS = ("vis", "mot", "rvos", "sot", "vos")


class Remembering:
    """A network that computes nothing twice: what is broken here is mostly what is made of its answers."""

    def __init__(self, network: UninextNetwork) -> None:
        self._network, self._made = network, {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._network, name)

    def features(self, pixels: Tensor) -> Features:
        return self._once(lambda: self._network.features(pixels), pixels)

    def template(self, pixels: Tensor, padding: Tensor) -> Prompt:
        return self._once(lambda: self._network.template(pixels, padding), pixels, padding)

    def detect(self, features: Features, prompt: Prompt, embed: bool = False) -> list[Output]:
        return self._once(lambda: self._network.detect(features, prompt, embed), features.tokens, prompt.hidden,
                          prompt.mask)

    def _once(self, make: Callable[[], Any], *given: Tensor) -> Any:
        key = tuple(hashlib.sha1(one.numpy().tobytes() + str(one.dtype).encode()).digest() for one in given)
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]


@pytest.fixture(scope="module", autouse=True)
def remembered() -> Iterator[None]:
    made: dict[tuple[int, ...], Remembering] = {}
    right = parity.network_of

    def network_of(released: dict[str, Tensor], *heads: int) -> Remembering:
        key = tuple(one.data_ptr() for one in released.values())
        if key not in made:
            made[key] = Remembering(right(released, *heads))
        return made[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parity, "network_of", network_of)
        yield


@pytest.mark.parametrize("name", VIDEOS)
def test_it_is_the_authors(name: str) -> None:
    result = run_case(golden_cases.read(f"uninext_{name}"))
    assert result.passed, result


def rule(kind: type, **values: float) -> Callable[[Patch], None]:
    """Other numbers in the rules of a tracker."""
    def change(patch: Patch) -> None:
        right = kind.__init__
        patch.setattr(kind, "__init__", lambda self, rules: right(self, replace(rules, **values)))

    change.__name__ = " ".join(values)
    return change


def only_the_last_embedding(patch: Patch) -> None:
    patch.setattr(idol._Trail, "mean", lambda self: self.embeddings[-1])


def embeddings_weigh_the_same(patch: Patch) -> None:
    patch.setattr(idol._Trail, "mean", lambda self: torch.stack(list(self.embeddings)).mean(0))


def likeness_of_one_side(patch: Patch) -> None:
    for module in (idol, quasi_dense):
        patch.setattr(module, "bi_softmax", lambda products: products.softmax(-1))


def doubles_are_like_others(patch: Patch) -> None:
    patch.setattr(idol, "DOUBLE", idol.LOOSE)


def short_tracks_stay(patch: Patch) -> None:
    patch.setattr(parity_video, "InstanceRules", lambda **given: instances.Rules(**given, short=0))


def unlikely_queries_are_looked_at(patch: Patch) -> None:
    right = queries.Queries.select
    patch.setattr(queries.Queries, "select", lambda self, least, overlap: right(self, least / 2, overlap))


def masks_never_overlap(patch: Patch) -> None:
    patch.setattr(idol, "mask_iou", lambda ones, others, **_: torch.eye(len(ones)))


def labels_do_not_part(patch: Patch) -> None:
    right = quasi_dense.QuasiDense._matched
    patch.setattr(quasi_dense.QuasiDense, "_matched",
                  lambda self, scores, labels, embeddings: right(self, scores, labels * 0, embeddings))


def nothing_is_known_of_the_ground(patch: Patch) -> None:
    right = quasi_dense.QuasiDense._remember

    def remember(self: quasi_dense.QuasiDense, *given: Any) -> None:
        right(self, *given)
        self._ground = []

    patch.setattr(quasi_dense.QuasiDense, "_remember", remember)


def the_overlap_is_not_heard(patch: Patch) -> None:
    right = follow.probabilities
    patch.setattr(follow, "probabilities", lambda output, classes, with_iou: right(output, classes, False))


def the_worst_query(patch: Patch) -> None:
    right = follow.probabilities
    patch.setattr(follow, "probabilities", lambda *given: 1 - right(*given))


def a_box_is_not_cut_at_the_frame(patch: Patch) -> None:
    patch.setattr(follow, "clipped_boxes", pixel_boxes)


def a_template_has_no_mask(patch: Patch) -> None:
    right = template.Cut._cut
    patch.setattr(template.Cut, "_cut", lambda self, pixels, inside, left, top: right(
        self, pixels, inside * 0, left, top))


def the_latest_template_is_not_looked_for(patch: Patch) -> None:
    right = Prompt.followed_by
    patch.setattr(Prompt, "followed_by", lambda self, other: right(self, self))


def templates_are_masked(patch: Patch) -> None:
    right = Remembering.detect
    patch.setattr(Remembering, "detect", lambda self, features, prompt, embed=False: right(
        self, features, replace(prompt, mask=prompt.mask.long()), embed))


def a_found_box_holds_its_last_column(patch: Patch) -> None:
    right = template.Cut.of_mask
    patch.setattr(template.Cut, "of_mask", lambda self, pixels, mask, found=False: right(self, pixels, mask))


def objects_claim_one_by_one(patch: Patch) -> None:
    patch.setattr(follow, "aggregate", lambda claims, shape: torch.stack(
        [(claim > 0.5) * place for place, claim in enumerate(claims, 1)]).amax(0))


@pytest.mark.parametrize(("name", "break_it"), [
    *(("vis", one) for one in (
        only_the_last_embedding, embeddings_weigh_the_same, likeness_of_one_side, doubles_are_like_others,
        short_tracks_stay, unlikely_queries_are_looked_at, masks_never_overlap,
        rule(idol.Idol, same=0.9), rule(idol.Idol, new=0.5), rule(idol.Idol, match=0.8), rule(idol.Idol, frames=3),
        rule(idol.Idol, apart=0.5))),
    *(("mot", one) for one in (
        likeness_of_one_side, unlikely_queries_are_looked_at, labels_do_not_part, nothing_is_known_of_the_ground,
        rule(quasi_dense.QuasiDense, new=0.5), rule(quasi_dense.QuasiDense, sure=0.5),
        rule(quasi_dense.QuasiDense, same=0.5), rule(quasi_dense.QuasiDense, same_unsure=0.6),
        rule(quasi_dense.QuasiDense, frames=2))),
    *(("rvos", one) for one in (the_overlap_is_not_heard, the_worst_query)),
    *(("sot", one) for one in (
        a_box_is_not_cut_at_the_frame, a_template_has_no_mask, the_latest_template_is_not_looked_for,
        the_overlap_is_not_heard, templates_are_masked)),
    *(("vos", one) for one in (a_found_box_holds_its_last_column, objects_claim_one_by_one)),
], ids=lambda one: one if isinstance(one, str) else one.__name__)
def test_a_wrong_detail_is_noticed(name: str, break_it: Callable[[Patch], None], monkeypatch: Patch) -> None:
    break_it(monkeypatch)
    result = run_case(golden_cases.read(f"uninext_{name}"))
    assert result.error is None, result.error
    assert not result.passed

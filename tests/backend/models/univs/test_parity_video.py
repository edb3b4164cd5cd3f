"""The authors' numbers on videos at weights by the formula, and that a wrong detail is noticed."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from backend.models.univs import entities, parity_video, rules, vis, vos, vps
from backend.models.univs.canvas import Canvas
from backend.models.univs.clip import Clip, Output, Prompts
from backend.models.univs.decoder import Decoder
from backend.models.univs.entities import Entities, Found, Window
from backend.models.univs.memory import MemoryPool
from backend.models.univs.parity_video import Video
from backend.models.univs.spans import Span
from backend.models.univs.vis import Scores
from backend.models.univs.visual import Tokens, VisualPrompts
from backend.parity.cases import Case
from backend.parity.run import run_case
from tests import golden_cases

CASES = ("vos", "pvos", "refvos", "vis", "vps", "vss")


@pytest.fixture(scope="module", autouse=True)
def seen_once() -> Any:
    """What is seen on the frames of a case is the same for every test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parity_video, "Video", functools.lru_cache(None)(Video))
        patch.setattr(Case, "__hash__", lambda case: hash(case.name))
        yield


@functools.cache
def read(name: str) -> Case:
    return golden_cases.read(f"univs_{name}")


def failed(case: Case) -> set[str]:
    """Outputs that are not the authors'; all of them where it goes another way so early that more is drawn."""
    result = run_case(case)
    assert result.error is None or "More is drawn than the case has" in result.error, result.error
    return set(case.about["outputs"]) if result.error else {
        one.output for one in result.comparisons if not one.passed}


@pytest.mark.parametrize("name", CASES)
def test_it_is_the_authors(name: str) -> None:
    assert not failed(read(name))


def _only_there(self: MemoryPool, frame: int, tokens: Tokens, rows: Tensor) -> None:
    self.features.of(frame, 1)[rows] = tokens.features[rows, None]
    self.places.of(frame, 1)[rows] = tokens.places[rows, None]


def _one_cell(self: VisualPrompts, masks: Tensor) -> Tensor:
    small = F.interpolate(masks[None], self._clip.sizes[-1], mode="area")[0]
    return (small > 0).flatten(1)


def _straight(masks: Tensor, scores: Tensor) -> Tensor:
    return masks


def _newest_only(self: Span, end: int, like: Tensor | None = None) -> None:
    shape = (len(self.values), max(end - self.end, 0), *self.values.shape[2:])
    self.values = torch.cat([self.values, self.values.new_zeros(shape)], 1)


def _everything(self: Entities, first: int, found: Found) -> Tensor:
    return torch.ones(len(found.scores), dtype=torch.bool)


def _no_past(self: MemoryPool, frames: int, firsts: list[int], task: Tensor) -> Prompts:
    made = prompts_of(self, frames, firsts, task)
    return replace(made, dense=made.dense[:, :-1], dense_position=made.dense_position[:, :-1])


prompts_of = MemoryPool.prompts


def _all_stuff(found: Output, canvas: Canvas, measured: object) -> Tensor:
    return torch.zeros(found.masks.shape[1], *canvas.padded, dtype=torch.long)


def _unweighted(self: Scores, window: Window) -> None:
    self._sum, self._count = window.scores, torch.ones(len(window.scores))
    self._quality = torch.ones(len(window.scores))


def _of_visual(self: Decoder, clip: Clip, rows: Tensor) -> Prompts:
    made = categories_of(self, clip, rows)
    return replace(made, query=made.query - self.prompt_detection + self.prompt_sot)


categories_of = Decoder.categories


def _own_masks(self: Decoder, x: Tensor, features: Tensor, prompts: Prompts | None) -> Tensor:
    return torch.einsum("qtc,tchw->qthw", self.mask_embed(self.decoder_norm(x)), features)


@pytest.mark.parametrize(("name", "owner", "attribute", "wrong", "which"), [
    ("vos", MemoryPool, "write", _only_there, {"clip0.prompt_feats", "clip0.pred_masks"}),
    ("vos", MemoryPool, "prompts", _no_past, {"clip4.pred_masks"}),
    ("vos", VisualPrompts, "_cells", _one_cell, {"clip0.prompt_feats", "clip0.prompt_pe"}),
    ("vos", vos, "_won", _straight, {"clip0.mask_logits", "id_maps"}),
    ("vos", vos, "_WON", 0.0, {"clip4.mask_logits"}),
    ("vos", vos, "_SAME", 9.0, {"clip1.mask_logits"}),
    ("vos", Span, "extend", _newest_only, {"clip1.embds"}),
    ("pvos", vos, "semantic", _all_stuff, {"clip0.mask_logits", "clip1.mask_logits", "id_maps"}),
    ("pvos", rules, "_DECAY", -50.0, {"clip1.mask_logits"}),
    ("refvos", Decoder, "_masks", _own_masks, {"clip0.pred_masks"}),
    ("vis", vis, "_SEEN", 2.0, {"clip14.state_occurrence"}),
    ("vis", entities, "_LATE", 1, {"clip14.state_embds"}),
    ("vis", Entities, "_unknown", _everything, {"n_new_total"}),
    ("vis", Scores, "add", _unweighted, {"vis_score"}),
    ("vps", vps, "_LATER", 6.0, {"n_new_total"}),
    ("vps", vps, "_STUFF_WEIGHT", 0.1, {"panoptic"}),
    ("vps", Canvas, "reduced", lambda self, masks: masks[..., ::4, ::4], {"n_new_total"}),
    ("vss", parity_video, "SLICES", {"vspw": slice(2925, 3049)}, {"semantic"}),
    ("vss", Decoder, "categories", _of_visual, {"clip0.pred_logits"}),
])
def test_a_wrong_detail_fails(
    monkeypatch: pytest.MonkeyPatch, name: str, owner: object, attribute: str, wrong: object, which: set[str]
) -> None:
    monkeypatch.setattr(owner, attribute, wrong)
    assert which <= failed(read(name))

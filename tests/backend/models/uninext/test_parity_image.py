"""The authors' numbers on single pictures, at weights by the formula; and that a wrong detail is noticed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F

from backend.models.uninext import asking, condinst, geometry, network, parity, scoring
from backend.models.uninext.fusion import BiAttention, EarlyFusion
from backend.models.uninext.network import UninextNetwork
from backend.models.uninext.transformer import Decoder, DecoderLayer
from backend.models.uninext.types import Prompt
from backend.parity.run import run_case
from tests import golden_cases

Patch = pytest.MonkeyPatch

IMAGES = ("detection", "instseg", "grounding", "convnext", "vit")


@pytest.mark.parametrize("name", IMAGES)
def test_it_is_the_authors(name: str) -> None:
    result = run_case(golden_cases.read(f"uninext_{name}"))
    assert result.passed, result


def the_residual_is_what_came_in(patch: Patch) -> None:
    def forward(self: EarlyFusion, cells: torch.Tensor, tokens: torch.Tensor, mask: torch.Tensor) -> tuple:
        to_cells, to_tokens = self.attn(self.layer_norm_v(cells), self.layer_norm_l(tokens), mask)
        return cells + self.gamma_v * to_cells, tokens + self.gamma_l * to_tokens

    patch.setattr(EarlyFusion, "forward", forward)


def norms_are_in_the_order_of_the_layers(patch: Patch) -> None:
    made = DecoderLayer.forward

    def forward(self: DecoderLayer, *given: object) -> torch.Tensor:
        self.norm1, self.norm2 = self.norm2, self.norm1
        return made(self, *given)

    patch.setattr(DecoderLayer, "forward", forward)


def x_is_before_y(patch: Patch) -> None:
    made = geometry.box_positions
    patch.setattr(geometry, "box_positions", lambda boxes, channels: made(boxes[..., [1, 0, 2, 3]], channels))


def masks_start_from_the_last_boxes(patch: Patch) -> None:
    made = Decoder.forward

    def forward(self: Decoder, *given: object) -> tuple:
        queries, _, boxes = made(self, *given)
        return queries, boxes, boxes

    patch.setattr(Decoder, "forward", forward)


def probabilities_are_averaged(patch: Patch) -> None:
    def probabilities(output: scoring.Output, classes: scoring.Classes, with_iou: bool) -> torch.Tensor:
        likely = torch.stack([output.logits[:, places].sigmoid().mean(1) for places in classes], 1)
        return (likely * output.ious.sigmoid()).sqrt()

    patch.setattr("backend.models.uninext.queries.probabilities", probabilities)


def the_overlap_is_not_heard(patch: Patch) -> None:
    made = scoring.probabilities
    patch.setattr("backend.models.uninext.queries.probabilities",
                  lambda output, classes, with_iou: made(output, classes, False))


def contents_are_sorted(patch: Patch) -> None:
    made = parity.network_of

    def network_of(*given: object, **named: object) -> UninextNetwork:
        at_work = made(*given, **named)
        at_work.transformer.tgt_embed.weight.data = at_work.transformer.tgt_embed.weight.data.flip(0)
        return at_work

    patch.setattr(parity, "network_of", network_of)


def places_are_y_before_x(patch: Patch) -> None:
    made = condinst.dynamic_masks
    patch.setattr("backend.models.uninext.types.dynamic_masks",
                  lambda features, kernels, centres: made(features, kernels, centres.flip(1)))


def corners_are_not_kept(patch: Patch) -> None:
    patch.setattr(condinst, "aligned_bilinear",
                  lambda maps, factor: F.interpolate(maps, scale_factor=factor, mode="bilinear"))


def doubles_are_left(patch: Patch) -> None:
    made = asking.instances
    patch.setattr("backend.models.uninext.parity_image.instances",
                  lambda queries, shape, most, overlap, likely: made(queries, shape, most, 1.0, likely))


def padding_has_a_meaning(patch: Patch) -> None:
    patch.setattr(Prompt, "pooled", property(lambda self: self.hidden.mean(1)))


def cells_look_at_padding(patch: Patch) -> None:
    made = BiAttention.forward
    patch.setattr(BiAttention, "forward", lambda self, cells, tokens, mask: made(self, cells, tokens, mask.bool()))


def padding_is_not_told(patch: Patch) -> None:
    patch.setattr(network, "_shrunk", lambda padding, like: torch.zeros(1, *like.shape[2:], dtype=torch.bool))


def the_scale_of_layers_is_lost(patch: Patch) -> None:
    of_hosts = "transformers.models.convnext.modeling_convnext.ConvNextLayer.forward"
    patch.setattr(of_hosts, lambda self, features: features + self.pwconv2(self.act(self.pwconv1(self.layernorm(
        self.dwconv(features).permute(0, 2, 3, 1))))).permute(0, 3, 1, 2))


def windows_are_everywhere(patch: Patch) -> None:
    made = parity.network_of

    def network_of(*given: object, **named: object) -> UninextNetwork:
        at_work = made(*given, **named)
        for layer in at_work.backbone.host.encoder.layer:
            layer.window_size = 14
        return at_work

    patch.setattr(parity, "network_of", network_of)


@pytest.mark.parametrize(("name", "break_it"), [
    ("detection", the_residual_is_what_came_in),
    ("detection", norms_are_in_the_order_of_the_layers),
    ("detection", x_is_before_y),
    ("detection", probabilities_are_averaged),
    ("detection", the_overlap_is_not_heard),
    ("detection", contents_are_sorted),
    ("instseg", masks_start_from_the_last_boxes),
    ("instseg", places_are_y_before_x),
    ("instseg", corners_are_not_kept),
    ("convnext", doubles_are_left),
    ("grounding", padding_has_a_meaning),
    ("grounding", cells_look_at_padding),
    ("convnext", padding_is_not_told),
    ("convnext", the_scale_of_layers_is_lost),
    ("vit", windows_are_everywhere),
], ids=lambda one: one if isinstance(one, str) else one.__name__)
def test_a_wrong_detail_is_noticed(name: str, break_it: Callable[[Patch], None], monkeypatch: Patch) -> None:
    break_it(monkeypatch)
    result = run_case(golden_cases.read(f"uninext_{name}"))
    assert result.error is None, result.error
    assert not result.passed

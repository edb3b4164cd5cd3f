"""Weights of the release become a network; every size is read off them."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping

import torch
from torch import Tensor, nn
from transformers import Mask2FormerConfig, SwinBackbone, SwinConfig
from transformers.initialization import no_init_weights
from transformers.models.mask2former.modeling_mask2former import Mask2FormerPixelDecoder

from backend.errors import BadInput
from backend.models import resnet, weights
from backend.models.univs import names
from backend.models.univs.decoder import Decoder, Sizes
from backend.models.univs.network import Config, Network

WHAT = "UniVS"
_STAGES = 4
"""Of a backbone, strides 4 to 32."""

_LEVELS, _POINTS = 3, 4
"""Of the pixel decoder's deformable attention, as transformers has them fixed."""

_log = logging.getLogger(__name__)


def network_of(
    released: Mapping[str, Tensor], config: Config | None = None, device: torch.device | str = "cpu", *,
    ema: bool = False,
) -> Network:
    """The network of a state dict with the names of the release, in float32.

    Args:
        config: None: that of most released models.
        ema: take the moving average of the weights, where the file holds both.

    Raises:
        BadInput: weights of something else, or not all of them.
    """
    own = names.weights_of(released, ema)
    try:
        with no_init_weights():
            backbone, pixels, decoder = _backbone(own), _pixel_decoder(own), _decoder(own)
    except (KeyError, ValueError) as error:  # sizes are read off tensors that are not there, or of other shapes
        raise BadInput("wrong_weights", f"These are not the weights of {WHAT}: what tells its sizes is missing, or of "
                       f"another shape ({error}).",
                       f"They look like {weights.looks_like(released)}. Name the file of {WHAT}.") from error
    return Network(backbone.to(device), pixels.to(device), decoder.to(device), config or Config())


def _backbone(own: Mapping[str, Tensor]) -> nn.Module:
    released = names.backbone(own)
    if "stem.conv1.weight" not in released:
        return _filled(_swin(released), names.swin(released))
    network = resnet.backbone(released, stages=(2, 3, 4, 5))
    counters = {name: one for name, one in network.state_dict().items() if name.endswith("num_batches_tracked")}
    return _filled(network, {**resnet.renamed(released), **counters})


def _swin(released: Mapping[str, Tensor]) -> SwinBackbone:
    """A Swin of the sizes of these tensors. Heads and windows are those of the table of relative positions."""
    tables = [released[f"layers.{stage}.blocks.0.attn.relative_position_bias_table"] for stage in range(_STAGES)]
    depths = [_count(released, f"layers.{stage}.blocks.") for stage in range(_STAGES)]
    network = SwinBackbone(SwinConfig(
        embed_dim=released["patch_embed.proj.weight"].shape[0], depths=depths,
        num_heads=[table.shape[1] for table in tables], window_size=(round(len(tables[0]) ** 0.5) + 1) // 2,
        drop_path_rate=0.0, out_features=[f"stage{stage + 1}" for stage in range(_STAGES)]))
    network.swin.layernorm = nn.Identity()  # every output has a norm of its own; the release has no other
    return network


def _pixel_decoder(own: Mapping[str, Tensor]) -> nn.Module:
    tensors = names.pixel_decoder(own)
    offsets = tensors["encoder.layers.0.self_attn.sampling_offsets.bias"]
    mask_width, width = tensors["mask_projection.weight"].shape[:2]
    network = Mask2FormerPixelDecoder(Mask2FormerConfig(
        feature_size=width, mask_feature_size=mask_width, hidden_dim=width,
        encoder_feedforward_dim=len(tensors["encoder.layers.0.fc1.bias"]),
        encoder_layers=_count(tensors, "encoder.layers."),
        num_attention_heads=len(offsets) // (_LEVELS * _POINTS * 2), feature_strides=[4, 8, 16, 32],
    ), feature_channels=_channels(tensors))
    return _filled(network, tensors)


def _channels(pixels: Mapping[str, Tensor]) -> list[int]:
    """Of the backbone's outputs, strides 4 to 32; the projections count from the coarsest."""
    coarse = [pixels[f"input_projections.{level}.0.weight"].shape[1] for level in range(_LEVELS)]
    return [pixels["adapter_1.0.weight"].shape[1], *coarse[::-1]]


def _decoder(own: Mapping[str, Tensor]) -> Decoder:
    tensors = names.decoder(own)
    network = Decoder(Sizes.of({name: one.shape for name, one in tensors.items()}))
    _filled(network, tensors)
    return network


def _filled(network: nn.Module, tensors: Mapping[str, Tensor]) -> nn.Module:
    """The network with its weights. Names that it does not have are left out, and the log says so: nobody here could
    see what else a released file may hold."""
    expected = network.state_dict()
    if unexpected := [name for name in tensors if name not in expected]:
        _log.warning("The file of %s holds weights that are not run: %s.", WHAT, weights.in_groups(unexpected))
    known = {name: one for name, one in tensors.items() if name in expected}
    weights.check_names(expected, known, WHAT)
    weights.check_shapes(expected, known, WHAT)
    network.load_state_dict(known)
    return network.float().requires_grad_(False).eval()


def _count(names: Collection[str], prefix: str) -> int:
    """How many numbers follow a prefix."""
    return len({name.removeprefix(prefix).split(".")[0] for name in names if name.startswith(prefix)})

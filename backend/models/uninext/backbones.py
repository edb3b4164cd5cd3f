"""The three backbones of UNINEXT on transformers' networks: ResNet-50, ConvNeXt and a plain ViT (section 4.1)."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn
from transformers import ConvNextBackbone, ConvNextConfig, VitDetBackbone, VitDetConfig

from backend.models import keymap, resnet

_STAGES = ("stage2", "stage3", "stage4")

_CONVNEXT = keymap.rules(
    (r"^downsample_layers\.0\.0\.", "embeddings.patch_embeddings."),
    (r"^downsample_layers\.0\.1\.", "embeddings.layernorm."),
    (r"^downsample_layers\.(\d)\.(\d)\.", r"encoder.stages.\1.downsampling_layer.\2."),
    (r"^stages\.(\d)\.(\d+)\.", r"encoder.stages.\1.layers.\2."),
    (r"^norm1\.", "hidden_states_norms.stage2."),
    (r"^norm2\.", "hidden_states_norms.stage3."),
    (r"^norm3\.", "hidden_states_norms.stage4."),
    (r"\.norm\.", ".layernorm."),
    (r"\.gamma\.weight$", ".layer_scale_parameter"),
    (r"\.(weight|bias)\.weight$", r".\1"),
)
"""Norms and layer scales are embeddings of one row in the release."""

_VIT = keymap.rules(
    (r"^patch_embed\.proj\.", "embeddings.projection."),
    (r"^pos_embed$", "embeddings.position_embeddings"),
    (r"^blocks\.", "encoder.layer."),
    (r"\.attn\.", ".attention."),
)


class Backbone(nn.Module):
    """Features at strides 8, 16 and 32.

    Args:
        host: of transformers; gives these three.

    Attributes:
        kind: "R50", "ConvNeXt" or "ViT".
        multiple: sides of the picture have to be multiples of it.
    """

    def __init__(self, host: nn.Module, kind: str, multiple: int) -> None:
        super().__init__()
        self.host, self.kind, self.multiple = host, kind, multiple

    def forward(self, pixels: Tensor) -> list[Tensor]:
        """(B, channels, H, W) -> three of (B, C, H/s, W/s)."""
        return list(self.host(pixels).feature_maps)


class ViTBackbone(Backbone):
    """A plain ViT gives one map at stride 16, from which the others are made (ViTDet, Li et al. 2022)."""

    def __init__(self, host: nn.Module, width: int, fine: int) -> None:
        super().__init__(host, "ViT", multiple=32)
        self.fpn1 = nn.Sequential(nn.ConvTranspose2d(width, fine, kernel_size=2, stride=2))
        self.coarser = nn.MaxPool2d(2)

    def forward(self, pixels: Tensor) -> list[Tensor]:
        """As of `Backbone`."""
        middle = self.host(pixels).feature_maps[-1]
        return [self.fpn1(middle), middle, self.coarser(middle)]


def backbone(released: Mapping[str, Tensor]) -> Backbone:
    """An empty backbone for these tensors; kind and sizes are read off them.

    Args:
        released: under the names of the release, the prefix of the backbone left out.

    Raises:
        KeyError, ValueError: they are of no backbone of UNINEXT.
    """
    if "downsample_layers.0.0.weight" in released:
        return Backbone(_convnext(released), "ConvNeXt", multiple=32)
    if "patch_embed.proj.weight" in released:
        width, fine = released["fpn1.0.weight"].shape[:2]
        return ViTBackbone(_vit(released), width, fine)
    return Backbone(resnet.backbone(released, (3, 4, 5)), "R50", multiple=1)


def renamed(released: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors of a backbone under the names of `backbone`'s network."""
    if "downsample_layers.0.0.weight" in released:
        made = {keymap.renamed(name, _CONVNEXT): _row(name, tensor) for name, tensor in released.items()}
    elif "patch_embed.proj.weight" in released:
        own = {name: tensor for name, tensor in released.items() if name.startswith("fpn")}
        made = {keymap.renamed(name, _VIT): tensor for name, tensor in released.items() if name not in own}
        return own | {f"host.{name}": tensor for name, tensor in made.items()}
    else:
        made = resnet.renamed(released)
    return {f"host.{name}": tensor for name, tensor in made.items()}


def _row(name: str, tensor: Tensor) -> Tensor:
    return tensor[0] if name.endswith((".weight.weight", ".bias.weight", ".gamma.weight")) else tensor


def _convnext(released: Mapping[str, Tensor]) -> ConvNextBackbone:
    stem = released["downsample_layers.0.0.weight"]
    widths = [released[f"stages.{stage}.0.dwconv.weight"].shape[0] for stage in range(4)]
    depths = [len({name.split(".")[2] for name in released if name.startswith(f"stages.{stage}.")})
              for stage in range(4)]
    return ConvNextBackbone(ConvNextConfig(
        num_channels=stem.shape[1], patch_size=stem.shape[-1], hidden_sizes=widths, depths=depths,
        layer_norm_eps=1e-6, out_features=list(_STAGES)))


def _vit(released: Mapping[str, Tensor]) -> VitDetBackbone:
    """Blocks with the shorter tables of relative positions see windows, the others the whole picture."""
    width, channels, patch, _ = released["patch_embed.proj.weight"].shape
    blocks = len({name.split(".")[1] for name in released if name.startswith("blocks.")})
    tables = [released[f"blocks.{block}.attn.rel_pos_h"].shape for block in range(blocks)]
    window, whole = ((size(rows for rows, _ in tables) + 1) // 2 for size in (min, max))
    side = round((released["pos_embed"].shape[1] - 1) ** 0.5)
    return VitDetBackbone(VitDetConfig(
        hidden_size=width, num_channels=channels, patch_size=patch, num_hidden_layers=blocks,
        num_attention_heads=width // tables[0][1], mlp_ratio=released["blocks.0.mlp.fc1.weight"].shape[0] // width,
        image_size=whole * patch, pretrain_image_size=side * patch, window_size=window,
        window_block_indices=[block for block, (rows, _) in enumerate(tables) if rows == 2 * window - 1],
        use_relative_position_embeddings=True, use_absolute_position_embeddings=True,
        out_features=[f"stage{blocks}"]))

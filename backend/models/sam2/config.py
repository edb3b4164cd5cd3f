"""The sizes of SAM 2.1 (SAM 2, arXiv 2408.00714; the yaml files of the release) as configurations of transformers.

Everything that the shapes of a checkpoint show is checked against them when it is loaded; heads, windows and the blocks
of global attention are in no shape and come from here. Needs no torch until `transformers_config` is called.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from backend.errors import BadInput

if TYPE_CHECKING:
    from transformers import Sam2VideoConfig

STRIDE = 16
"""Pixels of the picture a side of a cell of the coarsest features."""


@dataclass(frozen=True)
class Hiera:
    """The image encoder (Hiera, arXiv 2306.00989, with the windowed position embedding of arXiv 2311.05613).

    Attributes:
        embed_dim, num_heads: of the first stage; both double from stage to stage.
        stages: blocks a stage.
        global_att_blocks: numbers of the blocks that see the whole picture.
        window_spec: side of the windows a stage, in cells.
        window_pos_embed_bkg_spatial_size: rows and columns of the position embedding behind the windows.
        q_pool: stages that halve the resolution.
        mlp_ratio: width of a block's MLP as a multiple of its own.
    """

    embed_dim: int
    num_heads: int
    stages: tuple[int, ...]
    global_att_blocks: tuple[int, ...]
    window_spec: tuple[int, ...] = (8, 4, 14, 7)
    window_pos_embed_bkg_spatial_size: tuple[int, ...] = (7, 7)
    q_pool: int = 3
    mlp_ratio: float = 4.0


@dataclass(frozen=True)
class Architecture:
    """A network of the family. The released ones differ in `trunk` only.

    Attributes:
        image_size: side of the square picture it sees, in pixels; a multiple of 32.
        d_model: width of everything after the image encoder.
        memory_attention_layers, memory_attention_feedforward: of the memory attention (section 4).
        memory_dim: width of a memory.
        num_maskmem: frames of memory: one place for the trusted ones, the others for the nearest tracked ones.
        max_obj_ptrs_in_encoder: object pointers that are read, of tracked frames and the one being tracked.
        dynamic_multimask: take the best of three masks where the single one is not stable (released default).
        stability_delta, stability_thresh: when a mask is called stable.
    """

    trunk: Hiera
    image_size: int = 1024
    d_model: int = 256
    fpn_top_down_levels: tuple[int, ...] = (2, 3)
    memory_attention_layers: int = 4
    memory_attention_feedforward: int = 2048
    memory_dim: int = 64
    num_maskmem: int = 7
    max_obj_ptrs_in_encoder: int = 16
    dynamic_multimask: bool = True
    stability_delta: float = 0.05
    stability_thresh: float = 0.98

    def at(self, image_size: int | None) -> Architecture:
        """The same network on pictures of another size (None: its own); the weights fit all.

        Raises:
            BadInput: not a multiple of 32 between 128 and 2048.
        """
        if image_size is None:
            return self
        if image_size % 32 or not 128 <= image_size <= 2048:
            raise BadInput("bad_size", f"SAM 2.1 cannot work at {image_size} pixels.",
                           "Choose a multiple of 32 from 128 to 2048; it was trained at 1024.")
        return replace(self, image_size=image_size)


ARCHITECTURES: Mapping[str, Architecture] = {
    "tiny": Architecture(Hiera(96, 1, (1, 2, 7, 2), (5, 7, 9))),
    "small": Architecture(Hiera(96, 1, (1, 2, 11, 2), (7, 10, 13))),
    "base-plus": Architecture(Hiera(112, 2, (2, 3, 16, 3), (12, 16, 20), window_pos_embed_bkg_spatial_size=(14, 14))),
    "large": Architecture(Hiera(144, 2, (2, 6, 36, 4), (23, 33, 43), window_spec=(8, 4, 16, 8))),
}
"""The released sizes."""


def architecture_of(described: Mapping[str, Any], settings: Mapping[str, Any] | None = None) -> Architecture:
    """The architecture a case describes, in the words of the release's yaml files.

    Args:
        described: `image_size`, `trunk`, `neck` and the sizes of the memory, as far as they are not the released ones.
        settings: `dynamic_multimask_via_stability` and its numbers.
    """
    settings = settings or {}
    neck = described.get("neck", {})
    own = _known(Architecture, {key: value for key, value in {**neck, **described}.items() if key != "trunk"})
    stability = {ours: settings[theirs] for ours, theirs in (
        ("dynamic_multimask", "dynamic_multimask_via_stability"),
        ("stability_delta", "dynamic_multimask_stability_delta"),
        ("stability_thresh", "dynamic_multimask_stability_thresh"),
    ) if theirs in settings}
    return Architecture(Hiera(**_known(Hiera, described["trunk"])), **own, **stability)


def _known(kind: type, given: Mapping[str, Any]) -> dict[str, Any]:
    names = {one.name for one in fields(kind)}
    return {key: tuple(value) if isinstance(value, list) else value for key, value in given.items() if key in names}


def transformers_config(architecture: Architecture) -> Sam2VideoConfig:
    """The configuration of transformers' `Sam2VideoModel`."""
    from transformers import Sam2VideoConfig

    trunk, size = architecture.trunk, architecture.image_size
    widths = [trunk.embed_dim * 2**stage for stage in range(len(trunk.stages))]
    hiera = {
        "hidden_size": trunk.embed_dim, "num_attention_heads": trunk.num_heads, "image_size": [size, size],
        "blocks_per_stage": list(trunk.stages), "embed_dim_per_stage": widths,
        "num_attention_heads_per_stage": [trunk.num_heads * 2**stage for stage in range(len(trunk.stages))],
        "window_size_per_stage": list(trunk.window_spec), "global_attention_blocks": list(trunk.global_att_blocks),
        "window_positional_embedding_background_size": list(trunk.window_pos_embed_bkg_spatial_size),
        "num_query_pool_stages": trunk.q_pool, "mlp_ratio": trunk.mlp_ratio,
    }
    return Sam2VideoConfig(
        image_size=size,
        vision_config={
            "model_type": "sam2_vision_model",
            "backbone_config": {"model_type": "sam2_hiera_det_model", **hiera},
            "backbone_channel_list": widths[::-1],
            "backbone_feature_sizes": [[size // stride, size // stride] for stride in (4, 8, STRIDE)],
            "fpn_hidden_size": architecture.d_model,
            "fpn_top_down_levels": list(architecture.fpn_top_down_levels),
        },
        prompt_encoder_config={"image_size": size, "hidden_size": architecture.d_model},
        mask_decoder_config={
            "hidden_size": architecture.d_model,
            "dynamic_multimask_via_stability": architecture.dynamic_multimask,
            "dynamic_multimask_stability_delta": architecture.stability_delta,
            "dynamic_multimask_stability_thresh": architecture.stability_thresh,
        },
        memory_attention_hidden_size=architecture.d_model,
        memory_attention_num_layers=architecture.memory_attention_layers,
        memory_attention_feed_forward_hidden_size=architecture.memory_attention_feedforward,
        memory_attention_rope_feat_sizes=[size // STRIDE, size // STRIDE],
        memory_encoder_hidden_size=architecture.d_model,
        memory_encoder_output_channels=architecture.memory_dim,
        num_maskmem=architecture.num_maskmem,
        max_object_pointers_in_encoder=architecture.max_obj_ptrs_in_encoder,
    )

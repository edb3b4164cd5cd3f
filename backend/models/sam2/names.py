"""From the names of the released `sam2` checkpoints to those of transformers' `Sam2VideoModel` (5.23)."""

from __future__ import annotations

import re
from collections.abc import Mapping

import torch

from backend.models import keymap

_MLP = r"^(sam_mask_decoder\.(?:iou_prediction_head|pred_obj_score_head|output_hypernetworks_mlps\.\d+)|obj_ptr_proj)"
"""What has three layers."""

_RULES = keymap.rules(
    (r"^image_encoder\.trunk\.", "vision_encoder.backbone."),
    (r"^image_encoder\.neck\.convs\.(\d+)\.conv\.", r"vision_encoder.neck.convs.\1."),
    (r"\.patch_embed\.proj\.", ".patch_embed.projection."),
    (r"(\.blocks\.\d+|\.transformer\.layers\.\d+|^memory_attention\.layers\.\d+)\.norm(\d)\.", r"\1.layer_norm\2."),
    (r"^memory_attention\.norm\.", "memory_attention.layer_norm."),
    (r"\.norm_final_attn\.", ".layer_norm_final_attn."),
    (r"(\.mlp\.)layers\.0\.", r"\1proj_in."),
    (r"(\.mlp\.)layers\.1\.", r"\1proj_out."),
    (_MLP + r"\.layers\.0\.", r"\1.proj_in."),
    (_MLP + r"\.layers\.1\.", r"\1.layers.0."),
    (_MLP + r"\.layers\.2\.", r"\1.proj_out."),
    (r"^obj_ptr_proj\.", "object_pointer_proj."),
    (r"^obj_ptr_tpos_proj\.", "temporal_positional_encoding_projection_layer."),
    (r"^sam_prompt_encoder\.pe_layer\.positional_encoding_gaussian_matrix$",
     "prompt_encoder.shared_embedding.positional_embedding"),
    (r"^sam_prompt_encoder\.mask_downscaling\.0\.", "prompt_encoder.mask_embed.conv1."),
    (r"^sam_prompt_encoder\.mask_downscaling\.1\.", "prompt_encoder.mask_embed.layer_norm1."),
    (r"^sam_prompt_encoder\.mask_downscaling\.3\.", "prompt_encoder.mask_embed.conv2."),
    (r"^sam_prompt_encoder\.mask_downscaling\.4\.", "prompt_encoder.mask_embed.layer_norm2."),
    (r"^sam_prompt_encoder\.mask_downscaling\.6\.", "prompt_encoder.mask_embed.conv3."),
    (r"^sam_prompt_encoder\.", "prompt_encoder."),
    (r"^sam_mask_decoder\.output_upscaling\.0\.", "mask_decoder.upscale_conv1."),
    (r"^sam_mask_decoder\.output_upscaling\.1\.", "mask_decoder.upscale_layer_norm."),
    (r"^sam_mask_decoder\.output_upscaling\.3\.", "mask_decoder.upscale_conv2."),
    (r"^sam_mask_decoder\.", "mask_decoder."),
    *((rf"^memory_encoder\.mask_downsampler\.encoder\.{3 * layer + norm}\.",
       f"memory_encoder.mask_downsampler.layers.{layer}.{'layer_norm' if norm else 'conv'}.")
      for layer in range(4) for norm in (0, 1)),
    (r"^memory_encoder\.mask_downsampler\.encoder\.12\.", "memory_encoder.mask_downsampler.final_conv."),
    (r"^memory_encoder\.pix_feat_proj\.", "memory_encoder.feature_projection."),
    (r"^memory_encoder\.out_proj\.", "memory_encoder.projection."),
    (r"^memory_encoder\.fuser\.layers\.(\d+)\.dwconv\.", r"memory_encoder.memory_fuser.layers.\1.depthwise_conv."),
    (r"^memory_encoder\.fuser\.layers\.(\d+)\.norm\.", r"memory_encoder.memory_fuser.layers.\1.layer_norm."),
    (r"^memory_encoder\.fuser\.layers\.(\d+)\.pwconv(\d)\.",
     r"memory_encoder.memory_fuser.layers.\1.pointwise_conv\2."),
    (r"^memory_encoder\.fuser\.layers\.(\d+)\.(gamma|weight)$", r"memory_encoder.memory_fuser.layers.\1.scale"),
    (r"^maskmem_tpos_enc$", "memory_temporal_positional_encoding"),
    (r"^no_mem_embed$", "no_memory_embedding"),
    (r"^no_mem_pos_enc$", "no_memory_positional_encoding"),
    (r"^no_obj_ptr$", "no_object_pointer"),
    (r"^no_obj_embed_spatial$", "occlusion_spatial_embedding_parameter"),
    (r"((?:self_attn|cross_attn\w*|final_attn\w*)\.)out_proj\.", r"\1o_proj."),
)
"""The last one also serves files of older transformers."""

_POINTS = re.compile(r"^sam_prompt_encoder\.point_embeddings\.(\d+)\.weight$")
_FREQUENCIES = ("prompt_encoder.shared_embedding.positional_embedding", "shared_image_embedding.positional_embedding")


def renamed(released: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The tensors under transformers' names; files that have those already come back as they are.

    The embeddings of point labels, which lie apart in the release, become one tensor; the frequencies of positions,
    which prompts and pictures share, are given to both.
    """
    points: dict[int, torch.Tensor] = {}
    made: dict[str, torch.Tensor] = {}
    for name, tensor in released.items():
        label = _POINTS.match(name)
        if label:
            points[int(label[1])] = tensor
        else:
            made[keymap.renamed(name, _RULES)] = tensor
    if points:
        made["prompt_encoder.point_embed.weight"] = torch.cat([points[label] for label in sorted(points)])
    for name, other in (_FREQUENCIES, _FREQUENCIES[::-1]):
        if name in made:
            made.setdefault(other, made[name])
    return made

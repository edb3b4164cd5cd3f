"""Sizes of an InternVL2.5, in the words of its `config.json`, for transformers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from transformers import InternVLConfig, LlamaConfig
from transformers.models.internvl.configuration_internvl import InternVLVisionConfig

INTERNVL2_5_8B: Mapping[str, Any] = {
    "downsample_ratio": 0.5,
    "vision_config": {
        "hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 24, "num_attention_heads": 16,
        "image_size": 448, "patch_size": 14, "qkv_bias": True, "qk_normalization": False, "norm_type": "layer_norm",
        "layer_norm_eps": 1e-6,
    },
    "llm_config": {
        "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32, "num_attention_heads": 32,
        "num_key_value_heads": 8, "rope_theta": 1e6, "rope_scaling": {"type": "dynamic", "factor": 2.0},
        "max_position_embeddings": 32768, "rms_norm_eps": 1e-5, "bias": False,
    },
}
"""What every released file was made with; used where no `config.json` lies beside the weights."""


def internvl_config(about: Mapping[str, Any], vocabulary: int) -> InternVLConfig:
    """The configuration for transformers.

    Args:
        about: `vision_config`, `llm_config` and `downsample_ratio` as in InternVL2.5's `config.json`.
        vocabulary: rows of the embedding: `<MASK>` was added to those that `config.json` knows.
    """
    vision, language = about["vision_config"], about["llm_config"]
    scaling = language.get("rope_scaling") or {"type": "default"}
    text = LlamaConfig(
        vocab_size=vocabulary, attention_bias=language["bias"], tie_word_embeddings=False,
        rope_parameters={"rope_type": scaling["type"], "rope_theta": language["rope_theta"],
                         **{key: value for key, value in scaling.items() if key != "type"}},
        **{key: language[key] for key in (
            "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads",
            "max_position_embeddings", "rms_norm_eps")},
    )
    seen = InternVLVisionConfig(
        attention_bias=vision["qkv_bias"], use_qk_norm=vision["qk_normalization"],
        **{key: vision[key] for key in (
            "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "image_size", "patch_size",
            "norm_type", "layer_norm_eps")},
    )
    # without the last word, transformers takes the head's weights from the embedding and says nothing
    return InternVLConfig(vision_config=seen, text_config=text, downsample_ratio=about["downsample_ratio"],
                          tie_word_embeddings=False)

"""UNINEXT (Yan et al., Universal Instance Perception as Object Discovery and Retrieval, arXiv 2303.06674), section 3:
prompts of words or of a picture, early fusion with the frame, objects found and held against the prompt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from backend.models.uninext import backbones, geometry
from backend.models.uninext.backbones import Backbone
from backend.models.uninext.heads import Alignment, MaskFeatures, Objectness, TemplateFuser
from backend.models.uninext.transformer import Decoder, Encoder, Mlp, Transformer
from backend.models.uninext.types import Features, Image, Output, Prompt

HEADS = 8
"""Of the attention of encoder and decoder, which no shape tells."""

_MEAN, _STD = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)
_GROUPS = 32
_MASK_LEVELS = 3
"""Levels that masks are made of."""


class UninextNetwork(nn.Module):
    """See `types.Network`. Make it with `loading.network_of`: an empty one has no weights.

    Args:
        released: the state dict as `names.renamed` gives it.
        heads: see `HEADS`.
        word_heads: of BERT's attention; None: of 64 channels each, as in all BERTs.
        precision: in which matrices are multiplied, under autocast; the weights, boxes, positions and likenesses are of
            float32 whatever it is. The authors ran all in float32.

    Attributes:
        follows: it has what videos need, templates and embeddings; weights of the stage on pictures do not.
        words: word pieces that it knows.
        longest: tokens that it has positions for.
    """

    def __init__(
        self, released: Mapping[str, Tensor], heads: int = HEADS, word_heads: int | None = None,
        precision: torch.dtype = torch.float32,
    ) -> None:
        super().__init__()
        self.precision = precision
        shapes = {name: tuple(tensor.shape) for name, tensor in released.items()}
        self.follows = any(name.startswith("ref_backbone.") for name in shapes)
        self.text_encoder = _bert(shapes, word_heads)
        self.longest = shapes["text_encoder.embeddings.position_embeddings.weight"][0]
        self.backbone = backbones.backbone(_under("backbone.", released))
        self.multiple = self.backbone.multiple
        levels, width = shapes["transformer.level_embed"]
        self.input_proj = nn.ModuleList(_projection(shapes[f"input_proj.{level}.0.weight"]) for level in range(levels))
        self.words, words = shapes["text_encoder.embeddings.word_embeddings.weight"]
        points = shapes["transformer.encoder.layers.0.self_attn.attention_weights.weight"][0] // (heads * levels)
        hidden = shapes["transformer.encoder.layers.0.linear1.weight"][0]
        sizes = (hidden, heads, levels, points)
        layers = _count(shapes, "transformer.decoder.layers.")
        fused = shapes["transformer.encoder.fusion.attn.v_proj.weight"][0]
        self.transformer = Transformer(
            Encoder(width, words, fused, _count(shapes, "transformer.encoder.layers."), *sizes),
            Decoder(width, layers, *sizes), width, shapes["transformer.tgt_embed.weight"][0], levels)
        self.class_embed = nn.ModuleList(Alignment(width, words) for _ in range(layers))
        self.class_embed.append(Objectness(width))
        self.bbox_embed = nn.ModuleList(Mlp(width, width, width, 4) for _ in range(layers + 1))
        with_iou = "iou_head.0.weight" in shapes
        self.iou_head = nn.ModuleList(nn.Linear(width, 1) for _ in range(layers)) if with_iou else None
        self.controller = Mlp(width, width, width, shapes["controller.layers.2.weight"][0])
        hidden, channels = (shapes[f"mask_head.lay{layer}.weight"][0] for layer in (1, 2))
        self.mask_head = MaskFeatures(width, hidden, channels)
        if self.follows:
            self.ref_backbone = backbones.backbone(_under("ref_backbone.", released))
            self.sot_fuser, self.adjust_layer = TemplateFuser(width, levels), nn.Linear(width, words)
            tracked = _count(shapes, "reid_embed_head.0.layers.")
            made = shapes["reid_embed_head.1.layers.2.weight"][0]
            self.reid_embed_head = nn.ModuleList((Decoder(width, tracked, *sizes), Mlp(width, width, width, made)))

    @property
    def device(self) -> torch.device:
        """Where it runs."""
        return self.transformer.level_embed.device

    def pixels(self, picture: Image) -> Tensor:
        """See `types.Network.pixels`."""
        values = torch.from_numpy(np.array(picture)).to(self.device).permute(2, 0, 1).float()
        mean, std = (torch.tensor(one, device=self.device)[:, None, None] for one in (_MEAN, _STD))
        return (values - mean) / std

    @torch.inference_mode()
    def features(self, pixels: Tensor) -> Features:
        """See `types.Network.features`: zeros beyond a picture whose sides do not go with the backbone."""
        height, width = pixels.shape[1:]
        right, below = (-size % self.multiple for size in (width, height))
        padding = torch.ones(1, height + below, width + right, dtype=torch.bool, device=pixels.device)
        padding[:, :height, :width] = False
        levels, paddings = self._levels(self.backbone, F.pad(pixels[None], (0, right, 0, below)), padding)
        shapes = tuple((level.shape[2], level.shape[3]) for level in levels)
        positions = [geometry.cell_positions(one, levels[0].shape[1]) + self.transformer.level_embed[place]
                     for place, one in enumerate(paddings)]
        return Features(
            torch.cat([level.flatten(2).transpose(1, 2) for level in levels], 1).float(), torch.cat(positions, 1),
            torch.cat([one.flatten(1) for one in paddings], 1), shapes,
            torch.stack([geometry.valid_shares(one) for one in paddings], 1), (height, width))

    @torch.inference_mode()
    def text(self, ids: Tensor, mask: Tensor, per_token: bool) -> Prompt:
        """See `types.Network.text`."""
        ids, mask = ids.to(self.device), mask.to(self.device)
        with self._computing():
            hidden = self.text_encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        return Prompt(hidden.float(), mask, per_token)

    @torch.inference_mode()
    def template(self, pixels: Tensor, padding: Tensor) -> Prompt:
        """See `types.Network.template`."""
        levels, paddings = self._levels(self.ref_backbone, pixels, padding)
        with self._computing():
            tokens = self.adjust_layer(self.sot_fuser(levels).flatten(2).transpose(1, 2))
        return Prompt(tokens.float(), ~paddings[0].flatten(1))

    @torch.inference_mode()
    def detect(self, features: Features, prompt: Prompt, embed: bool = False) -> list[Output]:
        """See `types.Network.detect`."""
        with self._computing():
            return self._detect(features, prompt, embed)

    def _detect(self, features: Features, prompt: Prompt, embed: bool) -> list[Output]:
        count, shapes = len(prompt), features.shapes
        cells, positions, padding, valid = (
            one.expand(count, *one.shape[1:])
            for one in (features.tokens, features.positions, features.padding, features.valid))
        memory, tokens = self.transformer.encoder(
            cells, positions, padding, shapes, valid, prompt.hidden, prompt.mask)
        heard = replace(prompt, hidden=tokens)
        queries, boxes = self.transformer.select(
            memory, padding, shapes, valid, self.class_embed[-1], self.bbox_embed[-1])
        queries, before, boxes = self.transformer.decoder(
            queries, boxes, memory, shapes, padding, valid, self.bbox_embed)
        last = len(self.transformer.decoder.layers) - 1
        logits = self.class_embed[last](queries, tokens if prompt.per_token else heard.pooled[:, None])
        ious = None if self.iou_head is None else self.iou_head[last](queries)
        embeddings = self._embeddings(queries, boxes, memory, shapes, padding, valid) if embed else None
        kernels, mask_features = self.controller(queries), self._mask_features(memory, shapes)
        return [Output(logits[one].float(), boxes[one], None if ious is None else ious[one].float(),
                       before[one, :, :2], kernels[one].float(), mask_features[one].float(), features.size,
                       None if embeddings is None else embeddings[one].float()) for one in range(count)]

    def _levels(self, backbone: Backbone, pixels: Tensor, padding: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """The levels (B, C, h, w) of pictures, one more than the backbone has, and what is padding of each."""
        with self._computing():
            maps = backbone(pixels)
            levels = [project(one) for project, one in zip(self.input_proj, [*maps, maps[-1]], strict=True)]
        paddings = [_shrunk(padding, one) for one in maps]
        return levels, [*paddings, _shrunk(paddings[0], levels[-1])]

    def _mask_features(self, memory: Tensor, shapes: Sequence[tuple[int, int]]) -> Tensor:
        parts = memory.split([height * width for height, width in shapes], 1)
        maps = [part.transpose(1, 2).unflatten(2, shape) for part, shape in zip(parts, shapes, strict=True)]
        return self.mask_head(*maps[:_MASK_LEVELS])

    def _embeddings(self, queries: Tensor, boxes: Tensor, *seen: object) -> Tensor:
        """By which objects are told (section 3.3, "embedding head"): two more layers, at the final boxes."""
        decoder, head = self.reid_embed_head
        return head(decoder(queries, boxes, *seen)[0])

    def _computing(self) -> torch.autocast:
        lower = self.precision != torch.float32
        return torch.autocast(self.device.type, self.precision if lower else None, enabled=lower)


def _shrunk(padding: Tensor, like: Tensor) -> Tensor:
    """bool (B, H, W) at the size of a level, by the nearest cell."""
    return F.interpolate(padding[:, None].float(), like.shape[-2:])[:, 0].bool()


def _bert(shapes: Mapping[str, tuple[int, ...]], heads: int | None) -> BertModel:
    rows, width = shapes["text_encoder.embeddings.word_embeddings.weight"]
    return BertModel(BertConfig(
        vocab_size=rows, hidden_size=width, num_attention_heads=heads or width // 64,
        num_hidden_layers=_count(shapes, "text_encoder.encoder.layer."),
        intermediate_size=shapes["text_encoder.encoder.layer.0.intermediate.dense.weight"][0],
        max_position_embeddings=shapes["text_encoder.embeddings.position_embeddings.weight"][0],
        type_vocab_size=shapes["text_encoder.embeddings.token_type_embeddings.weight"][0]), add_pooling_layer=False)


def _projection(shape: tuple[int, ...]) -> nn.Sequential:
    """A convolution; with 3x3 weights it halves the sides."""
    made, given, side, _ = shape
    stride = 2 if side == 3 else 1
    return nn.Sequential(nn.Conv2d(given, made, side, stride, padding=side // 2), nn.GroupNorm(_GROUPS, made))


def _under(prefix: str, released: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in released.items() if name.startswith(prefix)}


def _count(shapes: Mapping[str, object], prefix: str) -> int:
    """How many layers have names that start so."""
    return len({name.removeprefix(prefix).split(".")[0] for name in shapes if name.startswith(prefix)})

"""The network: backbone and pixel decoder see frames one by one, the decoder clips of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from backend.errors import BadInput
from backend.models.univs import position
from backend.models.univs.clip import Clip, Features, GroupMask, Output, PositionCode, Prompts
from backend.models.univs.decoder import Decoder


@dataclass(frozen=True)
class Config:
    """What the shapes of a checkpoint do not tell.

    Attributes:
        position: the temporal position code.
        groups: self-attention of visual prompts (that of expressions is blocked always).
    """

    position: PositionCode = "ArbitraryT"
    groups: GroupMask = "sep"


class Network:
    """In evaluation mode, float32. Made by `loading.network_of`."""

    def __init__(self, backbone: nn.Module, pixel_decoder: nn.Module, decoder: Decoder, config: Config) -> None:
        self.config = config
        self._backbone, self._pixel_decoder, self._decoder = backbone, pixel_decoder, decoder

    @property
    def device(self) -> torch.device:
        """Where its weights are."""
        return self._decoder.query_feat.device

    @property
    def backbone(self) -> str:
        """The kind of its backbone: "ResNet" or "Swin"."""
        return type(self._backbone).__name__.removesuffix("Backbone")

    @property
    def width(self) -> int:
        """C."""
        return self._decoder.query_feat.shape[1]

    @property
    def language(self) -> int:
        """E."""
        return self._decoder.vis2text_projection.out_features

    @property
    def learnable(self) -> int:
        """Queries that need no prompt; they are the first in every `Output`."""
        return len(self._decoder.query_feat)

    @property
    def reads(self) -> bool:
        """Whether the checkpoint has the weights for expressions."""
        return self._decoder.lang2img is not None

    @property
    def visual_task(self) -> Tensor:
        """(C,), what is added to the query of a visual prompt to tell it from others."""
        return self._decoder.prompt_sot[0]

    @torch.inference_mode()
    def features(self, pictures: Tensor) -> list[Features]:
        """What is seen on frames.

        Args:
            pictures: (B, 3, H, W), as `pictures.picture` makes them.
        """
        maps = self._backbone(pictures.to(self.device)).feature_maps
        seen = self._pixel_decoder(maps)
        embeddings = self._decoder.level_embed
        levels = [one + embedding[:, None, None]
                  for one, embedding in zip(seen.multi_scale_features, embeddings, strict=True)]
        return [Features(masks, tuple(own)) for masks, *own in zip(seen.mask_features, *levels, strict=True)]

    @torch.inference_mode()
    def clip(self, features: Sequence[Features], frames: Sequence[int], code: PositionCode | None = None) -> Clip:
        """Frames put together, in this order.

        Args:
            features: of T frames, all of one size.
            frames: their numbers in the video.
            code: None: as configured.
        """
        levels = [torch.stack(one) for one in zip(*(one.levels for one in features), strict=True)]
        numbers = torch.tensor(frames, dtype=torch.float32, device=self.device)
        times = position.times(numbers, code or self.config.position)
        when = position.sine(times, self.width)[:, None]
        sizes = [(one.shape[-2], one.shape[-1]) for one in levels]
        masks = torch.stack([one.masks for one in features])
        return Clip(
            masks=masks,
            small=tuple(F.interpolate(masks, size, mode="bilinear", align_corners=False) for size in sizes),
            sources=tuple(one.flatten(2).transpose(1, 2) for one in levels),
            positions=tuple(position.of_cells(*size, self.width, self.device) + when for size in sizes),
            times=times)

    def point_positions(self, clip: Clip, points: Tensor, place: int) -> Tensor:
        """Position codes of free points on one frame of a clip: (N, C).

        Args:
            points: (N, 2) as x, y, both 0..1 of the padded frame.
            place: of the frame in the clip.
        """
        return position.of_points(points, self.width) + position.sine(clip.times[place], self.width)

    @torch.inference_mode()
    def decode(
        self, clip: Clip, table: Tensor, prompts: Prompts | None = None, groups: GroupMask | None = None
    ) -> Output:
        """Masks and scores of the learnable queries and of prompts on a clip.

        Args:
            table: (K, E), the classes that are scored, as of `text`; not looked at where the prompts are expressions.
            prompts: made of this clip; None: none.
            groups: None: as configured.
        """
        return self._decoder(clip, table, prompts, groups or self.config.groups)

    @torch.inference_mode()
    def expressions(self, clip: Clip, words: Tensor, sentences: Tensor) -> Prompts:
        """Expressions as prompts on a clip.

        Args:
            words: (P, W, E), features of the tokens; sentences: (P, E). See `text.TextEncoder`.

        Raises:
            BadInput: the checkpoint has not the weights for that.
        """
        self._check_reads()
        return self._decoder.expressions(clip, words, sentences)

    @torch.inference_mode()
    def categories(self, clip: Clip, rows: Tensor) -> Prompts:
        """Categories as prompts on a clip. (The release makes them for VSS and reads only the learnable queries, which
        do not see them.)

        Args:
            rows: (P, E), of a table.

        Raises:
            BadInput: the checkpoint has not the weights for that.
        """
        self._check_reads()
        return self._decoder.categories(clip, rows)

    def _check_reads(self) -> None:
        if not self.reads:
            raise BadInput("no_text_weights", "This file of UniVS has not the weights that words need as prompts "
                           "(lang2vision_cross_attention_layer).", "Use a file that has them, of stage 3.")

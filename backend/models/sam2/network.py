"""The network of SAM 2.1 as functions without state: picture -> features; features, memory and prompts -> a mask and
its pointer; features and mask -> a memory (SAM 2, arXiv 2408.00714, section 4 and appendix D).

The modules are those of transformers' `Sam2VideoModel`; what they are given, and in which order, follows the released
predictor. All functions are for a batch of objects on one frame; objects do not see each other.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor
from transformers import Sam2VideoModel
from transformers.initialization import no_init_weights
from transformers.models.sam2_video.modeling_sam2_video import NO_OBJ_SCORE, get_1d_sine_pe

from backend.errors import BadInput
from backend.models import weights
from backend.models.sam2.config import ARCHITECTURES, STRIDE, Architecture, transformers_config
from backend.models.sam2.names import renamed

MASK_SCALE, MASK_BIAS = 20.0, -10.0
"""From a mask (0..1) to logits: of a mask that was given, and of every mask for the memory encoder."""

_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Features(NamedTuple):
    """A frame after the image encoder, at picture size S.

    Attributes:
        coarse: float (1, d_model, S/16, S/16), without any memory.
        fine: what the mask decoder adds on its way up: (1, d_model/8, S/4, S/4) and (1, d_model/4, S/8, S/8).
    """

    coarse: Tensor
    fine: tuple[Tensor, Tensor]


@dataclass(frozen=True)
class Prompt:
    """What is said of one object on a frame, as the prompt encoder takes it.

    Attributes:
        points: float (n, 2), x and y in pixels of the picture of side S (0.5 is added to them within).
        labels: int (n,): 1 positive, 0 negative, 2 and 3 the corners of a box (before all clicks), -1 no point.
        logits: a mask to start from: float (S/4, S/4), None: none.
        tokens: float (k, d_model): further tokens as they are, after the points and their padding (UniPixel section
            3.4 prompts with the hidden states of its language model).
    """

    points: Tensor
    labels: Tensor
    logits: Tensor | None = None
    tokens: Tensor | None = None

    @classmethod
    def pointless(cls, device: torch.device, *, logits: Tensor | None = None, tokens: Tensor | None = None) -> Prompt:
        """Without a click: one point that is none takes their place."""
        return cls(torch.zeros(1, 2, device=device), torch.full((1,), -1, device=device), logits, tokens)


class Decoded(NamedTuple):
    """Of objects on a frame, batch first.

    Attributes:
        logits: float (b, S/4, S/4); -1024 everywhere where the object is taken to be hidden.
        iou: (b,) the overlap with the truth that the network expects, 0..1.
        score: (b,) logit of the object's being visible.
        pointer: (b, d_model), see section 4, "Memory bank".
    """

    logits: Tensor
    iou: Tensor
    score: Tensor
    pointer: Tensor


class Recall(NamedTuple):
    """What an object is to be found by: memories and pointers with their distance in time.

    Attributes:
        memories: (m of (h*w, memory_dim)), trusted frames and tracked ones.
        offsets: m numbers: 0 for a trusted frame, else how many frames ago.
        pointers: (p of (d_model,)).
        ages: p numbers: frames since, in the direction of tracking.
        longest: the number of frames an age is counted in.
    """

    memories: Sequence[Tensor]
    offsets: Sequence[int]
    pointers: Sequence[Tensor]
    ages: Sequence[int]
    longest: int


class Network:
    """See the module. Make it with `load`.

    Args:
        model: in evaluation mode, on the device it is to run on.
        memory_dtype: of what is kept of a memory; the release rounds it to bfloat16.
        binarise_prompts: whether the memory of a prompted frame is made of a mask of zeros and ones, as in the release
            (not in UniPixel).
        precision: in which the modules compute under autocast; None: in that of the weights. Prompts, and every
            position, are always encoded in float32.
        bilinear: whether frames are stretched bilinearly with antialiasing, as for UniPixel, not bicubic as in the
            release.

    Attributes:
        size, mask_size: side of the picture (S) and of the logits (S/4).
        reads_memories, reads_pointers: of how many tracked frames, at most, it reads them.
    """

    def __init__(
        self, model: Sam2VideoModel, *, memory_dtype: torch.dtype = torch.bfloat16, binarise_prompts: bool = True,
        precision: torch.dtype | None = None, bilinear: bool = False,
    ) -> None:
        self.model = model
        self.memory_dtype, self.binarise_prompts, self.precision = memory_dtype, binarise_prompts, precision
        self.bilinear = bilinear
        self.config = model.config
        self.size = model.memory_attention.config.memory_attention_rope_feat_sizes[0] * STRIDE
        self.mask_size = self.size // 4
        self.reads_memories = int(model.config.num_maskmem) - 1
        self.reads_pointers = int(model.config.max_object_pointers_in_encoder) - 1
        self.device = model.no_memory_embedding.device
        cells = self.size // STRIDE
        with torch.inference_mode():
            self._picture_positions = model.get_image_wide_positional_embeddings()
            self._feature_positions = self._sine(model.vision_encoder.neck.position_encoding, model.hidden_dim, cells)
            self._memory_positions = self._sine(model.memory_encoder.position_encoding, model.mem_dim, cells)

    def compile(self) -> None:
        """Let torch compile the image encoder, where nearly all of the time goes; the first frame then takes long."""
        self.model.vision_encoder.compile()

    def picture(self, image: npt.NDArray[np.uint8]) -> Tensor:
        """A frame as the image encoder takes it: stretched to a square.

        Args:
            image: RGB, uint8, (height, width, 3).

        Returns:
            float32 (1, 3, S, S), normalised with ImageNet's mean and deviation.
        """
        square = (self.size, self.size)
        if image.shape[:2] != square and not self.bilinear:
            image = np.asarray(Image.fromarray(image).resize(square, Image.Resampling.BICUBIC))
        pixels = torch.from_numpy(np.array(image)).to(self.device).permute(2, 0, 1)[None].float() / 255
        if pixels.shape[2:] != square:
            pixels = F.interpolate(pixels, square, mode="bilinear", align_corners=False, antialias=True)
        mean, std = (torch.tensor(value, device=self.device).view(1, 3, 1, 1) for value in (_MEAN, _STD))
        return (pixels - mean) / std

    @torch.inference_mode()
    def features(self, picture: Tensor) -> Features:
        """The image encoder; `picture` as `picture` makes it."""
        with self._autocast():
            maps = self.model.vision_encoder(picture).fpn_hidden_states
            decoder = self.model.mask_decoder
            return Features(maps[2], (decoder.conv_s0(maps[0]), decoder.conv_s1(maps[1])))

    @torch.inference_mode()
    def without_memory(self, features: Features) -> Tensor:
        """Coarse features for a frame on which nothing is known of the object: (1, d_model, h, w)."""
        return features.coarse + self.model.no_memory_embedding.view(1, -1, 1, 1)

    @torch.inference_mode()
    def with_memory(self, features: Features, recalls: Sequence[Recall]) -> Tensor:
        """Coarse features that have looked at memory (section 4, "Memory attention"): (b, d_model, h, w).

        Args:
            recalls: of b objects; all of the same number of memories and of pointers.
        """
        batch, (cells_y, cells_x) = len(recalls), features.coarse.shape[-2:]
        memory = [torch.stack(same, 1).float() for same in zip(*(one.memories for one in recalls), strict=True)]
        times = self.model.memory_temporal_positional_encoding[:, 0]  # (num_maskmem, 1, memory_dim), the last: trusted
        where = [self._memory_positions + torch.stack([times[offset - 1] for offset in same], 1)
                 for same in zip(*(one.offsets for one in recalls), strict=True)]
        pointers, pointer_times = self._pointer_tokens(recalls)
        with self._autocast():
            found = self.model.memory_attention(
                current_vision_features=_rows(features.coarse).expand(-1, batch, -1),
                current_vision_position_embeddings=self._feature_positions,
                memory=torch.cat([*memory, pointers]),
                memory_posision_embeddings=torch.cat([*where, pointer_times]),
                num_object_pointer_tokens=len(pointers),
            )
        return found.reshape(batch, cells_y * cells_x, -1).transpose(1, 2).reshape(batch, -1, cells_y, cells_x)

    @torch.inference_mode()
    def decode(self, features: Features, coarse: Tensor, prompts: Sequence[Prompt] | None, *, several: bool) -> Decoded:
        """The mask decoder.

        Args:
            coarse: of `without_memory` or `with_memory`.
            prompts: one an object, all of the same kind and number of points; None: none, as in tracking.
            several: make three masks and take the one it thinks best of (one click is ambiguous); else one mask.
        """
        batch = len(coarse) if prompts is None else len(prompts)
        sparse, dense = self._encode_prompts(batch, prompts)
        fine = [part.expand(batch, -1, -1, -1) for part in features.fine]
        with self._autocast():
            logits, iou, tokens, score = self.model.mask_decoder(
                image_embeddings=coarse.expand(batch, -1, -1, -1),
                image_positional_embeddings=self._picture_positions.expand(batch, -1, -1, -1).to(coarse.dtype),
                sparse_prompt_embeddings=sparse, dense_prompt_embeddings=dense,
                multimask_output=several, high_resolution_features=fine,
            )
            logits, iou, score = (one[:, 0].float() for one in (logits, iou, score))
            rows, best = torch.arange(batch, device=iou.device), iou.argmax(-1)
            pointer = self.model.object_pointer_proj(tokens[rows, 0, best]).float()
        seen = score > 0
        logits = torch.where(seen[..., None], logits[rows, best], NO_OBJ_SCORE)
        return Decoded(logits, iou[rows, best], score[:, 0], self._hidden_where(~seen, pointer))

    @torch.inference_mode()
    def from_mask(self, features: Features, mask: npt.NDArray[np.bool_]) -> Decoded:
        """A given mask as if the network had made it; only the pointer is computed.

        Args:
            mask: bool (height, width) of the frame, for one object; an empty one says that it is hidden.
        """
        given = self.shrink(mask)
        low = F.interpolate(given * MASK_SCALE + MASK_BIAS, (self.mask_size, self.mask_size), mode="bilinear",
                            align_corners=False, antialias=True)[0, 0]
        with self._autocast():
            small = self.model.mask_downsample(given)[0, 0].float()
        prompt = Prompt.pointless(self.device, logits=small)
        seen_so = self.decode(features, features.coarse, [prompt], several=False)
        seen = (given > 0).flatten(1).any(1, keepdim=True)
        score = torch.where(seen[:, 0], MASK_SCALE + MASK_BIAS, MASK_BIAS)
        return Decoded(low[None], torch.ones_like(score), score, self._hidden_where(~seen, seen_so.pointer))

    def shrink(self, mask: npt.NDArray[np.bool_]) -> Tensor:
        """A mask of the frame at the size of the picture: float32 (1, 1, S, S), zeros and ones."""
        given = torch.from_numpy(mask).to(self.device)[None, None].float()
        if mask.shape == (self.size, self.size):
            return given
        return (F.interpolate(given, (self.size, self.size), mode="bilinear", align_corners=False,
                              antialias=True) >= 0.5).float()

    @torch.inference_mode()
    def memorise(self, features: Features, logits: Tensor, score: Tensor, *, prompted: bool) -> Tensor:
        """The memory encoder (section 4): (b, h*w, memory_dim) in `memory_dtype`.

        Args:
            logits, score: as in `Decoded`.
            prompted: a person said something of these objects on this frame.
        """
        large = F.interpolate(logits[:, None], (self.size, self.size), mode="bilinear", align_corners=False)
        mask = (large > 0).float() if prompted and self.binarise_prompts else torch.sigmoid(large)
        with self._autocast():
            memory, _ = self.model.memory_encoder(
                features.coarse.expand(len(logits), -1, -1, -1), mask * MASK_SCALE + MASK_BIAS)
        hidden = (score <= 0).float()[:, None, None, None]
        memory = memory.float() + hidden * self.model.occlusion_spatial_embedding_parameter[..., None, None]
        return memory.flatten(2).transpose(1, 2).to(self.memory_dtype).contiguous()

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, self.precision or torch.bfloat16, enabled=self.precision is not None)

    def _sine(self, encoding: Any, channels: int, cells: int) -> Tensor:
        """Positions of cells, (h*w, 1, channels)."""
        return _rows(encoding(torch.Size((1, channels, cells, cells)), self.device, torch.float32))

    def _pointer_tokens(self, recalls: Sequence[Recall]) -> tuple[Tensor, Tensor]:
        """Pointers cut into pieces as wide as a memory, and when they are from: each (pieces, b, memory_dim)."""
        batch, width, whole = len(recalls), self.model.mem_dim, self.model.hidden_dim
        if not recalls[0].pointers:
            return (torch.zeros(0, batch, width, device=self.device),) * 2
        pointers = torch.stack([torch.stack(list(one.pointers)) for one in recalls], 1)
        pieces = pointers.reshape(-1, batch, whole // width, width).transpose(1, 2).flatten(0, 1)
        ages = torch.tensor([list(one.ages) for one in recalls], dtype=torch.float32, device=self.device).T
        times = get_1d_sine_pe(ages / max(recalls[0].longest - 1, 1), dim=whole)
        with self._autocast():
            times = self.model.temporal_positional_encoding_projection_layer(times).float()
        return pieces, times.repeat_interleave(whole // width, 0)

    def _encode_prompts(self, batch: int, prompts: Sequence[Prompt] | None) -> tuple[Tensor, Tensor]:
        encoder = self.model.prompt_encoder
        prompts = prompts or [Prompt.pointless(self.device)] * batch
        points = torch.stack([one.points for one in prompts])[:, None].float()
        labels = torch.stack([one.labels for one in prompts])[:, None]
        given = [one.logits for one in prompts if one.logits is not None]
        logits = torch.stack(given)[:, None] if given else None
        sparse, dense = encoder(points, labels, None, logits)
        tokens = [one.tokens for one in prompts if one.tokens is not None]
        if tokens:
            sparse = torch.cat([sparse, torch.stack(tokens)[:, None].to(sparse)], 2)
        return sparse, dense.expand(batch, -1, -1, -1)

    def _hidden_where(self, hidden: Tensor, pointer: Tensor) -> Tensor:
        return torch.where(hidden, self.model.no_object_pointer.float(), pointer)


def load(
    released: Mapping[str, Tensor], architecture: Architecture, title: str = "SAM 2.1", *, device: str = "cpu",
    precision: torch.dtype | None = None, **settings: Any,
) -> Network:
    """The network with the weights of a released checkpoint, in float32.

    Args:
        released: the state dict, with the names of the `sam2` release or those of transformers.
        title: for messages.
        settings: of `Network`.

    Raises:
        BadInput: these are not the weights of this architecture; says what they seem to be.
    """
    tensors = renamed(released)
    _check_size(tensors, architecture, title)
    with no_init_weights():
        model = Sam2VideoModel(transformers_config(architecture))
    expected = model.state_dict()
    weights.check_names(expected, tensors, title)
    weights.check_shapes(expected, tensors, title)
    model.load_state_dict(tensors)
    return Network(model.float().to(device).eval(), precision=precision, **settings)


def _check_size(tensors: Mapping[str, Tensor], architecture: Architecture, title: str) -> None:
    """Say so where the weights are those of another released size."""
    blocks = {int(name.split(".")[3]) for name in tensors if name.startswith("vision_encoder.backbone.blocks.")}
    first = tensors.get("vision_encoder.backbone.patch_embed.projection.bias")
    if first is None or (len(first), len(blocks)) == (architecture.trunk.embed_dim, sum(architecture.trunk.stages)):
        return
    for name, other in ARCHITECTURES.items():
        if (len(first), len(blocks)) == (other.trunk.embed_dim, sum(other.trunk.stages)):
            raise BadInput("wrong_size", f"These are the weights of SAM 2.1 {name}, not of {title}.",
                           f"Choose the model sam2-{name}, or name another file.")


def _rows(maps: Tensor) -> Tensor:
    """(1, c, h, w) -> (h*w, 1, c)."""
    return maps.flatten(2).permute(2, 0, 1)


def same_lengths(recalls: Mapping[int, Recall]) -> list[list[int]]:
    """Objects in groups that `with_memory` takes together, in the order they are given."""
    def lengths(object: int) -> tuple[int, int]:
        return len(recalls[object].memories), len(recalls[object].pointers)

    return [list(group) for _, group in itertools.groupby(sorted(recalls, key=lengths), key=lengths)]

"""Qwen2.5-VL of transformers with what UniPixel changes: which frames it sees, what stands for `<|ref|>` and `<|mem|>`,
and the hidden states that become prompts of SAM 2 (UniPixel section 3)."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from transformers import DynamicCache, Qwen2_5_VLForConditionalGeneration

from backend.errors import BadInput
from backend.models.unipixel import frames, memory
from backend.models.unipixel.config import UniPixelConfig
from backend.models.unipixel.heads import Heads, Reference
from backend.models.unipixel.memory import Grid

SECONDS_A_STEP = 1.0
"""What the authors' processor takes for lists of frames, whatever the frame rate: temporal positions are
`tokens_per_second` apart."""


@dataclass(frozen=True)
class Clip:
    """Frames after the ViT; all that the language model needs of them, for any number of questions.

    Attributes:
        grid: steps, rows and columns of patches.
        tokens: (places, width), in raster order.
        rows: (places, memory_width): inputs of the merger's MLP, in the order of the ViT's windows.
    """

    grid: Grid
    tokens: torch.Tensor
    rows: torch.Tensor


@dataclass(frozen=True)
class Reading:
    """A prompt that was read.

    Attributes:
        hidden: (tokens, width), from before the final norm.
        cache: keys and values, to go on from.
        offset: what the next position is ahead of the number of tokens (negative: a clip takes fewer positions than
            tokens).
    """

    hidden: torch.Tensor
    cache: DynamicCache
    offset: int


@dataclass(frozen=True)
class Written:
    """What the language model wrote.

    Attributes:
        ids: the new tokens, without the one that ended it.
        hidden: (segmentation tokens, width): the states that predicted them, from before the final norm.
    """

    ids: list[int]
    hidden: torch.Tensor


class Network:
    """The language part of UniPixel with its heads. Only `torch.inference_mode` or `no_grad` callers.

    Args:
        config: of the checkpoint.
        qwen, heads: loaded, on one device.
    """

    def __init__(self, config: UniPixelConfig, qwen: Qwen2_5_VLForConditionalGeneration, heads: Heads) -> None:
        self.config, self.heads = config, heads
        self._qwen = qwen
        self._language = qwen.model.language_model
        self._one_at_a_time = threading.Lock()

    def see(self, pictures: Sequence[npt.NDArray[np.uint8]]) -> Clip:
        """The ViT over frames of one size, which `config.factor` divides: RGB uint8 (height, width, 3)."""
        config, visual = self.config, self._qwen.model.visual
        patches, grid = frames.patchify(pictures, config.patch, config.merge, config.temporal)
        seen = visual(patches.to(self._device, visual.dtype), grid_thw=torch.tensor([grid], device=self._device))
        rows = visual.merger.ln_q(seen.last_hidden_state).reshape(-1, config.memory_width)
        return Clip(grid, seen.pooler_output, rows)

    def remember(self, clip: Clip, masks: torch.Tensor) -> tuple[torch.Tensor, list[list[int]]]:
        """The memory bank of objects on a clip.

        Args:
            masks: bool (frames, objects, height, width) on the frames of the clip.

        Returns:
            embeddings (memories, width) for `<|mem|>`, and the steps each object is on.
        """
        refer = memory.refer_mask(masks.to(self._device), clip.grid, self.config.patch, self.config.merge)
        return self.heads.memories(memory.pool(clip.rows, refer)), memory.steps_of(refer)

    def read(
        self, ids: Sequence[int], clip: Clip, references: Sequence[Reference] = (), memories: torch.Tensor | None = None
    ) -> Reading:
        """The language model over a prompt.

        Args:
            ids: of the prompt, with a video token a place of the clip, and one `<|ref|>` or `<|mem|>` each for what
                follows.
            clip: the frames.
            references: for `<|ref|>`, in their order.
            memories: (n, width) for `<|mem|>`, in their order.

        Raises:
            BadInput: more or fewer of one kind than places for them.
        """
        config = self.config
        tokens = torch.tensor(ids, device=self._device)[None]
        embedded = self._language.embed_tokens(tokens)
        given = {config.video_token: clip.tokens}
        given[config.ref_token] = self.heads.references(references) if references else embedded.new_empty(0)
        given[config.mem_token] = embedded.new_empty(0) if memories is None else memories
        for token, values in given.items():
            places = tokens == token
            if int(places.sum()) != len(values):
                raise BadInput("wrong_prompt", f"The prompt has {int(places.sum())} places for {len(values)} of token "
                               f"{token}.", "Do not write the model's own tokens in the text.")
            if len(values):
                embedded[places] = values.to(embedded.dtype)
        grid = torch.tensor([clip.grid], device=self._device)
        positions, offsets = self._qwen.model.get_rope_index(
            tokens, (tokens == config.video_token).int() * 2, video_grid_thw=grid,
            second_per_grid_ts=torch.tensor([SECONDS_A_STEP], device=self._device))
        cache = DynamicCache(config=self._language.config)
        with self._before_norm() as states:
            self._language(inputs_embeds=embedded, position_ids=positions, past_key_values=cache, use_cache=True)
        return Reading(states[0][0], cache, int(offsets))

    def logits(self, hidden: torch.Tensor) -> torch.Tensor:
        """Logits (n, vocabulary) of hidden states (n, width) from before the final norm."""
        with self._one_at_a_time:
            scores: torch.Tensor = self._qwen.lm_head(self._language.norm(hidden))
        return scores

    def write(self, reading: Reading, most: int, stop: Collection[int]) -> Written:
        """Greedy decoding after a prompt: at most `most` tokens, up to one of `stop`.

        The state that predicts a segmentation token is the one that prompts SAM 2; with greedy decoding that is where
        the token is the likeliest (section 3.2)."""
        last, count = reading.hidden[-1:], reading.cache.get_seq_length()
        ids: list[int] = []
        hidden: list[torch.Tensor] = []
        while len(ids) < most:
            token = int(self.logits(last).argmax(-1))
            if token in stop:
                break
            ids.append(token)
            if token == self.config.seg_token:
                hidden.append(last)
            position = torch.full((3, 1, 1), count + reading.offset, device=self._device)
            embedded = self._language.embed_tokens(torch.tensor([[token]], device=self._device))
            with self._before_norm() as states:
                self._language(inputs_embeds=embedded, position_ids=position, past_key_values=reading.cache,
                               use_cache=True)
            last, count = states[0][0], count + 1
        return Written(ids, torch.cat(hidden) if hidden else reading.hidden[:0])

    def forced(self, reading: Reading, ids: Sequence[int]) -> torch.Tensor:
        """States (segmentation tokens, width) of those in the prompt itself: the place before a token predicts it."""
        places = [place - 1 for place, token in enumerate(ids) if token == self.config.seg_token]
        return reading.hidden[places]

    @property
    def _device(self) -> torch.device:
        return torch.device(self._qwen.device)

    @contextmanager
    def _before_norm(self) -> Iterator[list[torch.Tensor]]:
        """What goes into the final norm of the pass within; transformers gives out only what comes out of it. One at a
        time: the hook would hear other sessions as well."""
        states: list[torch.Tensor] = []

        def keep(_: torch.nn.Module, inputs: tuple[Any, ...]) -> None:
            states.append(inputs[0])

        with self._one_at_a_time:
            handle = self._language.norm.register_forward_pre_hook(keep)
            try:
                yield states
            finally:
                handle.remove()

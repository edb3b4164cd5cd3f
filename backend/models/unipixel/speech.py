"""The language model with its tokenizer: text about a clip goes in, text and prompts for SAM 2 come out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from transformers import PreTrainedTokenizerBase, PreTrainedTokenizerFast

from backend.errors import BadInput
from backend.models.unipixel import words
from backend.models.unipixel.heads import Reference
from backend.models.unipixel.network import Clip, Network

_END = "<|im_end|>"


class Reply(NamedTuple):
    """What the model said.

    Attributes:
        text: with the tokens of its own.
        prompts: for SAM 2: (segmentation tokens in the text, hidden tokens, 256).
    """

    text: str
    prompts: torch.Tensor


class Speech:
    """Requests in words.

    Args:
        network: the language part.
        tokenizer: of the same checkpoint.

    Raises:
        BadInput: a tokenizer that numbers the model's own tokens in another way.
    """

    def __init__(self, network: Network, tokenizer: PreTrainedTokenizerBase) -> None:
        self._network, self._tokenizer = network, tokenizer
        config = network.config
        numbered = {words.VIDEO: config.video_token, words.REF: config.ref_token, words.SEG: config.seg_token,
                    words.MEM: config.mem_token}
        for token, number in numbered.items():
            if tokenizer.convert_tokens_to_ids(token) != number:
                raise BadInput("wrong_tokenizer", f"The tokenizer does not know {token} as token {number}.",
                               "Get all files of the checkpoint again, its tokenizer among them.")
        ends = {tokenizer.convert_tokens_to_ids(_END), tokenizer.eos_token_id}
        self._stop = config.end_tokens | {int(one) for one in ends if isinstance(one, int)}

    def ask(
        self, text: str, clip: Clip, *, most: int, references: Sequence[Reference] = (),
        memories: torch.Tensor | None = None,
    ) -> Reply:
        """The answer to a request (a template of `words`), of at most `most` tokens.

        Raises:
            BadInput: other numbers of references or memories than the text has places for.
        """
        reading = self._network.read(self._ids(words.chat(text), clip), clip, references, memories)
        written = self._network.write(reading, most, self._stop)
        said = self._tokenizer.decode(written.ids, skip_special_tokens=False)
        return Reply(str(said), self._network.heads.hidden_prompts(written.hidden))

    def force(self, text: str, answer: str, clip: Clip, references: Sequence[Reference]) -> torch.Tensor:
        """Prompts for SAM 2 (segmentation tokens, hidden tokens, 256) of an answer that is given. Raises as `ask`."""
        ids = self._ids(words.chat(text, answer), clip)
        return self._network.heads.hidden_prompts(
            self._network.forced(self._network.read(ids, clip, references), ids))

    def _ids(self, text: str, clip: Clip) -> list[int]:
        """Of a conversation, with a video token for every place of the clip."""
        ids: list[int] = self._tokenizer(text, add_special_tokens=False)["input_ids"]
        start = ids.index(self._network.config.video_token)
        return [*ids[:start], *[ids[start]] * len(clip.tokens), *ids[start + 1:]]


def tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """The tokenizer of a checkpoint. Raises BadInput where its files are not there or damaged."""
    try:
        return PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        raise BadInput("no_tokenizer", f"There is no tokenizer that can be read in {folder.name}.",
                       "Get all files of the checkpoint: tokenizer.json and tokenizer_config.json are among them."
                       ) from error

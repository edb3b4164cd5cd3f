"""Category names and expressions as BERT's tokens, and which tokens are whose (section 3.1, "category" and "language"
prompts; names are put together as the authors do)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from transformers import BertTokenizer

from backend.errors import BadInput, Unavailable
from backend.models.uninext.asking import Asked
from backend.models.uninext.scoring import ONE
from backend.models.uninext.types import Network

VOCABULARY = "vocab.txt"
MOST = 256
"""Tokens of a text at most, with [CLS] and [SEP]: the release knows no longer ones."""

_JOINT = ". "
_PARENTHESES = re.compile(r"\(.*\)")
_MARKS = re.compile(r"[.,'!?\"()*#:;]")
_JOINED = re.compile(r"[-/]")
_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")


class Text(NamedTuple):
    """A prompt of words.

    Attributes:
        ids: with [CLS] and [SEP].
        classes: of each name the places of its tokens; empty of an expression.
    """

    ids: list[int]
    classes: list[list[int]]


def clean_name(name: str) -> str:
    """A category as it is asked for: without what is in parentheses, underscores as spaces."""
    return " ".join(_PARENTHESES.sub("", name).replace("_", " ").split())


def clean_expression(text: str) -> str:
    """An expression as it is asked for: in lower case and without marks."""
    return " ".join(_JOINED.sub(" ", _MARKS.sub("", text.lower())).split())


class Words:
    """Between words and prompts.

    Args:
        vocabulary: word piece -> id.
        longest: tokens of a text at most.
    """

    def __init__(self, vocabulary: Mapping[str, int], longest: int = MOST) -> None:
        if absent := [token for token in _SPECIAL if token not in vocabulary]:
            raise BadInput("wrong_vocabulary", f"This vocabulary lacks {', '.join(absent)}.",
                           f"Use {VOCABULARY} of bert-base-uncased.")
        self._tokenizer = BertTokenizer(vocab=dict(vocabulary))
        self._unknown, self.longest = vocabulary["[UNK]"], longest

    @classmethod
    def read(cls, folders: Sequence[Path], rows: int, longest: int) -> Words:
        """With the vocabulary of the first folder that has one.

        Args:
            rows: of the weights' table of word pieces.
            longest: tokens that the weights have positions for.

        Raises:
            Unavailable: none has.
            BadInput: it does not go with the weights.
        """
        path = next((path for folder in folders if (path := folder / VOCABULARY).is_file()), None)
        if path is None:
            raise Unavailable("no_vocabulary", f"There is no {VOCABULARY} beside the weights of UNINEXT.",
                              f"Put {VOCABULARY} of bert-base-uncased (Apache-2.0) into {folders[-1].name}.")
        pieces = path.read_text(encoding="utf-8").splitlines()
        if len(pieces) != rows:
            raise BadInput("wrong_vocabulary", f"This vocabulary of {len(pieces)} word pieces does not go with weights "
                           f"of {rows}.", f"Use {VOCABULARY} of bert-base-uncased.")
        return cls({piece: place for place, piece in enumerate(pieces)}, min(MOST, longest))

    def categories(self, names: Sequence[str]) -> Iterator[Text]:
        """Names put together, as many in a text as it takes, in their order.

        Raises:
            BadInput: a name is empty, there twice, too long, or has characters that the vocabulary lacks.
        """
        cleaned = [clean_name(name) for name in names]
        sizes = self._sizes(names, cleaned)
        room, first = self.longest - 2, 0
        while first < len(cleaned):
            last, taken = first + 1, sizes[first]
            while last < len(cleaned) and taken + 1 + sizes[last] <= room:
                taken += 1 + sizes[last]
                last += 1
            yield self._together(cleaned[first:last])
            first = last

    def expression(self, text: str) -> Text:
        """What an expression says.

        Raises:
            BadInput: no word of it is known, or it is too long.
        """
        ids = self._tokenizer(clean_expression(text)).input_ids
        if all(one == self._unknown for one in ids[1:-1]):
            raise BadInput("unknown_words", "There is no word in this expression that UNINEXT knows.",
                           "Say in English what to look for.")
        if len(ids) > self.longest:
            raise BadInput("expression_too_long", f"This expression has {len(ids) - 2} tokens; {self.longest - 2} fit.",
                           "Say it in fewer words.")
        return Text(ids, [])

    def _sizes(self, names: Sequence[str], cleaned: Sequence[str]) -> list[int]:
        """Tokens of each name, once it is known that all can be asked for."""
        seen: dict[tuple[int, ...], str] = {}
        for name, plain in zip(names, cleaned, strict=True):
            ids = tuple(self._tokenizer(plain, add_special_tokens=False).input_ids)
            if not ids:
                raise BadInput("empty_category", f"The category '{name}' has no name.", "Name it, or leave it out.")
            if self._unknown in ids:
                raise BadInput("unknown_category", f"UNINEXT cannot read the category '{name}'.",
                               "Name it in English, in Latin letters.")
            if len(ids) > self.longest - 2:
                raise BadInput("category_too_long", f"The category '{name}' has {len(ids)} tokens; {self.longest - 2} "
                               "fit.", "Give it a shorter name.")
            if ids in seen:
                raise BadInput("double_category", f"The categories '{seen[ids]}' and '{name}' are asked for as one.",
                               "Leave one of them out.")
            seen[ids] = name
        return [len(ids) for ids in seen]

    def _together(self, names: Sequence[str]) -> Text:
        """The text of these names, and the places of each: from the token of its first letter to that of its last."""
        encoded = self._tokenizer(_JOINT.join(names))
        classes, start = [], 0
        for name in names:
            places = {encoded.char_to_token(letter) for letter in range(start, start + len(name))} - {None}
            classes.append(list(range(min(places), max(places) + 1)))
            start += len(name) + len(_JOINT)
        return Text(encoded.input_ids, classes)


def asked(network: Network, texts: Sequence[Text]) -> Asked:
    """What is looked for with these texts: all of categories, or one expression."""
    rows = [torch.tensor([text.ids]) for text in texts]
    prompts = tuple(network.text(ids, torch.ones_like(ids), per_token=bool(text.classes))
                    for ids, text in zip(rows, texts, strict=True))
    return Asked(prompts, tuple(text.classes or ONE for text in texts))

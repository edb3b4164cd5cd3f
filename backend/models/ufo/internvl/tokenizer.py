"""The tokenizer of InternVL2.5: InternLM2's sentencepiece with the tokens that were added to it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from sentencepiece import SentencePieceProcessor

from backend.errors import BadInput
from backend.models.ufo.heads import MASK


class Tokenizer:
    """Text to token ids and back, as the slow tokenizer does that the authors use.

    Args:
        folder: with `tokenizer.model` and `added_tokens.json` of InternVL2.5.

    Raises:
        BadInput: one of them is missing or damaged.
    """

    def __init__(self, folder: Path) -> None:
        try:
            self._pieces = SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))
            added = json.loads((folder / "added_tokens.json").read_text(encoding="utf-8"))
            self._added: dict[str, int] = {str(token): int(place) for token, place in added.items()}
        except (OSError, RuntimeError, ValueError, AttributeError) as error:
            raise BadInput(
                "no_tokenizer", f"The tokenizer in {folder.name} cannot be read: {error}",
                "Put tokenizer.model and added_tokens.json of InternVL2_5-8B beside the weights.") from error
        self._added.setdefault(MASK, max(self._added.values(), default=self._pieces.get_piece_size() - 1) + 1)
        self._tokens = {place: token for token, place in self._added.items()}
        self._split = re.compile("|".join(re.escape(one) for one in sorted(self._added, key=len, reverse=True)))

    def __len__(self) -> int:
        """Tokens in all, the added ones included."""
        return max(self._tokens) + 1

    def id_of(self, token: str) -> int:
        """The id of one token; that of the unknown one where it is not in the vocabulary."""
        return self._added.get(token, self._pieces.piece_to_id(token))

    def encode(self, text: str) -> list[int]:
        """Ids of a text, `<s>` first."""
        ids, before = [int(self._pieces.bos_id())], 0
        for found in self._split.finditer(text):
            ids += [*self._pieces.encode(text[before:found.start()]), self._added[found.group()]]
            before = found.end()
        return ids + list(self._pieces.encode(text[before:]))

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ids, the added tokens set off by spaces."""
        parts: list[str] = []
        plain: list[int] = []
        for one in ids:
            if one in self._tokens:
                parts += [self._pieces.decode(plain), self._tokens[one]]
                plain = []
            else:
                plain.append(int(one))
        return " ".join(part for part in (*parts, self._pieces.decode(plain)) if part)

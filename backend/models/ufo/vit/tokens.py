"""Words and their ids: BERT's word pieces in lower case, with three tokens more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from transformers import BertTokenizer

from backend.errors import BadInput, Unavailable
from backend.models.ufo import heads

VOCABULARY = "vocab.txt"
_ADDED = ("[DEC]", "[ENC]", heads.MASK)
"""In this order after BERT's word pieces; single-task files without masks lack the last."""
_UNWRITTEN = ("[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]", "[DEC]", "[ENC]")
_LONGEST = 512


class Tokens:
    """Between texts and ids.

    Args:
        vocabulary: word piece -> id; those of `_ADDED` that it lacks are numbered after it.
        rows: of the table of word pieces; what would lie beyond it is left out.

    Attributes:
        start, end: `[CLS]`, `[SEP]`.
        mask: `<MASK>`; -1 where the weights have no such row.
    """

    def __init__(self, vocabulary: Mapping[str, int], rows: int) -> None:
        known = {piece: place for piece, place in vocabulary.items() if piece not in _ADDED or place < rows}
        for token in _ADDED:
            if token not in known and len(known) < rows:
                known[token] = len(known)
        if (absent := {"[PAD]", "[UNK]", "[CLS]", "[SEP]"} - set(known)) or max(known.values()) >= rows:
            raise BadInput(
                "wrong_vocabulary", f"This vocabulary of {len(vocabulary)} word pieces does not go with weights of "
                f"{rows}{': it lacks ' + ', '.join(sorted(absent)) if absent else ''}.",
                f"Use {VOCABULARY} of bert-base-uncased.")
        self._tokenizer = BertTokenizer(vocab=known)
        self._unwritten = {known[token] for token in _UNWRITTEN if token in known}
        self.start, self.end, self.mask = known["[CLS]"], known["[SEP]"], known.get(heads.MASK, -1)
        self._hidden = (known["[PAD]"], self.end)

    @classmethod
    def beside(cls, weights: Path, rows: int) -> Tokens:
        """With the vocabulary in the folder of the weights. Raises Unavailable where there is none."""
        folder = weights if weights.is_dir() else weights.parent
        try:
            pieces = (folder / VOCABULARY).read_text(encoding="utf-8").splitlines()
        except FileNotFoundError as error:
            raise Unavailable(
                "no_vocabulary", f"There is no {VOCABULARY} beside the weights of UFO-ViT.",
                f"Put {VOCABULARY} of bert-base-uncased (Apache-2.0) into the same folder.") from error
        return cls({piece: index for index, piece in enumerate(pieces)}, rows)

    def encode(self, text: str) -> list[int]:
        """Ids of a prompt, with start and end."""
        ids: list[int] = self._tokenizer(text, truncation=True, max_length=_LONGEST).input_ids
        return ids

    def seen(self, ids: Sequence[int]) -> list[tuple[int, int]]:
        """(id, position) of the tokens of a prompt that are seen: not the last, no end, no padding."""
        return [(one, position) for position, one in enumerate(ids[:-1]) if one not in self._hidden]

    def decode(self, ids: Sequence[int]) -> str:
        """The text of an answer, without BERT's special tokens but with `<MASK>`."""
        text: str = self._tokenizer.decode([one for one in ids if one not in self._unwritten])
        return text
